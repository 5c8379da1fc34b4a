"""Answers in plain words: the labels of the form instead of keys and codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext

from service.domain import forms
from service.engine.steps import Bundle
from service.web import context, moments, named, wording

VARIABLE = re.compile(r"([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?(?:\.\w+)*")


def schemas(bundle: Bundle) -> dict[str, Mapping[str, Any]]:
    """Form id -> schema in the reader's language, of all forms of a bundle."""
    language = context.language()
    return {
        file.name.removesuffix(".json"): forms.localized(json.loads(file.content), language)
        for file in bundle.files
        if file.name.endswith(".json")
    }


def in_words(
    schema: Mapping[str, Any] | None, answers: Mapping[str, Any], data: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """`[(label, answer)]` of what was answered, in the form's order. Without a form: the keys as they are."""
    if schema is None:
        return [(key, plain(value)) for key, value in answers.items() if value not in (None, "", [])]
    offered = _in_language(data)
    return [
        (field.label, text)
        for field in forms.fields(schema)
        if (text := _answer(field.component, _at(answers, field.path), offered))
    ]


def for_the_form(
    schema: Mapping[str, Any], data: Mapping[str, Any], typed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the browser gets to draw the form: values, choices, and the variables its conditions speak of.

    Nothing else of the case's data leaves the server: candidates' names are secret until the decree.
    """
    offered = _in_language(data)
    values = forms.defaults(schema, offered)
    keys = {field.path[0] for field in forms.fields(schema)}
    for name, members in _spoken_of(schema).items():
        if name in offered and name not in keys and name not in values:
            values[name] = _only(members, offered[name])
    return values | dict(typed or {})


def _in_language(data: Mapping[str, Any]) -> dict[str, Any]:
    """The case's data with the choices in it named for the reader: `label_en` holds the English where there is one."""
    return {
        name: [_named(entry) for entry in value] if isinstance(value, list) else value
        for name, value in data.items()
    }


def _named(entry: Any) -> Any:
    if not isinstance(entry, Mapping) or "label_en" not in entry:
        return entry
    rest = {name: value for name, value in entry.items() if name != "label_en"}
    return rest | {"label": context.in_language(str(entry.get("label")), str(entry["label_en"]))}


def messages(errors: Mapping[str, str]) -> dict[str, str]:
    """The server's messages on fields, in the reader's language."""
    return {key: wording.said(message) for key, message in errors.items()}


def _spoken_of(schema: Mapping[str, Any]) -> dict[str, set[str]]:
    """Variable -> the members of it that the form's expressions name; "" where they speak of it as a whole."""
    spoken: dict[str, set[str]] = {}
    for text in _expressions(schema):
        for name, member in VARIABLE.findall(text):
            spoken.setdefault(name, set()).add(member)
    return spoken


def _only(members: set[str], value: Any) -> Any:
    if "" in members or not isinstance(value, Mapping):
        return value
    return {member: value[member] for member in members if member in value}


def _expressions(value: Any) -> Iterator[str]:
    if isinstance(value, str) and value.startswith("="):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _expressions(part)
    elif isinstance(value, list):
        for part in value:
            yield from _expressions(part)


def _answer(component: Mapping[str, Any], value: Any, data: Mapping[str, Any]) -> str:
    if value in (None, "", []):
        return ""
    if component.get("type") in forms.CHOOSING_TYPES:
        labels = {choice["value"]: choice["label"] for choice in forms.choices(component, data)}
        values = value if isinstance(value, list) else [value]
        return ", ".join(str(labels.get(part, plain(part))) for part in values)
    if component.get("type") == "datetime":
        return moments.day(value)
    if component.get("type") == "dynamiclist":
        return "; ".join(_row(component, row, data) for row in value if isinstance(row, Mapping))
    if kind := forms.lookup_of(component):
        return named.label(kind, str(value))
    if component.get("type") == "filepicker":
        return ", ".join(named.filename(each) for each in value if isinstance(each, str))
    return plain(value)


def _row(component: Mapping[str, Any], row: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """A row of a list: `Ani Lestari (Ketua)`, the first field and the others behind it."""
    first, *others = [text for _, text in in_words(component, row, data)] or [""]
    return f"{first} ({', '.join(others)})" if others else first


def plain(value: Any) -> str:
    """A value without a form, legibly."""
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {plain(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(plain(part) for part in value)
    return "–" if value is None else str(value)


def _at(answers: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = answers
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
