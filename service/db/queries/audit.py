"""Searching the log: who did what, when, in which case, about whom. Pages go by the moment, latest first."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, tuple_
from sqlalchemy.orm import Session

from service.db.accounts import Account
from service.db.base import plan_with_values
from service.db.cases import Case, CaseEvent
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.domain.access import Actor
from service.domain.errors import NotFound

MOST_CASES = 500
ABOUT_CASES = frozenset({"answers", "data", "after", "before", "changes"})
"""Keys of an event's data that repeat what a case knows."""

SIGNING = ("signed_in", "signed_out", "sign_in_failed", "second_factor_failed")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for; what is None does not matter. `person`: a NIP or a user name."""

    who: uuid.UUID | None = None
    acting_for: uuid.UUID | None = None
    system: bool = False
    kind: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    case: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A line of the log. `hidden`: the data names somebody who is secret to this reader until the decision."""

    id: int
    at: datetime
    actor_id: uuid.UUID | None
    actor_name: str
    acting_for: str | None
    kind: str
    name: str
    element: str | None
    process: str | None
    case_id: uuid.UUID | None
    case_number: str | None
    definition_version_id: uuid.UUID | None
    task_id: uuid.UUID | None
    data: Mapping[str, Any]
    hidden: bool


def page(
    session: Session, actor: Actor, wanted: Wanted, *, limit: int = 50, cursor: str | None = None
) -> Page[EventRow]:
    """Lines of the log, latest first."""
    plan_with_values(session)
    query = _narrowed(session, wanted)
    if cursor is not None:
        query = query.where(behind(cursor, CaseEvent.at, CaseEvent.id, descending=True))
    rows = [_row(row, actor) for row in session.execute(_ordered(query).limit(limit + 1))]
    more = encode_cursor(rows[limit - 1].at, rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(rows[:limit]), more)


def batches(
    session: Session, actor: Actor, wanted: Wanted, before: EventRow | None, size: int
) -> list[EventRow]:
    """The next lines after one, for exports: each batch is a look of its own."""
    plan_with_values(session)
    query = _narrowed(session, wanted)
    if before is not None:
        query = query.where(tuple_(CaseEvent.at, CaseEvent.id) < tuple_(before.at, before.id))
    return [_row(row, actor) for row in session.execute(_ordered(query).limit(size))]


def get(session: Session, actor: Actor, event_id: int) -> EventRow:
    """One line of the log. Raises NotFound."""
    found = session.execute(_rows().where(CaseEvent.id == event_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such entry.")
    return _row(found, actor)


def of_account(session: Session, username: str, *, limit: int) -> list[EventRow]:
    """What was changed about an account, latest first; its comings and goings are left out."""
    plan_with_values(session)
    query = _rows().where(
        CaseEvent.case_id.is_(None), CaseEvent.name == username, CaseEvent.kind.not_in(SIGNING)
    )
    return [_row(row, None) for row in session.execute(_ordered(query).limit(limit))]


def _narrowed(session: Session, wanted: Wanted) -> Select[Any]:
    query = _rows()
    if wanted.system:
        query = query.where(CaseEvent.actor_id.is_(None))
    elif wanted.who is not None:
        query = query.where(CaseEvent.actor_id == wanted.who)
    if wanted.acting_for is not None:
        query = query.where(CaseEvent.acting_for_id == wanted.acting_for)
    if wanted.kind:
        query = query.where(CaseEvent.kind == wanted.kind)
    if wanted.since is not None:
        query = query.where(CaseEvent.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(CaseEvent.at < wanted.until)
    if wanted.case:
        query = query.where(CaseEvent.case_id.in_(select(Case.id).where(Case.number == wanted.case)))
    if wanted.person:
        query = query.where(_about(session, wanted.person.strip()))
    return query


def _about(session: Session, person: str) -> ColumnElement[bool]:
    """About an account, by its user name or its employee's NIP, or in the cases that are about the employee."""
    nip = person.replace(" ", "")
    name = person.lower()
    if nip.isdigit():
        account = session.scalar(select(Account.username).where(Account.nip == nip))
        cases = session.scalars(
            select(Case.id).where(Case.subject_nip == nip).order_by(Case.started_at.desc()).limit(MOST_CASES)
        ).all()
        in_cases = CaseEvent.case_id.in_(cases)
        names = [nip] if account is None else [nip, account]
        return or_(in_cases, CaseEvent.case_id.is_(None) & CaseEvent.name.in_(names))
    return CaseEvent.case_id.is_(None) & (CaseEvent.name == name)


def _rows() -> Any:
    return select(
        CaseEvent, Case.number, Case.decided_at, Case.subject_nip, Case.definition_version_id
    ).outerjoin(Case, Case.id == CaseEvent.case_id)


def _ordered(query: Select[Any]) -> Select[Any]:
    return query.order_by(CaseEvent.at.desc(), CaseEvent.id.desc())


def _row(row: Any, actor: Actor | None) -> EventRow:
    event: CaseEvent = row.CaseEvent
    decides = actor is not None and actor.decides
    secret = event.case_id is not None and row.decided_at is None and not decides
    data = event.data or {}
    hidden = secret and bool(ABOUT_CASES & set(data))
    if hidden:
        data = {key: value for key, value in data.items() if key not in ABOUT_CASES}
    if secret and event.kind == "document_attached":
        return _made(row, event, data, "", True)  # a file may be called after the person
    return _made(row, event, data, event.name, hidden)


def _made(row: Any, event: CaseEvent, data: Mapping[str, Any], name: str, hidden: bool) -> EventRow:
    return EventRow(
        event.id,
        event.at,
        event.actor_id,
        event.actor_name,
        event.acting_for_name,
        event.kind,
        name,
        event.element,
        event.process,
        event.case_id,
        row.number,
        row.definition_version_id,
        event.task_id,
        data,
        hidden,
    )


def every(
    look: Any, actor: Actor, wanted: Wanted, *, size: int = 2_000, most: int | None = None
) -> Iterator[EventRow]:
    """All that fits, a batch at a time; `look()` opens a read-only look for each, so that none lasts long."""
    last: EventRow | None = None
    told = 0
    while True:
        with look() as action:
            rows = batches(action.session, actor, wanted, last, size)
        for row in rows:
            yield row
            told += 1
            if most is not None and told >= most:
                return
        if len(rows) < size:
            return
        last = rows[-1]
