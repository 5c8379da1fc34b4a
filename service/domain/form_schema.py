"""What a form-js schema holds: its fields, what they offer, how they begin, and how they read in English."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.domain.errors import MutasiError
from service.domain.form_values import FIELD_TYPES, Component, bounded_pattern
from service.domain.wording import Message

Evaluate = Callable[[str, Mapping[str, Any]], Any]

MAX_DEPTH = 6
MAX_COMPONENTS = 1_000
DISPLAY_TYPES = frozenset(
    {
        "text",
        "table",
        "separator",
        "spacer",
        "button",
        "image",
        "documentPreview",
        "expression",
    }
)


LOOKUPS = ("employees", "positions", "units")
"""What a text field can look up as one types: `"properties": {"lookup": "employees"}`. The answer is a NIP or an id."""

_MARKUP = re.compile(r"<[A-Za-z/!?]")


@dataclass(frozen=True, slots=True)
class Field:
    """A component that takes an answer: where it lies in the answers, and what may hide it."""

    component: Component
    path: tuple[str, ...]
    conditions: tuple[str, ...] = ()

    @property
    def type(self) -> str:
        return str(self.component["type"])

    @property
    def name(self) -> str:
        """Its key, dotted in groups."""
        return ".".join(self.path)

    @property
    def label(self) -> str:
        return str(self.component.get("label") or self.component.get("dateLabel") or self.path[-1])


def fields(schema: Mapping[str, Any]) -> tuple[Field, ...]:
    """The answering fields of a form, or of a list component, in order. Rows of a list are not opened."""
    return tuple(_fields(schema.get("components"), (), (), 0))


def lookup_of(component: Component) -> str | None:
    """What a field looks up, one of LOOKUPS; None for any other field."""
    found = _properties(component).get("lookup") if _kind(component) == "textfield" else None
    return found if found in LOOKUPS else None


def given(
    schema: Mapping[str, Any], answers: Mapping[str, Any], prefix: str = "", depth: int = 0
) -> Iterator[tuple[str, Component, Any]]:
    """What was answered: the dotted name of a field (`anggota.0.nip` in a list), its component, its value."""
    for field in fields(schema):
        name, value = prefix + field.name, at(answers, field.path)
        if field.type != "dynamiclist":
            yield name, field.component, value
        elif isinstance(value, list) and depth < MAX_DEPTH:
            for number, row in enumerate(value):
                if isinstance(row, Mapping):
                    yield from given(field.component, row, f"{name}.{number}.", depth + 1)


def field_named(schema: Mapping[str, Any], name: str) -> Component | None:
    """The component of a field by its key, dotted in groups and lists (`anggota.nip`)."""
    for field in fields(schema):
        if field.type == "dynamiclist" and name.startswith(f"{field.name}."):
            return field_named(field.component, name.removeprefix(f"{field.name}."))
        if field.name == name and field.type != "dynamiclist":
            return field.component
    return None


def choices(
    component: Component, data: Mapping[str, Any], evaluate: Evaluate | None = None
) -> list[dict[str, Any]]:
    """What a choosing component offers: `[{"label": ..., "value": ...}]`, fixed or from the case's data."""
    found: Any = component.get("values")
    if isinstance(component.get("valuesKey"), str):
        found = at(data, tuple(component["valuesKey"].split(".")))
    elif isinstance(component.get("valuesExpression"), str) and evaluate:
        found = worked_out(component["valuesExpression"], data, evaluate)
    if not isinstance(found, Sequence) or isinstance(found, str | bytes):
        return []
    return [
        {"label": str(entry.get("label", entry["value"])), "value": entry["value"]}
        if isinstance(entry, Mapping) and "value" in entry
        else {"label": str(entry), "value": entry}
        for entry in found
        if entry is not None
    ]


def defaults(schema: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """What the form shows at first: the case's present values, else the schema's, and lists of choices.

    A field with `"properties": {"fresh": "true"}` starts empty: a decision is made anew each time.
    """
    values: dict[str, Any] = {}
    for field in fields(schema):
        component = field.component
        if isinstance(key := component.get("valuesKey"), str):
            put(values, tuple(key.split(".")), choices(component, data))
        value = None if _properties(component).get("fresh") == "true" else at(data, field.path)
        if value is None:
            value = component.get("defaultValue")
        if value is not None:
            put(values, field.path, copy.deepcopy(value))
    return values


def localized(schema: Mapping[str, Any], locale: str) -> dict[str, Any]:
    """The schema in the reader's language: `properties.label_en` and its kin replace the Indonesian texts."""
    localised = copy.deepcopy(dict(schema))
    if locale.startswith("en"):
        for component in _components(localised.get("components"), 0):
            _say_in_english(component)
    return localised


def problems(schema: Any) -> list[Message]:
    """What is wrong with a schema, in sentences: for those who draw forms. Empty when nothing is."""
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        return [Message("A form is an object with a list of components.")]
    found: list[Message] = []
    for component in _components(schema["components"], 0):
        kind, key = _kind(component), component.get("key")
        name = key or component.get("id") or kind
        if kind in FIELD_TYPES and not isinstance(key, str):
            found.append(Message("%(name)s: a field needs a key.", name=name))
        elif kind not in FIELD_TYPES | DISPLAY_TYPES | {"group", "dynamiclist"}:
            found.append(Message("%(name)s: unknown component type %(kind)s.", name=name, kind=repr(kind)))
        looked_up = _properties(component).get("lookup")
        if looked_up is not None and lookup_of(component) is None:
            found.append(
                Message(
                    "%(name)s: a text field looks up one of %(lookups)s, not %(lookup)s.",
                    name=name,
                    lookups=", ".join(LOOKUPS),
                    lookup=repr(looked_up),
                )
            )
        texts = [component.get("text"), _properties(component).get("text_en")]
        if any(isinstance(text, str) and _MARKUP.search(text) for text in texts):
            found.append(Message("%(name)s: text is Markdown, without HTML in it.", name=name))
        pattern = mapping_of(component.get("validate")).get("pattern")
        if isinstance(pattern, str) and pattern and bounded_pattern(pattern) is None:
            found.append(Message("%(name)s: the pattern is broken or could run for long.", name=name))
    return found


def _fields(
    components: Any, path: tuple[str, ...], conditions: tuple[str, ...], depth: int
) -> Iterator[Field]:
    if not isinstance(components, list) or depth > MAX_DEPTH:
        return
    for component in components[:MAX_COMPONENTS]:
        if not isinstance(component, Mapping):
            continue
        hide = mapping_of(component.get("conditional")).get("hide")
        above = (*conditions, hide) if isinstance(hide, str) and hide.strip() else conditions
        kind = _kind(component)
        if kind == "group":
            yield from _fields(
                component.get("components"), (*path, *_parts(component.get("path"))), above, depth + 1
            )
        elif kind == "dynamiclist" and _parts(component.get("path")):
            yield Field(component, (*path, *_parts(component["path"])), above)
        elif kind in FIELD_TYPES and _parts(component.get("key")):
            yield Field(component, (*path, *_parts(component["key"])), above)


def _components(components: Any, depth: int) -> Iterator[dict[str, Any]]:
    if not isinstance(components, list) or depth > MAX_DEPTH:
        return
    for component in components[:MAX_COMPONENTS]:
        if isinstance(component, dict):
            yield component
            yield from _components(component.get("components"), depth + 1)


def _say_in_english(component: dict[str, Any]) -> None:
    texts = _properties(component)
    for name in ("label", "description", "text", "dateLabel", "timeLabel"):
        if isinstance(english := texts.get(f"{name}_en"), str):
            component[name] = english
    options = component.get("values")
    for option in options if isinstance(options, list) else ():
        if isinstance(option, dict) and isinstance(option.get("label_en"), str):
            option["label"] = option["label_en"]
    suffix = texts.get("suffix_en")
    if isinstance(suffix, str) and isinstance(component.get("appearance"), dict):
        component["appearance"]["suffixAdorner"] = suffix


def worked_out(expression: str, context: Mapping[str, Any], evaluate: Evaluate) -> Any:
    """The expression's value; null when it cannot be worked out, as FEEL has it."""
    try:
        return evaluate(expression.strip().removeprefix("="), context)
    except MutasiError:
        return None


def _kind(component: Component) -> str:
    kind = component.get("type")
    return kind if isinstance(kind, str) else ""


def _parts(key: Any) -> tuple[str, ...]:
    return tuple(part for part in key.split(".") if part) if isinstance(key, str) else ()


def _properties(component: Component) -> Mapping[str, Any]:
    return mapping_of(component.get("properties"))


def mapping_of(value: Any) -> Mapping[str, Any]:
    """The value when it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def at(values: Any, path: tuple[str, ...]) -> Any:
    """What lies at the path; None when nothing does."""
    for part in path:
        values = values.get(part) if isinstance(values, Mapping) else None
    return values


def put(values: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    """Set what lies at the path, making the objects on the way. A value in the way stays."""
    for part in path[:-1]:
        step = values.setdefault(part, {})
        if not isinstance(step, dict):
            return
        values = step
    values[path[-1]] = value
