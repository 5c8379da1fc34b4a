// The case page: an address with #event-… opens at that entry, however far back it lies; the timeline's kinds.
import "./case.css";

const timeline = document.querySelector("[data-timeline]");

async function openAtEntry() {
  const wanted = location.hash.match(/^#event-(\d+)$/);
  if (!wanted || !timeline) return;
  if (!document.getElementById(`event-${wanted[1]}`)) {
    const answer = await fetch(`${timeline.dataset.timeline}?event=${wanted[1]}`, { credentials: "same-origin" });
    if (answer.ok) {
      const pages = document.getElementById("timeline-pages");
      pages.innerHTML = await answer.text();
      window.htmx?.process(pages);
    }
  }
  const entry = document.getElementById(`event-${wanted[1]}`);
  entry?.scrollIntoView({ block: "center" });
  entry?.focus({ preventScroll: true });
}

addEventListener("hashchange", openAtEntry);
openAtEntry();

timeline?.addEventListener("click", ({ target }) => {
  const kind = target.closest("[data-timeline-kind]");
  if (!kind) return;
  for (const other of timeline.querySelectorAll("[data-timeline-kind]")) other.removeAttribute("aria-current");
  kind.setAttribute("aria-current", "true");
});
