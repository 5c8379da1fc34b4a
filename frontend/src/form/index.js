// Draws a form-js form from the JSON beside it, and posts its answers as one hidden field.
//   <div data-form data-language="id">
//     <script type="application/json" data-form-content>{"schema":{}, "data":{}, "errors":{}}</script>
//     <div data-form-place></div>
//   </div>
//   <form id="…" data-form-post> <input type="hidden" name="answers"> <button>…</button> </form>
import "./language.js";
import { Form } from "@bpmn-io/form-js-viewer";
import "@bpmn-io/form-js-viewer/dist/assets/flatpickr/light.css";
import "@bpmn-io/form-js-viewer/dist/assets/form-js-base.css";
import "./form.css";
import { speakErrors } from "./errors.js";

for (const holder of document.querySelectorAll("[data-form]")) draw(holder);

async function draw(holder) {
  const { schema, data, errors } = JSON.parse(holder.querySelector("[data-form-content]").textContent);
  const place = holder.querySelector("[data-form-place]");
  const form = new Form({ container: place, additionalModules: [speakErrors] });
  await form.importSchema(schema, data);
  holder.dataset.drawn = "yes";
  if (holder.hasAttribute("data-read-only")) {
    form.setProperty("readOnly", true);
    return;
  }
  if (errors && Object.keys(errors).length) showErrors(form, errors, place);

  const post = document.querySelector("[data-form-post]");
  if (!post) return;
  let sending = false;
  form.on("submit", ({ data: answers, errors: found }) => {
    if (Object.keys(found).length) {
      focusFirstError(place);
      return;
    }
    if (sending) return;
    sending = true;
    post.elements.answers.value = JSON.stringify(answers);
    post.submit();
  });
  post.addEventListener("submit", (event) => {
    event.preventDefault();
    form.submit();
  });
}

// Server messages are keyed by field key; form-js keeps errors by component id.
function showErrors(form, messages, place) {
  const byId = {};
  for (const field of form.get("formFieldRegistry").getAll()) {
    if (field.key && messages[field.key]) byId[field.id] = [messages[field.key]];
  }
  form._setState({ errors: byId });
  focusFirstError(place);
}

function focusFirstError(place) {
  requestAnimationFrame(() => {
    const field = place.querySelector(".fjs-has-errors");
    field?.scrollIntoView({ block: "center" });
    field?.querySelector("input, textarea, select, button, [tabindex]")?.focus({ preventScroll: true });
  });
}
