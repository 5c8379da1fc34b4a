"""Managers' figures as read: from the counted tables, and live where few rows are looked at.

With a unit chosen the tasks of that unit's cases are read directly: they are few. Everything else comes from
`step_figure` and `waiting_figure`.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant
from service.db.cases import DueWork, Fact, Task
from service.db.figures import CaseFigure, MonthFigure, StepFigure, UnitStepFigure, WaitingFigure
from service.db.queries import substitutions
from service.db.queries.counting import month_rows
from service.db.substitutions import Substitution
from service.domain import figures, months
from service.domain.figures import Waiting

Table = Mapping[str, Any]
"""A row of `step_figure` or `waiting_figure`, stored or counted just now."""

AS_OF = "figures_as_of"
MOST_MONTHS = 36
USUAL_PERIOD = 12
MOST_PLANS = 200
STAFF_DAYS = 30
MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the figures are about: months from `first` to `last`, and a definition, a unit and a plan (all when empty)."""

    first: date
    last: date
    definition: str = ""
    unit: str = ""
    plan: str = ""

    @property
    def months(self) -> list[date]:
        return months.between(self.first, self.last)

    def of_cases(self) -> list[ColumnElement[bool]]:
        """The chosen cases as conditions on `case_figure`."""
        where: list[ColumnElement[bool]] = []
        if self.definition:
            where.append(CaseFigure.definition_key == self.definition)
        if self.plan:
            where.append(CaseFigure.plan == self.plan)
        if self.unit:
            where.append(or_(CaseFigure.target_unit == self.unit, CaseFigure.origin_unit == self.unit))
        return where

    def of_steps(
        self, table: type[StepFigure] | type[WaitingFigure] | type[MonthFigure]
    ) -> list[ColumnElement[bool]]:
        """The chosen definition and plan as conditions on a table of steps."""
        chosen = ((table.definition_key, self.definition), (table.plan, self.plan))
        return [column == value for column, value in chosen if value]


def chosen(
    present: date,
    first: date | None = None,
    last: date | None = None,
    *,
    definition: str = "",
    unit: str = "",
    plan: str = "",
) -> Chosen:
    """What is asked for: the last twelve months unless others are said, none in the future, 36 at the most."""
    end = min(last or present, present)
    begin = first or months.add(end, 1 - USUAL_PERIOD)
    begin = min(max(begin, months.add(end, 1 - MOST_MONTHS)), end)
    return Chosen(begin, end, definition, unit, plan)


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


@dataclass(slots=True)
class StepRow:
    """The finished tasks of a step in the period. Minutes; see service.db.figures.StepFigure."""

    process: str
    element: str
    roles: set[str] = field(default_factory=set)
    done: int = 0
    timed: int = 0
    late: int = 0
    returned: int = 0
    rejected: int = 0
    judged: int = 0
    touched: int = 0
    untouched_minutes: int = 0
    touch_minutes: int = 0
    waits: Counter[str] = field(default_factory=Counter)

    @property
    def median(self) -> float | None:
        return figures.histogram_percentile(self.waits, 50)

    @property
    def p90(self) -> float | None:
        return figures.histogram_percentile(self.waits, 90)

    def add(self, other: Table) -> None:
        for name in SUMMED:
            setattr(self, name, getattr(self, name) + other[name])
        self.waits.update(other["waits"])
        if other["role"]:
            self.roles.add(other["role"])


SUMMED = (
    "done",
    "timed",
    "late",
    "returned",
    "rejected",
    "judged",
    "touched",
    "untouched_minutes",
    "touch_minutes",
)


@dataclass(frozen=True, slots=True)
class OutsideRow:
    """The cases completed in the period that waited for an authority outside; minutes each."""

    authority: str
    cases: int
    median: float | None
    p90: float | None
    total: int


@dataclass(frozen=True, slots=True)
class Heat:
    """The open tasks of an element, or of all that lies below it: how many, how many late, ages in minutes."""

    count: int
    late: int
    median: float
    p90: float


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What lies with a person: tasks they took or were given, late ones of these, and what they did in 30 days."""

    account_id: uuid.UUID
    name: str
    open: int
    late: int
    done: int
    done_late: int


@dataclass(frozen=True, slots=True)
class RoleRow:
    """What waits for a role, and how many accounts hold it."""

    role: str
    open: int
    late: int
    holders: int


def as_of(session: Session) -> datetime | None:
    """When what changed was last counted; None when never."""
    text = session.scalar(select(Fact.value).where(Fact.name == AS_OF))
    return datetime.fromisoformat(text) if text else None


def still_counting(session: Session, chosen: Chosen) -> int:
    """How many months of the period are yet to be counted again."""
    keys = [f"figures:{month:%Y-%m}" for month in chosen.months]
    pieces = select(func.count()).where(DueWork.key.in_(keys), DueWork.state == "pending")
    return session.scalar(pieces) or 0


def plans(session: Session, chosen: Chosen) -> list[str]:
    """The plans that tasks belonged to in the period or belong to now, latest first."""
    finished = select(StepFigure.plan).where(
        StepFigure.month >= chosen.first, StepFigure.month <= chosen.last
    )
    found = session.scalars(finished.union(select(WaitingFigure.plan)).limit(MOST_PLANS))
    return sorted(filter(None, found), reverse=True)


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
    columns = MonthFigure.__table__.columns
    query = select(*columns).where(_within(MonthFigure.month, chosen), *chosen.of_steps(MonthFigure))
    return [dict(row._mapping) for row in session.execute(query)]


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


def waiting_tables(session: Session, chosen: Chosen) -> list[Table]:
    """The rows of `waiting_figure` that are chosen (not for a unit)."""
    columns = WaitingFigure.__table__.columns
    return [
        dict(row._mapping) for row in session.execute(select(*columns).where(*chosen.of_steps(WaitingFigure)))
    ]


def step_tables(session: Session, chosen: Chosen) -> list[Table]:
    """The rows of `step_figure` that are chosen, or of the chosen unit's own."""
    if chosen.unit:
        query = select(UnitStepFigure.steps).where(UnitStepFigure.unit == chosen.unit)
        query = query.where(_within(UnitStepFigure.month, chosen))
        wanted = {"definition_key": chosen.definition, "plan": chosen.plan}
        return [
            step
            for steps in session.scalars(query)
            for step in steps
            if all(not value or step[name] == value for name, value in wanted.items())
        ]
    columns = StepFigure.__table__.columns
    query = select(*columns).where(_within(StepFigure.month, chosen), *chosen.of_steps(StepFigure))
    return [dict(row._mapping) for row in session.execute(query)]


def steps(tables: Iterable[Table]) -> list[StepRow]:
    """Finished tasks by step, in alphabetical order."""
    rows: dict[tuple[str, str], StepRow] = {}
    for table in tables:
        key = (table["process"], table["element"])
        rows.setdefault(key, StepRow(*key)).add(table)
    return [rows[key] for key in sorted(rows)]


def by_process(rows: Iterable[StepRow]) -> list[StepRow]:
    """Steps added up by the process (the stage) they belong to, most finished first."""
    found: dict[str, StepRow] = {}
    for row in rows:
        total = found.setdefault(row.process, StepRow(row.process, ""))
        for name in SUMMED:
            setattr(total, name, getattr(total, name) + getattr(row, name))
    return sorted(found.values(), key=lambda row: (-row.done, row.process))


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


def people(session: Session, now: datetime, most: int = MOST_PEOPLE) -> list[PersonRow]:
    """Who holds open tasks or finished some in the last 30 days; most open ones first."""
    late = func.sum(case((Task.due_order < now, 1), else_=0))
    held = (
        select(Task.assignee_id, func.count(), late)
        .where(Task.state == "open", Task.assignee_id.is_not(None))
        .group_by(Task.assignee_id)
        .order_by(func.count().desc(), Task.assignee_id)
        .limit(most)
    )
    done_late = func.sum(case((Task.closed_at > Task.due_order, 1), else_=0))
    done = (
        select(Task.closed_by, func.count(), done_late)
        .where(Task.state == "completed", Task.closed_at >= now - timedelta(days=STAFF_DAYS))
        .where(Task.closed_by.is_not(None))
        .group_by(Task.closed_by)
        .order_by(func.count().desc(), Task.closed_by)
        .limit(most)
    )
    open_by = {row[0]: (row[1], int(row[2])) for row in session.execute(held)}
    done_by = {row[0]: (row[1], int(row[2])) for row in session.execute(done)}
    wanted = [key for key in {*open_by, *done_by} if key]
    names = {
        row[0]: row[1]
        for row in session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    }
    rows = [
        PersonRow(key, names.get(key, "?"), *open_by.get(key, (0, 0)), *done_by.get(key, (0, 0)))
        for key in wanted
    ]
    return sorted(rows, key=lambda row: (-row.open, -row.done, row.name))[:most]


def roles(session: Session, waits: Iterable[Waiting]) -> list[RoleRow]:
    """What waits for each role, most first."""
    holders = {
        row[0]: row[1]
        for row in session.execute(
            select(Grant.role, func.count(Grant.account_id.distinct()))
            .join(Account, Account.id == Grant.account_id)
            .where(Account.active)
            .group_by(Grant.role)
        )
    }
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in waits:
        counts[row.role][0] += row.count
        counts[row.role][1] += row.late
    rows = [RoleRow(role, found[0], found[1], holders.get(role, 0)) for role, found in counts.items()]
    return sorted(rows, key=lambda row: (-row.open, row.role))


def relief(session: Session, role: str, now: datetime, most: int = 3) -> list[tuple[str, int]]:
    """(name, open tasks held) of who hold a role everywhere, are not absent, and hold fewest tasks."""
    absent = select(Substitution.absent_id).where(substitutions.active(now))
    held = (
        select(Task.assignee_id, func.count().label("held"))
        .where(Task.state == "open", Task.assignee_id.is_not(None))
        .group_by(Task.assignee_id)
        .subquery()
    )
    count = func.coalesce(held.c.held, 0)
    query = (
        select(Account.name, cast(count, Integer))
        .join(Grant, Grant.account_id == Account.id)
        .outerjoin(held, held.c.assignee_id == Account.id)
        .where(Grant.role == role, Grant.unit_id.is_(None), Account.active)
        .where(Account.id.not_in(absent))
        .order_by(count, Account.name)
        .limit(most)
    )
    return [(name, held_by) for name, held_by in session.execute(query)]


def _within(column: Any, chosen: Chosen) -> ColumnElement[bool]:
    return and_(column >= chosen.first, column <= chosen.last)
