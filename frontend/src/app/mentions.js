// @ in a comment opens a list of people who may read it; arrows and Enter choose. Without script one types the user name.
import { drawn, light } from "./options.js";

const LETTERS = /(?:^|[^\w@.])@([\p{L}\d._-]{0,40})$/u;
let timer;
let asked = 0;

document.addEventListener("input", (event) => {
  const text = event.target;
  if (!text.matches("[data-mentions] textarea")) return;
  clearTimeout(timer);
  const typed = typedName(text);
  if (typed === null) close(text);
  else timer = setTimeout(() => search(text, typed), 150);
});

document.addEventListener("keydown", (event) => {
  const text = event.target;
  if (!text.matches?.("[data-mentions] textarea")) return;
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter") {
    event.preventDefault();
    text.form.requestSubmit();
    return;
  }
  const list = listOf(text);
  if (list.hidden) return;
  const all = [...list.children];
  const active = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") light(text, all, active + 1);
  else if (event.key === "ArrowUp") light(text, all, active - 1);
  else if ((event.key === "Enter" || event.key === "Tab") && active >= 0) choose(text, all[active]);
  else if (event.key === "Escape") close(text);
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

document.addEventListener("mousedown", (event) => {
  const option = event.target.closest?.("[data-mentions] [role=option]");
  if (!option) return;
  event.preventDefault();
  choose(option.closest("[data-mentions]").querySelector("textarea"), option);
});

document.addEventListener("focusout", (event) => {
  if (event.target.matches?.("[data-mentions] textarea")) close(event.target);
});

const listOf = (text) => text.closest("[data-mentions]").querySelector("[role=listbox]");
const typedName = (text) => text.value.slice(0, text.selectionStart).match(LETTERS)?.[1] ?? null;

async function search(text, typed) {
  const mine = ++asked;
  const box = text.closest("[data-mentions]");
  const url = new URL(box.dataset.mentions, location.href);
  url.searchParams.set("q", typed);
  url.searchParams.set("audience", text.form.querySelector("[name=audience]:checked")?.value ?? text.dataset.audience);
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || mine !== asked || typedName(text) === null) return;
  const { items } = await answer.json();
  const list = listOf(text);
  list.replaceChildren(...items.map((item, number) => drawn(item, `${text.id}-person-${number}`)));
  list.hidden = !items.length;
  box.querySelector("[data-mentions-status]").textContent = items.length ? "" : box.dataset.nobody;
  if (items.length) light(text, [...list.children], 0);
  else close(text, false);
}

function choose(text, option) {
  const typed = typedName(text) ?? "";
  const start = text.selectionStart - typed.length;
  text.setRangeText(`${option.dataset.value} `, start, text.selectionStart, "end");
  close(text);
  text.focus();
}

function close(text, quiet = true) {
  const list = listOf(text);
  list.hidden = true;
  text.removeAttribute("aria-activedescendant");
  if (quiet) text.closest("[data-mentions]").querySelector("[data-mentions-status]").textContent = "";
}
