"""The cases that concern one employee, by what they may know of each."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, union
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant
from service.db.cases import Case, CaseEvent, DueWork, Task
from service.db.corrections import CorrectionRequest
from service.db.people import Aspiration

MOST = 30


def of(session: Session, nip: str, account_id: uuid.UUID) -> list[Case]:
    """Cases in which the employee was asked something, that they began themselves, or that a decree moved them by."""
    ways = union(
        select(Task.case_id.label("id")).where(Task.person_nip == nip),
        select(Case.id).where(Case.started_by == account_id, Case.subject_nip == nip),
        select(Case.id).where(Case.subject_nip == nip, Case.decided_at.is_not(None)),
    ).subquery()
    query = select(Case).join(ways, ways.c.id == Case.id)
    return list(session.scalars(query.order_by(Case.started_at.desc(), Case.id.desc()).limit(MOST)))


def tasks(session: Session, case_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Task]]:
    """The tasks of these cases in the order they were opened."""
    found: dict[uuid.UUID, list[Task]] = {}
    query = select(Task).where(Task.case_id.in_(case_ids)).order_by(Task.opened_at, Task.id)
    for task in session.scalars(query):
        found.setdefault(task.case_id, []).append(task)
    return found


def answers(
    session: Session, case_id: uuid.UUID, task_ids: Sequence[uuid.UUID]
) -> dict[uuid.UUID, CaseEvent]:
    """Task id -> the event of its completion."""
    query = select(CaseEvent).where(
        CaseEvent.case_id == case_id, CaseEvent.kind == "task_completed", CaseEvent.task_id.in_(task_ids)
    )
    return {event.task_id: event for event in session.scalars(query) if event.task_id is not None}


def next_timer(session: Session, case_id: uuid.UUID) -> datetime | None:
    """When the diagram's next timer of a case fires."""
    query = select(DueWork.due_at).where(
        DueWork.case_id == case_id, DueWork.kind == "timer", DueWork.state == "pending"
    )
    return session.scalar(query.order_by(DueWork.due_at).limit(1))


def holders(session: Session, role: str, most: int = 2) -> list[str]:
    """Names of those who hold a role, to say whom to ask."""
    query = (
        select(Account.name)
        .join(Grant, Grant.account_id == Account.id)
        .where(Grant.role == role, Account.active)
        .order_by(Account.name)
    )
    return list(session.scalars(query.limit(most)))


def wishes(session: Session, nip: str) -> list[Aspiration]:
    """All wishes, those in force first, by priority; then withdrawn ones, the latest first."""
    found = session.scalars(
        select(Aspiration).where(Aspiration.nip == nip).order_by(Aspiration.tgl.desc())
    ).all()
    return sorted(
        found, key=lambda wish: (wish.ditarik is not None, wish.prioritas if not wish.ditarik else 0)
    )


def corrections(session: Session, nip: str) -> list[CorrectionRequest]:
    """One's own requests for correction, latest first."""
    query = select(CorrectionRequest).where(CorrectionRequest.nip == nip)
    return list(session.scalars(query.order_by(CorrectionRequest.asked_at.desc()).limit(MOST)))
