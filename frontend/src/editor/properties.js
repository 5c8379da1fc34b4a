// What a diagram of ours says beyond BPMN, in the properties panel: who is asked, which form, when it is due.
import { SelectEntry, TextFieldEntry, isSelectEntryEdited, isTextFieldEntryEdited } from "@bpmn-io/properties-panel";
import { h } from "@bpmn-io/properties-panel/preact";
import { useService } from "bpmn-js-properties-panel";
import { is } from "bpmn-js/lib/util/ModelUtil";

const PRIORITY = 500;

const GROUPS = [
  {
    id: "mutasi-name",
    label: "In English",
    applies: (element) => is(element, "bpmn:FlowElement") || is(element, "bpmn:Participant") || is(element, "bpmn:Lane") || is(element, "bpmn:Process"),
    entries: [{ name: "nameEn", label: "Name in English" }, { name: "documentationEn", label: "Documentation in English" }],
  },
  {
    id: "mutasi-task",
    label: "Who is asked, and when",
    applies: (element) => is(element, "bpmn:UserTask") || is(element, "bpmn:ManualTask"),
    entries: [
      { name: "form", label: "Form", choices: "forms" },
      { name: "role", label: "Role (empty: the lane says who)", choices: "roles" },
      { name: "unit", label: "Only for this unit (FEEL)" },
      { name: "person", label: "Only this person's NIP (FEEL)" },
      { name: "due", label: "Due in working days" },
      { name: "remind", label: "Remind working days before" },
      { name: "escalate", label: "When overdue, also offered to", choices: "roles" },
      { name: "differentFrom", label: "Not by who completed (task ids)" },
    ],
  },
  {
    id: "mutasi-service",
    label: "What it does",
    applies: (element) => is(element, "bpmn:ServiceTask") || is(element, "bpmn:SendTask"),
    entries: [
      { name: "effect", label: "Effect", choices: "effects" },
      { name: "topic", label: "Topic of a program outside" },
    ],
  },
  {
    id: "mutasi-decision",
    label: "Decision table",
    applies: (element) => is(element, "bpmn:BusinessRuleTask"),
    entries: [
      { name: "decision", label: "Decision", choices: "decisions" },
      { name: "result", label: "Result goes into variable" },
    ],
  },
  {
    id: "mutasi-script",
    label: "Script (FEEL)",
    applies: (element) => is(element, "bpmn:ScriptTask"),
    entries: [{ name: "script", label: "A FEEL context whose entries become variables", plain: true }],
  },
  {
    id: "mutasi-correlation",
    label: "Which message is meant",
    applies: (element) => is(element, "bpmn:ReceiveTask") || (element.businessObject?.eventDefinitions ?? []).some((one) => one.$type === "bpmn:MessageEventDefinition"),
    entries: [{ name: "correlation", label: "Correlation (FEEL; empty: the case number)" }],
  },
];

export function mutasiProperties(choices) {
  function Provider(propertiesPanel, translate) {
    const ours = (element) =>
      GROUPS.filter((group) => group.applies(element)).map((group) => ({
        id: group.id,
        label: translate(group.label),
        entries: group.entries.map((entry) => drawn(entry, element, choices, translate)),
      }));
    // A group speaks the reader's language only when it is handed the translations.
    this.getGroups = (element) => (groups) => [...groups, ...ours(element)].map((group) => ({ ...group, translate }));
    propertiesPanel.registerProvider(PRIORITY, this);
  }
  Provider.$inject = ["propertiesPanel", "translate"];
  return { __init__: ["mutasiProperties"], mutasiProperties: ["type", Provider] };
}

function drawn(entry, element, choices, translate) {
  const property = entry.plain ? entry.name : `mutasi:${entry.name}`;
  const options = entry.choices && choices[entry.choices];
  return {
    id: `mutasi-${entry.name}`,
    element,
    property,
    label: translate(entry.label),
    options,
    component: options ? Choice : Text,
    isEdited: options ? isSelectEntryEdited : isTextFieldEntryEdited,
  };
}

function useProperty(element, property) {
  const modeling = useService("modeling");
  return {
    getValue: () => element.businessObject.get(property) ?? "",
    setValue: (value) => modeling.updateProperties(element, { [property]: value === "" ? undefined : value }),
    debounce: useService("debounceInput"),
  };
}

function Text({ element, id, label, property }) {
  return h(TextFieldEntry, { element, id, label, ...useProperty(element, property) });
}

function Choice({ element, id, label, property, options }) {
  const used = useProperty(element, property);
  const value = used.getValue();
  const known = options.some((option) => option.value === value);
  const all = [{ value: "", label: "–" }, ...options, ...(value && !known ? [{ value, label: value }] : [])];
  return h(SelectEntry, { element, id, label, getOptions: () => all, ...used });
}
