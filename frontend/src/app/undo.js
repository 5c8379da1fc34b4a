// Decisions that can be taken back: counts down, and takes the offer away when its time is over. Used on every page; a
// page that decides without loading anew says so: document.dispatchEvent(new Event("mutasi:decided")), or by the header
// HX-Trigger: mutasi:decided; when the offer to take it back is there, "mutasi:held" is fired, and when its time is over,
// "mutasi:carried-out".
const STEP = 250;

countAll();
document.addEventListener("mutasi:decided", refresh);
addEventListener("pageshow", ({ persisted }) => persisted && refresh());

async function refresh() {
  const place = document.getElementById("held");
  if (!place) return;
  const found = await held(place.dataset.held);
  if (found) {
    place.replaceChildren(...found.childNodes);
    countAll();
  }
  document.dispatchEvent(new Event("mutasi:held"));
}

async function held(url) {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("held");
}

function countAll() {
  for (const row of document.querySelectorAll("[data-held-left]")) if (!row.dataset.counting) count(row);
}

function count(row) {
  row.dataset.counting = "yes";
  const end = performance.now() + Number(row.dataset.heldLeft) * 1000;
  const shown = row.querySelector("[data-held-count]");
  const timer = setInterval(() => {
    const left = end - performance.now();
    if (!row.isConnected) clearInterval(timer);
    else if (left > 0) shown.textContent = Math.ceil(left / 1000);
    else {
      clearInterval(timer);
      row.remove();
      document.dispatchEvent(new CustomEvent("mutasi:carried-out", { detail: { tasks: row.dataset.tasks.split(" ") } }));
    }
  }, STEP);
}
