// New work is announced, never shuffled under the cursor; what somebody else finished greys out where it stands.
import htmx from "htmx.org";
import { all, grey, mark } from "./list.js";
import { openId } from "./pane.js";
import { inbox, words } from "./words.js";

const EVERY = 20_000;
const button = inbox.querySelector("[data-show-news]");
let timer;

export function watch() {
  plan();
  document.addEventListener("mutasi:decided", count);
  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : look()));
  button.addEventListener("click", show);
}

const plan = () => {
  clearTimeout(timer);
  timer = setTimeout(look, EVERY);
};

// The filters of the address, without what is only of this page.
const filters = () => new URLSearchParams([...new URL(location.href).searchParams].filter(([name]) => !["cursor", "task"].includes(name)));

// How many there are in each scope, anew.
function count() {
  htmx.ajax("GET", `${inbox.dataset.scopes}?${filters()}`, { target: "#scopes", swap: "outerHTML" });
}

export async function look() {
  clearTimeout(timer);
  const found = document.getElementById("found");
  const url = new URL(inbox.dataset.news, location.href);
  url.search = filters();
  url.searchParams.set("since", found.dataset.since);
  url.searchParams.set("ids", all().map((card) => card.dataset.task).join(","));
  const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
  if (answer?.ok) tell(await answer.json());
  if (!document.hidden) plan();
}

function tell({ new: count, said, tasks }) {
  if (count) {
    const text = `${said} – ${words.show}`;
    if (button.textContent !== text) button.textContent = text;
  }
  button.hidden = !count;
  for (const card of all()) {
    const became = tasks[card.dataset.task];
    if (!became || card.hidden) continue;
    if (became.state !== "taken") grey(card, became.said);
    else if (!("taken" in card.dataset)) mark(card, became.said, "is-taken"); // it does not say so yet
  }
}

async function show() {
  button.hidden = true;
  const url = new URL(location.href);
  url.searchParams.delete("cursor");
  await htmx.ajax("GET", url.pathname + url.search, { target: "#found", select: "#found", swap: "outerHTML", selectOOB: "#scopes" });
  const first = all()[0]?.querySelector(".work-title a");
  if (!openId()) first?.focus();
}
