// Shows where a case is and where it was on the diagrams of its definition.
//   <section data-diagrams>
//     <script type="application/json" data-diagram-content>
//       {"first": "transfer_lifecycle", "processes": {"transfer_lifecycle": {"url": …, "done": [["id", times]], "current": {"id": n}, "findings": {}, "heat": {}}}}
//     </script>
//     <div data-diagram-tabs></div> <div data-diagram-place></div>
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./diagram.css";
import { diagramColors } from "./colors.js";
import { heat } from "./heat.js";
import { inLanguage } from "./language.js";

const CALLS = "bpmn:CallActivity";

for (const section of document.querySelectorAll("[data-diagrams]")) show(section);

function show(section) {
  const content = JSON.parse(section.querySelector("[data-diagram-content]").textContent);
  const place = section.querySelector("[data-diagram-place]");
  const tabs = [...section.querySelectorAll("[data-diagram-process]")];
  const viewer = new NavigatedViewer({
    container: place,
    bpmnRenderer: diagramColors(),
    zoomScroll: { enabled: false },
  });
  place.tabIndex = 0;

  const open = async (process) => {
    const entry = content.processes[process];
    if (!entry) return;
    for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.diagramProcess === process));
    const xml = entry.xml ?? (await (await fetch(entry.url, { credentials: "same-origin" })).text());
    try {
      await viewer.importXML(inLanguage(xml, document.documentElement.lang));
    } catch {
      section.dataset.shown = process; // nothing was drawn for this process; the table and the outline tell it
      return;
    }
    mark(viewer, entry, content.processes, open);
    fit(viewer);
    section.dataset.shown = process;
  };

  for (const tab of tabs) tab.addEventListener("click", () => open(tab.dataset.diagramProcess));
  section.querySelector("[data-diagram-fit]")?.addEventListener("click", () => fit(viewer));
  section.querySelector("[data-diagram-in]")?.addEventListener("click", () => viewer.get("zoomScroll").stepZoom(1));
  section.querySelector("[data-diagram-out]")?.addEventListener("click", () => viewer.get("zoomScroll").stepZoom(-1));
  section.querySelector("[data-diagram-text]")?.addEventListener("click", ({ currentTarget }) => {
    asText(section, currentTarget);
    if (!place.style.height) fit(viewer); // drawn while the text was read
  });
  place.addEventListener("keydown", (event) => onKey(event, viewer));
  section.addEventListener("diagram:focus", ({ detail }) => focus(viewer, open, detail));
  open(content.first ?? Object.keys(content.processes)[0]);
}

function mark(viewer, entry, processes, open) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const registry = viewer.get("elementRegistry");
  const times = new Map(entry.done ?? []);
  const order = new Map([...times.keys()].map((id, index) => [id, index]));
  const done = times;
  const current = new Map(Object.entries(entry.current ?? {}));
  // A flow that leads back was walked only when what it leads to was passed again.
  const wasWalked = (source, target) => {
    if (!done.has(source)) return false;
    if (!done.has(target)) return current.has(target);
    return order.get(source) < order.get(target) || times.get(target) > 1;
  };
  for (const element of registry.getAll()) {
    const { id, businessObject } = element;
    if (element.waypoints) {
      const { sourceRef, targetRef } = businessObject;
      if (wasWalked(sourceRef?.id, targetRef?.id)) canvas.addMarker(id, "is-walked");
      continue;
    }
    const waiting = entry.counts?.[id];
    if (waiting) {
      canvas.addMarker(id, "is-current");
      overlays.add(id, "count", { position: { top: -12, right: 14 }, html: token(waiting, true) });
    } else if (current.has(id)) {
      canvas.addMarker(id, "is-current");
      overlays.add(id, "token", { position: { top: -12, right: 14 }, html: token(current.get(id)) });
    } else if (done.has(id)) {
      canvas.addMarker(id, "is-done");
    }
    const took = entry.took?.[id];
    if (took) overlays.add(id, "took", { position: { bottom: 8, left: 4 }, scale: { min: 0.8, max: 1.2 }, html: badge(took) });
    for (const severity of entry.findings?.[id] ?? []) canvas.addMarker(id, `is-${severity}`);
    if (businessObject?.$type === CALLS && processes[businessObject.calledElement]) canvas.addMarker(id, "is-openable");
  }
  heat(viewer, entry.heat);
  viewer.off("element.click");
  viewer.on("element.click", ({ element }) => {
    const { businessObject } = element;
    if (businessObject?.$type === CALLS && processes[businessObject.calledElement]) open(businessObject.calledElement);
  });
}

// The outline is always there for screen readers; the button shows it to everybody instead of the drawing.
function asText(section, button) {
  const text = button.getAttribute("aria-pressed") !== "true";
  button.setAttribute("aria-pressed", String(text));
  section.classList.toggle("is-text", text);
  section.querySelector("[data-diagram-outline]").classList.toggle("visually-hidden", !text);
}

function badge(text) {
  const shown = document.createElement("span");
  shown.className = "diagram-took";
  shown.textContent = text;
  return shown;
}

function token(count, always = false) {
  const badge = document.createElement("span");
  badge.className = always ? "diagram-token is-still" : "diagram-token";
  badge.textContent = always || count > 1 ? String(count) : "";
  return badge;
}

// The whole diagram, but never so small that nothing can be read: then its beginning or where the case is.
function fit(viewer) {
  const canvas = viewer.get("canvas");
  const place = canvas.getContainer().closest("[data-diagram-place]");
  if (!place.clientWidth) return; // not to be seen
  const { inner } = canvas.viewbox();
  const wanted = (inner.height * place.clientWidth) / inner.width + 48;
  place.style.height = `${Math.min(Math.max(wanted, 288), 0.7 * innerHeight)}px`;
  canvas.resized();
  canvas.zoom("fit-viewport", "auto");
  const readable = 0.45;
  if (canvas.zoom() < readable && canvas.getSize().width < 700) {
    const current = viewer.get("elementRegistry").find((element) => canvas.hasMarker(element, "is-current"));
    canvas.zoom(readable);
    if (current) canvas.scrollToElement(current, 40);
  }
}

async function focus(viewer, open, { process, element }) {
  if (process) await open(process);
  const shape = viewer.get("elementRegistry").get(element);
  if (!shape) return;
  viewer.get("canvas").scrollToElement(shape, 60);
  viewer.get("canvas").addMarker(element, "is-focused");
  setTimeout(() => viewer.get("canvas").removeMarker(element, "is-focused"), 2500);
}

function onKey(event, viewer) {
  const canvas = viewer.get("canvas");
  const step = 60;
  const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (moves[event.key]) canvas.scroll({ dx: moves[event.key][0], dy: moves[event.key][1] });
  else if (event.key === "+" || event.key === "=") viewer.get("zoomScroll").stepZoom(1);
  else if (event.key === "-") viewer.get("zoomScroll").stepZoom(-1);
  else if (event.key === "0") fit(viewer);
  else return;
  event.preventDefault();
}
