// The list of cases: the order of columns by buttons, and an address without filters that are not set.
import "./cases.css";

for (const list of document.querySelectorAll("[data-columns]")) orderable(list);
document.body.addEventListener("htmx:oobAfterSwap", () => {
  for (const list of document.querySelectorAll("[data-columns]")) orderable(list);
});

function orderable(list) {
  if (list.dataset.ready) return;
  list.dataset.ready = "yes";
  for (const moves of list.querySelectorAll(".column-moves")) moves.hidden = false;
  list.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-move]");
    if (!button) return;
    const item = button.closest("li");
    const up = button.dataset.move === "up";
    const beside = up ? item.previousElementSibling : item.nextElementSibling;
    if (!beside) return;
    if (up) beside.before(item);
    else beside.after(item);
    button.focus();
    const said = list.parentElement.querySelector("[data-columns-said]");
    const place = [...list.children].indexOf(item) + 1;
    said.textContent = said.dataset.said
      .replace("{column}", item.querySelector(".form-check-label").textContent)
      .replace("{place}", String(place));
  });
}

// Fields that say nothing stay out of the address, so that it can be read and shared.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches("[data-case-filters]")) return;
  for (const [name, value] of [...detail.formData.entries()]) if (!value) detail.formData.delete(name);
});
