// The service worker: keeps static files and the page for when there is no net, shows pushes, and opens what they are about.
// It never keeps a page or an answer that shows something of a person.
const KEPT = "mutasi-static-1";
const OFFLINE = "/offline";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((cache) => cache.add(OFFLINE)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const tidy = async () => {
    for (const name of await caches.keys()) if (name !== KEPT) await caches.delete(name);
    await self.clients.claim();
  };
  event.waitUntil(tidy());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (/^\/static\/build\/.+-[A-Z0-9]{8}\.[a-z0-9]+$/i.test(url.pathname)) event.respondWith(fromCache(request));
  else if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
});

// Files with a hash in their name never change: once fetched, they are kept. Old ones make room.
async function fromCache(request) {
  const cache = await caches.open(KEPT);
  const found = await cache.match(request);
  if (found) return found;
  const answer = await fetch(request);
  if (answer.ok) {
    await cache.put(request, answer.clone());
    const all = await cache.keys();
    for (const old of all.filter((one) => !one.url.endsWith(OFFLINE)).slice(0, Math.max(0, all.length - 120))) await cache.delete(old);
  }
  return answer;
}

self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data?.json() ?? { title: "Mutasi", url: "/notices" };
  const show = async () => {
    await self.registration.showNotification(title, {
      body,
      tag,
      data: { url },
      icon: "/static/icons/icon-192.png",
      badge: "/static/icons/badge-96.png",
    });
    for (const client of await self.clients.matchAll({ type: "window" })) client.postMessage("notices");
  };
  event.waitUntil(show());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const target = new URL(event.notification.data?.url ?? "/notices", location.origin);
  const open = async () => {
    const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const here = windows.find((client) => new URL(client.url).pathname === target.pathname);
    if (here) return here.focus();
    return self.clients.openWindow(target.href);
  };
  event.waitUntil(open());
});
