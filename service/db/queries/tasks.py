"""Tasks as lists and pages show them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.drafts import HeldDecision
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.db.queries.task_filters import TaskFilter, conditions
from service.db.queries.visibility import SECRET, done_by, may_see, shown_names, with_names
from service.domain.access import Actor, is_offered, may_see_case, may_see_names
from service.domain.errors import NotFound

Scope = Literal["offered", "mine", "all"]
EVERYTHING = TaskFilter()


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with what is needed to recognise it. `offered`: the reader may work on it.

    `subject_name` is None when there is none yet, and the secret's text when the reader may not know it; `unit_id` then is
    None unless it is where the case leads: the unit that is asked to let somebody go would give them away.
    """

    id: uuid.UUID
    case_id: uuid.UUID
    case_number: str
    case_title: str
    case_title_en: str
    definition_key: str
    definition_version_id: uuid.UUID
    engine_key: str
    element: str
    process: str
    name: str
    name_en: str
    form: str | None
    role: str | None
    unit_id: str | None
    person_nip: str | None
    state: str
    assignee_id: uuid.UUID | None
    assignee: str | None
    assignee_username: str | None
    opened_at: datetime
    due_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    closed_for: str | None
    escalated_at: datetime | None
    version: int
    stage: str
    stage_since: datetime | None
    subject_nip: str | None
    subject_name: str | None
    origin_unit: str | None
    origin_unit_name: str | None
    target_unit: str | None
    target_unit_name: str | None
    target_position_name: str | None
    rule_tone: str | None
    rule_count: int | None
    names_hidden: bool
    suspended: bool
    offered: bool

    def overdue(self, now: datetime) -> bool:
        return self.state == "open" and self.due_at is not None and self.due_at < now


def inbox(
    session: Session,
    actor: Actor,
    *,
    scope: Scope = "offered",
    state: str = "open",
    wanted: TaskFilter = EVERYTHING,
    case_id: uuid.UUID | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[TaskRow]:
    """Tasks, most urgent first: those the actor can work on (offered), has taken or is meant for (mine), or may see (all).

    Finished tasks come latest first.
    """
    if case_id is not None:
        wanted = replace(wanted, case_id=case_id)
    filters = conditions(session, actor, state, wanted)
    ids = _ids(actor, scope, state, filters, limit + 1, cursor)
    found = session.execute(ids).all()
    shown = these(session, actor, [row.id for row in found[:limit]])
    following = encode_cursor(found[limit - 1].at, found[limit - 1].id) if len(found) > limit else None
    return Page(tuple(shown), following)


def count_open(
    session: Session,
    actor: Actor,
    *,
    scope: Scope = "offered",
    wanted: TaskFilter = EVERYTHING,
    most: int = 1000,
) -> int:
    """How many open tasks there are, counted up to `most`."""
    return count(session, actor, scope=scope, state="open", wanted=wanted, most=most)


def count(
    session: Session, actor: Actor, *, scope: Scope, state: str, wanted: TaskFilter = EVERYTHING, most: int
) -> int:
    """How many tasks `inbox` would list, counted up to `most`."""
    ids = _ids(actor, scope, state, conditions(session, actor, state, wanted), most, None)
    return session.scalar(select(func.count()).select_from(ids.subquery())) or 0


def get(session: Session, actor: Actor, task_id: uuid.UUID) -> TaskRow:
    """One task. Raises NotFound when it does not exist or the actor may not see its case."""
    found = these(session, actor, [task_id])
    if not found:
        raise NotFound("There is no such task.")
    return found[0]


def of_case(session: Session, actor: Actor, case_id: uuid.UUID) -> list[TaskRow]:
    """All tasks of a case that may be seen, in the order they were opened."""
    ids = session.scalars(
        select(Task.id).where(Task.case_id == case_id).order_by(Task.opened_at, Task.id)
    ).all()
    return these(session, actor, ids)


def _ids(
    actor: Actor,
    scope: Scope,
    state: str,
    filters: Sequence[ColumnElement[bool]],
    limit: int,
    cursor: str | None,
) -> Select[uuid.UUID, Any]:
    listing = open_ids if state == "open" else _closed_ids
    return listing(actor, scope, filters, limit, cursor)


def open_ids(
    actor: Actor,
    scope: Scope,
    filters: Sequence[ColumnElement[bool]],
    limit: int,
    cursor: str | None = None,
) -> Select[uuid.UUID, datetime]:
    """Ids in order of urgency. Each way in which a task can concern the actor is a query of its own with its own index.

    A task that is being decided (it can still be taken back) is in nobody's inbox.
    """
    filters = filters or [Task.state == "open"]
    if scope != "all":
        filters = [*filters, Task.id.not_in(select(HeldDecision.task_id))]
    if cursor is not None:
        filters = [*filters, behind(cursor, Task.due_order, Task.id)]
    branches = [
        select(Task.id, Task.due_order.label("at"))
        .where(way, *filters)
        .order_by(Task.due_order, Task.id)
        .limit(limit)
        .subquery()
        for way in ways(actor, scope)
    ]
    if not branches:
        return select(Task.id, Task.due_order.label("at")).where(literal(False))
    merged = union_all(*[select(branch) for branch in branches]).subquery()
    return select(merged.c.id, merged.c.at).distinct().order_by(merged.c.at, merged.c.id).limit(limit)


def ways(actor: Actor, scope: Scope) -> list[ColumnElement[bool]]:
    """The ways in which a task can be in the actor's list, as conditions on tasks."""
    if scope == "all":
        visible = may_see(actor, Task.case_id)
        return [visible] if actor.sees == "all" else [*ways(actor, "offered"), visible]
    found: list[ColumnElement[bool]] = []
    if actor.holder is not None:
        found.append(Task.assignee_id == actor.holder)
    if actor.nip is not None:
        found.append(Task.person_nip == actor.nip)
    if scope == "mine":
        return found
    for role, units in actor.grants.items():
        offered = [Task.role == role, Task.person_nip.is_(None)]
        if units:
            found += [and_(*offered, Task.unit_id == unit) for unit in sorted(units)]
            found.append(and_(*offered, Task.unit_id.is_(None)))
        else:
            found.append(and_(*offered))
        found.append(and_(Task.escalate_to == role, Task.escalated_at.is_not(None)))
    return found


def _closed_ids(
    actor: Actor,
    scope: Scope,
    filters: Sequence[ColumnElement[bool]],
    limit: int,
    cursor: str | None,
) -> Select[uuid.UUID, Any]:
    query: Select[uuid.UUID, Any] = select(Task.id, Task.closed_at.label("at")).where(
        *filters, Task.closed_at.is_not(None)
    )
    if cursor is not None:
        query = query.where(behind(cursor, Task.closed_at, Task.id, descending=True))
    latest = query.order_by(Task.closed_at.desc(), Task.id.desc()).limit(limit)
    if scope == "all":
        return latest.where(or_(*ways(actor, scope)))
    # Each way by its own index, as for open tasks.
    branches = [latest.where(way).subquery() for way in (done_by(actor.holder) if actor.holder else [])]
    if not branches:
        return latest.where(literal(False))
    merged = union_all(*[select(branch) for branch in branches]).subquery()
    return select(merged.c.id, merged.c.at).order_by(merged.c.at.desc(), merged.c.id.desc()).limit(limit)


def these(session: Session, actor: Actor, ids: Sequence[uuid.UUID]) -> list[TaskRow]:
    """The rows of these tasks, in this order, without those the actor may not see."""
    if not ids:
        return []
    closer, closed_for = aliased(Account), aliased(Account)
    query = (
        select(
            Task,
            Case.number,
            Case.title,
            Case.title_en,
            Case.definition_key,
            Case.definition_version_id,
            Case.stage,
            Case.stage_since,
            Case.subject_nip,
            Case.origin_unit,
            Case.target_unit,
            Case.decided_at,
            Case.started_by,
            Case.suspended_at,
            Case.rule_tone,
            Case.rule_count,
            Account.name.label("assignee"),
            Account.username.label("assignee_username"),
            closer.name.label("closed_by_name"),
            closed_for.name.label("closed_for_name"),
        )
        .join(Case, Case.id == Task.case_id)
        .outerjoin(Account, Account.id == Task.assignee_id)
        .outerjoin(closer, closer.id == Task.closed_by)
        .outerjoin(closed_for, closed_for.id == Task.closed_for)
        .where(Task.id.in_(ids))
    )
    by_id = {row.Task.id: row for row in session.execute(with_names(query, actor))}
    shown = [_row(actor, by_id[task_id]) for task_id in ids if task_id in by_id]
    return [row for row in shown if row is not None]


def offered(actor: Actor, task: Task) -> bool:
    """Whether the task is the actor's to do."""
    return is_offered(
        actor,
        role=task.role,
        unit=task.unit_id,
        person=task.person_nip,
        assignee=task.assignee_id,
        escalated_to=task.escalate_to if task.escalated_at else None,
    )


def _row(actor: Actor, row: Any) -> TaskRow | None:
    task: Task = row.Task
    if not actor.covers(row.definition_key, row.subject_nip):
        return None
    may_do = offered(actor, task)
    decided = row.decided_at is not None
    visible = may_do or may_see_case(
        actor,
        subject=row.subject_nip,
        units=frozenset(filter(None, (row.origin_unit, row.target_unit))),
        started_by=row.started_by,
        took_part=row.took_part,
        decided=decided,
    )
    if not visible:
        return None
    worked = row.worked or (may_do and task.person_nip is None)
    named = may_see_names(actor, decided=decided, subject=row.subject_nip, worked=worked)
    hidden = row.subject_nip is not None and not named
    asked_alone = task.person_nip is not None and not (decided or actor.decides or may_do)
    gives_away = hidden and task.unit_id not in (None, row.target_unit)
    return _shown(
        row, hidden=hidden, unnamed=asked_alone or gives_away, gives_away=gives_away, offered=may_do
    )


def _shown(row: Any, *, hidden: bool, unnamed: bool, gives_away: bool, offered: bool) -> TaskRow:
    """`unnamed`: the reader must not learn who is asked; `gives_away`: nor of which unit."""
    task: Task = row.Task
    return TaskRow(
        id=task.id,
        case_id=task.case_id,
        case_number=row.number,
        case_title=SECRET if hidden else row.title,
        case_title_en="" if hidden else row.title_en,
        definition_key=row.definition_key,
        definition_version_id=row.definition_version_id,
        engine_key=task.engine_key,
        element=task.element,
        process=task.process,
        name=task.name,
        name_en=task.name_en,
        form=task.form,
        role=task.role,
        unit_id=None if gives_away else task.unit_id,
        person_nip=None if unnamed else task.person_nip,
        state=task.state,
        assignee_id=None if unnamed else task.assignee_id,
        assignee=None if unnamed else row.assignee,
        assignee_username=None if unnamed else row.assignee_username,
        opened_at=task.opened_at,
        due_at=task.due_at,
        closed_at=task.closed_at,
        closed_by=None if unnamed else row.closed_by_name,
        closed_for=None if unnamed else row.closed_for_name,
        escalated_at=task.escalated_at,
        version=task.version,
        stage=row.stage,
        stage_since=row.stage_since,
        rule_tone=None if hidden else row.rule_tone,
        rule_count=None if hidden else row.rule_count,
        suspended=row.suspended_at is not None,
        offered=offered,
        **shown_names(row, row, hidden=hidden),
    )
