"""Reviews that are due, and what followed from those that were held."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.figures import CaseFigure
from service.db.queries.figures.choosing import Chosen
from service.db.queries.figures.transfers import Table
from service.domain import reviews
from service.domain.comparing import Share

AHEAD_DAYS = 90


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review in hand or ahead."""

    case_id: uuid.UUID
    number: str
    unit: str | None
    day: date
    month: int
    state: str


@dataclass(frozen=True, slots=True)
class ReviewCount:
    """The reviews after so many months: late, in hand, and due in the next 90 days."""

    month: int
    late: int
    in_hand: int
    ahead: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A kind of follow-up: how often decided, how often carried out, and how often the target was reached then."""

    kind: str
    decided: int
    done: int
    reached: Share


def states(now: datetime, today: date) -> dict[str, ColumnElement[bool]]:
    """Which reviews are late, in hand, and ahead in the next 90 days."""
    come, due = CaseFigure.next_review <= today, CaseFigure.next_due
    near = CaseFigure.next_review <= today + timedelta(days=AHEAD_DAYS)
    return {
        "late": and_(come, due < now),
        "in_hand": and_(come, or_(due >= now, due.is_(None))),
        "ahead": and_(CaseFigure.next_review > today, near),
    }


def counts(session: Session, chosen: Chosen, now: datetime, today: date) -> list[ReviewCount]:
    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(CaseFigure.review_month, *map(count, states(now, today).values()))
        .where(CaseFigure.next_review <= today + timedelta(days=AHEAD_DAYS), *chosen.of_cases())
        .group_by(CaseFigure.review_month)
    )
    found = {row[0]: ReviewCount(row[0] or 0, *map(int, row[1:])) for row in session.execute(query)}
    return [found.get(month, ReviewCount(month, 0, 0, 0)) for month in reviews.INTERVALS]


def due(session: Session, chosen: Chosen, now: datetime, today: date, most: int) -> list[ReviewRow]:
    """The reviews that are late or in hand, then those ahead, by day."""
    query = (
        select(CaseFigure, Case.number)
        .join(Case, Case.id == CaseFigure.case_id)
        .where(CaseFigure.next_review <= today + timedelta(days=AHEAD_DAYS), *chosen.of_cases())
        .order_by(CaseFigure.next_review, CaseFigure.case_id)
        .limit(most)
    )
    rows = []
    for figure, number in session.execute(query):
        day, due = figure.next_review, figure.next_due
        if day is None:
            continue
        late = day <= today and due is not None and due < now
        state = "late" if late else "in_hand" if day <= today else "ahead"
        row = ReviewRow(figure.case_id, number, figure.target_unit, day, figure.review_month or 0, state)
        rows.append(row)
    return rows


def follow_ups(tables: Iterable[Table]) -> list[FollowUp]:
    """Every kind of follow-up in rows of `transfer_figure`, most decided first."""
    counts: dict[str, list[list[int]]] = defaultdict(list)
    for table in tables:
        for kind, tally in table["follow_ups"].items():
            counts[kind].append(tally)
    found = []
    for kind, tallies in counts.items():
        decided, done, reached, measured = map(sum, zip(*tallies, strict=True))
        found.append(FollowUp(kind, decided, done, Share(reached, measured)))
    return sorted(found, key=lambda row: (-row.decided, row.kind))
