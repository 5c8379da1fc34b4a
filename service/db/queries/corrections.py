"""Requests for correction as those who answer them see them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from service.db.accounts import Account
from service.db.corrections import CorrectionRequest
from service.db.people import Employee, Unit
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.domain.errors import Invalid

STATES = ("open", "accepted", "declined")


@dataclass(frozen=True, slots=True)
class Row:
    """A request with who asked and who answered."""

    request: CorrectionRequest
    name: str
    unit: str
    answered_by: str | None


def page(session: Session, *, state: str = "open", limit: int = 30, cursor: str | None = None) -> Page[Row]:
    """Requests of a state, those due first first."""
    if state not in STATES:
        raise Invalid("The status is not known.", {"state": ", ".join(STATES)})
    query = _rows().where(CorrectionRequest.state == state)
    if cursor is not None:
        query = query.where(behind(cursor, CorrectionRequest.due_at, CorrectionRequest.id))
    found = session.execute(
        query.order_by(CorrectionRequest.due_at, CorrectionRequest.id).limit(limit + 1)
    ).all()
    rows = tuple(Row(*row) for row in found[:limit])
    last = rows[-1].request if rows else None
    following = encode_cursor(last.due_at, last.id) if last and len(found) > limit else None
    return Page(rows, following)


def get(session: Session, request_id: uuid.UUID) -> Row | None:
    row = session.execute(_rows().where(CorrectionRequest.id == request_id)).first()
    return Row(*row) if row else None


def _rows() -> Any:
    answerer = aliased(Account)
    return (
        select(CorrectionRequest, Employee.nama, Unit.nama, answerer.name)
        .join(Employee, Employee.nip == CorrectionRequest.nip)
        .join(Unit, Unit.id == Employee.unor_id)
        .outerjoin(answerer, answerer.id == CorrectionRequest.answered_by)
    )
