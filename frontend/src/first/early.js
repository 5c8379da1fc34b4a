// On a slow line a page is seen before all of it and its scripts are here. What is typed, chosen or pressed until then is
// told to them once they are. Links and buttons that send a form need nothing else.
const changed = new Map();
let pressed;

const change = ({ target, type }) => changed.set(target, (changed.get(target) ?? new Set()).add(type));
const press = ({ target }) => {
  const button = target.closest("button");
  if (button?.getAttribute("type") === "button" && !button.commandForElement) pressed = button;
};
const listeners = { input: change, change, click: press };

for (const [type, listener] of Object.entries(listeners)) document.addEventListener(type, listener, true);

const pressAgain = () => {
  pressed?.click();
  pressed = undefined;
};

// All of the page is here, and so is the dialog that was to be opened.
const whole = () => {
  if (pressed?.commandForElement) pressAgain();
};
document.addEventListener("readystatechange", whole, { once: true });

// Its scripts are, too; those that wait for this moment themselves come first.
document.addEventListener("DOMContentLoaded", () => setTimeout(tellAgain));

function tellAgain() {
  for (const [type, listener] of Object.entries(listeners)) document.removeEventListener(type, listener, true);
  for (const [field, types] of changed) for (const type of types) field.dispatchEvent(new Event(type, { bubbles: true }));
  pressAgain();
}
