"""Rows of `step_figure` and `unit_step_figure`: the tasks finished in a month, by step."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import CaseEvent, Task
from service.db.figures import CaseFigure
from service.db.queries.counting.meaning import meaning
from service.db.queries.counting.waiting import PEOPLE
from service.domain import figures, months
from service.domain.figures import Tally, minutes_between

STEP_KEY = ("month", "definition_key", "plan", "process", "element", "role")
PLACE = (
    Task.process,
    Task.element,
    Task.role,
    CaseFigure.definition_key,
    CaseFigure.plan,
    CaseFigure.target_unit,
    CaseFigure.origin_unit,
)
"""What is read of a task to know in which rows it counts."""
Cells = dict[tuple[Any, ...], Tally]


def step_rows(session: Session, zone: str, month: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `step_figure` and of `unit_step_figure` for the tasks finished in a month.

    A task that was sent back counts as judged and returned.
    """
    begin, until = months.start(month, zone), months.start(months.add(month, 1), zone)
    query = (
        select(Task.id, Task.opened_at, Task.closed_at, Task.due_at, *PLACE)
        .join(CaseFigure, CaseFigure.case_id == Task.case_id)
        .where(Task.state == "completed", Task.kind.in_(PEOPLE))
        .where(Task.closed_at >= begin, Task.closed_at < until)
    )
    tasks = session.execute(query).all()
    taken, verdicts = _told(session, tasks, begin, until)
    whole: Cells = defaultdict(Tally)
    by_unit: dict[str, Cells] = defaultdict(lambda: defaultdict(Tally))

    def cells(row: Any) -> list[Tally]:
        key = (month, row.definition_key, row.plan, row.process, row.element, row.role or "")
        return [whole[key], *(by_unit[unit][key] for unit in {row.target_unit, row.origin_unit} if unit)]

    for task in tasks:
        for cell in cells(task):
            _add(cell, task, taken.get(task.id), verdicts.get(task.id))
    for task in _sent_back(session, begin, until):
        for cell in cells(task):
            cell.judged += 1
            cell.returned += 1
    units = [
        {
            "unit": unit,
            "month": month,
            "steps": [row | {"month": month.isoformat()} for row in _as_rows(found)],
        }
        for unit, found in sorted(by_unit.items())
    ]
    return _as_rows(whole), units


def _add(tally: Tally, task: Any, taken_at: datetime | None, verdict: str | None) -> None:
    tally.done += 1
    tally.waits[figures.bucket(minutes_between(task.opened_at, task.closed_at))] += 1
    if task.due_at is not None:
        tally.timed += 1
        tally.late += task.closed_at > task.due_at
    if verdict is not None:
        tally.judged += 1
        tally.returned += verdict == "returned"
        tally.rejected += verdict == "rejected"
    if taken_at is not None:
        tally.touched += 1
        tally.untouched_minutes += minutes_between(task.opened_at, taken_at)
        tally.touch_minutes += minutes_between(taken_at, task.closed_at)


def _as_rows(cells: Cells) -> list[dict[str, Any]]:
    return [
        dict(zip(STEP_KEY, key, strict=True)) | cell.counts() | {"waits": dict(sorted(cell.waits.items()))}
        for key, cell in sorted(cells.items())
    ]


def _told(
    session: Session, tasks: Sequence[Any], begin: datetime, until: datetime
) -> tuple[dict[uuid.UUID, datetime], dict[uuid.UUID, str]]:
    """From the log: when each task was last taken, and what it decided."""
    known = {task.id for task in tasks}
    opened = min((task.opened_at for task in tasks), default=begin)
    log = select(CaseEvent.task_id, CaseEvent.at).where(CaseEvent.at < until)
    claims = log.where(CaseEvent.kind == "task_claimed", CaseEvent.at >= opened).order_by(CaseEvent.id)
    taken = {task: at for task, at in session.execute(claims) if task is not None and task in known}
    said = log.where(CaseEvent.kind == "task_completed", CaseEvent.at >= begin).add_columns(CaseEvent.data)
    verdicts: dict[uuid.UUID, str] = {}
    for task, _, data in session.execute(said):
        verdict = meaning().verdict(data.get("answers") or {}) if task in known else None
        if verdict is not None:
            verdicts[task] = verdict
    return taken, verdicts


def _sent_back(session: Session, begin: datetime, until: datetime) -> Sequence[Any]:
    query = (
        select(*PLACE)
        .join(CaseEvent, CaseEvent.task_id == Task.id)
        .join(CaseFigure, CaseFigure.case_id == Task.case_id)
        .where(CaseEvent.kind == "task_sent_back", CaseEvent.at >= begin, CaseEvent.at < until)
    )
    return session.execute(query).all()
