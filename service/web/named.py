"""Names in place of keys: employees by NIP, positions and units by id, documents by id. Read once for each request."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from flask import g
from sqlalchemy.orm import Session

from service.db.cases import CaseDocument
from service.db.queries import people
from service.db.queries.tasks import TaskRow
from service.domain import forms
from service.domain.errors import NotFound
from service.web import context

Finder = Callable[[Session, str], tuple[str, str]]

FINDERS: Mapping[str, Finder] = {
    "employees": lambda session, key: _employee(people.employee(session, key)),
    "positions": lambda session, key: _position(people.position(session, key)),
    "units": lambda session, key: _unit(people.unit(session, key)),
}


def found(kind: str, key: str) -> tuple[str, str]:
    """(name, what to tell it from others by) of a key; the key itself for one that is not known, and for an employee
    beyond the reader's reach: as in look-ups, who sees only their units knows the people of those.
    """
    return _known(kind, key) or (key, "")


def _known(kind: str, key: str) -> tuple[str, str] | None:
    """The same; None for what is no key, such as a text that somebody typed and did not choose."""
    known: dict[tuple[str, str], tuple[str, str] | None] = g.setdefault("named", {})
    if (kind, key) not in known:
        with context.reading() as action:
            try:
                known[kind, key] = FINDERS[kind](action.session, key)
            except NotFound:
                known[kind, key] = None
    return known[kind, key]


def label(kind: str, key: str) -> str:
    """`Ani Pratiwi, S.Sos.` of a NIP."""
    return found(kind, key)[0]


def asked(task: TaskRow) -> str:
    """The unit or the person that a task is for, which tells it from others of its name; empty for a whole role's, and
    for what the reader must not know.
    """
    if task.person_nip:
        return label("employees", task.person_nip)
    return label("units", task.unit_id) if task.unit_id else ""


def filename(document_id: str) -> str:
    """The name of a document."""
    document = _document(document_id)
    return document["name"] if document else document_id


def in_form(schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """What the form's script shows in place of the keys it begins with: `{"employees": {nip: {label, detail}}, ...}`."""
    names: dict[str, dict[str, Any]] = {"files": {}}
    for _, component, value in forms.given(schema, values):
        kind = forms.lookup_of(component)
        if kind and isinstance(value, str) and value:
            if one := _known(kind, value):
                names.setdefault(kind, {})[value] = {"label": one[0], "detail": one[1]}
        elif component["type"] == "filepicker" and isinstance(value, list):
            files = {each: _document(each) for each in value if isinstance(each, str)}
            names["files"] |= {each: file for each, file in files.items() if file}
    return names


def _document(document_id: str) -> dict[str, Any] | None:
    try:
        key = uuid.UUID(document_id)
    except ValueError:
        return None
    with context.reading() as action:
        document = action.session.get(CaseDocument, key)
        return {"name": document.filename, "size": document.size} if document else None


def _employee(row: people.EmployeeRow) -> tuple[str, str]:
    actor = context.actor()
    if actor.sees != "all" and row.unor_id not in actor.units and row.nip != actor.nip:
        return row.nip, ""
    return row.nama, f"{row.nip} · {row.jabatan} · {row.unit}"


def _position(row: people.PositionRow) -> tuple[str, str]:
    return f"{row.nama} – {row.unit}", row.id


def _unit(row: people.UnitRow) -> tuple[str, str]:
    return row.nama, row.induk or ""
