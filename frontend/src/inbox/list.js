// The cards: which one is current, how one moves, how a row leaves and comes back. Nothing moves under the cursor.
import { wide } from "./words.js";

export const all = () => [...document.querySelectorAll("#found [data-task]")];
const present = () => all().filter((card) => !card.hidden);
export const cardOf = (id) => all().find((card) => card.dataset.task === id);
export const link = (card) => card.querySelector(".work-title a");

export function current() {
  const focused = document.activeElement?.closest?.("#found [data-task]");
  return focused ?? document.querySelector("#found .is-current") ?? null;
}

export function makeCurrent(card, { focus = true, scroll = true } = {}) {
  for (const other of document.querySelectorAll("#found .is-current")) other.classList.remove("is-current");
  if (!card) return;
  card.classList.add("is-current");
  if (focus) link(card).focus({ preventScroll: true });
  if (scroll) card.scrollIntoView({ block: "nearest" });
}

export function move(step) {
  const cards = present();
  if (!cards.length) return false;
  const at = cards.indexOf(current());
  makeCurrent(cards[at < 0 ? (step > 0 ? 0 : cards.length - 1) : Math.min(Math.max(at + step, 0), cards.length - 1)]);
  return true;
}

// The card after this one that can still be worked on, else the one before.
function following(card) {
  const cards = present().filter((one) => !one.classList.contains("is-gone"));
  const at = cards.indexOf(card);
  return cards[at + 1] ?? cards[at - 1] ?? null;
}

export function leave(card) {
  const next = following(card);
  card.hidden = true;
  card.classList.remove("is-current");
  const box = card.querySelector(".work-pick input");
  if (box?.checked) box.click();
  makeCurrent(next);
  return next;
}

// Back where it was, with what went wrong.
export function comeBack(card, text) {
  card.hidden = false;
  mark(card, text, "is-back");
}

export function mark(card, text, kind) {
  card.classList.add(kind);
  const said = card.querySelector("[data-said]");
  if (said.textContent !== text) said.textContent = text;
}

// Grey out in place: it is somebody else's doing, and the place in the list stays.
export function grey(card, text) {
  if (card.hidden) return;
  mark(card, text, "is-gone");
  const box = card.querySelector(".work-pick input");
  if (box?.checked) box.click();
  if (box) box.disabled = true;
  card.querySelector(".work-verdicts")?.remove();
}

export async function renew(id) {
  const card = cardOf(id);
  if (!card) return null;
  const answer = await fetch(`/inbox/${id}/card`, { credentials: "same-origin" }).catch(() => null);
  if (!answer?.ok || answer.redirected) return card;
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const anew = holder.content.querySelector("[data-task]");
  if (!anew) return card;
  const had = card.contains(document.activeElement);
  anew.classList.toggle("is-current", card.classList.contains("is-current"));
  card.replaceWith(anew);
  if (had) link(anew).focus({ preventScroll: true });
  return anew;
}

export function opensHere(event) {
  return wide.matches && !event.ctrlKey && !event.metaKey && !event.shiftKey && event.button === 0;
}
