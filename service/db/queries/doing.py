"""What the running cases of a version are doing: how many wait at which element, and since when."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from service.db.cases import Case, Task, WaitingFor


@dataclass(frozen=True, slots=True)
class Doing:
    """Open work at one element. `late`: past its deadline; `oldest`: since when the first waits."""

    process: str
    element: str
    waiting: int
    late: int
    oldest: datetime | None


def at_tasks(session: Session, version_id: uuid.UUID, now: datetime) -> list[Doing]:
    """Open tasks of the running cases of a version, by element, most first."""
    late = func.sum(case((Task.due_at < now, 1), else_=0))
    query = (
        select(Task.process, Task.element, func.count(), late, func.min(Task.opened_at))
        .join(Case, Case.id == Task.case_id)
        .where(Case.definition_version_id == version_id, Case.status == "running", Task.state == "open")
        .group_by(Task.process, Task.element)
        .order_by(func.count().desc(), Task.element)
    )
    return [
        Doing(process, element, waiting, int(over or 0), oldest)
        for process, element, waiting, over, oldest in session.execute(query)
    ]


def at_events(session: Session, version_id: uuid.UUID) -> dict[str, int]:
    """Element -> running cases of a version that wait there for a message or a signal."""
    query = (
        select(WaitingFor.element, func.count())
        .join(Case, Case.id == WaitingFor.case_id)
        .where(Case.definition_version_id == version_id, Case.status == "running")
        .group_by(WaitingFor.element)
    )
    return {row.element: row[1] for row in session.execute(query)}


def at_stages(session: Session, version_id: uuid.UUID) -> dict[str, int]:
    """Stage (an element of the outermost diagram) -> running cases of a version in it."""
    query = (
        select(Case.stage_element, func.count())
        .where(Case.definition_version_id == version_id, Case.status == "running")
        .group_by(Case.stage_element)
    )
    return {stage: count for stage, count in session.execute(query) if stage}
