// Names of a diagram in the reader's language: mutasi:nameEn takes the place of name.
const NAMESPACE = "http://mutasi.id/schema/bpmn/1";
const DRAWING = "http://www.omg.org/spec/BPMN/20100524/DI";
const LETTER = 7.5;

export function inLanguage(xml, language) {
  if (language !== "en") return xml;
  const document_ = new DOMParser().parseFromString(xml, "application/xml");
  if (document_.querySelector("parsererror")) return xml;
  const names = new Map();
  for (const element of document_.querySelectorAll("*")) {
    const name = element.getAttributeNS(NAMESPACE, "nameEn");
    if (!name) continue;
    element.setAttribute("name", name);
    names.set(element.getAttribute("id"), name);
  }
  for (const label of document_.getElementsByTagNameNS(DRAWING, "BPMNLabel")) {
    const name = names.get(label.parentElement.getAttribute("bpmnElement"));
    if (name) holdWords(label.firstElementChild, name);
  }
  return new XMLSerializer().serializeToString(document_);
}

// Labels were placed for the Indonesian name: one that is too narrow would break an English word in two.
function holdWords(bounds, name) {
  const width = Number(bounds?.getAttribute("width"));
  const wanted = Math.max(...name.split(/\s+/).map((word) => word.length)) * LETTER;
  if (!width || width >= wanted) return;
  bounds.setAttribute("width", wanted);
  bounds.setAttribute("x", Number(bounds.getAttribute("x")) - (wanted - width) / 2);
}
