// The menus of a task (delegate, send back, take back): one open at a time, the first field focused, Escape closes.
document.addEventListener(
  "toggle",
  ({ target }) => {
    if (!target.matches?.("details.move-menu") || !target.open) return;
    for (const other of document.querySelectorAll("details.move-menu[open]")) if (other !== target) other.open = false;
    target.querySelector("select, textarea")?.focus();
  },
  true,
);

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.move-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll("details.move-menu[open]")) if (!menu.contains(target)) menu.open = false;
});

// On a phone the facts are folded below the form, as they were left.
const phone = matchMedia("(max-width: 575.98px)");
fold(document);
document.addEventListener("htmx:load", ({ detail }) => fold(detail.elt));

function fold(root) {
  if (!phone.matches) return;
  for (const facts of root.querySelectorAll("details.facts-fold")) facts.open = false;
}
