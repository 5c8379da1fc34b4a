// The editor of a definition: bpmn-js with our properties, a draft kept on the server, findings on the elements.
import Modeler from "bpmn-js/lib/Modeler";
import { CreateAppendAnythingModule } from "bpmn-js-create-append-anything";
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from "bpmn-js-properties-panel";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "./editor.css";
import { diagramColors } from "../diagram/colors.js";
import { inIndonesian } from "./indonesian.js";
import { Refused, keepDrawing } from "./keeping.js";
import { badge, differences, line, named, row } from "./lists.js";
import mutasi from "./mutasi.json";
import { mutasiProperties } from "./properties.js";

const section = document.querySelector("[data-editor]");
if (section) edit(section);

async function edit(section) {
  const content = JSON.parse(section.querySelector("[data-editor-content]").textContent);
  const words = JSON.parse(section.dataset.words);
  const files = { ...content.files };
  const touched = new Set(content.drafted);
  const part = (name) => document.querySelector(`[data-editor-${name}]`);
  const [undo, redo, deploy] = [part("undo"), part("redo"), part("deploy")];
  const tabs = [...section.querySelectorAll("[data-editor-file]")];
  let shown = "";
  let findings = content.findings;

  const modeler = new Modeler({
    container: part("canvas"),
    bpmnRenderer: diagramColors(),
    propertiesPanel: { parent: part("properties") },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
      CreateAppendAnythingModule,
      mutasiProperties(content.choices),
      { translate: ["value", document.documentElement.lang === "id" ? inIndonesian : plain] },
    ],
    moddleExtensions: { mutasi },
  });

  const open = async (file) => {
    shown = file;
    for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab.dataset.editorFile === file));
    await modeler.importXML(files[file]);
    fit(modeler.get("canvas"));
    buttons();
    mark();
    section.dataset.shown = file;
  };
  const buttons = () => {
    const stack = modeler.get("commandStack");
    undo.disabled = !stack.canUndo();
    redo.disabled = !stack.canRedo();
  };
  const drawing = () => JSON.stringify({ base: content.base, files: Object.fromEntries([...touched].map((name) => [name, files[name]])) });
  const ask = async (method, address, body, options = {}) => {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": section.dataset.csrf, Accept: "application/json" };
    const answer = await fetch(address, { method, credentials: "same-origin", headers, body, ...options });
    const said = await answer.json();
    if (said.code === "csrf" && !(await renewToken(section))) said.said = words.signedOut;
    if (!answer.ok) throw new Refused(answer.status, said.said);
    return said;
  };

  const store = async (text, options) => {
    const kept = await ask("PUT", section.dataset.saveUrl, text, options);
    part("saved").textContent = kept.saved;
    part("discard").hidden = false;
    if (part("beside").innerHTML !== kept.beside) part("beside").innerHTML = kept.beside;
  };
  const check = async (text) => {
    const checked = await ask("POST", section.dataset.checkUrl, text);
    return () => {
      findings = checked.findings;
      showFindings();
      showChanges(checked.changes);
      part("others").replaceChildren(...checked.others.map((name) => line(name)));
      part("others-title").hidden = !checked.others.length;
      deploy.disabled = !checked.deployable;
      section.dataset.checked = String(Number(section.dataset.checked ?? 0) + 1);
      return findings.length ? "" : words.clean;
    };
  };
  const say = (text) => (part("check-status").textContent = text);

  const mark = () => {
    const registry = modeler.get("elementRegistry");
    const overlays = modeler.get("overlays");
    const canvas = modeler.get("canvas");
    overlays.remove({ type: "finding" });
    for (const element of registry.getAll()) for (const severity of ["error", "warning"]) canvas.removeMarker(element.id, `is-${severity}`);
    for (const finding of findings) {
      if (finding.file !== shown || !finding.element || !registry.get(finding.element)) continue;
      canvas.addMarker(finding.element, `is-${finding.severity}`);
      overlays.add(finding.element, "finding", { position: { top: -10, left: -10 }, html: badge(finding) });
    }
  };
  const nameOf = ({ file, element }) => (element && files[file] ? named(files[file], element) : "");
  const showFindings = () => {
    part("findings-count").textContent = findings.length;
    const text = (finding) => [nameOf(finding), finding.message].filter(Boolean).join(": ");
    const told = (finding) => ({ tone: finding.severity, label: words[finding.severity], place: finding, text: text(finding), more: finding.mend });
    part("findings").replaceChildren(...findings.map((finding) => row(told(finding), goTo)));
    mark();
  };
  const showChanges = (changes) => {
    part("changes-count").textContent = changes.length;
    part("nothing").hidden = changes.length > 0;
    const told = (change) => ({ tone: change.how, place: change, text: change.text, more: differences(change.details, words) });
    part("changes").replaceChildren(...changes.map((change) => row(told(change), goTo)));
    part("summary").replaceChildren(...changes.slice(0, 12).map((change) => line(change.text)));
  };
  const goTo = async ({ file, element }) => {
    if (file && file !== shown && files[file]) await open(file);
    const shape = modeler.get("elementRegistry").get(element);
    if (!shape) return;
    section.scrollIntoView({ block: "start" });
    modeler.get("canvas").scrollToElement(shape, 80);
    modeler.get("canvas").focus();
    modeler.get("selection").select(shape);
  };

  await open(content.first);
  standInMiddle(part("canvas").querySelector("svg[tabindex]"));
  const keeper = keepDrawing({ drawing, store, check, say, words });
  modeler.on("commandStack.changed", async () => {
    buttons();
    deploy.disabled = true;
    files[shown] = (await modeler.saveXML({ format: true })).xml;
    touched.add(shown);
    part("saved").textContent = words.unsaved;
    keeper.changed();
  });
  undo.addEventListener("click", () => modeler.get("commandStack").undo());
  redo.addEventListener("click", () => modeler.get("commandStack").redo());
  part("out").addEventListener("click", () => modeler.get("zoomScroll").stepZoom(-1));
  part("fit").addEventListener("click", () => fit(modeler.get("canvas")));
  part("in").addEventListener("click", () => modeler.get("zoomScroll").stepZoom(1));
  deploy.addEventListener("click", () => document.getElementById("deploy-dialog").showModal());
  for (const form of document.querySelectorAll("[data-editor-leaves]")) form.addEventListener("submit", keeper.stop);
  for (const tab of tabs) tab.addEventListener("click", () => open(tab.dataset.editorFile));
  if (touched.size) keeper.checkNow();
  else if (findings.length) showFindings();
}

// Keys open menus where the mouse was last; where it has not been near, in the middle of the drawing.
function standInMiddle(svg) {
  svg.addEventListener("focus", () => {
    const { left, top, width, height } = svg.getBoundingClientRect();
    svg.dispatchEvent(new MouseEvent("mousemove", { clientX: left + width / 2, clientY: top + height / 2 }));
  });
}

// Who signed out and in again has another token: the page as it would be now tells it. False while nobody is signed in.
async function renewToken(section) {
  const answer = await fetch(section.dataset.saveUrl, { credentials: "same-origin" });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const token = page.querySelector("[data-editor]")?.dataset.csrf;
  if (!token) return false;
  section.dataset.csrf = token;
  for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
  return true;
}

// The whole diagram, beside the palette and not behind it.
function fit(canvas) {
  canvas.zoom("fit-viewport", "auto");
  const palette = canvas.getContainer().querySelector(".djs-palette");
  const { inner, outer } = canvas.viewbox();
  const room = outer.width - (palette?.offsetWidth ?? 0) - 60;
  const scale = Math.min(1, room / inner.width, (outer.height - 40) / inner.height);
  const left = (outer.width - room - 20) / scale;
  canvas.viewbox({
    x: inner.x - left,
    y: inner.y - (outer.height / scale - inner.height) / 2,
    width: outer.width / scale,
    height: outer.height / scale,
  });
}

function plain(text, replacements = {}) {
  return text.replace(/{([^}]+)}/g, (_, name) => replacements[name] ?? `{${name}}`);
}
