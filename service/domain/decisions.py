"""Whether a form is a plain decision, and which of its answers approve, reject or send back.

A form says it itself with `"properties": {"approve": "value", "reject": "value", "back": "value"}` on the field; without
that the usual words of approvals are recognised.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from service.domain import forms
from service.domain.errors import InvalidForm
from service.domain.form_schema import Evaluate, Field, at, mapping_of, put

Verdict = Literal["approve", "reject", "back"]
WORDS: Mapping[Verdict, frozenset[str]] = {
    "approve": frozenset({"setuju", "disetujui", "dikabulkan", "lanjut", "terima", "approve", "approved"}),
    "reject": frozenset({"tolak", "ditolak", "tidak", "reject", "rejected"}),
    "back": frozenset({"kembalikan", "dikembalikan", "revisi", "ubah", "return"}),
}
CHOICES = frozenset({"radio", "select"})
TEXTS = frozenset({"textarea", "textfield"})
REASONS = ("alasan", "jawaban", "tanggapan", "catatan", "reason", "comment")


@dataclass(frozen=True, slots=True)
class Decision:
    """The deciding field of a form, and its answers: verdict -> (value, label)."""

    path: tuple[str, ...]
    answers: Mapping[Verdict, tuple[Any, str]]


@dataclass(frozen=True, slots=True)
class Missing:
    """A field without which an answer is not complete; `text`: words suffice, `said`: what is wrong with it."""

    key: str
    label: str
    text: bool
    said: str = ""


def decision(schema: Mapping[str, Any] | None) -> Decision | None:
    """The first required choice that can be approved and either rejected or sent back."""
    for field in forms.fields(schema) if schema else ():
        if field.type not in CHOICES or not mapping_of(field.component.get("validate")).get("required"):
            continue
        answers = _verdicts(field)
        if "approve" in answers and len(answers) > 1:
            return Decision(field.path, answers)
    return None


def _verdicts(field: Field) -> dict[Verdict, tuple[Any, str]]:
    said = mapping_of(field.component.get("properties"))
    offered = {str(choice["value"]): choice for choice in forms.choices(field.component, {})}
    found: dict[Verdict, tuple[Any, str]] = {}
    for verdict, words in WORDS.items():
        value = said.get(verdict) or next((value for value in offered if value in words), None)
        if value in offered:
            found[verdict] = (offered[value]["value"], str(offered[value]["label"]))
    return found


def decided(
    schema: Mapping[str, Any],
    known: Mapping[str, Any],
    verdict: Verdict,
    reason: str,
    evaluate: Evaluate,
    given: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], list[Missing]]:
    """The form's answers when it is decided so and the rest stays as it begins, and what they still lack.

    `given`: key of a field -> its answer, taken where the form would lack it. To reject or send back, a reason is lacking
    until one is given; it goes to the field that asks for one. Raises InvalidForm when the form has no such decision.
    """
    found = decision(schema)
    if found is None or verdict not in found.answers:
        raise InvalidForm("This form has no such decision.")
    values = _initial(schema, known)
    put(values, found.path, found.answers[verdict][0])
    lacking = _fill_gaps(schema, values, given or {}, known, evaluate)
    texts = [field for field in lacking if field.text]
    asks = next((field for field in texts if verdict == "approve" or _is_reason(field.key)), None)
    asks = asks or _asks_for_reason(schema, values, known, evaluate) or next(iter(texts), None)
    if reason.strip() and asks is not None:
        put(values, tuple(asks.key.split(".")), reason.strip())
        return values, missing(schema, values, known, evaluate)
    if verdict != "approve" and asks not in lacking:
        lacking = [asks or Missing("", "", False), *lacking]
    return values, lacking


def _fill_gaps(
    schema: Mapping[str, Any],
    values: dict[str, Any],
    given: Mapping[str, Any],
    known: Mapping[str, Any],
    evaluate: Evaluate,
) -> list[Missing]:
    """Put what is given where it is lacking; an answer may show further fields. What is lacking still."""
    unused = dict(given)
    while True:
        lacking = missing(schema, values, known, evaluate)
        fitting = [field.key for field in lacking if field.key in unused]
        if not fitting:
            return lacking
        for key in fitting:
            put(values, tuple(key.split(".")), unused.pop(key))


def missing(
    schema: Mapping[str, Any], values: Mapping[str, Any], known: Mapping[str, Any], evaluate: Evaluate
) -> list[Missing]:
    """The fields that keep these answers from being taken, in the form's order."""
    try:
        forms.clean(schema, values, known, evaluate)
    except InvalidForm as refused:
        found = [
            Missing(key, field.label, field.type in TEXTS, refused.fields.get(key, ""))
            for key, field in _named(schema).items()
            if any(wrong == key or wrong.startswith(f"{key}.") for wrong in refused.fields)
        ]
        return found or [Missing(key, key, False) for key in refused.fields]
    return []


def _initial(schema: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """What the fields begin with, without the lists that only the choices come from."""
    begun = forms.defaults(schema, known)
    values: dict[str, Any] = {}
    for field in forms.fields(schema):
        if (value := at(begun, field.path)) is not None:
            put(values, field.path, value)
    return values


def _asks_for_reason(
    schema: Mapping[str, Any], values: Mapping[str, Any], known: Mapping[str, Any], evaluate: Evaluate
) -> Missing | None:
    """The first text field on show that is named after reasons."""
    try:
        shown = forms.clean(schema, values, known, evaluate)
    except InvalidForm:
        return None
    for key, field in _named(schema).items():
        if field.type in TEXTS and field.path[0] in shown and _is_reason(key):
            return Missing(key, field.label, True)
    return None


def _is_reason(key: str) -> bool:
    return any(word in key for word in REASONS)


def _named(schema: Mapping[str, Any]) -> dict[str, Field]:
    return {field.name: field for field in forms.fields(schema)}
