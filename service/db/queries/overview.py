"""All figures of the manager's overview, read together: the page, its tables and the API show the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from service.db.queries.counting.waiting import waiting_rows
from service.db.queries.figures import cases, choosing, staff
from service.db.queries.figures import steps as step_figures
from service.db.queries.figures.cases import MonthRow, OutsideRow, StageRow, VariantRow
from service.db.queries.figures.choosing import Chosen
from service.db.queries.figures.staff import PersonRow, RoleRow
from service.db.queries.figures.steps import StepRow, Table
from service.domain import months
from service.domain.calendar import Calendar
from service.domain.figures import Waiting, bottleneck, minute

USUAL_MONTHS = 6


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """The step where most is waited beyond what is usual, and who holds its role with fewest tasks in hand."""

    step: Waiting
    holders: int
    relief: Sequence[tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Overview:
    """Where it hurts. `as_of`: when what changed was last counted; `counting`: months that are yet to be counted."""

    as_of: datetime | None
    counting: int
    stages: Sequence[StageRow]
    waiting: Sequence[Waiting]
    steps: Sequence[StepRow]
    months: Sequence[MonthRow]
    variants: Sequence[VariantRow]
    outside: Sequence[OutsideRow]
    people: Sequence[PersonRow]
    roles: Sequence[RoleRow]
    bottleneck: Bottleneck | None
    open_tasks: Sequence[Table]


def overview(session: Session, chosen: Chosen, now: datetime, calendar: Calendar) -> Overview:
    """Every figure of what was chosen, as of `now`."""
    tables = open_tasks(session, chosen)
    waits = waiting(session, chosen, now, calendar, tables)
    steps = step_figures.steps(step_figures.step_tables(session, chosen))
    by_month = cases.month_tables(session, chosen)
    roles = staff.roles(session, waits)
    return Overview(
        as_of=choosing.as_of(session),
        counting=choosing.still_counting(session, chosen),
        stages=cases.stages(session, chosen, now, calendar.near_until(now)),
        waiting=waits,
        steps=steps,
        months=cases.by_month(by_month, chosen),
        variants=cases.by_variant(by_month),
        outside=cases.outside(by_month),
        people=staff.people(session, now),
        roles=roles,
        bottleneck=_bottleneck(session, waits, roles, now),
        open_tasks=tables,
    )


def open_tasks(session: Session, chosen: Chosen) -> Sequence[Table]:
    """The chosen rows of `waiting_figure`; those of a unit are counted just now."""
    if chosen.unit:
        return waiting_rows(session, None, *chosen.of_cases())
    return step_figures.waiting_tables(session, chosen)


def waiting(
    session: Session, chosen: Chosen, now: datetime, calendar: Calendar, tables: Sequence[Table]
) -> list[Waiting]:
    """What waits at each step now, beside how long the step took in the last six months."""
    usual = usual_period(chosen, months.of(now, calendar.timezone))
    usual_steps = step_figures.steps(step_figures.step_tables(session, usual))
    return step_figures.waiting(tables, usual_steps, minute(now), minute(calendar.near_until(now)))


def usual_period(chosen: Chosen, month: date) -> Chosen:
    """What is usual is looked for in the last six months of the same definition, whatever unit and plan."""
    return Chosen(months.add(month, 1 - USUAL_MONTHS), month, chosen.definition)


def _bottleneck(
    session: Session, waits: Sequence[Waiting], roles: Sequence[RoleRow], now: datetime
) -> Bottleneck | None:
    step = bottleneck(waits)
    if step is None:
        return None
    holders = next((row.holders for row in roles if row.role == step.role), 0)
    return Bottleneck(step, holders, staff.relief(session, step.role, now))
