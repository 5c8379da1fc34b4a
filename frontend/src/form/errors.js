// form-js builds some of its messages from parts; they are translated where they come out of the validator.
import { phrase } from "./phrases.mjs";
import { language } from "./language.js";

function Speaker(validator) {
  const validate = validator.validateFieldInstance.bind(validator);
  validator.validateFieldInstance = (...given) => validate(...given).map((text) => phrase(text, language));
}
Speaker.$inject = ["validator"];

export const speakErrors = { __init__: ["errorSpeaker"], errorSpeaker: ["type", Speaker] };
