"""Requests of employees to correct what is stored about them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where


class CorrectionRequest(Base):
    """One datum said to be wrong. `kind` is the table, `key` the row's key as text, `field` the column (`` for the row).

    `shown`: what the employee saw; `wanted`: what it should be and why. `changes`: {column: [before, after]} of an
    accepted one.
    """

    __tablename__ = "correction_request"
    __table_args__ = (
        CheckConstraint("state IN ('open','accepted','declined')", name="state"),
        Index("ix_correction_request_nip", "nip", "asked_at"),
        Index("ix_correction_request_state", "state", "due_at", "id"),
        Index(
            "uq_correction_request_open",
            "nip",
            "kind",
            "key",
            "field",
            unique=True,
            **where("state = 'open'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"))
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(Text)
    field: Mapped[str] = mapped_column(String(64))
    shown: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text)
    evidence_name: Mapped[str | None] = mapped_column(String(255))
    evidence_type: Mapped[str | None] = mapped_column(String(100))
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default="open")
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    answer: Mapped[str | None] = mapped_column(Text)
    changes: Mapped[dict[str, Any] | None] = mapped_column(Json)
