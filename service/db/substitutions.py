"""Who stands in for whom, from when to when."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import JSON, Boolean, CheckConstraint, Date, ForeignKey, Index, String, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, UtcDateTime

KEYS = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class Substitution(Base):
    """A substitute for whole days, both included, in the absent person's zone; never deleted.

    `starts_at` and `ends_at` (not included) are the same as moments. `processes`: definition keys, or None for all.
    `personal`: also what is asked of the absent person by name. `ended_at`: an early return, or called off.
    """

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint("absent_id <> substitute_id", name="two_people"),
        CheckConstraint("starts_on <= ends_on", name="days"),
        Index("ix_substitution_absent_id", "absent_id", "ends_at"),
        Index("ix_substitution_substitute_id", "substitute_id", "ends_at"),
        Index("ix_substitution_made_at", "made_at", "id"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    absent_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    substitute_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    timezone: Mapped[str] = mapped_column(String(64))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    processes: Mapped[list[str] | None] = mapped_column(KEYS)
    personal: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    end_reason: Mapped[str | None] = mapped_column(Text)
