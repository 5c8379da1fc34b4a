"""Counting the deadlines of open tasks anew after the calendar changed: in the background, some at a time.

A deadline is so many working days after its task was opened. They are counted in the old calendar and put into the
new one. What a person set to a day (an extension) stays on its day, if that is still a working day. A deadline that
has not passed is never moved into the past.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.db.administration import DeadlineJob
from service.db.cases import Case, CaseEvent, DueWork, Task
from service.domain.calendar import Calendar, DaysOff
from service.domain.ids import new_id
from service.operations import jobs
from service.operations.action import Action
from service.operations.recording import open_tasks, set_next_deadline, write_event

if TYPE_CHECKING:
    from service.wiring import Services

AT_ONCE = 50
OF_TASK = ("reminder", "escalation")


def begin(
    action: Action, reason: str, days: Sequence[date], before: Mapping[date, str], after: Mapping[date, str]
) -> DeadlineJob:
    """Plan to count anew what the changed days lie in."""
    job = DeadlineJob(
        id=new_id(),
        created_at=action.now,
        created_by=action.actor.id,
        reason=reason[:255],
        first_day=days[0],
        last_day=days[-1],
        before={day.isoformat(): kind for day, kind in before.items()},
        after={day.isoformat(): kind for day, kind in after.items()},
        state="running",
        looked=0,
        moved=0,
    )
    action.session.add(job)
    action.session.flush()
    return job


def run_jobs(services: Services, now: datetime | None = None) -> Iterator[DeadlineJob]:
    """Count the deadlines of the jobs that run anew; yields the job after each few of them."""
    return jobs.run(services, DeadlineJob, _go_on, now=now)


def counted_anew(old: Calendar, new: Calendar, opened_at: datetime, due_at: datetime) -> datetime:
    """The deadline in the new calendar: as many working days after the opening as in the old one, at the same hour."""
    days = old.working_days_between(old.local_date(opened_at), old.local_date(due_at))
    if days <= 0:
        return due_at
    zone = ZoneInfo(new.timezone)
    hour = due_at.astimezone(zone).timetz().replace(tzinfo=None)
    day = new.add_working_days(new.local_date(opened_at), days)
    return datetime.combine(day, hour, zone).astimezone(UTC)


def _go_on(action: Action, job: DeadlineJob) -> None:
    found = action.session.execute(
        select(Task.id, Task.case_id).where(*_touched(action, job)).order_by(Task.id).limit(AT_ONCE)
    ).all()
    if not found:
        job.state, job.ended_at = "done", action.now
        data = {"looked": job.looked, "moved": job.moved}
        write_event(action, "deadlines_recounted", name=job.reason, data=data)
        return
    wanted = {row.id for row in found}
    cases = action.session.scalars(
        select(Case)
        .where(Case.id.in_({row.case_id for row in found}))
        .order_by(Case.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    old, new = (_calendar(action, days) for days in (job.before, job.after))
    by_hand = _set_by_hand(action, [case.id for case in cases])
    for case in cases:
        tasks = open_tasks(action, case)
        moved = [
            _move(action, case, task, old, new, fixed=task.id in by_hand)
            for task in tasks.values()
            if task.id in wanted and task.due_at is not None
        ]
        if any(moved):
            set_next_deadline(case, tasks.values())
            case.changed_at = action.now
            job.moved += sum(moved)
    job.looked += len(found)
    job.last_task = found[-1].id


def _touched(action: Action, job: DeadlineJob) -> list[Any]:
    """Open tasks with a deadline that a changed day may lie before."""
    zone = ZoneInfo(action.calendar.timezone)
    first = datetime.combine(job.first_day, time(), zone)
    last = datetime.combine(job.last_day + timedelta(days=1), time(), zone)
    conditions: list[Any] = [
        Task.state == "open",
        Task.due_at.is_not(None),
        Task.due_order >= first,
        Task.opened_at < last,
        Task.opened_at <= job.created_at,
    ]
    return [*conditions, Task.id > job.last_task] if job.last_task is not None else conditions


def _move(action: Action, case: Case, task: Task, old: Calendar, new: Calendar, *, fixed: bool) -> bool:
    """Move one deadline with its reminder and escalation; whether it moved."""
    before = task.due_order

    def anew(moment: datetime) -> datetime:
        if fixed:
            day = new.local_date(moment)
            return moment if new.is_working_day(day) else new.deadline(moment, 0)
        return counted_anew(old, new, task.opened_at, moment)

    after = anew(before)
    if after < action.now <= before:
        after = new.deadline(action.now, 0)
    if after == before:
        return False
    task.due_at = task.due_order = after
    planned = select(DueWork).where(
        DueWork.key.in_([f"{kind}:{task.id}" for kind in OF_TASK]), DueWork.state.in_(("pending", "paused"))
    )
    for row in action.session.scalars(planned).all():
        row.due_at = after if row.kind == "escalation" else min(anew(row.due_at), after)
    place = {"task_id": task.id, "element": task.element, "process": task.process, "name": task.name}
    data = {"from": before.isoformat(), "to": after.isoformat()}
    write_event(action, "deadline_moved", case=case, data=data, **place)
    return True


def _set_by_hand(action: Action, cases: Sequence[uuid.UUID]) -> set[uuid.UUID | None]:
    query = select(CaseEvent.task_id).where(CaseEvent.case_id.in_(cases), CaseEvent.kind == "task_extended")
    return set(action.session.scalars(query))


def _calendar(action: Action, days: Mapping[str, str]) -> Calendar:
    off = action.calendar.is_holiday
    own = {date.fromisoformat(day): kind for day, kind in days.items()}
    return (
        replace(action.calendar, is_holiday=off.with_own(own))
        if isinstance(off, DaysOff)
        else action.calendar
    )
