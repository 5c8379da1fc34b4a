// Many at once: choose tasks of one kind, try it out, decide what passes some at a time, see a result for each.
import { all, cardOf, leave } from "./list.js";
import { verdictsOf } from "./decide.js";
import { fill, hush, say, token, words } from "./words.js";

const MOST = 200;
const AT_A_TIME = 8;
const bar = document.querySelector("[data-batch]");
const dialog = document.getElementById("batch-dialog");
const form = dialog.querySelector("[data-batch-form]");
const attempt = form.querySelector("button[type=submit]");
const found = dialog.querySelector("[data-batch-found]");
const go = dialog.querySelector("[data-batch-go]");
const running = dialog.querySelector("[data-batch-running]");
const back = dialog.querySelector("[data-batch-undo]");
let verdict = "";
let tried = null; // what the rehearsal was asked with, and what is decided with
let together = ""; // what is decided under this id of the rehearsal can be taken back together

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
  hush();
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
  form.hidden = attempt.hidden = false;
  found.replaceChildren();
  go.hidden = running.hidden = back.hidden = true;
  dialog.showModal();
  if (name === "approve") form.requestSubmit();
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  tried = new FormData(form);
  const body = values(chosen().map((card) => card.dataset.task));
  const answer = await fetch("/inbox/batch/rehearsal", { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok) {
    found.textContent = words.network;
    return;
  }
  found.innerHTML = await answer.text();
  const fields = found.querySelector("[data-batch-fields]");
  form.hidden = verdict === "approve"; // its reason is not asked for, and it was tried out
  attempt.hidden = Boolean(fields); // they have a button of their own
  const passing = found.querySelectorAll("[data-passing] [data-task]").length;
  go.hidden = !passing;
  go.textContent = dialog.querySelector("[data-batch-title]").textContent.replace(/\(\d+\)$/, `(${passing})`);
  const gap = found.querySelector("[aria-invalid=true]") ?? [...(fields?.elements ?? [])].find((field) => field.name && !field.value);
  if (gap) gap.focus();
  else if (passing && verdict === "approve") go.focus();
});

// What was not tried out is not decided.
dialog.addEventListener("input", () => {
  go.hidden = true;
});

function values(ids) {
  const body = new URLSearchParams(tried);
  body.set("csrf_token", token());
  body.set("verdict", verdict);
  for (const id of ids) body.append("task", id);
  return body;
}

function decided(ids) {
  const body = values(ids);
  body.set("batch", together);
  return body;
}

go.addEventListener("click", async () => {
  go.hidden = true;
  form.hidden = true;
  running.hidden = false;
  found.querySelector("[data-batch-fields]")?.remove();
  together = found.querySelector("[data-passing]").dataset.passing;
  const rows = [...found.querySelectorAll("[data-passing] [data-task]")];
  const progress = running.querySelector("progress");
  progress.max = rows.length;
  let done = 0;
  let failed = 0;
  for (let at = 0; at < rows.length; at += AT_A_TIME) {
    progress.value = at;
    running.querySelector("[data-batch-said]").textContent = fill(words.progress, { done: at, all: rows.length });
    const some = rows.slice(at, at + AT_A_TIME);
    const answer = await fetch("/inbox/batch", { method: "POST", body: decided(some.map((row) => row.dataset.task)), headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
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
  back.hidden = !done;
  (done ? back : dialog.querySelector("[command=close]")).focus();
});

// The offer to take it back stands on the page, below the dialog: reached from here, too. It may still be on its way.
const offer = () => document.querySelector(`#held form[data-held-batch="${together}"]`);
back.addEventListener("click", async () => {
  dialog.close();
  if (!offer()) {
    const held = new Promise((resolve) => document.addEventListener("mutasi:held", resolve, { once: true }));
    document.dispatchEvent(new Event("mutasi:decided"));
    await held;
  }
  if (offer()) offer().requestSubmit();
  else say(words.kept, "warn");
});
document.addEventListener("mutasi:carried-out", () => {
  if (!offer()) back.hidden = true;
});
