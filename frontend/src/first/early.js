// On a slow line a page is seen before its scripts are here. What is typed, chosen or pressed until then is told to them
// once they are. Links, buttons that send a form and those that open a dialog need no script.
const NEEDS_SCRIPT = "button[type=button]:not([commandfor])";
const changed = new Map();
let pressed;

const change = ({ target, type }) => changed.set(target, (changed.get(target) ?? new Set()).add(type));
const press = ({ target }) => {
  pressed = target.closest(NEEDS_SCRIPT) ?? pressed;
};
const listeners = { input: change, change, click: press };

for (const [type, listener] of Object.entries(listeners)) document.addEventListener(type, listener, true);
document.addEventListener("DOMContentLoaded", () => {
  for (const [type, listener] of Object.entries(listeners)) document.removeEventListener(type, listener, true);
  for (const [field, types] of changed) for (const type of types) field.dispatchEvent(new Event(type, { bubbles: true }));
  pressed?.click();
});
