"""What went wrong in the cases that may be seen."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.incidents import Incident
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.db.queries.visibility import may_see
from service.domain.access import Actor
from service.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """A failed step as its reader sees it."""

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    definition_key: str
    kind: str
    element: str | None
    reason: str
    attempts: int
    state: str
    opened_at: datetime
    last_at: datetime
    resolved_at: datetime | None
    command: Mapping[str, Any]


def page(
    session: Session,
    actor: Actor,
    *,
    state: str | None = "open",
    case_id: uuid.UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[IncidentRow]:
    """Incidents of cases the actor may see, latest first."""
    query = _rows().where(may_see(actor, Incident.case_id))
    if state is not None:
        query = query.where(Incident.state == state)
    if case_id is not None:
        query = query.where(Incident.case_id == case_id)
    if cursor is not None:
        query = query.where(behind(cursor, Incident.opened_at, Incident.id, descending=True))
    query = query.order_by(Incident.opened_at.desc(), Incident.id.desc())
    rows = tuple(_row(row) for row in session.execute(query.limit(limit + 1)))
    more = encode_cursor(rows[limit - 1].opened_at, rows[limit - 1].id) if len(rows) > limit else None
    return Page(rows[:limit], more)


def get(session: Session, actor: Actor, incident_id: uuid.UUID) -> IncidentRow:
    """One incident. Raises NotFound when it does not exist or its case may not be seen."""
    found = session.execute(
        _rows().where(Incident.id == incident_id, may_see(actor, Incident.case_id))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such incident.")
    return _row(found)


def _rows() -> Any:
    return select(Incident, Case.number, Case.definition_key).join(Case, Case.id == Incident.case_id)


def _row(row: Any) -> IncidentRow:
    incident: Incident = row.Incident
    return IncidentRow(
        incident.id,
        incident.case_id,
        row.number,
        row.definition_key,
        incident.kind,
        incident.element,
        incident.reason,
        incident.attempts,
        incident.state,
        incident.opened_at,
        incident.last_at,
        incident.resolved_at,
        incident.command,
    )
