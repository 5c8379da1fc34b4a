"""What the running cases of a version are doing: how many wait at which element, and since when."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from service.db.cases import Case, Task, WaitingFor
from service.db.definitions import DefinitionFile, DefinitionVersion


@dataclass(frozen=True, slots=True)
class Doing:
    """Open work at one element. `late`: past its deadline; `oldest`: since when the first waits."""

    process: str
    element: str
    waiting: int
    late: int
    oldest: datetime | None


def holding(session: Session, version_id: uuid.UUID, key: str) -> list[uuid.UUID]:
    """The versions of other definitions that hold every file of a stage as this version does and that cases run on."""
    own, theirs = aliased(DefinitionFile), aliased(DefinitionFile)
    files = select(func.count()).where(DefinitionFile.version_id == version_id).scalar_subquery()
    query = (
        select(theirs.version_id)
        .join(own, and_(own.name == theirs.name, own.sha256 == theirs.sha256))
        .join(DefinitionVersion, DefinitionVersion.id == theirs.version_id)
        .where(own.version_id == version_id, DefinitionVersion.key != key)
        .where(exists().where(Case.definition_version_id == DefinitionVersion.id, Case.status == "running"))
        .group_by(theirs.version_id)
        .having(func.count() == files)
    )
    return list(session.scalars(query))


def at_tasks(
    session: Session, version_ids: Collection[uuid.UUID], processes: Collection[str], now: datetime
) -> list[Doing]:
    """Open tasks of the running cases of versions, by element of these processes, most first."""
    late = func.sum(case((Task.due_at < now, 1), else_=0))
    query = (
        select(Task.process, Task.element, func.count(), late, func.min(Task.opened_at))
        .join(Case, Case.id == Task.case_id)
        .where(Case.definition_version_id.in_(version_ids), Case.status == "running")
        .where(Task.state == "open", Task.process.in_(processes))
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
