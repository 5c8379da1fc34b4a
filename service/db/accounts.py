"""Accounts, the roles they hold, their sessions and tokens."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, false, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db.base import Base, UtcDateTime, where


class Account(Base):
    """Somebody (or some program) who may sign in. `nip` ties the account to an employee."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    nip: Mapped[str | None] = mapped_column(String(18), index=True)
    password_hash: Mapped[str | None] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(5), default="id")
    timezone: Mapped[str] = mapped_column(String(64), default="Asia/Jakarta")
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    single_keys: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    must_change_password: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)

    grants: Mapped[list[Grant]] = relationship(cascade="all, delete-orphan", lazy="selectin")


class Grant(Base):
    """A role held by an account, everywhere or (unit_id) for one unit.

    source: local (given here) | oidc (by a group of the identity provider, and taken when the group is left).
    """

    __tablename__ = "account_role"
    __table_args__ = (UniqueConstraint("account_id", "role", "unit_id"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    role: Mapped[str] = mapped_column(String(64), index=True)
    unit_id: Mapped[str | None] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(8), default="local", server_default="local")


class WebSession(Base):
    """A signed-in browser. The cookie carries a random token; only its SHA-256 is stored.

    `substitution_id`: whom its person acts for at the moment; it counts only while that substitution is active.
    `pending`: what is still to be done before the session opens anything: code | enrol | password. `method`: password
    or oidc.
    """

    __tablename__ = "web_session"
    __table_args__ = (
        Index(
            "ix_web_session_open",
            "seen_at",
            **where("ended_at IS NULL"),
        ),
    )

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str | None] = mapped_column(String(64))
    browser: Mapped[str | None] = mapped_column(String(300))
    substitution_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("substitution.id"), index=True)
    method: Mapped[str] = mapped_column(String(16), default="password", server_default="password")
    pending: Mapped[str | None] = mapped_column(String(16))


class ApiToken(Base):
    """A bearer token for programs; only its SHA-256 is stored. `prefix` lets its owner recognise it."""

    __tablename__ = "api_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(16))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SignInAttempt(Base):
    """A failed sign-in, or one that an identity provider has not ended yet, counted to slow down guessing."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_subject_at", "subject", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
