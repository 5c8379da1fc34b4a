"""What the background work is doing and what is stuck. Counts are capped: no look costs more with a larger database."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from service.db.administration import DeadlineJob
from service.db.base import is_postgresql
from service.db.cases import Case, DueWork, Fact, Outbox
from service.db.definitions import DefinitionVersion
from service.db.incidents import Incident, MigrationJob
from service.db.letters import Letter

CAP = 10_000
SHOWN = 50
LATE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Kind:
    """How many pieces of a kind wait, how many of them are late, how many were given up."""

    kind: str
    waiting: int
    late: int
    dead: int


@dataclass(frozen=True, slots=True)
class Dead:
    """A piece of work or a notice that was given up."""

    key: str
    kind: str
    case_number: str | None
    at: datetime
    attempts: int
    error: str
    trying: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Something that works its way through many cases or tasks."""

    kind: str
    what: str
    state: str
    begun: datetime
    ended: datetime | None
    looked: int
    moved: int
    blocked: int


@dataclass(frozen=True, slots=True)
class Stuck:
    """An open incident."""

    case_number: str
    definition_version_id: uuid.UUID
    kind: str
    element: str | None
    attempts: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A letter whose printing or signing was given up."""

    number: str
    case_number: str
    issued_at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything the page shows. `capped`: more waits than is counted."""

    tick: datetime | None
    next_due: datetime | None
    kinds: tuple[Kind, ...]
    capped: bool
    dead: tuple[Dead, ...]
    failing: tuple[Dead, ...]
    outbox_pending: int
    outbox_oldest: datetime | None
    outbox_dead: tuple[Dead, ...]
    outbox_dead_count: int
    incidents: int
    stuck: tuple[Stuck, ...]
    unsigned: tuple[Unsigned, ...]
    jobs: tuple[Job, ...]
    database: str
    size: int

    @property
    def late(self) -> int:
        return sum(kind.late for kind in self.kinds)

    @property
    def given_up(self) -> int:
        return sum(kind.dead for kind in self.kinds)


def state(session: Session, now: datetime) -> State:
    """The state now; `now` is the clock that due work goes by."""
    kinds, capped = _kinds(session, now)
    pending = select(Outbox.next_at).where(Outbox.state == "pending").limit(CAP).subquery()
    incidents = select(Incident.id).where(Incident.state == "open").limit(CAP).subquery()
    dead_notices = select(Outbox.id).where(Outbox.state == "dead").limit(CAP).subquery()
    tick = session.get(Fact, "last_tick")
    database, size = _database(session)
    return State(
        tick=datetime.fromisoformat(tick.value) if tick is not None else None,
        next_due=session.scalar(select(func.min(DueWork.due_at)).where(DueWork.state == "pending")),
        kinds=kinds,
        capped=capped,
        dead=_dead_work(session),
        failing=_failing(session),
        outbox_pending=session.scalar(select(func.count()).select_from(pending)) or 0,
        outbox_oldest=session.scalar(select(func.min(pending.c.next_at))),
        outbox_dead=_dead_notices(session),
        outbox_dead_count=session.scalar(select(func.count()).select_from(dead_notices)) or 0,
        incidents=session.scalar(select(func.count()).select_from(incidents)) or 0,
        stuck=_stuck(session),
        unsigned=_unsigned(session),
        jobs=(*_deadline_jobs(session), *_migration_jobs(session)),
        database=database,
        size=size,
    )


def _kinds(session: Session, now: datetime) -> tuple[tuple[Kind, ...], bool]:
    """Per kind. What waits is counted among the earliest CAP pieces: the late ones are the earliest."""
    first = (
        select(DueWork.kind, DueWork.due_at)
        .where(DueWork.state == "pending")
        .order_by(DueWork.due_at)
        .limit(CAP)
        .subquery()
    )
    waiting = dict(_pairs(session, select(first.c.kind, func.count()).group_by(first.c.kind)))
    overdue = select(first.c.kind, func.count()).where(first.c.due_at < now - LATE).group_by(first.c.kind)
    late = dict(_pairs(session, overdue))
    gone = select(DueWork.kind).where(DueWork.state == "dead").limit(CAP).subquery()
    dead = dict(_pairs(session, select(gone.c.kind, func.count()).group_by(gone.c.kind)))
    found = sorted(set(waiting) | set(dead))
    kinds = tuple(Kind(kind, waiting.get(kind, 0), late.get(kind, 0), dead.get(kind, 0)) for kind in found)
    return kinds, sum(waiting.values()) >= CAP


def _dead_work(session: Session) -> tuple[Dead, ...]:
    query = (
        select(DueWork, Case.number)
        .outerjoin(Case, Case.id == DueWork.case_id)
        .where(DueWork.state == "dead")
        .order_by(DueWork.due_at.desc())
        .limit(SHOWN)
    )
    return tuple(_dead(row.DueWork, row.number) for row in session.execute(query))


def _failing(session: Session) -> tuple[Dead, ...]:
    """Late pieces that failed before and are still tried: among the earliest, so that the look stays short."""
    first = (
        select(DueWork.key)
        .where(DueWork.state == "pending")
        .order_by(DueWork.due_at)
        .limit(200)
        .scalar_subquery()
    )
    query = (
        select(DueWork, Case.number)
        .outerjoin(Case, Case.id == DueWork.case_id)
        .where(DueWork.key.in_(first), DueWork.error.is_not(None))
        .order_by(DueWork.due_at)
        .limit(SHOWN)
    )
    return tuple(_dead(row.DueWork, row.number, trying=True) for row in session.execute(query))


def _dead(row: DueWork, number: str | None, *, trying: bool = False) -> Dead:
    return Dead(row.key, row.kind, number, row.due_at, row.attempts, row.error or "", trying)


def _dead_notices(session: Session) -> tuple[Dead, ...]:
    query = (
        select(Outbox, Case.number)
        .outerjoin(Case, Case.id == Outbox.case_id)
        .where(Outbox.state == "dead")
        .order_by(Outbox.next_at.desc())
        .limit(SHOWN)
    )
    return tuple(
        Dead(
            str(row.Outbox.id),
            row.Outbox.kind,
            row.number,
            row.Outbox.created_at,
            row.Outbox.attempts,
            row.Outbox.error or "",
        )
        for row in session.execute(query)
    )


def _stuck(session: Session) -> tuple[Stuck, ...]:
    query = (
        select(Incident, Case.number, Case.definition_version_id)
        .join(Case, Case.id == Incident.case_id)
        .where(Incident.state == "open")
        .order_by(Incident.opened_at.desc(), Incident.id.desc())
        .limit(10)
    )
    return tuple(
        Stuck(
            row.number,
            row.definition_version_id,
            row.Incident.kind,
            row.Incident.element,
            row.Incident.attempts,
            row.Incident.opened_at,
        )
        for row in session.execute(query)
    )


def _unsigned(session: Session) -> tuple[Unsigned, ...]:
    query = (
        select(Letter, Case.number)
        .join(Case, Case.id == Letter.case_id)
        .where(Letter.signing == "failed", Letter.state == "issued", Letter.next_at.is_(None))
        .order_by(Letter.issued_at.desc())
        .limit(SHOWN)
    )
    return tuple(
        Unsigned(
            row.Letter.number,
            row.number,
            row.Letter.issued_at,
            row.Letter.attempts,
            row.Letter.error or "",
        )
        for row in session.execute(query)
    )


def deadline_jobs(session: Session, limit: int = 5) -> tuple[Job, ...]:
    """The latest recounts of deadlines."""
    query = select(DeadlineJob).order_by(DeadlineJob.created_at.desc()).limit(limit)
    return tuple(
        Job("deadlines", job.reason, job.state, job.created_at, job.ended_at, job.looked, job.moved, 0)
        for job in session.scalars(query)
    )


def _deadline_jobs(session: Session) -> tuple[Job, ...]:
    return tuple(job for job in deadline_jobs(session) if job.state == "running")


def _migration_jobs(session: Session) -> tuple[Job, ...]:
    rows: Sequence[Any] = session.execute(
        select(MigrationJob, DefinitionVersion)
        .join(DefinitionVersion, DefinitionVersion.id == MigrationJob.to_version_id)
        .where(MigrationJob.state == "running")
        .order_by(MigrationJob.created_at)
        .limit(SHOWN)
    ).all()
    return tuple(
        Job(
            "migration",
            f"{row.DefinitionVersion.key} v{row.DefinitionVersion.version}",
            row.MigrationJob.state,
            row.MigrationJob.created_at,
            row.MigrationJob.ended_at,
            row.MigrationJob.moved + len(row.MigrationJob.blocked),
            row.MigrationJob.moved,
            len(row.MigrationJob.blocked),
        )
        for row in rows
    )


def _database(session: Session) -> tuple[str, int]:
    """What the database is, and its size in bytes."""
    if is_postgresql(session):
        version = session.scalar(text("SHOW server_version")) or ""
        size = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
        return f"PostgreSQL {version.split(' ')[0]}", int(size)
    version = session.scalar(text("SELECT sqlite_version()")) or ""
    pages = session.scalar(text("PRAGMA page_count")) or 0
    return f"SQLite {version}", int(pages) * int(session.scalar(text("PRAGMA page_size")) or 0)


def _pairs(session: Session, query: Any) -> list[tuple[str, int]]:
    return [(key, int(value)) for key, value in session.execute(query)]


def notice_id(key: str) -> uuid.UUID | None:
    """The id of a notice as its form gives it; None for anything else."""
    try:
        return uuid.UUID(key)
    except ValueError:
        return None
