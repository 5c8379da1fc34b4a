"""What went wrong in cases, work for programs outside, and cases moved to other versions."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where


class Incident(Base):
    """A step that failed: the case stands where it stood before. `command` is what was attempted, to do it again.

    kind: complete (a task) | wake (timers) | message | external (work outside that gave up) | failed (an error nobody
    caught ended the case). `subject` names what was attempted: one open row for each.
    """

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("state IN ('open','resolved')", name="state"),
        Index("ix_incident_open", "opened_at", "id", **where("state = 'open'")),
        Index(
            "uq_incident_open_subject",
            "case_id",
            "subject",
            unique=True,
            **where("state = 'open'"),
        ),
        Index("ix_incident_case_id", "case_id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(255))
    element: Mapped[str | None] = mapped_column(String(255))
    reason: Mapped[str] = mapped_column(Text)
    command: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    attempts: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = mapped_column(String(8), default="open")
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)
    resolved_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resolved_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))


class ExternalTask(Base):
    """Work for a program outside: locked by the one that fetched it until `locked_until`, then free again."""

    __tablename__ = "external_task"
    __table_args__ = (Index("ix_external_task_topic", "topic", "free_at"),)

    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    topic: Mapped[str] = mapped_column(String(255))
    worker: Mapped[str | None] = mapped_column(String(255))
    free_at: Mapped[datetime] = mapped_column(UtcDateTime)
    retries: Mapped[int] = mapped_column(Integer, default=3)
    error: Mapped[str | None] = mapped_column(Text)


class CaseMigration(Base):
    """A case that was moved to another version; undone as long as nothing was done since."""

    __tablename__ = "case_migration"
    __table_args__ = (Index("ix_case_migration_case_id", "case_id", "at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    from_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("definition_version.id"))
    to_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("definition_version.id"))
    snapshot_before: Mapped[bytes] = mapped_column(LargeBinary)
    case_version_after: Mapped[int] = mapped_column(Integer)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MigrationJob(Base):
    """Moving all cases of one version to another, a few at a time; goes on where it stood after a stop."""

    __tablename__ = "migration_job"
    __table_args__ = (
        CheckConstraint("state IN ('running','done','stopped')", name="state"),
        Index("ix_migration_job_running", "created_at", **where("state = 'running'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    from_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("definition_version.id"))
    to_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("definition_version.id"))
    mapping: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    timers: Mapped[str] = mapped_column(String(8))
    state: Mapped[str] = mapped_column(String(8), default="running")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    last_case: Mapped[uuid.UUID | None] = mapped_column()
    moved: Mapped[int] = mapped_column(Integer, default=0)
    blocked: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
