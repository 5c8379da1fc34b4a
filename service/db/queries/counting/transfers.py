"""Rows of `transfer_figure`: the transfers that took effect in each month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, extract, func, select
from sqlalchemy.orm import Session

from service.db.figures import CaseFigure

SUMS: Mapping[str, ColumnElement[Any]] = {
    "transfers": func.count(),
    "agreed": func.sum(CaseFigure.agreed),
    "opinions": func.sum(CaseFigure.agreed + CaseFigure.conditional + CaseFigure.against),
    "wishes_met": func.sum(CaseFigure.wish_met),
    "wishes": func.count(CaseFigure.wish_met),
    "objected": func.sum(CaseFigure.objected),
    "upheld": func.sum(CaseFigure.upheld),
    "reached": func.sum(CaseFigure.target_reached),
    "measured": func.count(CaseFigure.target_reached),
}
"""What is summed up of transfers, by the names of the columns."""

KIND = (CaseFigure.definition_key, CaseFigure.plan)
Key = tuple[date, str, str]


def transfer_rows(session: Session, *where: ColumnElement[bool]) -> list[dict[str, Any]]:
    """Rows of `transfer_figure` for the cases that fulfil these conditions on `case_figure`."""
    where = (CaseFigure.effective_on.is_not(None), *where)
    follow_ups = _follow_ups(session, *where)
    names = ("month", "definition_key", "plan")
    return [
        dict(zip(names, key, strict=True))
        | {name: sorted(value) if isinstance(value, set) else value for name, value in cell.items()}
        | {"follow_ups": follow_ups[key]}
        for key, cell in sorted(_sums(session, *where).items())
    ]


def _sums(session: Session, *where: ColumnElement[bool]) -> dict[Key, dict[str, Any]]:
    figure = CaseFigure
    group = (*KIND, figure.target_unit, figure.origin_unit)
    month = (extract("year", figure.effective_on), extract("month", figure.effective_on))
    query = select(func.min(figure.effective_on), *group, *SUMS.values()).where(*where)
    cells: dict[Key, dict[str, Any]] = defaultdict(
        lambda: dict.fromkeys(SUMS, 0) | {"received": set(), "gave": set()}
    )
    for day, definition, plan, target, origin, *sums in session.execute(query.group_by(*month, *group)):
        cell = cells[day.replace(day=1), definition, plan]
        for name, value in zip(SUMS, sums, strict=True):
            cell[name] += int(value or 0)
        for name, unit in (("received", target), ("gave", origin)):
            if unit is not None:
                cell[name].add(unit)
    return cells


def _follow_ups(session: Session, *where: ColumnElement[bool]) -> Mapping[Key, dict[str, list[int]]]:
    """By kind: how many were decided, carried out, reached the target then, and were measured then."""
    query = select(CaseFigure.effective_on, *KIND, CaseFigure.follow_ups, CaseFigure.target_reached)
    found: dict[Key, dict[str, list[int]]] = defaultdict(dict)
    for day, definition, plan, decided, reached in session.execute(
        query.where(CaseFigure.followed > 0, *where)
    ):
        tallies = found[day.replace(day=1), definition, plan]
        for one in decided:
            tally = tallies.setdefault(one["jenis"], [0, 0, 0, 0])
            done = one["selesai"] is not None
            told = done and reached is not None
            for place, count in enumerate((1, done, reached if told else 0, told)):
                tally[place] += count
    return found
