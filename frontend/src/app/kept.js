// Keeps what is filled in at a plain form as a draft: two seconds after the last change, and when the page goes away.
//   <form data-kept="/start/draft" data-kept-key="definition" data-kept-as="…"> … <span data-kept-status data-saved data-unsaved>
// `data-kept-key` names the field the draft is kept under; `data-kept-as` is what it was kept under last.
const WAIT = 2000;
const AGAIN = 5000;

for (const form of document.querySelectorAll("form[data-kept]")) keep(form);

function keep(form) {
  const status = form.querySelector("[data-kept-status]");
  const filled = () => new URLSearchParams(new FormData(form)).toString();
  let saved = filled();
  let timer;
  let stopped = false;

  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  async function save(leaving = false) {
    clearTimeout(timer);
    const now = filled();
    if (stopped || now === saved) return;
    const body = new URLSearchParams(now);
    body.set("instead_of", form.dataset.keptAs);
    const key = body.get(form.dataset.keptKey);
    try {
      const answer = await fetch(form.dataset.kept, { method: "POST", body, credentials: "same-origin", keepalive: leaving });
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      saved = now;
      form.dataset.keptAs = key;
      status.textContent = status.dataset.saved.replace("{time}", (await answer.json()).saved);
    } catch {
      status.textContent = status.dataset.unsaved;
      if (!leaving) plan(AGAIN);
    }
  }

  const changed = (event) => {
    if (!event.isTrusted) saved = ""; // typed before this script was here: first/early.js tells it again
    plan(WAIT);
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", () => {
    stopped = true;
    clearTimeout(timer);
  });
  addEventListener("pagehide", () => save(true));
  document.addEventListener("mutasi:leaving", ({ detail }) => detail.push(save(true)));
}
