"""Drafts: what somebody has typed at a task is kept as it is, through sign-out, crash and release of the task."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from service.db.accounts import Account
from service.db.cases import Task
from service.db.drafts import Draft
from service.db.queries import tasks as queries
from service.domain.errors import Invalid, NotAllowed
from service.operations import tasks
from service.operations.action import Action

LARGEST = 1_000_000
KEPT_AFTER_THE_END = timedelta(days=7)
"""How long what somebody typed can still be read after a task was closed by somebody else."""


@dataclass(frozen=True, slots=True)
class Left:
    """A draft that a colleague left at a task that is open to others again."""

    account_id: uuid.UUID
    name: str
    saved_at: datetime


def save(
    action: Action, task_id: uuid.UUID, answers: Mapping[str, Any], *, trouble: str | None = None
) -> Draft:
    """Keep what was typed. Raises Conflict (who was first) when the task is no longer open, never for the answers' sake."""
    task = action.session.get(Task, task_id)
    row = queries.get(action.session, action.actor, task_id)
    if task is None or action.actor.id is None or not row.offered:
        raise NotAllowed("This task is not offered to you.")
    if task.state != "open":
        raise tasks.too_late(action, task)
    return _keep(action, task_id, action.actor.id, answers, trouble)


def _keep(
    action: Action, task_id: uuid.UUID, account_id: uuid.UUID, answers: Mapping[str, Any], trouble: str | None
) -> Draft:
    if len(json.dumps(answers)) > LARGEST:
        raise Invalid("The draft is too large to be kept.")
    draft = action.session.get(Draft, (task_id, account_id))
    if draft is None:
        draft = Draft(task_id=task_id, account_id=account_id)
        action.session.add(draft)
    draft.answers, draft.saved_at, draft.trouble = dict(answers), action.now, trouble
    action.session.flush()
    return draft


def of(action: Action, task_id: uuid.UUID) -> Draft | None:
    """The actor's own draft at a task."""
    return action.session.get(Draft, (task_id, action.actor.id)) if action.actor.id else None


def discard(action: Action, task_id: uuid.UUID) -> None:
    """Throw the actor's own draft away."""
    action.session.execute(delete(Draft).where(Draft.task_id == task_id, Draft.account_id == action.actor.id))


def left(action: Action, task_id: uuid.UUID) -> Left | None:
    """The latest draft of somebody else, who has had this task before."""
    found = action.session.execute(
        select(Account.id, Account.name, Draft.saved_at)
        .join(Account, Account.id == Draft.account_id)
        .where(Draft.task_id == task_id, Draft.account_id != action.actor.id)
        .order_by(Draft.saved_at.desc())
        .limit(1)
    ).first()
    return Left(*found) if found else None


def take_over(action: Action, task_id: uuid.UUID, account_id: uuid.UUID) -> Draft:
    """Go on with a colleague's draft as one's own; his stays."""
    if not queries.get(action.session, action.actor, task_id).offered:
        raise NotAllowed("This task is not offered to you.")
    theirs = action.session.get(Draft, (task_id, account_id))
    if theirs is None:
        raise Invalid("There is no such draft.")
    return save(action, task_id, theirs.answers)


def at(action: Action, task_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Draft]:
    """Task id -> the actor's draft, of these tasks."""
    found = select(Draft).where(Draft.account_id == action.actor.id, Draft.task_id.in_(list(task_ids)))
    return {draft.task_id: draft for draft in action.session.scalars(found)}


def keep_typed(action: Action, task_id: uuid.UUID, answers: Mapping[str, Any]) -> None:
    """Keep what was typed by somebody who came second, though the task may be closed: it can be read and copied."""
    queries.get(action.session, action.actor, task_id)
    if action.actor.id is not None and answers:
        _keep(action, task_id, action.actor.id, answers, None)


def troubled(action: Action, most: int = 5) -> list[Draft]:
    """The actor's decisions that could not be carried out and came back as drafts, the latest first."""
    found = select(Draft).where(Draft.account_id == action.actor.id, Draft.trouble.is_not(None))
    return list(action.session.scalars(found.order_by(Draft.saved_at.desc()).limit(most)))


def forget(action: Action) -> None:
    """Delete drafts of tasks that were closed some days ago."""
    closed = select(Task.id).where(Task.state != "open", Task.closed_at < action.now - KEPT_AFTER_THE_END)
    action.session.execute(delete(Draft).where(Draft.task_id.in_(closed)))
