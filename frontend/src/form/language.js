// Must run before form-js: phrases and dates in the page's language, the calendar's names too.
import flatpickr from "flatpickr";
import { Indonesian } from "flatpickr/dist/l10n/id.js";
import { phrase } from "./phrases.mjs";

export const language = document.documentElement.lang || "id";
globalThis.mutasiPhrase = (text) => phrase(text, language);
globalThis.mutasiDateLocale = language === "en" ? "en-GB" : language;
if (language !== "en") flatpickr.localize({ ...Indonesian, firstDayOfWeek: 1 });
