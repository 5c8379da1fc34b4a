// Saves what is typed two seconds after typing stops, when a field is left, and when the page goes away. Never checked.
const WAIT = 2000;
const AGAIN = 5000;

export function keepDraft({ form, holder, post, words, token }) {
  const status = post.querySelector("[data-draft-status]");
  const keys = topLevelKeys(form);
  const answers = () => {
    const { data } = form._getState();
    return JSON.stringify(Object.fromEntries(keys.filter((key) => key in data).map((key) => [key, data[key]])));
  };
  let saved = answers();
  let timer;
  let stopped = false;
  let running = Promise.resolve();

  const say = (text, tone = "") => {
    if (!status) return;
    status.textContent = text;
    status.dataset.tone = tone;
  };
  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };
  const save = (leaving = false) => {
    clearTimeout(timer);
    const now = answers();
    if (stopped || now === saved) return;
    running = leaving ? send(now, true) : running.then(() => send(now, false));
  };

  async function send(now, leaving) {
    if (stopped) return;
    try {
      const body = new URLSearchParams({ answers: now });
      const answer = await fetch(holder.dataset.formDraft, {
        method: "POST",
        headers: { Accept: "application/json", "X-CSRFToken": token },
        body,
        credentials: "same-origin",
        // A browser sends at most 64 kB after the page has gone.
        keepalive: leaving && now.length < 60_000,
      });
      if (answer.status === 401 || answer.status === 403) return say(words.signedOut, "bad");
      const said = await answer.json();
      if (answer.status === 409) return say(first(said, words), "bad");
      if (!answer.ok) return say(said.said ?? words.unsaved, "bad");
      saved = now;
      if (!stopped) say(words.saved.replace("{time}", said.saved));
    } catch {
      say(words.unsaved, "bad");
      if (!leaving) plan(AGAIN);
    }
  }

  form.on("changed", () => {
    if (!stopped && answers() !== saved) plan(WAIT);
  });
  holder.addEventListener("focusout", () => setTimeout(save, 350)); // form-js hands text on a little later
  const leave = () => save(true);
  const leaveFields = () => {
    if (holder.contains(document.activeElement)) document.activeElement.blur(); // form-js takes what was typed last
    leave();
  };
  addEventListener("pagehide", leaveFields);
  document.addEventListener("mutasi:leaving", ({ detail }) => {
    leaveFields();
    detail.push(running);
  });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  document.addEventListener("htmx:beforeSwap", leave);
  return {
    // Answers when a draft that is on its way has arrived: it must not come after the decision.
    stop() {
      stopped = true;
      clearTimeout(timer);
      return running;
    },
  };
}

function first(said, words) {
  return said.by ? words.first.replace("{name}", said.by).replace("{time}", said.at) : words.closed;
}

function topLevelKeys(form) {
  const paths = form.get("pathRegistry");
  const fields = form.get("formFieldRegistry").getAll();
  const answering = fields.filter((field) => field.key || (field.path && field.isRepeating));
  return [...new Set(answering.map((field) => paths.getValuePath(field)?.[0]).filter(Boolean))];
}
