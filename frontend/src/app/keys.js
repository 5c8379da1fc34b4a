// Single keys, as in mail: on where the account says so (body[data-single-keys]), never while somebody types, fills in the
// form of a task, or a dialog is open. A page may take a key before the usual meaning: onKey("a", () => true when it was used).
const taken = new Map();

export function onKey(key, handler) {
  taken.set(key, handler);
}

const ACTIONS = { a: "approve", r: "reject", b: "send-back", c: "claim", m: "comment", d: "delegate", z: "undo" };

document.addEventListener("keydown", (event) => {
  if (document.body.dataset.singleKeys !== "yes" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (typing(event.target) || document.querySelector("dialog[open]")) return;
  if (taken.get(event.key)?.(event) || usual(event.key)) event.preventDefault();
});

function usual(key) {
  if (key === "?") return help();
  if (key === "/") {
    const search = document.querySelector("main input[type=search]");
    search?.focus();
    search?.select();
    return Boolean(search);
  }
  return key in ACTIONS && press(ACTIONS[key]);
}

// Press the visible button of an action, where there is one: in the open task, else anywhere on the page.
export function press(action) {
  const found = [...document.querySelectorAll(`[data-action="${action}"]`)].find((button) => button.checkVisibility());
  found?.focus();
  found?.click();
  return Boolean(found);
}

function help() {
  const dialog = document.getElementById("keys-help");
  dialog?.showModal();
  return Boolean(dialog);
}

function typing(target) {
  return Boolean(target.closest?.("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], [role=combobox], [role=listbox], [data-form-place]"));
}
