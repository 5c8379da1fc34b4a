// Names of a diagram in the reader's language: mutasi:nameEn takes the place of name.
const NAMESPACE = "http://mutasi.id/schema/bpmn/1";

export function inLanguage(xml, language) {
  if (language !== "en") return xml;
  const document_ = new DOMParser().parseFromString(xml, "application/xml");
  if (document_.querySelector("parsererror")) return xml;
  for (const element of document_.querySelectorAll("*")) {
    const name = element.getAttributeNS(NAMESPACE, "nameEn");
    if (name) element.setAttribute("name", name);
  }
  return new XMLSerializer().serializeToString(document_);
}
