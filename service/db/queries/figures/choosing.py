"""What the figures are asked about, and how fresh they are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from service.db.cases import DueWork, Fact
from service.db.figures import CaseFigure, MonthFigure, StepFigure, TransferFigure, WaitingFigure
from service.domain import months

AS_OF = "figures_as_of"
MOST_MONTHS = 36
USUAL_PERIOD = 12
MOST_PLANS = 200


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

    @property
    def before(self) -> Chosen:
        """The same of the period of the same length before."""
        first, last = months.add(self.first, -len(self.months)), months.add(self.first, -1)
        return replace(self, first=first, last=last)

    def within(self, month: Any) -> ColumnElement[bool]:
        """The chosen months as a condition on a column of months."""
        return and_(month >= self.first, month <= self.last)

    def of_transfers(self) -> list[ColumnElement[bool]]:
        """The chosen cases whose transfer took effect in these months, as conditions on `case_figure`."""
        after = months.add(self.last, 1)
        return [CaseFigure.effective_on >= self.first, CaseFigure.effective_on < after, *self.of_cases()]

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
        self, table: type[StepFigure] | type[WaitingFigure] | type[MonthFigure] | type[TransferFigure]
    ) -> list[ColumnElement[bool]]:
        """The chosen definition and plan as conditions on a table of sums."""
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


def rows_of(
    session: Session, table: type[StepFigure | WaitingFigure | MonthFigure | TransferFigure], *where: Any
) -> list[dict[str, Any]]:
    """The rows of a table of sums, by the names of its columns. There are thousands over years: mappings of SQLAlchemy's
    would take as long as reading them."""
    columns = table.__table__.columns
    names = columns.keys()
    return [dict(zip(names, row, strict=True)) for row in session.execute(select(*columns).where(*where))]


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
    finished = select(StepFigure.plan).where(chosen.within(StepFigure.month))
    found = session.scalars(finished.union(select(WaitingFigure.plan)).limit(MOST_PLANS))
    return sorted(filter(None, found), reverse=True)
