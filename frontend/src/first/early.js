// On a slow line a page is seen before all of it and its scripts are here. What is typed, chosen or pressed until then is
// told to them once they are. Links and buttons that send a form need nothing else.
const changed = new Map();
let pressed;

const waits = (button) =>
  button.hasAttribute("commandfor") ? !button.commandForElement : button.getAttribute("type") === "button";
const change = ({ target, type }) => changed.set(target, (changed.get(target) ?? new Set()).add(type));
const press = ({ target }) => {
  const button = target.closest("button");
  if (button && waits(button)) pressed = button;
};
const listeners = { input: change, change, click: press };

for (const [type, listener] of Object.entries(listeners)) document.addEventListener(type, listener, true);
document.addEventListener("DOMContentLoaded", () => {
  for (const [type, listener] of Object.entries(listeners)) document.removeEventListener(type, listener, true);
  for (const [field, types] of changed) for (const type of types) field.dispatchEvent(new Event(type, { bubbles: true }));
  pressed?.click();
});
