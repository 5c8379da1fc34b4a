// What htmx asked for and did not get is said where it was asked for. What was typed there stays.
document.addEventListener("htmx:responseError", ({ detail: { elt, xhr } }) => say(elt, why(xhr) ?? document.body.dataset.refused));
document.addEventListener("htmx:sendError", ({ detail: { elt } }) => say(elt, document.body.dataset.unanswered));
document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => said(elt)?.remove());

function why(xhr) {
  return xhr.getResponseHeader("Content-Type")?.includes("json") ? JSON.parse(xhr.responseText).said : null;
}

function say(asking, text) {
  said(asking)?.remove();
  const notice = document.createElement("div");
  notice.className = "notice notice-bad mb-3 unanswered";
  notice.setAttribute("role", "alert");
  notice.textContent = text;
  asking.before(notice);
}

function said(asking) {
  const before = asking.previousElementSibling;
  return before?.classList.contains("unanswered") ? before : null;
}
