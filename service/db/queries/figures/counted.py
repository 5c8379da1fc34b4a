"""The cases behind a figure: those that it counts, or whose tasks and decisions it counts, as a condition for lists."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, and_, cast, false, or_, select
from sqlalchemy.orm import Session

from service.db.base import elements_of
from service.db.cases import Case, Task
from service.db.figures import CaseFigure, CaseStepFigure
from service.db.queries.counting.waiting import PEOPLE
from service.db.queries.figures import ratings, reviews
from service.db.queries.figures.choosing import Chosen
from service.db.queries.figures.staff import STAFF_DAYS
from service.domain import ids
from service.domain.figures import moment

Condition = ColumnElement[bool]
MINUTE = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Counted:
    """One of FIGURES, of what it was asked about.

    `of` is what its row is about: a process or `process/element`; of open tasks `process/element/role/minute`, any of it
    empty, where they were opened in that minute since 1970 at the latest; an account; a kind of follow-up; a review's month.
    """

    figure: str
    chosen: Chosen
    zone: str
    now: datetime
    of: str = ""

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    @property
    def place(self) -> tuple[str, str, str, datetime | None]:
        """Process, element and role of the row, empty where it is about all; and when its tasks were opened at latest."""
        process, element, role, minute = (self.of.split("/") + [""] * 4)[:4]
        return process, element, role, moment(int(minute)) if MINUTE.fullmatch(minute) else None

    def at_step(self) -> Condition:
        """The step or process of the row, in the chosen months, as a condition on `case_step_figure`."""
        process, element, *_ = self.place
        place = [CaseStepFigure.process == process, *([CaseStepFigure.element == element] if element else [])]
        return and_(*place, self.chosen.within(CaseStepFigure.month))


Find = Callable[[Session, Counted], Any]
"""A query of the ids of cases."""


def is_counted(session: Session, counted: Counted) -> Condition:
    """Whether a case is behind the figure.

    Its cases are found first: a plan that goes through all cases and looks at the log of each takes seconds.
    """
    found = FIGURES[counted.figure](session, counted).cte("counted").prefix_with("MATERIALIZED")
    return Case.id.in_(select(found))


def _cases(session: Session, counted: Counted) -> Select[Any]:
    return select(CaseFigure.case_id).where(*counted.chosen.of_cases())


def _ended(*conditions: Condition) -> Find:
    """Cases that ended in the period."""
    return lambda session, counted: _cases(session, counted).where(
        counted.chosen.within(CaseFigure.ended_month), *conditions
    )


def _transfers(*conditions: Condition) -> Find:
    """Transfers that took effect in the period."""
    return lambda session, counted: select(CaseFigure.case_id).where(
        *counted.chosen.of_transfers(), *conditions
    )


def _reviews(state: str) -> Find:
    """Cases whose review after so many months is late, in hand or ahead."""
    return lambda session, counted: _cases(session, counted).where(
        reviews.states(counted.now, counted.today)[state],
        cast(CaseFigure.review_month, String) == counted.of,
    )


def _followed(*conditions: Condition, done: bool = True) -> Find:
    """Transfers after which a kind of follow-up was carried out, or only decided."""

    def found(session: Session, counted: Counted) -> Any:
        each = elements_of(session, CaseFigure.follow_ups)
        meant = [each["jenis"].as_string() == counted.of]
        meant += [each["selesai"].as_string().is_not(None)] if done else []
        return _transfers(CaseFigure.followed > 0, select(each).where(*meant).exists(), *conditions)(
            session, counted
        )

    return found


def _waiting(*conditions: Callable[[Counted], Condition]) -> Find:
    """Cases with an open task that people do, of the row's step and role."""

    def found(session: Session, counted: Counted) -> Any:
        process, element, role, opened = counted.place
        where = [
            column == value
            for column, value in ((Task.process, process), (Task.element, element), (Task.role, role))
            if value
        ]
        if opened is not None:
            where.append(Task.opened_at < opened + timedelta(minutes=1))
        query = select(Task.case_id).join(CaseFigure, CaseFigure.case_id == Task.case_id)
        query = query.where(Task.state == "open", Task.kind.in_(PEOPLE), *counted.chosen.of_cases())
        return query.where(*where, *(condition(counted) for condition in conditions))

    return found


def _by_person(*conditions: Callable[[Counted, uuid.UUID], Condition]) -> Find:
    """Cases with a task that an account holds or has finished, whatever is chosen besides."""

    def found(session: Session, counted: Counted) -> Any:
        account = ids.parsed(counted.of)
        query = select(Task.case_id)
        return query.where(
            *(condition(counted, account) for condition in conditions) if account else (false(),)
        )

    return found


def _held(counted: Counted, account: uuid.UUID) -> Condition:
    return and_(Task.state == "open", Task.assignee_id == account)


def _done(counted: Counted, account: uuid.UUID) -> Condition:
    since = counted.now - timedelta(days=STAFF_DAYS)
    return and_(Task.state == "completed", Task.closed_by == account, Task.closed_at >= since)


def _did(*conditions: Any) -> Find:
    """Cases whose tasks counted at the row's step, or anywhere in its process, in the period."""

    def found(session: Session, counted: Counted) -> Any:
        of_cases = counted.chosen.of_cases()
        query = select(CaseStepFigure.case_id).where(counted.at_step(), *conditions)
        if of_cases:
            query = query.join(CaseFigure, CaseFigure.case_id == CaseStepFigure.case_id).where(*of_cases)
        return query

    return found


FIGURES: Mapping[str, Find] = {
    "cases": _cases,
    "waiting": _waiting(),
    "waiting_late": _waiting(lambda counted: Task.due_at < counted.now),
    "held": _by_person(_held),
    "held_late": _by_person(_held, lambda counted, _: Task.due_order < counted.now),
    "done_by": _by_person(_done),
    "done_late_by": _by_person(_done, lambda *_: Task.closed_at > Task.due_order),
    "stopped": _ended(CaseFigure.status != "completed"),
    "bkn": _ended(CaseFigure.outside_bkn.is_not(None)),
    "mendagri": _ended(CaseFigure.outside_mendagri.is_not(None)),
    "other": _ended(CaseFigure.outside_other.is_not(None)),
    "finished": _did(CaseStepFigure.done),
    "timed": _did(CaseStepFigure.timed),
    "late": _did(CaseStepFigure.late),
    "touched": _did(CaseStepFigure.touched),
    "judged": _did(CaseStepFigure.judged),
    "returned": _did(CaseStepFigure.returned),
    "rejected": _did(CaseStepFigure.rejected),
    "refused": _did(or_(CaseStepFigure.returned, CaseStepFigure.rejected)),
    "transfers": _transfers(),
    "rated": lambda session, counted: ratings.rated(counted.chosen),
    "agreed": _transfers(CaseFigure.agreed > 0),
    "wished": _transfers(CaseFigure.wish_met == 1),
    "objections": _transfers(CaseFigure.objected > 0),
    "upheld": _transfers(CaseFigure.upheld > 0),
    "reached": _transfers(CaseFigure.target_reached == 1),
    "followed": _followed(done=False),
    "carried_out": _followed(),
    "reached_then": _followed(CaseFigure.target_reached == 1),
    "review_late": _reviews("late"),
    "review_in_hand": _reviews("in_hand"),
    "review_ahead": _reviews("ahead"),
}
"""What the pages of figures count, by the name that a link says."""
