"""Letters that have a number, and their signatures."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where

WAITING = "next_at IS NOT NULL"


class Letter(Base):
    """A letter as issued: its number, and all that its text is made of, so that it can be printed again exactly.

    `series` and `sequence` are null for a number given by hand. `context` is what the templates were told; `files` are the
    templates, fonts and pictures (name -> SHA-256 in source_content); `content_hash` is over both. `next_at`: when the
    letter is to be printed and signed; null when nothing is to be done. `mode` says how it is signed: electronically with
    the test certificate, by the national service, or on paper. A withdrawn letter keeps its number.
    """

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("state IN ('issued','void')", name="state"),
        CheckConstraint("signing IN ('unsigned','signing','signed','failed','paper')", name="signing"),
        CheckConstraint("mode IN ('test','bsre','paper')", name="mode"),
        UniqueConstraint("series", "year", "sequence"),
        Index("ix_letter_case_id", "case_id"),
        Index("ix_letter_subject_nip", "subject_nip"),
        Index(
            "ix_letter_waiting",
            "next_at",
            **where(WAITING),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(100), unique=True)
    series: Mapped[str | None] = mapped_column(String(32))
    year: Mapped[int] = mapped_column(Integer)
    sequence: Mapped[int | None] = mapped_column(Integer)
    dated: Mapped[date]
    subject_nip: Mapped[str | None] = mapped_column(String(18))
    code: Mapped[str] = mapped_column(String(32), unique=True)
    context: Mapped[dict[str, Any]] = mapped_column(Json)
    template: Mapped[str] = mapped_column(String(255))
    files: Mapped[dict[str, str]] = mapped_column(Json)
    content_hash: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(8), default="issued")
    void_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    void_reason: Mapped[str | None] = mapped_column(Text)
    mode: Mapped[str] = mapped_column(String(8))
    signing: Mapped[str] = mapped_column(String(8), default="unsigned")
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    document_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("case_document.id"), index=True)
    issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)


class LetterSignature(Base):
    """A slot of a letter: who is to sign it, when they agreed to (by their decision), and when it was signed."""

    __tablename__ = "letter_signature"

    letter_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("letter.id", ondelete="CASCADE"), primary_key=True
    )
    slot: Mapped[str] = mapped_column(String(32), primary_key=True)
    place: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(8))
    role: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    agreed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
