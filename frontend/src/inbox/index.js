// The inbox: the list, the open task, keys as in mail, many at once, and what is new.
import "./inbox.css";
import { onKey, press } from "../app/keys.js";
import { current, link, makeCurrent, move, opensHere, renew, cardOf } from "./list.js";
import { open, openId } from "./pane.js";
import { byKey } from "./decide.js";
import { toggle, update } from "./batch.js";
import { look, watch } from "./news.js";
import { hush, post, say, wide, words } from "./words.js";

const pane = document.getElementById("pane");
if (pane.dataset.open) {
  if (wide.matches) open(pane.dataset.open, { push: false });
  else location.replace(`/tasks/${pane.dataset.open}`);
}

document.addEventListener("click", (event) => {
  const title = event.target.closest("#found .work-title a, [data-passing] a");
  if (!title || !opensHere(event)) return;
  event.preventDefault();
  title.closest("dialog")?.close();
  open(title.pathname.split("/").pop(), { focus: "pane" });
});
// An address says only which filters are set.
document.addEventListener("htmx:configRequest", ({ detail: { elt, parameters } }) => {
  if (elt.matches(".inbox-filters")) for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
});
// Without scrolling: a press of the mouse focuses, and what moves away below it is not clicked.
document.addEventListener("focusin", ({ target }) => {
  const card = target.closest?.("#found [data-task]");
  if (card) makeCurrent(card, { focus: false, scroll: false });
});
// The list was swapped by a filter: the task that is open stays marked.
document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target.id !== "found") return;
  makeCurrent(cardOf(openId()), { focus: false });
  update();
});

onKey("j", () => move(1));
onKey("k", () => move(-1));
onKey("x", () => toggle(current()));
onKey("a", () => byKey("approve"));
onKey("r", () => byKey("reject"));
onKey("b", () => byKey("back"));
onKey("c", () => claim());
onKey("m", () => within("comment"));
onKey("d", () => within("delegate"));
onKey("Enter", ({ target }) => {
  const card = current();
  if (!card || target !== document.body) return false;
  link(card).click();
  return true;
});

// From the comment back to the list, where keys are keys again.
document.addEventListener("keydown", ({ key, target }) => {
  if (key === "Escape" && target.matches("#pane [data-action=comment]")) makeCurrent(cardOf(openId()));
});

async function claim() {
  const card = current();
  hush();
  if (!card || card.dataset.task === openId()) return press("claim");
  const answer = await post(`/tasks/${card.dataset.task}/claim`, {});
  if (!answer) return say(words.network, "bad");
  await renew(card.dataset.task);
  if (answer.status === 409) look();
  return true;
}

// Comments and delegation are forms of the open task: open it first.
function within(action) {
  const card = current();
  if (!card || card.dataset.task === openId() || !wide.matches) return press(action);
  open(card.dataset.task, { focus: "card" }).then(() => press(action));
  return true;
}

watch();
