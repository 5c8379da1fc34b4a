"""What a manager did in the sample city: one case stands still, and one task was given more time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import exists, select

from service.db.cases import Case, Task
from service.operations import extending, suspending
from service.operations.accounts import actor_of, named
from service.operations.action import Action

SINCE = timedelta(days=6)
GIVEN = timedelta(days=4)
MORE_WORKING_DAYS = 12


def fill(action: Action) -> None:
    """The oldest case that waits for its reviews is suspended; the task that is late longest gets more time."""
    hadi = replace(action, actor=actor_of(action, named(action.session, "hadi.manajer")))
    waits = ~exists().where(Task.case_id == Case.id, Task.state == "open")
    resting = select(Case.id).where(Case.status == "running", waits, Case.changed_at < action.now - SINCE)
    case_id = action.session.scalar(resting.order_by(Case.started_at).limit(1))
    if case_id is not None:
        then = replace(hadi, now=action.now - SINCE)
        suspending.suspend(then, case_id, "Menunggu hasil audit internal atas data kinerja unit.")
    late = select(Task.id).where(Task.state == "open", Task.due_order < action.now).order_by(Task.due_order)
    task_id = action.session.scalar(late.limit(1))
    if task_id is not None:
        until = action.calendar.add_working_days(action.calendar.local_date(action.now), MORE_WORKING_DAYS)
        given = replace(hadi, now=action.now - GIVEN)
        extending.extend(given, task_id, until, "Data kompetensi calon datang terlambat dari unit.")
