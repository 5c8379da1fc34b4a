"""Rows of `case_step_figure`: what some cases did at each step in each month."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Sequence, Set
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import CaseEvent, Task
from service.db.queries.counting.meaning import meaning
from service.db.queries.counting.waiting import PEOPLE
from service.domain import months

KEY = ("case_id", "month", "process", "element")
COUNTS = ("done", "timed", "late", "judged", "returned", "rejected", "touched")

KINDS = ("task_claimed", "task_completed", "task_sent_back")


def case_step_rows(session: Session, zone: str, ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """Rows of `case_step_figure` for some cases: the tasks that people finished, and those that were sent back."""
    told, sent_back = _told(session, ids)
    cells: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    tasks = select(
        Task.id, Task.case_id, Task.process, Task.element, Task.state, Task.kind, Task.closed_at, Task.due_at
    ).where(Task.case_id.in_(ids))
    for task in session.execute(tasks):
        place = (task.process, task.element)
        if task.state == "completed" and task.kind in PEOPLE:
            cell = cells[task.case_id, months.of(task.closed_at, zone), *place]
            cell |= _counts(task, told.get(task.id, frozenset()))
        for at in sent_back.get(task.id, ()):
            cells[task.case_id, months.of(at, zone), *place] |= {"judged", "returned"}
    return [
        dict(zip(KEY, key, strict=True)) | {name: name in counted for name in COUNTS}
        for key, counted in cells.items()
    ]


def _counts(task: Any, told: Set[str]) -> set[str]:
    found = {"done", *told} & {*COUNTS}
    if task.due_at is not None:
        found |= {"timed", "late"} if task.closed_at > task.due_at else {"timed"}
    return found


def _told(
    session: Session, ids: Sequence[uuid.UUID]
) -> tuple[dict[uuid.UUID, set[str]], dict[uuid.UUID, list[datetime]]]:
    """From the log: whether each task was taken and what it decided last; and when tasks were sent back."""
    taken: set[uuid.UUID] = set()
    verdicts: dict[uuid.UUID, str] = {}
    sent_back: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    log = (
        select(CaseEvent.task_id, CaseEvent.kind, CaseEvent.at, CaseEvent.data)
        .where(CaseEvent.case_id.in_(ids), CaseEvent.task_id.is_not(None), CaseEvent.kind.in_(KINDS))
        .order_by(CaseEvent.id)
    )
    for task, kind, at, data in session.execute(log):
        if kind == "task_claimed":
            taken.add(task)
        elif kind == "task_sent_back":
            sent_back[task].append(at)
        elif (verdict := meaning().verdict(data.get("answers") or {})) is not None:
            verdicts[task] = verdict
    told = {task: {"judged", verdict} for task, verdict in verdicts.items()}
    for task in taken:
        told.setdefault(task, set()).add("touched")
    return told, sent_back
