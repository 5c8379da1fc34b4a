// Deciding from the list: approve at once, reject and send back with a reason. The row leaves at once; the decision can be
// taken back while it is held. What cannot be decided so is opened, with the answer chosen and the first gap in focus.
import { press } from "../app/keys.js";
import { cardOf, comeBack, current, leave } from "./list.js";
import { open, openId } from "./pane.js";
import { fill, hush, post, say, wide, words } from "./words.js";

const dialog = document.getElementById("reason-dialog");
const typed = new Map(); // task id -> a reason that was typed and not taken
let asking = null;

export function verdictsOf(card) {
  return card?.dataset.verdicts ? JSON.parse(card.dataset.verdicts) : {};
}

// From a key: the current card, or the open task when it is not in the list.
export function byKey(verdict) {
  const card = current() ?? cardOf(openId());
  if (card && verdict in verdictsOf(card)) {
    take(card, verdict);
    return true;
  }
  const action = { approve: "approve", reject: "reject", back: "send-back" }[verdict];
  if (card && card.dataset.task !== openId() && wide.matches) {
    open(card.dataset.task, { focus: "form" });
    return true;
  }
  if (press(action)) return true;
  say(words.none);
  return true;
}

export function take(card, verdict) {
  hush();
  if (verdict === "approve") send(card, verdict, "");
  else ask(card, verdict, typed.get(card.dataset.task) ?? "");
}

function ask(card, verdict, reason, label) {
  asking = { card, verdict };
  dialog.querySelector("[data-reason-title]").textContent = `${verdictsOf(card)[verdict]}: ${card.dataset.name}`;
  dialog.querySelector("[data-reason-who]").textContent = card.querySelector(".work-person").textContent.replace(/\s+/g, " ").trim();
  dialog.querySelector("[data-reason-do]").textContent = verdictsOf(card)[verdict];
  if (label) dialog.querySelector("[data-reason-label]").textContent = label;
  const text = dialog.querySelector("textarea");
  text.value = reason;
  dialog.showModal();
  text.focus();
}

dialog.addEventListener("submit", () => {
  const { card, verdict } = asking;
  send(card, verdict, dialog.querySelector("textarea").value.trim());
});

async function send(card, verdict, reason) {
  const id = card.dataset.task;
  const wasOpen = openId() === id;
  const next = leave(card);
  if (wasOpen && next && wide.matches) open(next.dataset.task, { focus: "card" });
  const answer = await post(`/inbox/${id}/decide`, { verdict, reason, version: card.dataset.version });
  const said = answer ? await answer.json().catch(() => null) : null;
  if (answer?.ok) {
    typed.delete(id);
    document.dispatchEvent(new Event("mutasi:decided"));
    return;
  }
  if (reason) typed.set(id, reason);
  card.hidden = false;
  if (said?.ask) {
    ask(card, verdict, reason, said.ask);
    return;
  }
  if (said?.missing) {
    if (wide.matches) open(id, { focus: "form" });
    else location.assign(`/tasks/${id}`);
    return;
  }
  const why = said?.said ?? words.network;
  comeBack(card, why);
  say(`${words.undecided} ${card.dataset.name}. ${why}`, "bad");
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("#found [data-verdict]");
  if (button) take(button.closest("[data-task]"), button.dataset.verdict);
});

// What was decided is carried out: the row is no longer needed.
document.addEventListener("mutasi:carried-out", ({ detail }) => {
  for (const task of detail.tasks) {
    const card = cardOf(task);
    if (card?.hidden) card.remove();
  }
});

export { fill };
