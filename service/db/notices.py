"""What people are told and by which way, the devices that take pushes, and private calendar feeds."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where


class Notice(Base):
    """Something one person is told, once per `key`. Work offered to a role is not written down for each of its members.

    `in_app`: shown under the bell. `mail_key`, `push_key`: the row of the outbox that carries it by that channel.
    `substitution_id`: by which the person is told in an absent person's place, or of which they are told.
    """

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("account_id", "key"),
        Index("ix_notice_account_id_id", "account_id", "id"),
        Index("ix_notice_unread", "account_id", "id", **where("read_at IS NULL")),
        Index("ix_notice_case_id", "case_id", **where("case_id IS NOT NULL")),
        Index("ix_notice_task_id", "task_id", **where("task_id IS NOT NULL")),
        Index("ix_notice_comment_id", "comment_id", **where("comment_id IS NOT NULL")),
        Index("ix_notice_mail_key", "mail_key", **where("mail_key IS NOT NULL")),
        Index("ix_notice_substitution_id", "substitution_id", **where("substitution_id IS NOT NULL")),
        Index("ix_notice_push_key", "push_key", **where("push_key IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    key: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    comment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("comment.id", ondelete="CASCADE"))
    substitution_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("substitution.id"))
    said_by: Mapped[str | None] = mapped_column(String(200))
    said: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    in_app: Mapped[bool] = mapped_column(Boolean, default=True)
    mail_key: Mapped[str | None] = mapped_column(String(100))
    push_key: Mapped[str | None] = mapped_column(String(100))


class NoticeSettings(Base):
    """How one person wants to be told; without a row the defaults of service.domain.notices hold.

    `rhythm`, `offered_rhythm`: at_once | hourly | daily, of mail about what is addressed to the person, and about what is
    offered to their roles. `hour`: of the daily letter. `quiet_from`, `quiet_to`: minutes of the day in the person's zone,
    none when equal. `chosen`: kind -> channels, where it differs from the default.
    """

    __tablename__ = "notice_settings"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    rhythm: Mapped[str] = mapped_column(String(8))
    offered_rhythm: Mapped[str] = mapped_column(String(8))
    hour: Mapped[int] = mapped_column(Integer)
    quiet_from: Mapped[int] = mapped_column(Integer)
    quiet_to: Mapped[int] = mapped_column(Integer)
    chosen: Mapped[dict[str, list[str]]] = mapped_column(Json, default=dict)


class PushSubscription(Base):
    """A browser that takes pushes for a person, as the Push API names it."""

    __tablename__ = "push_subscription"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    endpoint: Mapped[str] = mapped_column(Text)
    endpoint_hash: Mapped[str] = mapped_column(String(64), unique=True)
    p256dh: Mapped[str] = mapped_column(String(120))
    auth: Mapped[str] = mapped_column(String(60))
    device: Mapped[str] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CalendarFeed(Base):
    """A person's private calendar of deadlines. Its address holds a random token; only the SHA-256 is stored."""

    __tablename__ = "calendar_feed"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
