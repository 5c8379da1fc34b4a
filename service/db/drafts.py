"""What people have begun to answer, and decisions that can still be taken back."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime


class Draft(Base):
    """What one person has typed at a task. Never checked. `trouble`: why a decision came back as a draft."""

    __tablename__ = "task_draft"

    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    trouble: Mapped[str | None] = mapped_column(Text)


class StartDraft(Base):
    """What one person has filled in to start a case of a process, before it is started. Never checked."""

    __tablename__ = "start_draft"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    definition_key: Mapped[str] = mapped_column(Text, primary_key=True)
    given: Mapped[dict[str, Any]] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class HeldDecision(Base):
    """A decision on its way to the engine: until `until` it can be taken back. The task is its person's meanwhile.

    `batch_id`: the same for those taken together, which are held until the last of them can no longer be taken back.
    """

    __tablename__ = "held_decision"

    task_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    answers: Mapped[dict[str, Any]] = mapped_column(Json)
    version: Mapped[int] = mapped_column(Integer)
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    batch_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    assignee_before: Mapped[uuid.UUID | None] = mapped_column()
    substitution_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("substitution.id"), index=True)
