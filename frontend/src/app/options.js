// The options of look-ups: a name, and what to tell it from others by.
export function drawn({ value, label, detail }, id) {
  const made = document.createElement("li");
  made.id = id;
  made.setAttribute("role", "option");
  made.setAttribute("aria-selected", "false");
  made.dataset.value = value;
  made.dataset.label = label;
  made.append(part("lookup-name", label), part("lookup-detail", detail ?? ""));
  return made;
}

function part(name, text) {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}

// Lights one of several options, from the end on to the beginning; answers which.
export function light(input, options, index) {
  const active = (index + options.length) % options.length;
  for (const [number, option] of options.entries()) option.setAttribute("aria-selected", String(number === active));
  input.setAttribute("aria-activedescendant", options[active].id);
  options[active].scrollIntoView({ block: "nearest" });
  return active;
}
