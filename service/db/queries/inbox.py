"""What the inbox shows beside its list: what can be filtered by, what is new, and what became of the tasks it shows."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from service.db.accounts import Account
from service.db.cases import Case, CaseEvent, Task
from service.db.drafts import HeldDecision
from service.db.people import Unit
from service.db.queries.task_filters import TaskFilter, conditions
from service.db.queries.tasks import Scope, open_ids, ways
from service.db.queries.visibility import may_know_names
from service.domain.access import Actor

LOOKED_AT = 500
"""Of how many of the most urgent tasks the choices of filters are gathered."""
MOST_NEW = 100
GIVEN = ("task_delegated", "task_assigned", "task_released")
"""Events by which an older task can come to somebody."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Tasks of one kind: an element of diagrams, whichever process and version it is in, by its name."""

    element: str
    name: str
    name_en: str


@dataclass(frozen=True, slots=True)
class Choices:
    """What occurs among the tasks of a scope, for filters: kinds, stages, (unit, name) from and to, (user name, name)."""

    kinds: tuple[Kind, ...] = ()
    stages: tuple[str, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    assignees: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Present:
    """How a task stands now. `deciding`: somebody has decided it and can still take it back."""

    id: uuid.UUID
    state: str
    closed_at: datetime | None
    closed_by: str | None
    assignee_id: uuid.UUID | None
    assignee: str | None
    deciding: bool


def choices(session: Session, actor: Actor, scope: Scope) -> Choices:
    """What the filters offer: what occurs among the most urgent tasks of the scope."""
    listed = open_ids(actor, scope, [], LOOKED_AT).subquery()
    target, origin = aliased(Unit), aliased(Unit)
    rows = session.execute(
        select(
            Task.element,
            Task.name,
            Task.name_en,
            Case.stage,
            Case.target_unit,
            target.nama.label("target_name"),
            Case.origin_unit,
            origin.nama.label("origin_name"),
            may_know_names(actor).label("named"),
            Account.username,
            Account.name.label("assignee"),
        )
        .join_from(Task, listed, listed.c.id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .outerjoin(target, target.id == Case.target_unit)
        .outerjoin(origin, origin.id == Case.origin_unit)
        .outerjoin(Account, Account.id == Task.assignee_id)
    ).all()
    kinds = {row.element: Kind(row.element, row.name, row.name_en) for row in rows}
    return Choices(
        kinds=tuple(sorted(kinds.values(), key=lambda kind: (kind.name, kind.element))),
        stages=tuple(sorted({row.stage for row in rows if row.stage})),
        origins=_named((row.origin_unit, row.origin_name) for row in rows if row.named),
        targets=_named((row.target_unit, row.target_name) for row in rows),
        assignees=_named((row.username, row.assignee) for row in rows),
    )


def _named(pairs: Iterable[tuple[str | None, str | None]]) -> tuple[tuple[str, str], ...]:
    found = {key: name or key for key, name in pairs if key}
    return tuple(sorted(found.items(), key=lambda pair: pair[1]))


def news(
    session: Session,
    actor: Actor,
    scope: Scope,
    wanted: TaskFilter,
    since: datetime,
    known: Collection[uuid.UUID],
) -> int:
    """How many open tasks came to this list since then that its reader has not seen, counted up to MOST_NEW."""
    given = (
        select(CaseEvent.task_id)
        .where(CaseEvent.kind.in_(GIVEN), CaseEvent.at >= since, CaseEvent.task_id.is_not(None))
        .limit(MOST_NEW)
    )
    came = or_(Task.opened_at >= since, Task.escalated_at >= since, Task.id.in_(session.scalars(given).all()))
    found = select(Task.id).where(
        *conditions(session, actor, "open", wanted),
        came,
        or_(*ways(actor, scope)),
        Task.id.not_in(select(HeldDecision.task_id)),
    )
    if known:
        found = found.where(Task.id.not_in(list(known)))
    return len(session.scalars(found.limit(MOST_NEW)).all())


def present(session: Session, ids: Collection[uuid.UUID]) -> list[Present]:
    """How these tasks stand now. Ask only for tasks that their reader was shown."""
    closer = aliased(Account)
    rows = session.execute(
        select(
            Task.id,
            Task.state,
            Task.closed_at,
            closer.name.label("closed_by"),
            Task.assignee_id,
            Account.name.label("assignee"),
            HeldDecision.task_id.is_not(None).label("deciding"),
        )
        .outerjoin(Account, Account.id == Task.assignee_id)
        .outerjoin(closer, closer.id == Task.closed_by)
        .outerjoin(HeldDecision, HeldDecision.task_id == Task.id)
        .where(Task.id.in_(list(ids)))
    )
    return [Present(*row) for row in rows]
