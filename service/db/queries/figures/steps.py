"""Figures of steps: what was finished there, what waits there, and for how long."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.figures import StepFigure, UnitStepFigure, WaitingFigure
from service.db.queries.figures.choosing import Chosen, rows_of
from service.domain import figures
from service.domain.figures import Tally, Waiting

Table = Mapping[str, Any]
"""A row of `step_figure` or `waiting_figure`, stored or counted just now."""


@dataclass(slots=True)
class StepRow(Tally):
    """The finished tasks of a step in the period."""

    process: str
    element: str
    roles: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Heat:
    """The open tasks of an element, or of all that lies below it: how many, how many late, ages in minutes."""

    count: int
    late: int
    median: float
    p90: float


def step_tables(session: Session, chosen: Chosen) -> Sequence[Table]:
    """The rows of `step_figure` that are chosen, or of the chosen unit's own."""
    if chosen.unit:
        query = select(UnitStepFigure.steps).where(UnitStepFigure.unit == chosen.unit)
        query = query.where(chosen.within(UnitStepFigure.month))
        wanted = {"definition_key": chosen.definition, "plan": chosen.plan}
        return [
            step
            for steps in session.scalars(query)
            for step in steps
            if all(not value or step[name] == value for name, value in wanted.items())
        ]
    return rows_of(session, StepFigure, chosen.within(StepFigure.month), *chosen.of_steps(StepFigure))


def steps(tables: Iterable[Table]) -> list[StepRow]:
    """Finished tasks by step, in alphabetical order."""
    rows: dict[tuple[str, str], StepRow] = {}
    for table in tables:
        key = (table["process"], table["element"])
        if key not in rows:
            rows[key] = StepRow(*key)
        rows[key].add(table, table["waits"])
        if table["role"]:
            rows[key].roles.add(table["role"])
    return [rows[key] for key in sorted(rows)]


def by_process(rows: Iterable[StepRow]) -> list[StepRow]:
    """Steps added up by the process (the stage) they belong to, most finished first."""
    found: dict[str, StepRow] = {}
    for row in rows:
        found.setdefault(row.process, StepRow(row.process, "")).add(row.counts(), row.waits)
    return sorted(found.values(), key=lambda row: (-row.done, row.process))


def waiting_tables(session: Session, chosen: Chosen) -> Sequence[Table]:
    """The rows of `waiting_figure` that are chosen (not for a unit)."""
    return rows_of(session, WaitingFigure, *chosen.of_steps(WaitingFigure))


def waiting(tables: Iterable[Table], usual: Sequence[StepRow], now: int, soon: int) -> list[Waiting]:
    """Open tasks by step and role, longest waiting in all first. `now` and `soon` in minutes since 1970."""
    known = {(row.process, row.element): row for row in usual}
    found: dict[tuple[str, str, str], list[list[int | None]]] = defaultdict(list)
    for table in tables:
        found[table["process"], table["element"], table["role"]] += table["tasks"]
    rows = []
    for (process, element, role), tasks in found.items():
        ages = sorted(max(0, now - (opened or 0)) for opened, _ in tasks)
        finished = known.get((process, element))
        rows.append(
            Waiting(
                process,
                element,
                role,
                len(tasks),
                sum(1 for _, due in tasks if due is not None and due < now),
                sum(1 for _, due in tasks if due is not None and now <= due <= soon),
                figures.percentile(ages, 50) or 0,
                figures.percentile(ages, 90) or 0,
                finished.median if finished else None,
                finished.done if finished else 0,
            )
        )
    return sorted(rows, key=lambda row: (-row.count * row.median, row.process, row.element, row.role))


def heat(tables: Iterable[Table], now: int) -> dict[tuple[str, str], list[tuple[int, bool]]]:
    """(age in minutes, whether late) of the open tasks by (process, element). `now` in minutes since 1970."""
    found: dict[tuple[str, str], list[tuple[int, bool]]] = defaultdict(list)
    for table in tables:
        found[table["process"], table["element"]] += [
            (max(0, now - (opened or 0)), due is not None and due < now) for opened, due in table["tasks"]
        ]
    return found


def pooled(tasks: Iterable[tuple[int, bool]]) -> Heat | None:
    """Several tasks as one figure; None without any."""
    known = list(tasks)
    ages = sorted(age for age, _ in known)
    median, p90 = figures.percentile(ages, 50), figures.percentile(ages, 90)
    if median is None or p90 is None:
        return None
    return Heat(len(known), sum(late for _, late in known), median, p90)
