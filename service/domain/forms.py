"""Answers checked against the same form-js schema that draws the form.

What a browser sends is believed in nothing: `clean` takes declared, visible, writable fields only, and
accepts or raises InvalidForm and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.errors import InvalidForm
from service.domain.form_schema import (
    MAX_DEPTH,
    Evaluate,
    Field,
    at,
    choices,
    defaults,
    field_named,
    fields,
    given,
    localized,
    lookup_of,
    mapping_of,
    problems,
    put,
    worked_out,
)
from service.domain.form_values import (
    MAX_CHOICES,
    NOT_LIST,
    PASSED,
    TOO_BIG,
    Component,
    Refused,
    is_empty,
    read,
    validate,
)
from service.domain.wording import N_, Message

__all__ = [
    "Field",
    "choices",
    "clean",
    "defaults",
    "field_named",
    "fields",
    "given",
    "localized",
    "lookup_of",
    "problems",
]

SUMMARY = N_("Some answers need to be corrected.")
UNKNOWN = Message(N_("This field is not part of the form."))
NOT_FIELDS = Message(N_("This must hold fields."))
MAX_UNKNOWN_SHOWN = 20
MAX_PASSES = 20
CHOOSING_TYPES = frozenset({"radio", "select", "checklist", "taglist"})


def clean(
    schema: Mapping[str, Any], answers: Mapping[str, Any], data: Mapping[str, Any], evaluate: Evaluate
) -> dict[str, Any]:
    """The answers as values, one for every visible field (None when left empty).

    `data` is the case's data: choices (`valuesKey`) and conditions may speak of it. `evaluate` works out a
    FEEL expression in a context; a condition that cannot be worked out hides nothing, as in form-js.
    Raises InvalidForm with a message per field, keyed by its dotted path (`anggota.0.nama` in a list).
    """
    if not isinstance(answers, Mapping):
        raise InvalidForm(SUMMARY, {"": NOT_FIELDS})
    errors: dict[str, str] = {}
    cleaned = _level(fields(schema), answers, data, evaluate, errors, prefix="", depth=0)
    if errors:
        raise InvalidForm(SUMMARY, errors)
    return cleaned


def _level(
    level: Sequence[Field],
    answers: Mapping[str, Any],
    scope: Mapping[str, Any],
    evaluate: Evaluate,
    errors: dict[str, str],
    *,
    prefix: str,
    depth: int,
) -> dict[str, Any]:
    """Clean the fields of a form or of one row. `scope` is what lies around it; errors are added to."""
    _refuse_unknown(level, answers, errors, prefix)
    refused: dict[int, Message] = {}
    typed: list[Any] = []
    for number, field in enumerate(level):
        raw = at(answers, field.path)
        try:
            if field.type == "dynamiclist":
                typed.append(_rows(field, raw, scope, evaluate, {}, prefix, depth))
            else:
                offered = [choice["value"] for choice in _offered(field.component, scope, evaluate)]
                typed.append(read(field.component, raw, offered))
        except Refused as refusal:
            refused[number] = refusal.message
            typed.append(None)
    shown = _visible(level, typed, scope, evaluate)
    around = {**scope, **_nested(level, typed, shown)}
    cleaned: dict[str, Any] = {}
    for number in sorted(shown):
        field, name = level[number], prefix + ".".join(level[number].path)
        if _writable(field.component, around, evaluate):
            if number in refused:
                errors[name] = refused[number]
                continue
            if field.type == "dynamiclist":
                typed[number] = _rows(field, at(answers, field.path), around, evaluate, errors, prefix, depth)
            elif message := _invalid(field.component, typed[number], around, evaluate):
                errors[name] = message
            put(cleaned, field.path, typed[number])
    return cleaned


def _rows(
    field: Field,
    raw: Any,
    scope: Mapping[str, Any],
    evaluate: Evaluate,
    errors: dict[str, str],
    prefix: str,
    depth: int,
) -> list[dict[str, Any]]:
    """The rows of a list component. In a row's conditions, `this` is the row and `i` its number from 1."""
    if raw is None:
        return []
    if not isinstance(raw, list):
        raise Refused(NOT_LIST)
    if len(raw) > MAX_CHOICES or depth >= MAX_DEPTH:
        raise Refused(TOO_BIG)
    level = fields(field.component)
    rows = []
    for number, row in enumerate(raw):
        if not isinstance(row, Mapping):
            raise Refused(NOT_LIST)
        inner = {**scope, "this": {}, "parent": {}, "i": [number + 1]}
        name = f"{prefix}{'.'.join(field.path)}.{number}."
        rows.append(_level(level, row, inner, evaluate, errors, prefix=name, depth=depth + 1))
    return rows


def _visible(
    level: Sequence[Field], typed: Sequence[Any], scope: Mapping[str, Any], evaluate: Evaluate
) -> set[int]:
    """The fields that no condition hides. A hidden field's answer is absent for the conditions of others."""
    shown = set(range(len(level)))
    for _ in range(MAX_PASSES):
        own = _nested(level, typed, shown)
        context = {**scope, **own}
        if "this" in scope:
            context["this"] = own
        hidden: dict[str, bool] = {}
        now_shown = set()
        for number, field in enumerate(level):
            for condition in field.conditions:
                if condition not in hidden:
                    hidden[condition] = worked_out(condition, context, evaluate) is True
            if not any(hidden[condition] for condition in field.conditions):
                now_shown.add(number)
        if now_shown == shown:
            break
        shown = now_shown
    return shown


def _invalid(
    component: Component, value: Any, context: Mapping[str, Any], evaluate: Evaluate
) -> Message | None:
    rules = {
        name: worked_out(rule, context, evaluate) if _is_expression(rule) and name != "pattern" else rule
        for name, rule in mapping_of(component.get("validate")).items()
    }
    if message := validate(component, value, rules):
        return message
    if component.get("disallowPassedDates") is True and not is_empty(value):
        today = str(worked_out("string(today())", {}, evaluate) or "")
        if str(value)[:10] < today:
            return PASSED
    return None


def _writable(component: Component, context: Mapping[str, Any], evaluate: Evaluate) -> bool:
    """Whether the field takes an answer at all: not when it is read-only or disabled."""
    for name in ("readonly", "disabled"):
        setting = component.get(name)
        if isinstance(setting, str):
            setting = worked_out(setting, context, evaluate)
        if setting is True:
            return False
    return True


def _offered(component: Component, scope: Mapping[str, Any], evaluate: Evaluate) -> list[dict[str, Any]]:
    return choices(component, scope, evaluate) if component["type"] in CHOOSING_TYPES else []


def _refuse_unknown(
    level: Sequence[Field], answers: Mapping[str, Any], errors: dict[str, str], prefix: str
) -> None:
    known: dict[str, Any] = {}
    for field in level:
        branch = known
        for part in field.path[:-1]:
            step = branch.setdefault(part, {})
            branch = step if isinstance(step, dict) else {}
        branch.setdefault(field.path[-1], None)
    shown = 0
    waiting: list[tuple[Mapping[str, Any], Mapping[str, Any], str]] = [(answers, known, prefix)]
    while waiting and shown < MAX_UNKNOWN_SHOWN:
        given, declared, name = waiting.pop()
        for key, value in given.items():
            label = name + str(key)[:80].encode("utf-8", "replace").decode("utf-8")
            if key not in declared:
                errors[label], shown = UNKNOWN, shown + 1
                if shown >= MAX_UNKNOWN_SHOWN:
                    break
            elif declared[key] is not None and value is not None:
                if isinstance(value, Mapping):
                    waiting.append((value, declared[key], f"{label}."))
                else:
                    errors[label] = NOT_FIELDS


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("=")


def _nested(level: Sequence[Field], typed: Sequence[Any], shown: set[int]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for number in sorted(shown):
        put(values, level[number].path, typed[number])
    return values
