"""Rows of `month_figure`: the cases begun and ended in each month."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.db.figures import CaseFigure


def month_rows(
    session: Session, first: date, last: date, *where: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Rows of `month_figure` for the cases that began or ended from the month `first` to `last`.

    `where`: conditions on `case_figure`, for figures of some cases only.
    """
    figure = CaseFigure
    cells: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(
        lambda: {
            "started": 0,
            "completed": 0,
            "stopped": 0,
            "cycles": [],
            "bkn": [],
            "mendagri": [],
            "other": [],
        }
    )
    begun = (
        select(figure.started_month, figure.definition_key, figure.plan, func.count())
        .where(figure.started_month >= first, figure.started_month <= last, *where)
        .group_by(figure.started_month, figure.definition_key, figure.plan)
    )
    for *key, count in session.execute(begun):
        cells[tuple(key)]["started"] = count
    ended = select(
        figure.ended_month,
        figure.definition_key,
        figure.plan,
        figure.status,
        figure.cycle_minutes,
        figure.outside_bkn,
        figure.outside_mendagri,
        figure.outside_other,
    ).where(figure.ended_month >= first, figure.ended_month <= last, *where)
    for month, definition, plan, status, minutes, *outside in session.execute(ended):
        cell = cells[month, definition, plan]
        if status == "completed":
            cell["completed"] += 1
            cell["cycles"].append(minutes)
        else:
            cell["stopped"] += 1
        for name, waited in zip(("bkn", "mendagri", "other"), outside, strict=True):
            if waited is not None:
                cell[name].append(waited)
    names = ("month", "definition_key", "plan")
    return [
        dict(zip(names, key, strict=True))
        | {name: sorted(value) if isinstance(value, list) else value for name, value in cell.items()}
        for key, cell in sorted(cells.items())
    ]
