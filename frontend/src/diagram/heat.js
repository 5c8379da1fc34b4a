// What waits on each element: a shade, and a badge with the figures that leads to the cases.
//   {"sidang_tpk": {"level": 4, "text": "12 · 9,1 hari", "title": "…", "url": "/cases?…"}}
import "./heat.css";

export function heat(viewer, heats = {}) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  for (const [id, mark] of Object.entries(heats)) {
    if (!registry.get(id)) continue;
    canvas.addMarker(id, `is-heat-${mark.level}`);
    overlays.add(id, "heat", { position: { bottom: 10, left: 4 }, scale: { min: 0.75, max: 1.2 }, html: badge(mark) });
  }
}

function badge({ level, text, title, url }) {
  const element = document.createElement(url ? "a" : "span");
  element.className = `heat-badge is-${level}`;
  element.textContent = text;
  element.title = title;
  if (url) {
    element.href = url;
    element.setAttribute("aria-label", title);
  }
  return element;
}
