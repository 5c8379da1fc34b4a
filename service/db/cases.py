"""Cases, their open and finished tasks, what they wait for, what is due, what leaves, and what happened."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where

OPEN = where("state = 'open'")
NO_DEADLINE = datetime(9999, 12, 30, tzinfo=UTC)

BigKey = BigInteger().with_variant(Integer(), "sqlite")


class Case(Base):
    """One run of a definition: one transfer. `version` goes up by one with every step.

    `incidents` counts the open ones. `rule_tone`: what the worst of the legal rules says (bad, warn, good), `rule_count`:
    how many say so; for lists. `failed_from` is the snapshot before the step that ended the case with an error.
    `plan` is the programme or the period that the case belongs to. `due_order` is the next deadline of its open tasks, or
    a far day without one. A running case with `suspended_at` stands still until it is resumed. `stage_since`: when it came
    to its stage.
    """

    __tablename__ = "cases"
    __table_args__ = (
        CheckConstraint("status IN ('running','completed','failed','cancelled')", name="status"),
        Index("ix_cases_status_started_at", "status", "started_at"),
        Index("ix_cases_started_at", "started_at", "id"),
        Index("ix_cases_started_by", "started_by", **where("started_by IS NOT NULL")),
        Index("ix_cases_titles", "title", "title_en"),
        Index("ix_cases_changed_at_id", "changed_at", "id"),
        Index("ix_cases_due_order_id", "due_order", "id"),
        Index("ix_cases_stage_started_at", "status", "stage", "started_at", "id"),
        Index("ix_cases_plan_started_at", "plan", "started_at", "id"),
        Index("ix_cases_transfer_kind_started_at", "transfer_kind", "started_at", "id"),
        Index("ix_cases_outcome_started_at", "outcome", "started_at", "id"),
        Index("ix_cases_ended_at_id", "ended_at", "id"),
        Index("ix_cases_incidents", "started_at", "id", **where("incidents > 0")),
        Index("ix_cases_suspended", "started_at", "id", **where("suspended_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    definition_key: Mapped[str] = mapped_column(String(255), index=True)
    definition_version_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("definition_version.id"), index=True)
    title: Mapped[str] = mapped_column(String(300))
    title_en: Mapped[str] = mapped_column(String(300), default="", server_default="")
    status: Mapped[str] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(255), default="")
    stage_element: Mapped[str | None] = mapped_column(String(255))
    stage_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(64))
    transfer_kind: Mapped[str | None] = mapped_column(String(8))
    subject_nip: Mapped[str | None] = mapped_column(String(18), index=True)
    origin_unit: Mapped[str | None] = mapped_column(String(64), index=True)
    target_unit: Mapped[str | None] = mapped_column(String(64), index=True)
    target_position: Mapped[str | None] = mapped_column(String(64))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_on: Mapped[datetime | None] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer, default=1)
    snapshot: Mapped[bytes] = mapped_column(LargeBinary)
    incidents: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    failed_from: Mapped[bytes | None] = mapped_column(LargeBinary)
    plan: Mapped[str | None] = mapped_column(String(200))
    due_order: Mapped[datetime] = mapped_column(UtcDateTime, default=NO_DEADLINE)
    suspended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rule_tone: Mapped[str | None] = mapped_column(String(8))
    rule_count: Mapped[int | None] = mapped_column(Integer)


class Task(Base):
    """Work offered to a role (narrowed by unit or person), or held by one account. Never copied per member.

    `due_order` is the deadline, or a far day without one, so that lists page by it. `closed_for`: the absent person whom
    the closer acted for.
    """

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("state IN ('open','completed','cancelled')", name="state"),
        Index("ix_task_open_role", "role", "due_order", "id", **OPEN),
        Index("ix_task_open_role_unit", "role", "unit_id", "due_order", "id", **OPEN),
        Index("ix_task_open_person", "person_nip", "due_order", "id", **OPEN),
        Index("ix_task_open_assignee", "assignee_id", "due_order", "id", **OPEN),
        Index("ix_task_open_escalated", "escalate_to", "due_order", "id", **OPEN),
        Index("ix_task_open_due", "due_order", "id", **OPEN),
        Index("ix_task_open_element", "element", **OPEN),
        Index("ix_task_open_opened", "opened_at", **OPEN),
        Index("ix_task_closed_by", "closed_by", "closed_at"),
        Index("ix_task_closed_for", "closed_for", "closed_at", **where("closed_for IS NOT NULL")),
        Index("ix_task_done_at", "closed_at", "closed_by", "due_order", **where("state = 'completed'")),
        Index("ix_task_assignee_id", "assignee_id", **where("assignee_id IS NOT NULL")),
        Index("ix_task_person_nip", "person_nip", **where("person_nip IS NOT NULL")),
        Index("ix_task_unit_id_role", "unit_id", "role", **where("unit_id IS NOT NULL")),
        Index("ix_task_case_state", "case_id", "state"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    engine_key: Mapped[str] = mapped_column(String(64))
    element: Mapped[str] = mapped_column(String(255))
    process: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255))
    name_en: Mapped[str] = mapped_column(String(255), default="")
    kind: Mapped[str] = mapped_column(String(16))
    form: Mapped[str | None] = mapped_column(String(255))
    role: Mapped[str | None] = mapped_column(String(64))
    unit_id: Mapped[str | None] = mapped_column(String(64))
    person_nip: Mapped[str | None] = mapped_column(String(18))
    escalate_to: Mapped[str | None] = mapped_column(String(64))
    escalated_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16), default="open")
    assignee_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_order: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    closed_for: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int] = mapped_column(Integer, default=1)


class LastDecision(Base):
    """What a case was before its latest decision by a person, which made it `case_version`: so that it can be withdrawn.

    `filed_under`: the columns of the case that the step or its effects may have set.
    """

    __tablename__ = "last_decision"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    task_id: Mapped[uuid.UUID] = mapped_column()
    case_version: Mapped[int] = mapped_column(Integer)
    snapshot: Mapped[bytes] = mapped_column(LargeBinary)
    filed_under: Mapped[dict[str, Any]] = mapped_column(Json)
    stage_since: Mapped[datetime | None] = mapped_column(UtcDateTime)


class WaitingFor(Base):
    """A message or a signal a case waits for."""

    __tablename__ = "waiting_for"
    __table_args__ = (Index("ix_waiting_for_kind_name_correlation", "kind", "name", "correlation"),)

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    engine_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    element: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(255))
    correlation: Mapped[str | None] = mapped_column(String(255))


class CaseEvent(Base):
    """The append-only log: who did what, when. The database refuses to change or delete a row."""

    __tablename__ = "event"
    __table_args__ = (
        Index("ix_event_case_id_id", "case_id", "id"),
        Index("ix_event_kind_at", "kind", "at"),
        Index("ix_event_at", "at"),
        Index("ix_event_actor_id_at", "actor_id", "at"),
        Index("ix_event_acting_for_id_at", "acting_for_id", "at", **where("acting_for_id IS NOT NULL")),
        Index("ix_event_name", "name", "at", **where("case_id IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    case_id: Mapped[uuid.UUID | None] = mapped_column()
    task_id: Mapped[uuid.UUID | None] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[uuid.UUID | None] = mapped_column()
    actor_name: Mapped[str] = mapped_column(String(200))
    acting_for_id: Mapped[uuid.UUID | None] = mapped_column()
    acting_for_name: Mapped[str | None] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    element: Mapped[str | None] = mapped_column(String(255))
    process: Mapped[str | None] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(255), default="")
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class DueWork(Base):
    """What is due when. Claimed with a lease and a fencing token, so that any number of processes may tick.

    kind: timer (wake the case) | reminder | escalation (of a task) | start (a definition's timer start) |
    deliver (a thrown message or signal) | scan (look for triggers in the data) | decision (carry it out) |
    figures (count what changed).
    state: paused while its case is suspended.
    """

    __tablename__ = "due_work"
    __table_args__ = (
        CheckConstraint("state IN ('pending','paused','done','dead')", name="state"),
        Index("ix_due_work_pending", "due_at", **where("state = 'pending'")),
        Index("ix_due_work_dead", "due_at", **where("state = 'dead'")),
        Index("ix_due_work_case_id", "case_id"),
        Index("ix_due_work_task_id", "task_id"),
    )

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"))
    task_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("task.id", ondelete="CASCADE"))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(8), default="pending")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class Outbox(Base):
    """An effect on the outside world, written in the transaction that decided it and sent after the commit."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('pending','sent','dead')", name="state"),
        Index("ix_outbox_pending", "next_at", **where("state = 'pending'")),
        Index("ix_outbox_dead", "next_at", **where("state = 'dead'")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    case_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(8), default="pending")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_token: Mapped[str | None] = mapped_column(String(32))
    error: Mapped[str | None] = mapped_column(Text)


class IdempotencyKey(Base):
    """A request already answered: the same key from the same account gets the same answer."""

    __tablename__ = "idempotency_key"

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer)
    answer: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class CaseDocument(Base):
    """A file attached to a case; its bytes lie under var_dir/documents by SHA-256, outside the web root.

    A removed one stays for the record, with who, when and why; `replaced_by` is the document that took its place.
    """

    __tablename__ = "case_document"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(64))
    filename: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    number: Mapped[str | None] = mapped_column(String(100))
    dated: Mapped[str | None] = mapped_column(String(10))
    added_at: Mapped[datetime] = mapped_column(UtcDateTime)
    added_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    removed_by: Mapped[uuid.UUID | None] = mapped_column()
    removed_reason: Mapped[str | None] = mapped_column(Text)
    replaced_by: Mapped[uuid.UUID | None] = mapped_column()


class Counter(Base):
    """A number series, such as the case numbers of a year."""

    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[int] = mapped_column(Integer, default=0)


class Fact(Base):
    """A fact about this installation: whether it holds sample data, how far its clock was moved, the last tick."""

    __tablename__ = "installation"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))
