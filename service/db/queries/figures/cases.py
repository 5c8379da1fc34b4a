"""Figures of cases: by stage, by month, by definition, and how long they waited outside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from service.db.figures import CaseFigure, MonthFigure
from service.db.queries.counting.months import month_rows
from service.db.queries.figures.choosing import Chosen, rows_of
from service.domain import figures

Table = Mapping[str, Any]
"""A row of `month_figure`, stored or counted just now."""


@dataclass(frozen=True, slots=True)
class StageRow:
    """The running cases of a stage by their next deadline. `resting`: none of their tasks has one."""

    stage: str
    on_time: int
    soon: int
    late: int
    resting: int

    @property
    def total(self) -> int:
        return self.on_time + self.soon + self.late + self.resting


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Cases begun, completed, and stopped otherwise in a month; minutes from start to end of the completed ones."""

    month: date
    started: int = 0
    completed: int = 0
    stopped: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True, slots=True)
class VariantRow:
    """The cases of a definition completed in the period, and minutes from start to end."""

    definition: str
    started: int
    completed: int
    median: float | None
    p90: float | None


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """The cases completed in the period that waited for an authority outside; minutes each."""

    authority: str
    cases: int
    median: float | None
    p90: float | None
    total: int


def stages(session: Session, chosen: Chosen, now: datetime, soon: datetime) -> list[StageRow]:
    """Running cases by stage and how their next deadline stands; `soon`: until when one counts as near."""
    due = CaseFigure.next_due

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            CaseFigure.stage,
            count(due > soon),
            count(and_(due >= now, due <= soon)),
            count(due < now),
            count(due.is_(None)),
        )
        .where(CaseFigure.status == "running", *chosen.of_cases())
        .group_by(CaseFigure.stage)
    )
    rows = [StageRow(stage, *map(int, counts)) for stage, *counts in session.execute(query)]
    return sorted(rows, key=lambda row: (-row.total, row.stage))


def month_tables(session: Session, chosen: Chosen) -> Sequence[Table]:
    """The chosen rows of `month_figure`; those of a unit are counted just now from its cases."""
    if chosen.unit:
        return month_rows(session, chosen.first, chosen.last, *chosen.of_cases())
    return rows_of(session, MonthFigure, chosen.within(MonthFigure.month), *chosen.of_steps(MonthFigure))


def by_month(tables: Iterable[Table], chosen: Chosen) -> list[MonthRow]:
    """Every month of the period: cases begun and ended, and how long the completed ones took."""
    found: dict[date, list[Table]] = defaultdict(list)
    for table in tables:
        found[table["month"]].append(table)
    return [
        MonthRow(
            month,
            sum(table["started"] for table in found[month]),
            sum(table["completed"] for table in found[month]),
            sum(table["stopped"] for table in found[month]),
            *_cycles(found[month]),
        )
        for month in chosen.months
    ]


def by_variant(tables: Iterable[Table]) -> list[VariantRow]:
    """Every definition with cases begun or completed in the period, most completed first."""
    found: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        found[table["definition_key"]].append(table)
    rows = [
        VariantRow(
            key,
            sum(table["started"] for table in own),
            sum(table["completed"] for table in own),
            *_cycles(own),
        )
        for key, own in found.items()
    ]
    return sorted(rows, key=lambda row: (-row.completed, row.definition))


def outside(tables: Iterable[Table]) -> list[OutsideRow]:
    """How long cases that ended had waited for BKN, Mendagri and others outside."""
    rows = []
    known = list(tables)
    for name in ("bkn", "mendagri", "other"):
        times = sorted(minutes for table in known for minutes in table[name])
        if times:
            half, most = figures.percentile(times, 50), figures.percentile(times, 90)
            rows.append(OutsideRow(name, len(times), half, most, sum(times)))
    return rows


def _cycles(tables: Iterable[Table]) -> tuple[float | None, float | None]:
    times = sorted(minutes for table in tables for minutes in table["cycles"])
    return figures.percentile(times, 50), figures.percentile(times, 90)
