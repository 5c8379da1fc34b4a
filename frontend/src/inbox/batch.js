// Many at once: choose tasks of one kind, try it out, decide what passes some at a time, see a result for each.
import { all, cardOf, leave } from "./list.js";
import { verdictsOf } from "./decide.js";
import { fill, say, token, words } from "./words.js";

const MOST = 200;
const AT_A_TIME = 8;
const bar = document.querySelector("[data-batch]");
const dialog = document.getElementById("batch-dialog");
const form = dialog.querySelector("[data-batch-form]");
const found = dialog.querySelector("[data-batch-found]");
const go = dialog.querySelector("[data-batch-go]");
const running = dialog.querySelector("[data-batch-running]");
let verdict = "";

const chosen = () => all().filter((card) => !card.hidden && card.querySelector(".work-pick input")?.checked);

export function toggle(card) {
  const box = card?.querySelector(".work-pick input");
  if (!box || box.disabled) return false;
  box.click();
  return true;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("#found .work-pick input")) return;
  const card = event.target.closest("[data-task]");
  const others = chosen().filter((one) => one !== card);
  if (event.target.checked && others.length && others[0].dataset.kind !== card.dataset.kind) {
    event.target.checked = false;
    say(words.other, "warn");
  } else if (others.length >= MOST) {
    event.target.checked = false;
    say(fill(words.most, { count: MOST }), "warn");
  }
  update();
});

export function update() {
  const cards = chosen();
  bar.hidden = !cards.length;
  for (const card of all()) card.classList.toggle("is-chosen", cards.includes(card));
  if (!cards.length) return;
  bar.querySelector("[data-batch-count]").textContent = fill(words.chosen, { count: cards.length });
  const place = bar.querySelector("[data-batch-verdicts]");
  place.replaceChildren(
    ...Object.entries(verdictsOf(cards[0])).map(([name, label]) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: `btn ${name === "approve" ? "btn-primary" : ""}`, textContent: `${label} …` });
      button.addEventListener("click", () => begin(name, label));
      return button;
    }),
  );
}

bar.querySelector("[data-batch-clear]").addEventListener("click", () => {
  for (const card of chosen()) card.querySelector(".work-pick input").checked = false;
  update();
});

function begin(name, label) {
  verdict = name;
  const cards = chosen();
  dialog.querySelector("[data-batch-title]").textContent = `${label}: ${cards[0].dataset.name} (${cards.length})`;
  dialog.querySelector("[data-batch-reason]").hidden = name === "approve";
  form.elements.reason.required = name !== "approve";
  form.elements.reason.readOnly = false;
  form.hidden = false;
  found.replaceChildren();
  go.hidden = running.hidden = true;
  dialog.showModal();
  if (name === "approve") form.requestSubmit();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const body = values(chosen().map((card) => card.dataset.task));
  const answer = await fetch("/inbox/batch/rehearsal", { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) {
    found.textContent = words.network;
    return;
  }
  found.innerHTML = await answer.text();
  const passing = found.querySelectorAll("[data-passing] [data-task]").length;
  go.hidden = !passing;
  go.textContent = dialog.querySelector("[data-batch-title]").textContent.replace(/\(\d+\)$/, `(${passing})`);
  if (passing && verdict === "approve") go.focus();
});

function values(ids) {
  const body = new URLSearchParams({ csrf_token: token(), verdict, reason: form.elements.reason.value });
  for (const id of ids) body.append("task", id);
  return body;
}

go.addEventListener("click", async () => {
  go.hidden = true;
  form.hidden = true;
  running.hidden = false;
  const rows = [...found.querySelectorAll("[data-passing] [data-task]")];
  const progress = running.querySelector("progress");
  progress.max = rows.length;
  let done = 0;
  let failed = 0;
  for (let at = 0; at < rows.length; at += AT_A_TIME) {
    progress.value = at;
    running.querySelector("[data-batch-said]").textContent = fill(words.progress, { done: at, all: rows.length });
    const some = rows.slice(at, at + AT_A_TIME);
    const answer = await fetch("/inbox/batch", { method: "POST", body: values(some.map((row) => row.dataset.task)), headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
    const items = answer?.ok ? (await answer.json()).items : some.map((row) => ({ task: row.dataset.task, done: false, said: words.network }));
    for (const item of items) {
      const row = rows.find((one) => one.dataset.task === item.task);
      row.querySelector("[data-result]").textContent = item.done ? words.decided : item.said;
      row.classList.add(item.done ? "is-done" : "is-failed");
      if (item.done) done += 1;
      else failed += 1;
      const card = cardOf(item.task);
      if (item.done && card) leave(card);
    }
  }
  progress.value = rows.length;
  const said = fill(words.finished, { done, failed });
  running.querySelector("[data-batch-said]").textContent = said;
  say(said, failed ? "warn" : "good");
  document.dispatchEvent(new Event("mutasi:decided"));
  update();
});
