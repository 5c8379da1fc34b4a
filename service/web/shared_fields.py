"""What the forms of many tasks of one kind still need, asked for once for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from service.domain import forms
from service.domain.decisions import Missing
from service.operations.batches import Look
from service.web import wording

PREFIX = "field."
MOST, LONGEST = 50, 2000
INPUTS = {
    "number": "number",
    "textfield": "text",
    "textarea": "textarea",
    "radio": "select",
    "select": "select",
}


@dataclass(frozen=True, slots=True)
class SharedField:
    """A field drawn in plain HTML. `input`: date, number, text, textarea or select; `said`: why its value was refused."""

    key: str
    label: str
    input: str
    value: str
    said: str
    choices: list[dict[str, Any]]


def given() -> dict[str, str]:
    """Key of a field -> what was filled in for all tasks, from the request."""
    named = [(name, value.strip()) for name, value in request.form.items() if name.startswith(PREFIX)]
    return {name.removeprefix(PREFIX): value[:LONGEST] for name, value in named[:MOST] if value}


def shared(
    schema: Mapping[str, Any] | None, looks: Iterable[Look], filled_in: Mapping[str, str]
) -> list[SharedField]:
    """The fields that some of the forms still need or that were filled in, in the form's order.

    Files, lists, people and posts, and boxes to tick differ from case to case: those are not among them.
    """
    lacking = {lack.key: lack for look in looks for lack in look.lacks}
    return [
        _drawn(field, filled_in.get(field.name, ""), lacking.get(field.name))
        for field in (forms.fields(schema) if schema else ())
        if (field.name in lacking or field.name in filled_in) and _input(field.component)
    ]


def labels(schema: Mapping[str, Any] | None) -> dict[str, str]:
    """Key of a field -> how the form calls it."""
    return {field.name: field.label for field in (forms.fields(schema) if schema else ())}


def _drawn(field: forms.Field, value: str, lack: Missing | None) -> SharedField:
    said = wording.said(lack.said) if lack and value else ""
    component = field.component
    return SharedField(field.name, field.label, _input(component), value, said, forms.choices(component, {}))


def _input(component: Mapping[str, Any]) -> str:
    kind = component["type"]
    if kind == "datetime":
        return "date" if component.get("subtype", "date") == "date" else ""
    if forms.lookup_of(component) or (INPUTS.get(kind) == "select" and not forms.choices(component, {})):
        return ""
    return INPUTS.get(kind, "")
