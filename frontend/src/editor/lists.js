// The lists beside the drawing: what the server found, and what would change.
export function badge(finding) {
  const mark = document.createElement("span");
  mark.className = `editor-finding is-${finding.severity}`;
  mark.title = finding.message;
  mark.textContent = "!";
  return mark;
}

export function line(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

// `place`: {file, element}, which `goTo` shows; `more`: a text or a node below it.
export function row({ tone, label, place, text, more }, goTo) {
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
}

// The name of an element in a drawing; empty when it has none.
export function named(xml, element) {
  const drawing = new DOMParser().parseFromString(xml, "text/xml");
  return drawing.querySelector(`[id="${CSS.escape(element)}"]`)?.getAttribute("name") ?? "";
}

// What an element said before and says now.
export function differences(found, words) {
  if (!found.length) return null;
  const list = document.createElement("dl");
  list.className = "editor-differences small";
  for (const { what, before, after } of found) {
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

function small(text) {
  const note = document.createElement("span");
  note.className = "small quiet";
  note.textContent = text;
  return note;
}
