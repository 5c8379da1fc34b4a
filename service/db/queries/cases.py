"""Cases as lists and pages show them, their log, and where they are on the diagram."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, defer

from service.db.accounts import Account
from service.db.cases import NO_DEADLINE, Case, CaseDocument, CaseEvent, DueWork, Task, WaitingFor
from service.db.definitions import DefinitionVersion
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.db.queries.visibility import SECRET, shown_names, with_names
from service.domain.access import SYSTEM, Actor, may_see_case, may_see_names
from service.domain.errors import NotFound

MOST_SINCE = 1_000


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case with what is needed to recognise it. Names are the secret's text when the reader may not know them."""

    id: uuid.UUID
    number: str
    title: str
    title_en: str
    definition_key: str
    definition_name: str
    definition_version: int
    definition_version_id: uuid.UUID
    status: str
    stage: str
    stage_element: str | None
    outcome: str | None
    transfer_kind: str | None
    subject_nip: str | None
    subject_name: str | None
    origin_unit: str | None
    origin_unit_name: str | None
    target_unit: str | None
    target_unit_name: str | None
    target_position: str | None
    target_position_name: str | None
    decided_at: datetime | None
    effective_on: datetime | None
    started_at: datetime
    started_by: str | None
    changed_at: datetime
    ended_at: datetime | None
    wake_at: datetime | None
    due_at: datetime | None
    suspended_at: datetime | None
    plan: str | None
    incidents: int
    version: int
    names_hidden: bool


@dataclass(frozen=True, slots=True)
class EventRow:
    """One thing that happened in a case."""

    id: int
    at: datetime
    actor: str
    acting_for: str | None
    kind: str
    element: str | None
    process: str | None
    name: str
    task_id: uuid.UUID | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is in a case: an open task."""

    case_id: uuid.UUID
    task_id: uuid.UUID
    name: str
    name_en: str
    role: str | None
    assignee: str | None
    due_at: datetime | None
    element: str
    process: str


def get(session: Session, actor: Actor, case: uuid.UUID | str) -> CaseRow:
    """One case by id or number. Raises NotFound when it does not exist or may not be seen."""
    found: uuid.UUID | None
    if isinstance(case, uuid.UUID):
        found = case
    else:
        try:
            found = uuid.UUID(case)
        except ValueError:
            found = session.scalar(select(Case.id).where(Case.number == case))
    rows = rows_of(session, actor, [found]) if found else []
    if not rows:
        raise NotFound("There is no such case.")
    return rows[0]


def events(
    session: Session,
    actor: Actor,
    case_id: uuid.UUID,
    *,
    limit: int = 100,
    cursor: str | None = None,
    newest_first: bool = False,
    kinds: Collection[str] = (),
    unwanted: Collection[str] = (),
    elements: Collection[str] | None = None,
    since: int | None = None,
) -> Page[EventRow]:
    """What happened in a case, in order. Answers, and who was asked in person or for a unit that would give a name away,
    are left out where the reader may not know names.

    `kinds`: only these, when there are any; `unwanted`: not these; `elements`: of completed elements these only; `since`:
    from this event on, as many as there are up to 1,000.
    """
    case = get(session, actor, case_id)
    query = select(CaseEvent).where(CaseEvent.case_id == case_id)
    if kinds:
        query = query.where(CaseEvent.kind.in_(kinds))
    if unwanted:
        query = query.where(CaseEvent.kind.not_in(unwanted))
    if elements is not None:
        query = query.where(or_(CaseEvent.kind != "element_completed", CaseEvent.element.in_(elements)))
    if since is not None:
        after = select(func.count()).where(CaseEvent.case_id == case_id, CaseEvent.id >= since)
        limit = min(max(limit, session.scalar(after) or 0), MOST_SINCE)
    if cursor is not None:
        query = query.where(behind(cursor, CaseEvent.id, descending=newest_first))
    query = query.order_by(CaseEvent.id.desc() if newest_first else CaseEvent.id)
    found = session.scalars(query.limit(limit + 1)).all()
    secret = case.names_hidden or not (case.decided_at or actor.decides)
    asked = _asked(session, case) if secret else Asked()
    rows = tuple(
        _event(event, secret=secret, unnamed=secret and asked.is_about(event, actor))
        for event in found[:limit]
    )
    return Page(rows, encode_cursor(rows[-1].id) if len(found) > limit else None)


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked in a case and would give a secret name away: in person, or for a unit other than where it leads. The
    tasks, and who did nothing else there."""

    tasks: frozenset[uuid.UUID] = frozenset()
    names: frozenset[str] = frozenset()

    def is_about(self, event: CaseEvent, reader: Actor) -> bool:
        """Whether who did it would tell somebody else who was asked."""
        own = event.actor_id is not None and event.actor_id == reader.id
        return not own and (event.task_id in self.tasks or event.actor_name in self.names)


def _asked(session: Session, case: CaseRow) -> Asked:
    query = (
        select(Task.id, Task.person_nip, Task.unit_id, CaseEvent.actor_name)
        .join(CaseEvent, CaseEvent.task_id == Task.id)
        .where(Task.case_id == case.id, CaseEvent.case_id == case.id, CaseEvent.kind == "task_completed")
    )
    found = session.execute(query).all()
    asked = [row for row in found if row.person_nip or row.unit_id not in (None, case.target_unit)]
    others = {row.actor_name for row in found if row not in asked}
    return Asked(
        frozenset(row.id for row in asked),
        frozenset(row.actor_name for row in asked) - others - {SYSTEM.name},
    )


def _event(event: CaseEvent, *, secret: bool, unnamed: bool) -> EventRow:
    """An event, without the answers (which may name candidates) where those are secret."""
    return EventRow(
        id=event.id,
        at=event.at,
        actor=SECRET if unnamed else event.actor_name,
        acting_for=None if unnamed else event.acting_for_name,
        kind=event.kind,
        element=event.element,
        process=event.process,
        name=event.name,
        task_id=event.task_id,
        data={key: value for key, value in event.data.items() if not (secret and key == "answers")},
    )


def turns(session: Session, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Turn]]:
    """Whose turn it is in each of these cases: open tasks, most urgent first. Who is asked in person is not named."""
    query = (
        select(Task, Account.name.label("assignee"))
        .outerjoin(Account, Account.id == Task.assignee_id)
        .where(Task.case_id.in_(case_ids), Task.state == "open")
        .order_by(Task.due_order, Task.id)
    )
    found: dict[uuid.UUID, list[Turn]] = {}
    for row in session.execute(query):
        task: Task = row.Task
        turn = Turn(
            task.case_id,
            task.id,
            task.name,
            task.name_en,
            task.role,
            None if task.person_nip else row.assignee,
            task.due_at,
            task.element,
            task.process,
        )
        found.setdefault(task.case_id, []).append(turn)
    return found


def walked(session: Session, case_id: uuid.UUID) -> dict[str, dict[str, int]]:
    """How often a case has been through each element, by process, in order of first completion."""
    query = (
        select(CaseEvent.process, CaseEvent.element, func.count())
        .where(CaseEvent.case_id == case_id, CaseEvent.kind == "element_completed")
        .group_by(CaseEvent.process, CaseEvent.element)
        .order_by(func.min(CaseEvent.id))
    )
    found: dict[str, dict[str, int]] = {}
    for process, element, times in session.execute(query):
        found.setdefault(process or "", {})[element or ""] = times
    return found


def completions(session: Session, case_id: uuid.UUID) -> dict[tuple[str, str], datetime]:
    """When each element of a case was last completed, by process and element."""
    query = (
        select(CaseEvent.process, CaseEvent.element, func.max(CaseEvent.at))
        .where(CaseEvent.case_id == case_id, CaseEvent.kind == "element_completed")
        .group_by(CaseEvent.process, CaseEvent.element)
    )
    return {(process or "", element or ""): at for process, element, at in session.execute(query)}


def coming(session: Session, case_id: uuid.UUID, most: int = 20) -> list[DueWork]:
    """What is due in a case and not done yet, the earliest first."""
    query = (
        select(DueWork)
        .where(DueWork.case_id == case_id, DueWork.state.in_(("pending", "paused")))
        .where(DueWork.kind.in_(("timer", "reminder", "escalation")))
        .order_by(DueWork.due_at)
        .limit(most)
    )
    return list(session.scalars(query))


def documents(session: Session, case_id: uuid.UUID, *, removed: bool = False) -> list[CaseDocument]:
    """The files attached to a case, in the order they were added; `removed`: those taken away since.

    Not its letters: those have readers of their own.
    """
    query = (
        select(CaseDocument)
        .where(
            CaseDocument.case_id == case_id,
            CaseDocument.kind.not_like("letter.%"),
            CaseDocument.removed_at.is_not(None) if removed else CaseDocument.removed_at.is_(None),
        )
        .order_by(CaseDocument.added_at, CaseDocument.id)
    )
    return list(session.scalars(query))


def border_crossed(session: Session, task: Task, borders: Collection[str]) -> bool:
    """Whether the task was closed by one of these boundary events, and by nobody's doing: its time was over."""
    query = select(CaseEvent.id).where(
        CaseEvent.case_id == task.case_id,
        CaseEvent.kind == "element_completed",
        CaseEvent.at == task.closed_at,
        CaseEvent.element.in_(borders),
        CaseEvent.actor_name == SYSTEM.name,
    )
    return task.state == "cancelled" and session.scalar(query.limit(1)) is not None


def completion(session: Session, task: Task) -> Mapping[str, Any] | None:
    """The answers with which a task was completed, from the log."""
    event = session.scalar(
        select(CaseEvent).where(
            CaseEvent.case_id == task.case_id,
            CaseEvent.task_id == task.id,
            CaseEvent.kind == "task_completed",
        )
    )
    return None if event is None else event.data.get("answers")


def suspension(session: Session, case_id: uuid.UUID) -> CaseEvent | None:
    """Who suspended a case last, when and why, from the log."""
    return _last(session, case_id, "case_suspended")


def cancellation(session: Session, case_id: uuid.UUID) -> CaseEvent | None:
    """Who cancelled a case, when and why, from the log."""
    return _last(session, case_id, "case_cancelled")


def _last(session: Session, case_id: uuid.UUID, kind: str) -> CaseEvent | None:
    query = select(CaseEvent).where(CaseEvent.case_id == case_id, CaseEvent.kind == kind)
    return session.scalar(query.order_by(CaseEvent.id.desc()).limit(1))


def waits(session: Session, case_id: uuid.UUID) -> list[WaitingFor]:
    """The messages and signals that a case waits for."""
    return list(
        session.scalars(
            select(WaitingFor).where(WaitingFor.case_id == case_id).order_by(WaitingFor.engine_key)
        )
    )


def rows_of(session: Session, actor: Actor, ids: Sequence[uuid.UUID]) -> list[CaseRow]:
    """These cases in this order, but those that may not be seen."""
    if not ids:
        return []
    query = (
        select(
            Case,
            DefinitionVersion.name.label("definition_name"),
            DefinitionVersion.version.label("definition_version"),
            Account.name.label("starter"),
        )
        .join(DefinitionVersion, DefinitionVersion.id == Case.definition_version_id)
        .outerjoin(Account, Account.id == Case.started_by)
        .where(Case.id.in_(ids))
        .options(defer(Case.snapshot), defer(Case.failed_from))
    )
    by_id = {row.Case.id: row for row in session.execute(with_names(query, actor))}
    shown = [_row(actor, by_id[case_id]) for case_id in ids if case_id in by_id]
    return [row for row in shown if row is not None]


def _row(actor: Actor, row: Any) -> CaseRow | None:
    case: Case = row.Case
    if not actor.covers(case.definition_key, case.subject_nip):
        return None
    decided = case.decided_at is not None
    visible = may_see_case(
        actor,
        subject=case.subject_nip,
        units=frozenset(filter(None, (case.origin_unit, case.target_unit))),
        started_by=case.started_by,
        took_part=row.took_part,
        decided=decided,
    )
    if not visible:
        return None
    named = may_see_names(actor, decided=decided, subject=case.subject_nip, worked=row.worked)
    return _shown(row, hidden=case.subject_nip is not None and not named)


def _shown(row: Any, *, hidden: bool) -> CaseRow:
    case: Case = row.Case
    return CaseRow(
        id=case.id,
        number=case.number,
        title=row.definition_name if hidden else case.title,
        title_en="" if hidden else case.title_en,
        definition_key=case.definition_key,
        definition_name=row.definition_name,
        definition_version=row.definition_version,
        definition_version_id=case.definition_version_id,
        status=case.status,
        stage=case.stage,
        stage_element=case.stage_element,
        outcome=case.outcome,
        transfer_kind=case.transfer_kind,
        target_position=case.target_position,
        decided_at=case.decided_at,
        effective_on=case.effective_on,
        started_at=case.started_at,
        started_by=row.starter,
        changed_at=case.changed_at,
        ended_at=case.ended_at,
        wake_at=case.wake_at,
        due_at=case.due_order if case.status == "running" and case.due_order < NO_DEADLINE else None,
        suspended_at=case.suspended_at,
        plan=case.plan,
        incidents=case.incidents,
        version=case.version,
        **shown_names(case, row, hidden=hidden),
    )
