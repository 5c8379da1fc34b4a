// The open task beside the list: loaded as a fragment, its forms sent without leaving the page.
import htmx from "htmx.org";
import { cardOf, comeBack, leave, makeCurrent, renew } from "./list.js";
import { hush, inbox, say, wide, words } from "./words.js";

const pane = document.getElementById("pane");
const failed = new Map(); // task id -> the page that the server answered with, with what was typed
let asked = 0;

export const openId = () => pane.querySelector("[data-task]")?.dataset.task ?? "";

export async function open(id, { push = true, focus = "" } = {}) {
  const mine = ++asked;
  needForms();
  makeCurrent(cardOf(id), { focus: focus === "card" });
  pane.setAttribute("aria-busy", "true");
  if (push) history.pushState({ inbox: id }, "", addressWith(id));
  const kept = failed.get(id);
  failed.delete(id);
  const text = kept ?? (await load(`/tasks/${id}/panes`));
  if (mine !== asked) return;
  pane.removeAttribute("aria-busy");
  if (text === null) return say(words.network, "bad");
  show(text);
  if (focus === "pane") pane.focus();
  if (focus === "form") focusOnForm();
}

export function close() {
  asked += 1;
  pane.replaceChildren();
  history.replaceState({}, "", addressWith(""));
}

function addressWith(id) {
  const url = new URL(location.href);
  if (id) url.searchParams.set("task", id);
  else url.searchParams.delete("task");
  return url;
}

async function load(url) {
  const answer = await fetch(url, { credentials: "same-origin" }).catch(() => null);
  if (answer?.redirected) location.reload(); // signed out
  return answer ? answer.text() : null;
}

function show(text) {
  const found = new DOMParser().parseFromString(text, "text/html");
  const task = found.querySelector("[data-task]") ?? found.querySelector("main") ?? found.body;
  for (const from of task.querySelectorAll("form")) if (!from.elements.from) from.append(hiddenField("from", "inbox"));
  pane.replaceChildren(...(task.matches("[data-task]") ? [document.adoptNode(task)] : [...task.childNodes].map((node) => document.adoptNode(node))));
  pane.scrollTop = 0;
  htmx.process(pane);
  htmx.trigger(document.body, "htmx:load", { elt: pane });
  for (const form of pane.querySelectorAll("form[data-form-post]")) form.submit = () => decide(form);
}

function hiddenField(name, value) {
  const field = document.createElement("input");
  Object.assign(field, { type: "hidden", name, value });
  return field;
}

// form-js is large: it comes with the first task that is opened here.
function needForms() {
  if (document.querySelector("script[data-forms]")) return;
  const style = Object.assign(document.createElement("link"), { rel: "stylesheet", href: inbox.dataset.formStyle });
  const script = Object.assign(document.createElement("script"), { type: "module", src: inbox.dataset.formScript });
  script.dataset.forms = "";
  document.head.append(style, script);
}

function focusOnForm() {
  const place = pane.querySelector("[data-form-place]");
  if (!place) return pane.focus();
  const find = () => [...place.querySelectorAll("input, textarea, select")].find((field) => field.checkVisibility() && !(field.type === "radio" ? radioChosen(place, field) : field.value));
  const focus = () => (find() ?? pane).focus();
  if (place.closest("[data-drawn]")) return requestAnimationFrame(focus);
  new MutationObserver((_, observer) => {
    if (!place.closest("[data-drawn]")) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(focus));
  }).observe(place.closest("[data-form]"), { attributes: true });
}

const radioChosen = (place, field) => [...place.querySelectorAll(`input[type=radio][name="${CSS.escape(field.name)}"]`)].some(({ checked }) => checked);

// The form of the task: the row leaves at once and the next task opens; when it could not be decided, it comes back.
async function decide(form) {
  const id = openId();
  const card = cardOf(id);
  const next = card ? leave(card) : null;
  if (next) open(next.dataset.task, { focus: "card" });
  else close();
  hush();
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), credentials: "same-origin" }).catch(() => null);
  if (answer?.ok && answer.redirected) {
    pass(new DOMParser().parseFromString(await answer.text(), "text/html"));
    document.dispatchEvent(new Event("mutasi:decided"));
    return;
  }
  const text = answer ? await answer.text() : null;
  if (text !== null) failed.set(id, text);
  const reason = text === null ? words.network : reasonIn(text);
  if (card) comeBack(card, reason);
  say(`${words.undecided} ${card?.dataset.name ?? ""}. ${reason}`, "bad");
  if (!next) open(id, { push: true });
}

function reasonIn(text) {
  const found = new DOMParser().parseFromString(text, "text/html");
  return (found.querySelector("main .notice-bad, main .notice-warn")?.textContent ?? words.came).replace(/\s+/g, " ").trim();
}

// What the server says on the page it leads to is said here.
function pass(page) {
  const flash = page.querySelector(".flashes .notice");
  if (flash) say(flash.textContent.trim(), flash.classList.contains("notice-bad") ? "bad" : "note");
}

// Everything else that can be done with the open task, and undoing: sent in the background, then the row and task anew.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!wide.matches || event.defaultPrevented || form.method !== "post") return;
  if (!form.closest("#pane, #held") || form.enctype === "multipart/form-data" || "leaves" in form.dataset) return;
  if (form.matches("[data-form-post]")) return event.preventDefault(); // its form is not drawn yet
  if (form.action.endsWith("/complete")) {
    event.preventDefault();
    decide(form);
    return;
  }
  event.preventDefault();
  hush();
  const about = form.closest("#held") ? form.dataset.tasks.split(" ") : [openId()];
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const answer = await fetch(form.action, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
  if (!answer) return say(words.network, "bad");
  const text = await answer.text();
  const found = new DOMParser().parseFromString(text, "text/html");
  if (!answer.ok) {
    if (about.includes(openId())) show(text);
    return;
  }
  pass(found);
  document.dispatchEvent(new Event("mutasi:decided"));
  await goOn(about, new URL(answer.url).searchParams.get("task"));
});

// After something was done with a task: its row as it is now, and the task that the server would go on with. After many
// were taken back: the list anew.
async function goOn([about, ...others], next) {
  if (others.length) {
    await htmx.ajax("GET", location.href, { target: "#found", select: "#found", swap: "outerHTML", selectOOB: "#scopes" });
    return;
  }
  const card = cardOf(about);
  if (card?.hidden) card.hidden = false;
  if (card) {
    card.classList.remove("is-back", "is-gone");
    await renew(about);
  } else {
    htmx.ajax("GET", location.href, { target: "#found", select: "#found", swap: "outerHTML" });
  }
  open(next ?? about, { push: next !== openId(), focus: "card" });
}

addEventListener("popstate", () => {
  const id = new URL(location.href).searchParams.get("task");
  if (id && wide.matches) open(id, { push: false });
  else if (!id) pane.replaceChildren();
});
