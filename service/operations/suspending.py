"""Suspending a case and resuming it: meanwhile nobody completes a task of it, and nothing that is due is done.

Resumed, deadlines move by the working days it stood still, and timers of a length (14 days) have as much left as before;
what is set for a day of the calendar stays on its day (docs/decisions/0013-suspended-cases.md).
"""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select, update

from service.db.cases import Case, DueWork
from service.db.drafts import HeldDecision
from service.domain.errors import Conflict, Invalid, NotAllowed
from service.operations import cases, definitions, holding
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.recording import open_tasks, set_next_deadline, write_event

MANAGE = "case.manage"
TROUBLE = "The case was suspended before this decision reached it."


def suspend(action: Action, case_id: uuid.UUID, reason: str) -> Case:
    """Let a running case stand still, with a reason. Decisions that could still be taken back become drafts again."""
    check_may_manage(action)
    need_reason(reason)
    case = cases.locked(action, case_id)
    if case.status != "running":
        raise Conflict("The case has ended already.")
    if case.suspended_at is not None:
        raise Conflict("The case is suspended already.", at=case.suspended_at)
    _give_back_decisions(action, case)
    _switch(action, case, "pending", "paused")
    _changed(action, case, action.now)
    write_event(action, "case_suspended", case=case, data={"reason": reason.strip()})
    return case


def resume(action: Action, case_id: uuid.UUID, reason: str = "") -> Case:
    """Let a suspended case go on. What came due meanwhile and did not move is done at the next look for due work."""
    check_may_manage(action)
    case = cases.locked(action, case_id)
    if case.suspended_at is None:
        raise Conflict("The case is not suspended.")
    days = working_days(action, case.suspended_at)
    stood = action.now - case.suspended_at
    case.suspended_at = None
    _move_deadlines(action, case, days)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    step = action.engine.postpone(definition, case.snapshot, stood, action.now)
    said = {"working_days": days} | ({"reason": reason.strip()} if reason.strip() else {})
    write_event(action, "case_resumed", case=case, data=said)
    advance(action, case, definition, step)
    _switch(action, case, "paused", "pending")
    return case


def working_days(action: Action, since: datetime) -> int:
    """The working days from then to now."""
    local = action.calendar.local_date
    return max(action.calendar.working_days_between(local(since), local(action.now)), 0)


def check_may_manage(action: Action) -> None:
    if not action.actor.may(MANAGE):
        raise NotAllowed("Your roles do not allow you to manage cases.")


def need_reason(reason: str) -> None:
    if not reason.strip():
        raise Invalid("Say why.", {"reason": "This field is required."})


def _give_back_decisions(action: Action, case: Case) -> None:
    tasks = [task.id for task in open_tasks(action, case).values()]
    held = select(DueWork).where(
        DueWork.case_id == case.id, DueWork.kind == holding.KIND, DueWork.state == "pending"
    )
    for row in action.session.scalars(held).all():
        if row.task_id in tasks and action.session.get(HeldDecision, row.task_id) is not None:
            holding.give_back(action, row, TROUBLE)


def _switch(action: Action, case: Case, old: str, new: str) -> None:
    """Pause what is due in a case, or let it go on. Whoever had claimed a piece of it finds the claim gone."""
    action.session.flush()
    action.session.execute(
        update(DueWork)
        .where(DueWork.case_id == case.id, DueWork.state == old)
        .values(state=new, lease_until=None, lease_token=None)
        .execution_options(synchronize_session=False)
    )


def _changed(action: Action, case: Case, suspended_at: datetime | None) -> None:
    case.suspended_at = suspended_at
    case.changed_at = action.now
    case.version += 1


def _move_deadlines(action: Action, case: Case, days: int) -> None:
    """Deadlines, reminders and escalations of the open tasks, by so many working days."""
    if not days:
        return
    calendar, tasks = action.calendar, open_tasks(action, case)
    for task in tasks.values():
        if task.due_at is not None:
            task.due_at = task.due_order = calendar.deadline(task.due_at, days)
    set_next_deadline(case, tasks.values())
    of_tasks = select(DueWork).where(
        DueWork.case_id == case.id,
        DueWork.state == "paused",
        DueWork.kind.in_(("reminder", "escalation")),
    )
    for row in action.session.scalars(of_tasks).all():
        row.due_at = calendar.deadline(row.due_at, days)
    action.session.flush()
