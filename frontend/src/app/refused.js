// A form that was refused comes back with the first field to mend in focus and in sight, or with what is said of all of it.
const first = document.querySelector("main [aria-invalid=true]");
first?.focus({ preventScroll: true });
(first ?? document.querySelector("main .field-error, main [data-trouble]"))?.scrollIntoView({ block: "center" });
