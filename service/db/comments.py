"""What people say about a case beside deciding on it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where


class Comment(Base):
    """A comment on a case, or at one of its tasks.

    `audience`: workers (those who decide or work on the case) or everyone (who may see it). `mentions`: the accounts named
    in it, as {id, username, name}. One that was taken back stays as a row without its text.
    """

    __tablename__ = "comment"
    __table_args__ = (
        CheckConstraint("audience IN ('workers','everyone')", name="audience"),
        Index("ix_comment_case_id_id", "case_id", "id"),
        Index(
            "ix_comment_task_id",
            "task_id",
            **where("task_id IS NOT NULL"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    audience: Mapped[str] = mapped_column(String(8))
    body: Mapped[str] = mapped_column(Text)
    mentions: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
