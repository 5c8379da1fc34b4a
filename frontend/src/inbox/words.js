// What the inbox says, from the page, and how it asks the server.
export const inbox = document.querySelector("[data-inbox]");
export const words = inbox ? JSON.parse(inbox.dataset.words) : {};
export const wide = matchMedia("(min-width: 1100px)");

export const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export const token = () => document.querySelector("input[name=csrf_token]")?.value ?? "";

// The answer, or null without a connection.
export function post(url, values) {
  const body = new URLSearchParams(values);
  body.set("csrf_token", token());
  return fetch(url, { method: "POST", body, headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
}

// Say something to everybody: seen above the list, heard by screen readers.
export function say(text, tone = "note") {
  let place = document.getElementById("inbox-said");
  if (!place) {
    place = document.createElement("div");
    place.id = "inbox-said";
    place.setAttribute("role", "status");
    inbox.before(place);
  }
  place.className = `notice notice-${tone} mb-3`;
  place.textContent = text;
}

export const hush = () => document.getElementById("inbox-said")?.remove();
