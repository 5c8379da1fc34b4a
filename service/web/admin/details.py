"""What a line of the log holds, as pairs of texts in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext

from service.db.queries.audit import EventRow
from service.engine.definitions import Definition
from service.web import answers, moments, named, own_records, wording
from service.web.admin import words
from service.web.letter_names import letter_name
from service.web.step_names import Names
from service.web.words import role_label, word

LONGEST = 1000

LABELS: Mapping[str, Callable[[], str]] = {
    "absent": lambda: gettext("Absent"),
    "added": lambda: gettext("Added"),
    "address": lambda: gettext("Address"),
    "after": lambda: gettext("After"),
    "answers": lambda: gettext("Answers"),
    "attempted": lambda: gettext("What was attempted"),
    "attempts": lambda: gettext("Attempts"),
    "audience": lambda: gettext("Readers"),
    "before": lambda: gettext("Before"),
    "by": lambda: gettext("By"),
    "changed": lambda: gettext("Changed"),
    "changes": lambda: gettext("Changes"),
    "code": lambda: gettext("Code"),
    "columns": lambda: gettext("Columns"),
    "comment": lambda: gettext("Comment no."),
    "document": lambda: gettext("Document no."),
    "email": lambda: gettext("E-mail"),
    "error": lambda: gettext("Error"),
    "field": lambda: gettext("Datum"),
    "filters": lambda: gettext("Filters"),
    "from": lambda: gettext("From"),
    "host": lambda: gettext("Server"),
    "issuer": lambda: gettext("Issuer"),
    "job": lambda: gettext("Work no."),
    "key": lambda: gettext("Key"),
    "kind": lambda: gettext("Kind"),
    "left": lambda: gettext("Codes left"),
    "letter": lambda: gettext("Letter no."),
    "looked": lambda: gettext("Tasks looked at"),
    "mapping": lambda: gettext("Steps that took others' place"),
    "method": lambda: gettext("Way"),
    "moved": lambda: gettext("Tasks moved"),
    "name": lambda: gettext("Name"),
    "new": lambda: gettext("New"),
    "nip": lambda: gettext("NIP"),
    "note": lambda: gettext("Note"),
    "number": lambda: gettext("Number"),
    "path": lambda: gettext("Within"),
    "personal": lambda: gettext("Tasks of one's own, too"),
    "port": lambda: gettext("Port"),
    "processes": lambda: gettext("Processes"),
    "purpose": lambda: gettext("What for"),
    "reason": lambda: gettext("Reason"),
    "removed": lambda: gettext("Removed"),
    "replaces": lambda: gettext("In place of document no."),
    "request": lambda: gettext("Request no."),
    "role": lambda: gettext("Role"),
    "said": lambda: gettext("Answer"),
    "security": lambda: gettext("Protection"),
    "sent": lambda: gettext("Sent"),
    "sha256": lambda: gettext("Fingerprint"),
    "sheet": lambda: gettext("Sheet"),
    "slots": lambda: gettext("Signatures"),
    "substitute": lambda: gettext("Substitute"),
    "substitution": lambda: gettext("Substitution no."),
    "to": lambda: gettext("To"),
    "to_id": lambda: gettext("Account no."),
    "token": lambda: gettext("Token"),
    "told": lambda: gettext("People told"),
    "unchanged": lambda: gettext("Unchanged"),
    "unit": lambda: gettext("Unit"),
    "user": lambda: gettext("User name"),
    "values": lambda: gettext("Values"),
    "version": lambda: gettext("Version"),
    "working_days": lambda: gettext("Working days"),
}
"""Keys of an event's data. What a case itself calls its data is said as elsewhere (words.word)."""

NUMBERS = frozenset(
    {
        "comment",
        "document",
        "job",
        "key",
        "letter",
        "path",
        "replaces",
        "request",
        "sha256",
        "substitution",
        "to_id",
    }
)
"""What only a program can follow: on the line's own page, not in lists."""

WAYS: Mapping[str, Callable[[], str]] = {
    "password": lambda: gettext("password"),
    "oidc": lambda: "SSO",
}
BY: Mapping[str, Callable[[], str]] = {
    "group": lambda: gettext("a group at the identity provider"),
    "link": lambda: gettext("a link"),
    "owner": lambda: gettext("the owner"),
}
READERS: Mapping[str, Callable[[], str]] = {
    "workers": lambda: gettext("those who decide and work on it"),
    "everyone": lambda: gettext("everyone who sees the case"),
}
SLOTS: Mapping[str, Callable[[], str]] = {
    "paraf": lambda: gettext("initials"),
    "ttd": lambda: gettext("signature"),
}
SECURITIES: Mapping[str, Callable[[], str]] = {
    "tls": lambda: "TLS",
    "starttls": lambda: "STARTTLS",
    "none": lambda: gettext("none"),
}


def _one_of(said: Mapping[str, Callable[[], str]]) -> Callable[[Any], str]:
    return lambda value: said[value]() if value in said else str(value)


def _roles(value: Any) -> str:
    return ", ".join(role_label(str(role)) for role in value)


def _employee(value: Any) -> str:
    return named.label("employees", str(value))


def _days(value: Any) -> str:
    """Days of the place's own: each was written as its date, what it is, and its name."""
    return ", ".join(_day(str(entry)) for entry in value)


def _day(entry: str) -> str:
    day, _, rest = entry.partition(" ")
    kind, _, name = rest.partition(" ")
    said = f"{moments.day(day)} {name}".strip()
    return f"{said} ({gettext('Worked')})" if kind == "worked" else said


VALUES: Mapping[str, Callable[[Any], str]] = {
    "attempted": words.attempt_words,
    "audience": _one_of(READERS),
    "by": _one_of(BY),
    "method": _one_of(WAYS),
    "role": lambda value: role_label(str(value)),
    "security": _one_of(SECURITIES),
    "slots": lambda value: ", ".join(_one_of(SLOTS)(slot) for slot in value),
    "unit": lambda value: named.label("units", str(value)),
}
"""How the values of some keys are said; others are texts, days, moments and numbers."""

OF_KIND: Mapping[tuple[str, str], Callable[[Any], str]] = {
    ("holidays_changed", "added"): _days,
    ("holidays_changed", "removed"): _days,
    ("sign_in_refused", "reason"): wording.said,
    ("unit_head_set", "before"): _employee,
    ("unit_head_set", "after"): _employee,
    ("second_factor_required", "before"): _roles,
    ("second_factor_required", "after"): _roles,
}
"""The same of keys that mean something else in one kind of line."""


ABOUT_DEFINITIONS = ("case_created", "definition_deployed", "migration_planned")
ABOUT_EMPLOYEES = ("wish_", "correction_", "own_data_")
ABOUT_WORK = ("work_retried", "work_discarded")


def about(row: EventRow, names: Names) -> str:
    """What or whom a line is about: a step, a process, a unit, a person; else the name it was written with."""
    if row.kind in ABOUT_DEFINITIONS:
        return names.definition(row.name)
    if row.kind in ABOUT_WORK:
        return words.work_words(row.name)
    if row.kind == "unit_head_set":
        return named.label("units", row.name)
    if row.kind.startswith("letter_"):
        return letter_name(row.name)
    if row.kind.startswith(ABOUT_EMPLOYEES):
        return _employee(row.name)
    return names.step(row.process or "", row.element or "") if row.element and row.name else row.name


def answered(row: EventRow, definition: Definition) -> list[tuple[str, str]]:
    """What was answered at the task that a line is about, by the labels of its form."""
    element = definition.elements.get((row.process or "", row.element or ""))
    schema = answers.schemas(definition.bundle).get(element.form or "") if element else None
    return answers.in_words(schema, row.data.get("answers") or {}, {})


def pairs(kind: str, data: Any) -> list[tuple[str, str]]:
    """All that a line of this kind holds."""
    return list(_pairs(kind, data)) if isinstance(data, Mapping) else []


def in_short(kind: str, data: Any) -> list[tuple[str, str]]:
    """What of it helps who looks through many lines: neither numbers of rows nor what was answered."""
    kept = NUMBERS | {"answers"}
    return (
        pairs(kind, {key: data[key] for key in data if key not in kept}) if isinstance(data, Mapping) else []
    )


def _pairs(kind: str, data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in data.items():
        if value in (None, "", [], {}):
            continue
        if kind.startswith("correction_") and key in ("kind", "field"):
            if key == "field":
                yield _label(key), own_records.name_of(str(data.get("kind")), str(value))
            continue
        said = OF_KIND.get((kind, key)) or VALUES.get(key) or _text
        yield _label(key), said(value)[:LONGEST]


def _label(key: str) -> str:
    return LABELS[key]() if key in LABELS else word(key)


def _text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "; ".join(f"{_label(str(key))}: {_text(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_text(part) for part in value)
    return _moment(value) if isinstance(value, str) else answers.plain(value)


def _moment(text: str) -> str:
    """Days and moments in ISO 8601 as people say them; any other text as it is."""
    if len(text) == 10 and moments.as_date(text):
        return moments.day(text)
    try:
        at = datetime.fromisoformat(text) if len(text) > 18 and text[10:11] == "T" else None
    except ValueError:
        return text
    return moments.exact(at) if at is not None and at.tzinfo is not None else text
