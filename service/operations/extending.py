"""Giving somebody more time: another deadline for an open task, with its reminder and escalation."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import delete

from service.db.cases import Case, DueWork, Task
from service.domain.errors import Invalid
from service.operations import definitions, tasks
from service.operations.action import Action
from service.operations.recording import (
    DEFAULT_REMIND_WORKING_DAYS,
    add_due_work,
    due_row,
    open_tasks,
    set_next_deadline,
    write_event,
)
from service.operations.suspending import check_may_manage, need_reason


def extend(action: Action, task_id: uuid.UUID, until: date, reason: str) -> Task:
    """Let an open task be due at the close of business of another working day, with a reason.

    A task that was offered to one more role because it was late is no longer offered there. Its version stays: who has
    the form open may still complete it. Raises NotFound, NotAllowed, Invalid, Conflict.
    """
    check_may_manage(action)
    need_reason(reason)
    task = tasks.existing(action, task_id)
    case = tasks.lock_open(action, task)
    due = _checked(action, task, until)
    before, task.due_at, task.due_order = task.due_at, due, due
    task.escalated_at = None
    set_next_deadline(case, open_tasks(action, case).values())
    case.changed_at = action.now
    _plan_anew(action, case, task, until)
    said = {"from": before.isoformat() if before else None, "to": due.isoformat(), "reason": reason.strip()}
    place = {"task_id": task.id, "element": task.element, "process": task.process, "name": task.name}
    write_event(action, "task_extended", case=case, data=said, **place)
    return task


def _checked(action: Action, task: Task, until: date) -> datetime:
    calendar = action.calendar
    due = calendar.close_of(until)
    if due <= action.now:
        raise Invalid("The new deadline has passed already.", {"until": "Choose a later day."})
    if not calendar.is_working_day(until):
        raise Invalid("The new deadline is no working day.", {"until": "Choose a working day."})
    if due == task.due_at:
        raise Invalid("This is the present deadline.", {"until": "Choose another day."})
    return due


def _plan_anew(action: Action, case: Case, task: Task, until: date) -> None:
    """Reminder and escalation by the new deadline, whether or not the old ones were done."""
    action.session.flush()
    keys = [f"{kind}:{task.id}" for kind in ("reminder", "escalation")]
    action.session.execute(
        delete(DueWork).where(DueWork.key.in_(keys)).execution_options(synchronize_session=False)
    )
    place = {"case_id": case.id, "task_id": task.id}
    rows = [due_row(f"escalation:{task.id}", "escalation", task.due_order, **place)]
    remind_at = action.calendar.close_of(
        action.calendar.add_working_days(until, -_remind_before(action, case, task))
    )
    if action.now < remind_at < task.due_order:
        rows.append(due_row(f"reminder:{task.id}", "reminder", remind_at, **place))
    add_due_work(action, rows)


def _remind_before(action: Action, case: Case, task: Task) -> int:
    """How many working days before its deadline the diagram wants people reminded."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    node = next(
        (
            node
            for node in definition.models[task.process].all_nodes()
            if node.id == task.element and node.mutasi.get("remind", "").isdecimal()
        ),
        None,
    )
    return int(node.mutasi["remind"]) if node is not None else DEFAULT_REMIND_WORKING_DAYS
