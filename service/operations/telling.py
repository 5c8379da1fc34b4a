"""Due work of the kind `tell`: who is to be told of what happened in a case, worked out after the commit."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import or_, select

from service.db.accounts import Account
from service.db.cases import Case, DueWork, Task
from service.domain.access import SYSTEM
from service.operations import notices
from service.operations.action import Action
from service.operations.cases import REPAIR

REVIEW_AHEAD = timedelta(days=7)


def tell(action: Action, row: DueWork) -> None:
    """Tell it, and be done with the row: it need not stay."""
    payload = row.payload
    case = action.session.get(Case, uuid.UUID(payload["case"]))
    task = action.session.get(Task, uuid.UUID(payload["task"])) if payload["task"] else None
    if case is not None:
        TELLERS[payload["kind"]](_as(action, payload["by"]), row, case, task)
    action.session.delete(row)


def _as(action: Action, account_id: str | None) -> Action:
    """Acting for whoever caused it: they need not be told what they did."""
    account = action.session.get(Account, uuid.UUID(account_id)) if account_id else None
    return (
        action
        if account is None
        else replace(action, actor=replace(SYSTEM, id=account.id, name=account.name))
    )


def _opened(action: Action, row: DueWork, case: Case, task: Task | None) -> None:
    """A task is there: told to the one it is for, announced to those it is offered to."""
    if task is None or task.state != "open":
        return
    if task.assignee_id is None and task.person_nip is None:
        notices.announce(action, task)
        return
    notices.tell(
        action,
        "assigned",
        notices.holders(action, task),
        key=f"assigned:{task.id}",
        task=task,
        at=row.due_at,
    )


def _sent_back(action: Action, row: DueWork, case: Case, task: Task | None) -> None:
    """Whoever had done the step hears that it is to be done again; `reason` is what the sender said."""
    notices.tell(
        action,
        "sent_back",
        [uuid.UUID(account) for account in row.payload["accounts"]],
        key=row.key,
        case_id=case.id,
        task=task,
        by=action.actor.name,
        said=row.payload.get("reason", ""),
        at=row.due_at,
    )


def _withdrawn(action: Action, row: DueWork, case: Case, task: Task | None) -> None:
    """A decision was taken back: those whose task went with it need not do it."""
    if task is not None:
        holders = notices.holders(action, task)
        notices.tell(
            action,
            "withdrawn",
            holders,
            key=row.key,
            case_id=case.id,
            task=task,
            by=action.actor.name,
            at=row.due_at,
        )


def _cancelled(action: Action, row: DueWork, case: Case, task: Task | None) -> None:
    """Those who held a task of a cancelled case need not do it: once each, however many they held.

    Whoever was asked in person, often the employee, is not told the reason: it may speak of others.
    """
    held = select(Task).where(
        Task.case_id == case.id,
        Task.state == "cancelled",
        Task.closed_at == case.ended_at,
        or_(Task.assignee_id.is_not(None), Task.person_nip.is_not(None)),
    )
    for one in action.session.scalars(held.order_by(Task.person_nip.is_not(None), Task.id)):
        asked = select(Account.id).where(Account.nip == one.person_nip)
        notices.tell(
            action,
            "withdrawn",
            [one.assignee_id] if one.assignee_id else action.session.scalars(asked),
            key=row.key,
            task=one,
            by=action.actor.name,
            said="" if one.person_nip else row.payload["reason"],
            at=row.due_at,
        )


def _decision(action: Action, row: DueWork, case: Case, task: Task | None) -> None:
    """The employee hears that the case was decided, or (`revoked`) that the decision no longer stands."""
    kind = "withdrawn" if row.payload.get("revoked") else "decision"
    if case.subject_nip is not None:
        whom = action.session.scalars(select(Account.id).where(Account.nip == case.subject_nip))
        notices.tell(action, kind, whom, key=row.key, case_id=case.id, at=row.due_at)


def _incident(action: Action, row: DueWork, case: Case, task: Task | None) -> None:
    """A step failed: told to those who may repair cases."""
    if case.incidents or case.status == "failed":
        repairing = [role.id for role in action.roles.values() if REPAIR in role.permissions]
        notices.tell(
            action,
            "incident",
            notices.holders_of(action, repairing),
            key=row.key,
            case_id=case.id,
            at=row.due_at,
        )


TELLERS: Mapping[str, Callable[[Action, DueWork, Case, Task | None], None]] = {
    "opened": _opened,
    "sent_back": _sent_back,
    "withdrawn": _withdrawn,
    "cancelled": _cancelled,
    "decision": _decision,
    "incident": _incident,
}


def reviews_coming(action: Action) -> None:
    """Reviews that begin within a week, told once to the analysts and to the head of the unit that received somebody.

    Looked for once a day. A decided case that only waits for a moment waits for its next review.
    """
    upcoming = action.session.scalars(
        select(Case).where(
            Case.status == "running",
            Case.decided_at.is_not(None),
            Case.effective_on < action.now,
            Case.wake_at > action.now,
            Case.wake_at <= action.now + REVIEW_AHEAD,
        )
    )
    for case in upcoming:
        busy = select(Task.id).where(Task.case_id == case.id, Task.state == "open").limit(1)
        if action.session.scalar(busy) is not None or case.wake_at is None:
            continue
        whom = notices.holders_of(action, ["analis_sdm"]) + notices.heads_of(action, case.target_unit)
        key = f"review:{case.id}:{case.wake_at.date().isoformat()}"
        notices.tell(action, "review", whom, key=key, case_id=case.id)
