// The editor of a definition: bpmn-js with our properties, a draft kept on the server, findings on the elements.
import Modeler from "bpmn-js/lib/Modeler";
import { BpmnPropertiesPanelModule, BpmnPropertiesProviderModule } from "bpmn-js-properties-panel";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn-codes.css";
import "@bpmn-io/properties-panel/dist/assets/properties-panel.css";
import "./editor.css";
import { inIndonesian } from "./indonesian.js";
import mutasi from "./mutasi.json";
import { mutasiProperties } from "./properties.js";

const SETTLES_IN = 1200;

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
    propertiesPanel: { parent: part("properties") },
    additionalModules: [
      BpmnPropertiesPanelModule,
      BpmnPropertiesProviderModule,
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
  const drawing = () => ({ base: content.base, files: Object.fromEntries([...touched].map((name) => [name, files[name]])) });
  const send = (method, address, options = {}) =>
    fetch(address, {
      method,
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": section.dataset.csrf, Accept: "application/json" },
      body: JSON.stringify(drawing()),
      ...options,
    });

  let timer;
  let asked = 0;
  const changed = async () => {
    files[shown] = (await modeler.saveXML({ format: true })).xml;
    touched.add(shown);
    deploy.disabled = true;
    clearTimeout(timer);
    timer = setTimeout(keepAndCheck, SETTLES_IN);
  };
  const keepAndCheck = async () => {
    const mine = ++asked;
    const status = part("check-status");
    status.textContent = words.checking;
    try {
      const kept = await send("PUT", section.dataset.saveUrl);
      if (!kept.ok) throw new Error(String(kept.status));
      part("saved").textContent = (await kept.json()).saved;
      const answer = await send("POST", section.dataset.checkUrl);
      if (!answer.ok) throw new Error(String(answer.status));
      const checked = await answer.json();
      if (mine !== asked) return;
      findings = checked.findings;
      showFindings();
      showChanges(checked.changes);
      deploy.disabled = !checked.deployable;
      status.textContent = findings.length ? "" : words.clean;
      section.dataset.checked = String(mine);
    } catch {
      status.textContent = words.failed;
    }
  };
  addEventListener("pagehide", () => {
    if (touched.size) send("PUT", section.dataset.saveUrl, { keepalive: true });
  });

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
  const showFindings = () => {
    part("findings-count").textContent = findings.length;
    part("findings").replaceChildren(
      ...findings.map((finding) => row(finding.severity, words[finding.severity], finding, finding.message, finding.mend)),
    );
    mark();
  };
  const showChanges = (changes) => {
    part("changes-count").textContent = changes.length;
    part("nothing").hidden = changes.length > 0;
    const rows = () => changes.map((change) => row(change.how, "", change, change.text, details(change.details, words)));
    part("changes").replaceChildren(...rows());
    part("summary").replaceChildren(...changes.slice(0, 12).map((change) => line(change.text)));
  };
  const goTo = async ({ file, element }) => {
    if (file && file !== shown && files[file]) await open(file);
    const shape = modeler.get("elementRegistry").get(element);
    if (!shape) return;
    section.scrollIntoView({ block: "start" });
    modeler.get("canvas").scrollToElement(shape, 80);
    modeler.get("selection").select(shape);
  };
  const row = (tone, label, place, text, more) => {
    const item = line("");
    item.className = `is-${tone}`;
    if (label) {
      const tag = document.createElement("span");
      tag.className = `tag tag-${tone === "error" ? "bad" : "warn"}`;
      tag.textContent = label;
      item.append(tag);
    }
    const said = document.createElement(place.element ? "button" : "span");
    if (place.element) {
      said.type = "button";
      said.className = "link-button";
      said.addEventListener("click", () => goTo(place));
    }
    said.textContent = text;
    item.append(said);
    if (more) item.append(more instanceof Node ? more : small(more));
    return item;
  };

  modeler.on("commandStack.changed", () => {
    buttons();
    changed();
  });
  undo.addEventListener("click", () => modeler.get("commandStack").undo());
  redo.addEventListener("click", () => modeler.get("commandStack").redo());
  deploy.addEventListener("click", () => document.getElementById("deploy-dialog").showModal());
  for (const tab of tabs) tab.addEventListener("click", () => open(tab.dataset.editorFile));
  await open(content.first);
  if (touched.size) keepAndCheck();
  else if (findings.length) showFindings();
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

function badge(finding) {
  const mark = document.createElement("span");
  mark.className = `editor-finding is-${finding.severity}`;
  mark.title = finding.message;
  mark.textContent = "!";
  return mark;
}

function line(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

function small(text) {
  const note = document.createElement("span");
  note.className = "small quiet";
  note.textContent = text;
  return note;
}

function details(differences, words) {
  if (!differences.length) return null;
  const list = document.createElement("dl");
  list.className = "editor-differences small";
  for (const { what, before, after } of differences) {
    const name = document.createElement("dt");
    name.textContent = what;
    const text = document.createElement("dd");
    for (const [label, value] of [["before", before], ["after", after]]) {
      const side = document.createElement(label === "before" ? "del" : "ins");
      side.textContent = value === null ? words.nothing : value;
      text.append(side, " ");
    }
    list.append(name, text);
  }
  return list;
}
