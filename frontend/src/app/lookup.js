// A combobox over /lookup/…: type, choose, and the hidden field holds the key (WAI-ARIA combobox with listbox).
import { drawn, light } from "./options.js";

for (const box of document.querySelectorAll("[data-lookup]")) enhance(box);

function enhance(box) {
  const input = box.querySelector("input[type=text], input[type=search]");
  const hidden = box.querySelector("input[type=hidden]");
  const list = box.querySelector("[role=listbox]");
  const status = box.querySelector("[data-lookup-status]");
  let timer;
  let asked = 0;
  let active = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const choose = (option) => {
    hidden.value = option.dataset.value;
    input.value = option.dataset.label;
    box.classList.add("is-chosen");
    close();
    hidden.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const highlight = (index) => {
    const all = options();
    if (all.length) active = light(input, all, index);
  };
  const search = async () => {
    const mine = ++asked;
    const url = new URL(box.dataset.lookup, location.href);
    url.searchParams.set("q", input.value.trim());
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" });
    if (!answer.ok || mine !== asked) return;
    const { items } = await answer.json();
    list.replaceChildren(...items.map((item, number) => drawn(item, `${input.id}-${number}`)));
    status.textContent = items.length ? "" : box.dataset.nothing;
    list.hidden = !items.length;
    input.setAttribute("aria-expanded", String(items.length > 0));
    active = -1;
  };

  input.addEventListener("input", () => {
    hidden.value = "";
    box.classList.remove("is-chosen");
    clearTimeout(timer);
    if (input.value.trim().length < 2) {
      close();
      return;
    }
    timer = setTimeout(search, 200);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") highlight(active + 1);
    else if (event.key === "ArrowUp") highlight(active - 1);
    else if (event.key === "Enter" && active >= 0 && !list.hidden) choose(options()[active]);
    else if (event.key === "Escape" && !list.hidden) close();
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
  input.addEventListener("blur", close);
}
