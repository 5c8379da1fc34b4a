"""What administrators keep: settings, days off, second factors, identities elsewhere, links to set a password."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where


class Setting(Base):
    """Something set on a page. Secrets in it are sealed (service.operations.vault)."""

    __tablename__ = "administered_setting"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[Any] = mapped_column(Json)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)


class OwnDay(Base):
    """A day that is off here, or worked although the nation has it off. `note` names the region or the decree."""

    __tablename__ = "own_day"
    __table_args__ = (CheckConstraint("kind IN ('off','worked')", name="kind"),)

    day: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(200))
    note: Mapped[str] = mapped_column(String(200), default="")
    source: Mapped[str] = mapped_column(String(200), default="")
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)


class DeadlineJob(Base):
    """Deadlines of open tasks being counted anew after the calendar changed, some at a time.

    `before` and `after` are the own days as {day: kind} on either side of the change: days are counted in the one and
    put into the other.
    """

    __tablename__ = "deadline_job"
    __table_args__ = (
        CheckConstraint("state IN ('running','done')", name="state"),
        Index(
            "ix_deadline_job_running",
            "created_at",
            **where("state = 'running'"),
        ),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    reason: Mapped[str] = mapped_column(String(255))
    first_day: Mapped[date] = mapped_column()
    last_day: Mapped[date] = mapped_column()
    before: Mapped[dict[str, str]] = mapped_column(Json)
    after: Mapped[dict[str, str]] = mapped_column(Json)
    state: Mapped[str] = mapped_column(String(8), default="running")
    last_task: Mapped[uuid.UUID | None] = mapped_column()
    looked: Mapped[int] = mapped_column(Integer, default=0)
    moved: Mapped[int] = mapped_column(Integer, default=0)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PasswordLink(Base):
    """A link with which somebody sets their password once; only the digest of its secret is stored."""

    __tablename__ = "password_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SecondFactor(Base):
    """The TOTP secret of an account, sealed. `last_step`: the time step of the last code taken, never taken again."""

    __tablename__ = "second_factor"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    secret: Mapped[str] = mapped_column(Text)
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCode(Base):
    """A code that stands in for the second factor once; only its digest is stored."""

    __tablename__ = "recovery_code"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Identity(Base):
    """Who an account is at an identity provider: its issuer's subject, and nothing else, is the key."""

    __tablename__ = "external_identity"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime] = mapped_column(UtcDateTime)


class GroupRole(Base):
    """Members of a group of the identity provider hold this role, everywhere or for one unit."""

    __tablename__ = "group_role"
    __table_args__ = (UniqueConstraint("group_name", "role", "unit_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    group_name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(64))
    unit_id: Mapped[str | None] = mapped_column(String(64))


class SignInRequest(Base):
    """Somebody was sent to the identity provider and is expected back, once."""

    __tablename__ = "sign_in_request"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64))
    verifier: Mapped[str] = mapped_column(String(128))
    target: Mapped[str] = mapped_column(String(500), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
