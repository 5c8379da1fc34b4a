"""Answers in plain words: the labels of the form instead of keys and codes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask_babel import gettext

from service.domain import forms
from service.domain.form_values import Message
from service.engine.steps import Bundle
from service.web import context, moments, named

SECRET_LISTS = re.compile(r"[A-Za-z_]\w*")


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
        return [(key, _value(value)) for key, value in answers.items() if value not in (None, "", [])]
    return [
        (str(field.component.get("label") or field.component.get("dateLabel") or field.path[-1]), text)
        for field in forms.fields(schema)
        if (text := _answer(field.component, _at(answers, field.path), data))
    ]


def for_the_form(
    schema: Mapping[str, Any], data: Mapping[str, Any], typed: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """What the browser gets to draw the form: values, choices, and the variables its conditions speak of.

    Nothing else of the case's data leaves the server: candidates' names are secret until the decree.
    """
    values = forms.defaults(schema, data)
    keys = {field.path[0] for field in forms.fields(schema)}
    for name in _spoken_of(schema):
        if name in data and name not in keys and name not in values:
            values[name] = data[name]
    return values | dict(typed or {})


def messages(errors: Mapping[str, str]) -> dict[str, str]:
    """The server's messages on fields, in the reader's language."""
    return {key: _said(message) for key, message in errors.items()}


def _said(message: str) -> str:
    if isinstance(message, Message):
        return str(gettext(message.msgid, **message.values))
    return str(gettext(message)) if message else message


def _spoken_of(schema: Mapping[str, Any]) -> set[str]:
    return {name for text in _expressions(schema) for name in SECRET_LISTS.findall(text)}


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
        return ", ".join(str(labels.get(part, _value(part))) for part in values)
    if component.get("type") == "datetime":
        return moments.day(value)
    if component.get("type") == "dynamiclist":
        return "; ".join(_row(component, row, data) for row in value if isinstance(row, Mapping))
    if kind := forms.lookup_of(component):
        return named.label(kind, str(value))
    if component.get("type") == "filepicker":
        return ", ".join(named.filename(each) for each in value if isinstance(each, str))
    return _value(value)


def _row(component: Mapping[str, Any], row: Mapping[str, Any], data: Mapping[str, Any]) -> str:
    """A row of a list: `Ani Lestari (Ketua)`, the first field and the others behind it."""
    first, *others = [text for _, text in in_words(component, row, data)] or [""]
    return f"{first} ({', '.join(others)})" if others else first


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_value(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return "; ".join(_value(part) for part in value)
    return "–" if value is None else str(value)


def _at(answers: Mapping[str, Any], path: tuple[str, ...]) -> Any:
    found: Any = answers
    for part in path:
        found = found.get(part) if isinstance(found, Mapping) else None
    return found
