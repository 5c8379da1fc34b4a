// Fields that form-js does not have: text fields that look up employees, posts and units as one types, and files that
// become documents of the case. Answers hold keys (a NIP, ids); names are shown.
import { Description, Errors, FormContext, Label, Textfield } from "@bpmn-io/form-js-viewer";
import { h } from "preact";
import { useContext, useRef, useState } from "preact/hooks";

const LOOKUPS = ["employees", "positions", "units"];

export function ownFields(served) {
  function Register(formFields) {
    formFields.register("textfield", TextOrLookup);
    formFields.register("filepicker", Files);
  }
  Register.$inject = ["formFields"];
  return { __init__: ["ownFields"], ownFields: ["type", Register], served: ["value", served] };
}

const useServed = () => useContext(FormContext).getService("served");
const fieldName = (props) => props.fieldInstance.valuePath.filter((part) => typeof part !== "number").join(".");
const classes = (kind, { errors = [], disabled, readonly }) =>
  ["fjs-form-field", `fjs-form-field-${kind}`, errors.length && "fjs-has-errors", disabled && "fjs-disabled", readonly && "fjs-readonly"]
    .filter(Boolean)
    .join(" ");

function TextOrLookup(props) {
  const kind = props.field.properties?.lookup;
  return LOOKUPS.includes(kind) ? h(Lookup, { ...props, kind }) : h(Textfield, props);
}
TextOrLookup.config = Textfield.config;

// A combobox with a listbox (WAI-ARIA). While typing the answer is the text itself, which the server refuses: nothing
// typed is lost, and only what was chosen from the list counts.
function Lookup(props) {
  const { domId, field, kind, errors = [], disabled, readonly, value, onChange, onBlur, onFocus } = props;
  const served = useServed();
  const [items, setItems] = useState([]);
  const [active, setActive] = useState(-1);
  const [nothing, setNothing] = useState(false);
  const asked = useRef(0);
  const timer = useRef();
  const known = (served.named[kind] ??= {});
  const chosen = known[value];

  const close = () => {
    setItems([]);
    setActive(-1);
  };
  const choose = (item) => {
    known[item.value] = item;
    asked.current += 1;
    close();
    onChange({ value: item.value });
  };
  const search = async (text) => {
    const mine = ++asked.current;
    const url = new URL(served.lookup, location.href);
    url.search = new URLSearchParams({ field: fieldName(props), q: text });
    const answer = await fetch(url, { headers: { Accept: "application/json" }, credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok || mine !== asked.current) return;
    const found = (await answer.json()).items;
    setItems(found);
    setActive(found.length ? 0 : -1);
    setNothing(!found.length);
  };
  const type = ({ target }) => {
    const text = target.value;
    onChange({ value: text });
    setNothing(false);
    clearTimeout(timer.current);
    if (text.trim().length < 2) close();
    else timer.current = setTimeout(search, 200, text.trim());
  };
  const press = (event) => {
    if (event.key === "Enter") event.preventDefault(); // never sends the form from here
    if (!items.length) return;
    if (event.key === "ArrowDown") setActive((active + 1) % items.length);
    else if (event.key === "ArrowUp") setActive((active - 1 + items.length) % items.length);
    else if (event.key === "Enter") choose(items[Math.max(active, 0)]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const list = `${domId}-list`;
  const hint = `${domId}-hint`;
  const hintText = chosen ? chosen.detail : nothing ? served.words.nothing : value ? served.words.choose : "";
  return h("div", { class: classes("textfield", props) }, [
    h(Label, { htmlFor: domId, label: field.label, required: field.validate?.required }),
    h("div", { class: `lookup ${chosen ? "is-chosen" : ""}` }, [
      h("div", { class: "fjs-input-group" }, h("input", {
        class: "fjs-input", type: "text", id: domId, role: "combobox", autocomplete: "off", disabled, readOnly: readonly,
        value: chosen?.label ?? value ?? "",
        "aria-expanded": String(items.length > 0), "aria-autocomplete": "list", "aria-controls": list,
        "aria-activedescendant": active >= 0 && items.length ? `${list}-${active}` : undefined,
        "aria-invalid": errors.length > 0,
        "aria-describedby": `${hint} ${domId}-description ${domId}-error-message`,
        onInput: type, onKeyDown: press, onFocus: () => onFocus?.(),
        onBlur: () => { close(); onBlur?.(); },
      })),
      h("ul", { id: list, role: "listbox", "aria-label": field.label, hidden: !items.length }, items.map((item, number) =>
        h("li", {
          id: `${list}-${number}`, key: item.value, role: "option", "aria-selected": String(number === active),
          onMouseDown: (event) => { event.preventDefault(); choose(item); },
        }, [h("span", { class: "lookup-name" }, item.label), h("span", { class: "lookup-detail" }, item.detail)]),
      )),
    ]),
    h("div", { class: "fjs-form-field-description", id: hint, role: "status" }, hintText),
    h(Description, { id: `${domId}-description`, description: field.description }),
    h(Errors, { id: `${domId}-error-message`, errors }),
  ]);
}

// Files go to the server as soon as they are chosen; the answer is the list of their documents' ids.
function Files(props) {
  const { domId, field, errors = [], disabled, readonly, onChange, onBlur, onFocus } = props;
  const value = Array.isArray(props.value) ? props.value : [];
  const served = useServed();
  const [sending, setSending] = useState("");
  const [refused, setRefused] = useState("");
  const photo = useRef();
  const known = (served.named.files ??= {});
  const multiple = field.multiple === true;
  const closed = disabled || readonly || Boolean(sending);

  const send = async ({ target }) => {
    const files = [...target.files];
    target.value = "";
    setRefused("");
    let ids = multiple ? value : [];
    for (const file of files) {
      setSending(served.words.attaching.replace("{name}", file.name));
      const body = new FormData();
      body.append("field", fieldName(props));
      body.append("file", file);
      const answer = await fetch(served.files, {
        method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": served.token }, credentials: "same-origin",
      }).catch(() => null);
      const said = await answer?.json().catch(() => null);
      if (answer?.ok && said?.id) {
        known[said.id] = said;
        ids = [...ids, said.id];
        onChange({ value: ids });
      } else {
        setRefused(said?.said ? `${file.name}: ${said.said}` : served.words.failed.replace("{name}", file.name));
      }
    }
    setSending("");
  };

  const input = (more) =>
    h("input", {
      type: "file", multiple, disabled: closed, onChange: send, onBlur: () => onBlur?.(), onFocus: () => onFocus?.(), ...more,
    });
  const describedBy = `${domId}-description ${domId}-state ${domId}-error-message`;
  return h("div", { class: classes("filepicker", props) }, [
    h(Label, { htmlFor: domId, label: field.label, required: field.validate?.required }),
    value.length > 0 && h("ul", { class: "form-files" }, value.map((id) => {
      const name = known[id]?.name ?? id;
      return h("li", { key: id }, [
        h("a", { href: `/documents/${id}`, target: "_blank", rel: "noopener" }, name),
        !readonly && h("button", {
          type: "button", class: "btn-close", disabled: closed, "aria-label": served.words.remove.replace("{name}", name),
          onClick: () => onChange({ value: value.filter((other) => other !== id) }),
        }),
      ]);
    })),
    h("div", { class: "form-files-buttons" }, [
      input({ id: domId, class: "form-control", "aria-describedby": describedBy, accept: field.accept || undefined }),
      field.properties?.capture && h("button", {
        type: "button", class: "btn form-files-photo", disabled: closed, onClick: () => photo.current.click(),
      }, served.words.photo),
      field.properties?.capture && input({
        ref: photo, class: "fjs-hidden", accept: "image/*", capture: field.properties.capture, tabIndex: -1, "aria-hidden": true,
        multiple: false,
      }),
    ]),
    h("div", { class: "fjs-form-field-description", id: `${domId}-state`, role: "status" }, sending || (refused ? "" : served.words.limit)),
    refused && h("div", { class: "fjs-form-field-error", role: "alert" }, refused),
    h(Description, { id: `${domId}-description`, description: field.description }),
    h(Errors, { id: `${domId}-error-message`, errors }),
  ]);
}
Files.config = {
  type: "filepicker",
  keyed: true,
  name: "Files",
  group: "basic-input",
  emptyValue: [],
  sanitizeValue: ({ value }) => (Array.isArray(value) ? value : []),
  create: (options = {}) => ({ ...options }),
};
