// The installed application: its service worker, pushes on this device (asked for on a click only), and the bell's number.
const worker = "serviceWorker" in navigator && isSecureContext ? navigator.serviceWorker : null;
worker?.register("/sw.js", { scope: "/" }).catch(() => {});

const bells = document.querySelectorAll("[data-bell]");
let counted = Date.now();

async function count() {
  if (!bells.length || document.hidden || Date.now() - counted < 30_000) return;
  counted = Date.now();
  const answer = await fetch(bells[0].dataset.bell, { credentials: "same-origin", headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  const { count: shown, label } = await answer.json();
  for (const bell of bells) {
    bell.setAttribute("aria-label", label);
    const number = bell.querySelector("[data-bell-count]");
    number.textContent = shown;
    number.hidden = !shown;
  }
}

document.addEventListener("visibilitychange", count);
addEventListener("focus", count);
worker?.addEventListener("message", (event) => {
  if (event.data !== "notices") return;
  counted = 0;
  count();
});

const button = document.querySelector("[data-push]");
if (button) {
  const status = document.querySelector("[data-push-status]");
  const able = worker && "PushManager" in window && "Notification" in window;
  button.hidden = !able;
  if (!able) status.textContent = status.dataset.unable;
  button.addEventListener("click", async () => {
    try {
      if ((await Notification.requestPermission()) !== "granted") {
        status.textContent = button.dataset.denied;
        return;
      }
      const registration = await worker.ready;
      const key = Uint8Array.from(atob(button.dataset.pushKey.replace(/-/g, "+").replace(/_/g, "/")), (character) => character.charCodeAt(0));
      const subscription = await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
      const { endpoint, keys } = subscription.toJSON();
      const form = new URLSearchParams({ csrf_token: button.dataset.csrf, endpoint, p256dh: keys.p256dh, auth: keys.auth, device: deviceName() });
      const answer = await fetch(button.dataset.push, { method: "POST", body: form, credentials: "same-origin" });
      if (answer.ok) location.reload();
      else status.textContent = (await answer.json().catch(() => null))?.refused ?? button.dataset.failed;
    } catch {
      status.textContent = button.dataset.failed;
    }
  });
}

for (const field of document.querySelectorAll("[data-select-all]")) {
  field.addEventListener("focus", () => field.select());
}

// `Chrome, Android`: enough to tell one's devices apart.
function deviceName() {
  const agent = navigator.userAgent;
  const browser = [["Edg/", "Edge"], ["SamsungBrowser", "Samsung Internet"], ["Firefox/", "Firefox"], ["Chrome/", "Chrome"], ["Safari/", "Safari"]].find(([mark]) => agent.includes(mark))?.[1] ?? "Browser";
  const system = [["Android", "Android"], ["iPhone", "iPhone"], ["iPad", "iPad"], ["Windows", "Windows"], ["Mac OS", "Mac"], ["Linux", "Linux"]].find(([mark]) => agent.includes(mark))?.[1];
  return system ? `${browser}, ${system}` : browser;
}
