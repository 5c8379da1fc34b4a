"""What only the database can say about answers: that whom or what they name exists, and that documents are the case's."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import CaseDocument
from service.db.people import Employee, Position, Unit
from service.domain import forms
from service.domain.errors import InvalidForm
from service.domain.form_values import NO_EMPLOYEE, NO_POSITION, NO_UNIT, NOT_DOCUMENTS

UNKNOWN = {"employees": NO_EMPLOYEE, "positions": NO_POSITION, "units": NO_UNIT}
KEYS = {"employees": Employee.nip, "positions": Position.id, "units": Unit.id}


def check(
    session: Session, case_id: uuid.UUID, schema: Mapping[str, Any], cleaned: Mapping[str, Any]
) -> None:
    """Raises InvalidForm with a message on each field that names what is not there."""
    answered = [(name, part, value) for name, part, value in forms.given(schema, cleaned) if value]
    errors: dict[str, str] = {}
    for kind, message in UNKNOWN.items():
        named = {name: str(value) for name, part, value in answered if forms.lookup_of(part) == kind}
        known = _known(session, kind, set(named.values()))
        errors |= {name: message for name, value in named.items() if value not in known}
    files = {name: value for name, part, value in answered if part["type"] == "filepicker"}
    held = _documents(session, case_id, {uuid.UUID(each) for ids in files.values() for each in ids})
    errors |= {name: NOT_DOCUMENTS for name, ids in files.items() if not {*map(uuid.UUID, ids)} <= held}
    if errors:
        raise InvalidForm(forms.SUMMARY, errors)


def _known(session: Session, kind: str, values: Collection[str]) -> set[str]:
    if not values:
        return set()
    key = KEYS[kind]
    return set(session.scalars(select(key).where(key.in_(values))))


def _documents(session: Session, case_id: uuid.UUID, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    if not ids:
        return set()
    present = CaseDocument.case_id == case_id, CaseDocument.removed_at.is_(None)
    return set(session.scalars(select(CaseDocument.id).where(CaseDocument.id.in_(ids), *present)))
