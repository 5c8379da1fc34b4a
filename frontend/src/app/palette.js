// The command palette: Ctrl or Cmd and K on every page. A combobox with a listbox in groups (WAI-ARIA).
import { press } from "./keys.js";

const dialog = document.getElementById("palette");
if (dialog) enhance();

function enhance() {
  const input = dialog.querySelector("[role=combobox]");
  const list = dialog.querySelector("[role=listbox]");
  const said = dialog.querySelector("[data-palette-said]");
  let timer;
  let asked = 0;
  let active = -1;
  let items = [];

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (dialog.open) dialog.close();
    else if (!document.querySelector("dialog[open]")) open();
  });
  document.addEventListener("click", ({ target }) => target.closest?.("[command=show-modal][commandfor=palette]") && begin());
  if (dialog.open) ask(); // opened before this script was here

  function open() {
    dialog.showModal();
    begin();
  }

  function begin() {
    input.value = "";
    ask();
  }

  async function ask() {
    const mine = ++asked;
    const url = new URL(dialog.dataset.palette, location.href);
    url.searchParams.set("q", input.value.trim());
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    draw((await answer.json()).groups);
  }

  function draw(groups) {
    items = [];
    list.replaceChildren(
      ...groups
        .map(({ label, items: found }) => ({ label, found: found.filter((item) => !item.press || item.press === "keys-help" || onPage(item.press)) }))
        .filter(({ found }) => found.length)
        .map(({ label, found }, number) => {
          const group = element("div", { role: "group", "aria-labelledby": `palette-group-${number}` });
          group.append(element("div", { id: `palette-group-${number}`, class: "palette-group", role: "presentation" }, label));
          for (const item of found) {
            const option = element("div", { role: "option", id: `palette-${items.length}`, "aria-selected": "false" });
            option.append(element("span", {}, item.label), element("span", { class: "palette-detail" }, item.detail));
            option.dataset.at = items.length;
            items.push(item);
            group.append(option);
          }
          return group;
        }),
    );
    said.textContent = items.length ? "" : dialog.dataset.nothing;
    input.setAttribute("aria-expanded", String(items.length > 0));
    light(items.length ? 0 : -1);
  }

  function light(at) {
    active = at;
    for (const option of list.querySelectorAll("[role=option]")) option.setAttribute("aria-selected", String(Number(option.dataset.at) === at));
    const option = list.querySelector(`[data-at="${at}"]`);
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  }

  function choose(item) {
    if (!item) return;
    dialog.close();
    if (item.url) location.assign(item.url);
    else if (item.press === "keys-help") document.getElementById("keys-help").showModal();
    else if (item.press) press(item.press);
    else if (item.post) send(...item.post);
  }

  function send(action, language) {
    const form = element("form", { method: "post", action, hidden: "" });
    const values = { language, next: location.pathname + location.search, csrf_token: dialog.querySelector("[name=csrf_token]").value };
    for (const [name, value] of Object.entries(values)) form.append(element("input", { type: "hidden", name, value }));
    document.body.append(form);
    form.submit();
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, 150);
  });
  dialog.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") light((active + 1) % items.length);
    else if (event.key === "ArrowUp") light((active - 1 + items.length) % items.length);
    else if (event.key === "Enter") choose(items[active]);
    else return;
    event.preventDefault();
  });
  list.addEventListener("click", ({ target }) => choose(items[target.closest("[role=option]")?.dataset.at]));
}

const onPage = (action) => [...document.querySelectorAll(`[data-action="${action}"]`)].some((button) => button.checkVisibility());

function element(name, attributes, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}
