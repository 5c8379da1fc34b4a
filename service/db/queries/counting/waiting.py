"""Rows of `waiting_figure`: the open tasks, by step."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from service.db.cases import Task
from service.db.figures import CaseFigure
from service.domain.figures import minute

PEOPLE = ("user", "manual")
"""The kinds of tasks that people do."""


def waiting_rows(
    session: Session, elements: Collection[str] | None, *where: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Rows of `waiting_figure`: the open tasks of some elements (of all for None), oldest first."""
    query = (
        select(
            CaseFigure.definition_key,
            CaseFigure.plan,
            Task.process,
            Task.element,
            Task.role,
            Task.opened_at,
            Task.due_at,
        )
        .join(CaseFigure, CaseFigure.case_id == Task.case_id)
        .where(Task.state == "open", Task.kind.in_(PEOPLE), *where)
    )
    if elements is not None:
        query = query.where(Task.element.in_(elements))
    cells: dict[tuple[str, ...], list[list[int | None]]] = defaultdict(list)
    for key, plan, process, element, role, opened, due in session.execute(query):
        cells[key, plan, process, element, role or ""].append([minute(opened), minute(due) if due else None])
    names = ("definition_key", "plan", "process", "element", "role")
    return [
        dict(zip(names, key, strict=True))
        | {"tasks": sorted(tasks, key=lambda task: (task[0], task[1] or 0))}
        for key, tasks in sorted(cells.items())
    ]
