// Draws a form-js form from the JSON beside it, keeps a draft of what is typed, and posts its answers as one hidden field.
//   <div data-form data-form-draft="/tasks/…/draft" data-form-files="…" data-form-lookup="…">
//     <script type="application/json" data-form-content>{"schema":{}, "data":{}, "errors":{}, "named":{}, "words":{}}</script>
//     <div data-form-place></div>
//   </div>
//   <form data-form-post> <input type="hidden" name="answers"> <button disabled>…</button> </form>
// Both lie in one [data-task]; forms that htmx brings in later are drawn as well.
import "./language.js";
import { Form } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/flatpickr/light.css";
import "@bpmn-io/form-js-viewer/dist/assets/form-js-base.css";
import "./form.css";
import { decideWith } from "./decision.js";
import { keepDraft } from "./drafts.js";
import { speakErrors } from "./errors.js";
import { ownFields } from "./fields.js";

const LONGEST_DRAFT = 1500; // what a decision waits at most for a draft that is on its way, in ms

drawAll(document);
document.addEventListener("htmx:load", ({ detail }) => drawAll(detail.elt));

function drawAll(root) {
  for (const holder of root.querySelectorAll("[data-form]")) if (!("begun" in holder.dataset)) draw(holder);
}

async function draw(holder) {
  holder.dataset.begun = "";
  const { schema, data, errors, named, words } = JSON.parse(holder.querySelector("[data-form-content]").textContent);
  const place = holder.querySelector("[data-form-place]");
  const post = (holder.closest("[data-task]") ?? document).querySelector("[data-form-post]");
  const token = post?.elements.csrf_token?.value ?? "";
  const served = { named: named ?? {}, words: words ?? {}, token, files: holder.dataset.formFiles, lookup: holder.dataset.formLookup };
  const form = new Form({ container: place, additionalModules: [speakErrors, ownFields(served)] });
  await form.importSchema(schema, data);
  holder.dataset.drawn = "yes";
  if (holder.hasAttribute("data-read-only")) {
    form.setProperty("readOnly", true);
    return;
  }
  if (errors && Object.keys(errors).length) requestAnimationFrame(() => showErrors(form, errors, place));
  if (!post) return;

  const draft = holder.dataset.formDraft ? keepDraft({ form, holder, post, words: served.words, token }) : null;
  decideWith(form, schema, post);
  let sending = false;
  place.addEventListener("click", ({ target }) => beginRow(target.closest(".fjs-repeat-render-add")));
  form.on("submit", ({ data: answers, errors: found }) => {
    if (Object.keys(found).length) {
      focusFirstError(place);
      return;
    }
    if (sending) return;
    sending = true;
    post.elements.answers.value = JSON.stringify(answers);
    const late = new Promise((resolve) => setTimeout(resolve, LONGEST_DRAFT));
    Promise.race([draft?.stop(), late]).then(() => post.submit());
  });
  post.addEventListener("submit", (event) => {
    event.preventDefault();
    form.submit();
  });
  for (const button of post.querySelectorAll("button")) button.disabled = false; // sent before, it would be empty
  // A page taken from the browser's memory may send again.
  addEventListener("pageshow", () => (sending = false));
}

// A row that was added is filled in next.
function beginRow(button) {
  const list = button?.closest(".fjs-form-field");
  if (list) setTimeout(() => [...list.querySelectorAll(".fjs-repeat-row-container")].at(-1)?.querySelector("input, textarea, select")?.focus(), 60);
}

// Server messages are keyed by dotted field names (`anggota.0.nip`); form-js keeps errors by component id and row.
function showErrors(form, messages, place) {
  const byId = {};
  for (const { id, valuePath, indexes } of form.get("formFieldInstanceRegistry").getAll()) {
    const message = messages[valuePath.join(".")];
    if (!message) continue;
    const path = [id, ...Object.values(indexes ?? {})];
    let level = byId;
    for (const step of path.slice(0, -1)) level = level[step] ??= {};
    level[path.at(-1)] = [message];
  }
  form._setState({ errors: byId });
  focusFirstError(place);
}

function focusFirstError(place) {
  requestAnimationFrame(() => {
    const field = place.querySelector(".fjs-has-errors");
    field?.scrollIntoView({ block: "center" });
    field?.querySelector("input:not([type=file]), textarea, select, button, [tabindex]")?.focus({ preventScroll: true });
  });
}
