"""Decisions that are held for some seconds before the engine sees them, so that taking one back is real.

A held decision is a row with a piece of due work. Meanwhile the task belongs to its person and has left the inbox. When
the decision cannot be carried out in the end, it comes back as a draft that says why.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from service.db.accounts import Account
from service.db.base import insert_new
from service.db.cases import DueWork, Task
from service.db.drafts import Draft, HeldDecision
from service.domain.errors import Conflict
from service.operations import accounts, acting, cases, drafts, notices, tasks
from service.operations.action import Action

KIND = "decision"


def decide(
    action: Action,
    task_id: uuid.UUID,
    answers: Mapping[str, Any],
    expected_version: int | None = None,
    *,
    batch: uuid.UUID | None = None,
) -> HeldDecision | None:
    """Take a decision: held for as long as the settings say; None when it was carried out at once.

    `batch`: one of many taken together, which all wait for the last of them, so that they can be taken back together.
    Raises as tasks.complete does, except what only the engine finds out.
    """
    seconds = action.settings.undo_seconds
    if seconds == 0:
        tasks.complete(action, task_id, answers, expected_version)
        drafts.discard(action, task_id)
        return None
    if action.actor.id is not None and _held(action, task_id) == action.actor.id:
        raise Conflict("You have decided this already.")
    task = tasks.check(action, task_id, answers, expected_version)
    if by := _held(action, task_id):  # now that the case is locked
        raise Conflict("The task is being decided at this moment.", by=accounts.name_of(action, by))
    assert action.actor.id is not None
    before, task.assignee_id = task.assignee_id, action.actor.holder
    task.version += 1
    held = HeldDecision(
        task_id=task.id,
        account_id=action.actor.id,
        answers=dict(answers),
        version=task.version,
        decided_at=action.now,
        batch_id=batch,
        until=action.now + timedelta(seconds=seconds),
        assignee_before=before,
        substitution_id=action.actor.acting_for.substitution if action.actor.acting_for else None,
    )
    action.session.add(held)
    drafts.discard(action, task_id)
    _plan(action, task, held)
    if batch is not None:
        _hold_together(action, batch, held.until)
    return held


def _hold_together(action: Action, batch: uuid.UUID, until: datetime) -> None:
    """The actor's other decisions of a batch can be taken back as long as its latest."""
    ours = (HeldDecision.batch_id == batch, HeldDecision.account_id == action.actor.id)
    keys = [_key(task_id) for task_id in action.session.scalars(select(HeldDecision.task_id).where(*ours))]
    action.session.execute(update(HeldDecision).where(*ours).values(until=until))
    action.session.execute(
        update(DueWork).where(DueWork.key.in_(keys), DueWork.state == "pending").values(due_at=until)
    )


def _held(action: Action, task_id: uuid.UUID) -> uuid.UUID | None:
    """Who has decided the task, as long as it can be taken back."""
    held = action.session.get(HeldDecision, task_id, populate_existing=True)
    return held.account_id if held else None


def undo(action: Action, task_id: uuid.UUID) -> None:
    """Take one's own held decision back; what was typed becomes a draft. Raises Conflict when it was carried out."""
    cases.locked(action, tasks.existing(action, task_id).case_id)
    held = action.session.get(HeldDecision, task_id, populate_existing=True)
    if held is None or held.account_id != action.actor.id:
        raise Conflict("The decision was carried out: it can no longer be taken back here.")
    _release(action, held)
    drafts.save(_as(action, held), task_id, held.answers)


def of_batch(action: Action, batch: uuid.UUID) -> list[uuid.UUID]:
    """The tasks of what the actor decided together and can still take back, in one order for everybody."""
    found = select(HeldDecision.task_id).where(
        HeldDecision.batch_id == batch, HeldDecision.account_id == action.actor.id
    )
    return list(action.session.scalars(found.order_by(HeldDecision.task_id)))


def carry_out(action: Action, row: DueWork) -> None:
    """The time to take it back is over: complete the task for the one who decided."""
    held = action.session.get(HeldDecision, row.task_id)
    if held is None:
        return
    action.session.delete(held)
    action.session.flush()
    tasks.complete(_as(action, held), held.task_id, held.answers, held.version)


def give_back(action: Action, row: DueWork, reason: str) -> None:
    """It could not be carried out: the task is open again, and the decision a draft that says why."""
    held = action.session.get(HeldDecision, row.task_id)
    if held is None:
        return
    _release(action, held)
    action.session.merge(
        Draft(
            task_id=held.task_id,
            account_id=held.account_id,
            answers=held.answers,
            saved_at=action.now,
            trouble=reason,
        )
    )
    task = action.session.get_one(Task, held.task_id)
    key = f"given_back:{task.id}:{task.version}"
    notices.tell(action, "sent_back", [held.account_id], key=key, task=task)


def held_by(action: Action) -> list[HeldDecision]:
    """What the actor has decided and can still take back, the latest first."""
    found = select(HeldDecision).where(
        HeldDecision.account_id == action.actor.id, HeldDecision.until > action.now
    )
    return list(action.session.scalars(found.order_by(HeldDecision.until.desc())))


def _release(action: Action, held: HeldDecision) -> None:
    """The task is as it was before the decision."""
    task = action.session.get_one(Task, held.task_id, populate_existing=True)
    if task.state == "open":
        task.assignee_id = held.assignee_before
        task.version += 1
    action.session.delete(held)
    action.session.execute(
        delete(DueWork).where(DueWork.key == _key(held.task_id), DueWork.state == "pending")
    )
    action.session.flush()


def _as(action: Action, held: HeldDecision) -> Action:
    """The same transaction, acting as the one who decided and for whom, with the rights of now.

    A substitution must have held when the decision was taken; that it ends meanwhile does not undo what was decided.
    """
    account = action.session.get_one(Account, held.account_id)
    actor = acting.on_behalf(action, account, held.substitution_id, held.decided_at)
    return replace(action, actor=actor)


def _plan(action: Action, task: Task, held: HeldDecision) -> None:
    row = {
        "key": _key(task.id),
        "kind": KIND,
        "case_id": task.case_id,
        "task_id": task.id,
        "due_at": held.until,
        "state": "pending",
        "attempts": 0,
        "payload": {},
    }
    action.session.execute(delete(DueWork).where(DueWork.key == row["key"]))
    insert_new(action.session, DueWork, [row])


def _key(task_id: uuid.UUID) -> str:
    return f"{KIND}:{task_id}"
