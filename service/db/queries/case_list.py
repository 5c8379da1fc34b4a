"""Lists of cases: any filter, any of the orders that an index gives, page by page; and how many there are."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from service.db.accounts import Account
from service.db.base import plan_with_values
from service.db.cases import NO_DEADLINE, Case, Task
from service.db.queries import Page
from service.db.queries.cases import CaseRow, rows_of
from service.db.queries.cursors import behind, encode_cursor
from service.db.queries.figures.counted import Counted, is_counted
from service.db.queries.searching import matches
from service.db.queries.visibility import may_know_names, may_see
from service.domain.access import Actor
from service.domain.errors import Invalid

STATUSES = ("running", "suspended", "completed", "failed", "cancelled")
MOST_COUNTED = 1_000
NONE = "-"
SORTS: Mapping[str, InstrumentedAttribute[Any]] = {
    "started": Case.started_at,
    "changed": Case.changed_at,
    "due": Case.due_order,
    "number": Case.number,
}
"""By what lists are sorted: each has an index with the id behind it."""


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases; None does not narrow. Moments are UTC, `_to` is the first moment no longer meant.

    status: one of STATUSES (running: also those that are suspended). stage, plan: NONE means those without one. unit:
    origin or target. role, holder, element: of an open task (`process/element`). due_from, due_before, no_deadline: the next
    deadline of a running case. counted: those behind a figure.
    """

    status: str | None = None
    stage: str | None = None
    definition: str | None = None
    unit: str | None = None
    origin: str | None = None
    target: str | None = None
    plan: str | None = None
    kind: str | None = None
    outcomes: tuple[str, ...] = ()
    role: str | None = None
    holder: uuid.UUID | None = None
    element: str | None = None
    due_from: datetime | None = None
    due_before: datetime | None = None
    no_deadline: bool = False
    started_from: datetime | None = None
    started_to: datetime | None = None
    ended_from: datetime | None = None
    ended_to: datetime | None = None
    incidents: bool = False
    search: str | None = None
    counted: Counted | None = None


def page(
    session: Session,
    actor: Actor,
    wanted: CaseFilter | None = None,
    *,
    sort: str = "started",
    descending: bool = True,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[CaseRow]:
    """Cases the actor may see, in one of the orders of SORTS. Raises Invalid for an unknown order, status or cursor."""
    if sort not in SORTS:
        raise Invalid("Cases are not sorted by this.", {"sort": ", ".join(SORTS)})
    plan_with_values(session)
    by = SORTS[sort]
    query = select(Case.id, by.label("at")).where(*_conditions(session, actor, wanted or CaseFilter()))
    if cursor is not None:
        query = query.where(behind(cursor, by, Case.id, descending=descending))
    order = (by.desc(), Case.id.desc()) if descending else (by, Case.id)
    found = session.execute(query.order_by(*order).limit(limit + 1)).all()
    rows = rows_of(session, actor, [row.id for row in found[:limit]])
    following = None
    if len(found) > limit:
        following = encode_cursor(found[limit - 1].at, found[limit - 1].id)
    return Page(tuple(rows), following)


def count(session: Session, actor: Actor, wanted: CaseFilter, most: int = MOST_COUNTED) -> int:
    """How many there are, counted no further than one more than `most`."""
    plan_with_values(session)
    some = select(Case.id).where(*_conditions(session, actor, wanted)).limit(most + 1).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def values(session: Session, column: InstrumentedAttribute[Any], most: int = 60) -> list[str]:
    """The first values of an indexed column, each found by its index."""
    found: list[str] = []
    while len(found) < most:
        query = select(func.min(column))
        if found:
            query = query.where(column > found[-1])
        following = session.scalar(query)
        if following is None:
            break
        found.append(following)
    return found


def stages(session: Session, actor: Actor, most: int = 100) -> list[str]:
    """The stages that running cases are in, for filters."""
    query = (
        select(Case.stage)
        .distinct()
        .where(Case.status == "running", Case.stage != "", may_see(actor, Case.id))
    )
    return sorted(session.scalars(query.limit(most)))


def holders(session: Session, most: int = 200) -> list[tuple[uuid.UUID, str]]:
    """Who has taken a task that is open: (account, name), by name."""
    taken = select(Task.assignee_id).where(Task.state == "open", Task.assignee_id.is_not(None)).distinct()
    query = select(Account.id, Account.name).where(Account.id.in_(taken)).order_by(Account.name)
    return [(row.id, row.name) for row in session.execute(query.limit(most))]


def _conditions(session: Session, actor: Actor, wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found = [may_see(actor, Case.id), *_of_status(wanted.status)]
    same = (
        (Case.stage, wanted.stage),
        (Case.definition_key, wanted.definition),
        (Case.target_unit, wanted.target),
        (Case.plan, wanted.plan),
        (Case.transfer_kind, wanted.kind),
    )
    found += [
        or_(column.is_(None), column == "") if value == NONE else column == value
        for column, value in same
        if value
    ]
    if wanted.outcomes:
        found.append(Case.outcome.in_(wanted.outcomes))
    if wanted.unit:
        found.append(or_(_from(actor, wanted.unit), Case.target_unit == wanted.unit))
    if wanted.origin:
        found.append(_from(actor, wanted.origin))
    if wanted.incidents:
        found.append(Case.incidents > 0)
    found += [*_of_deadline(wanted), *_of_moments(wanted)]
    if wanted.role or wanted.holder or wanted.element:
        found.append(Case.id.in_(_held(wanted)))
    if wanted.counted is not None:
        found.append(is_counted(session, wanted.counted))
    if wanted.search:
        found.append(matches(session, actor, wanted.search))
    return found


def _of_status(status: str | None) -> list[ColumnElement[bool]]:
    if status is None:
        return []
    if status not in STATUSES:
        raise Invalid("The status is not known.", {"status": ", ".join(STATUSES)})
    return [Case.suspended_at.is_not(None)] if status == "suspended" else [Case.status == status]


def _from(actor: Actor, unit: str) -> ColumnElement[bool]:
    """From this unit: only where the reader may know who is moved, else the unit would tell."""
    return and_(may_know_names(actor), Case.origin_unit == unit)


def _of_deadline(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.due_from is not None:
        found += [Case.due_order >= wanted.due_from, Case.due_order < NO_DEADLINE]
    if wanted.due_before is not None:
        found.append(Case.due_order < wanted.due_before)
    if wanted.no_deadline:
        found.append(Case.due_order == NO_DEADLINE)
    return [Case.status == "running", *found] if found else []


def _of_moments(wanted: CaseFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for column, first, after in (
        (Case.started_at, wanted.started_from, wanted.started_to),
        (Case.ended_at, wanted.ended_from, wanted.ended_to),
    ):
        if first is not None:
            found.append(column >= first)
        if after is not None:
            found.append(column < after)
    return found


def _held(wanted: CaseFilter) -> Any:
    """The cases with an open task of this role, person or element."""
    held = select(Task.case_id).where(Task.state == "open")
    if wanted.role:
        escalated = and_(Task.escalate_to == wanted.role, Task.escalated_at.is_not(None))
        held = held.where(or_(Task.role == wanted.role, escalated))
    if wanted.holder:
        held = held.where(Task.assignee_id == wanted.holder)
    if wanted.element:
        process, _, element = wanted.element.rpartition("/")
        held = held.where(Task.element == element, *([Task.process == process] if process else []))
    return held
