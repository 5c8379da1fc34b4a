"""The cases behind a figure: those that it counts, or whose tasks and decisions it counts, as a condition for lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, and_, cast, not_, or_, select, union
from sqlalchemy.orm import Session

from service.db.base import elements_of
from service.db.cases import Case, CaseEvent, Task
from service.db.figures import CaseFigure
from service.db.queries.counting.meaning import meaning
from service.db.queries.counting.waiting import PEOPLE
from service.db.queries.figures import reviews
from service.db.queries.figures.choosing import Chosen
from service.domain import months

Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Counted:
    """One of FIGURES, of what it was asked about. `of`: the process, `process/element` or kind that its row is about."""

    figure: str
    chosen: Chosen
    zone: str
    now: datetime
    of: str = ""

    @property
    def today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def within(self, moment: Any) -> Condition:
        """The chosen months as a condition on a column of moments."""
        after = months.add(self.chosen.last, 1)
        begin, until = (months.start(month, self.zone) for month in (self.chosen.first, after))
        return and_(moment >= begin, moment < until)

    def at(self, table: type[Task] | type[CaseEvent]) -> Condition:
        """The step or process of the row as a condition on tasks or on the log."""
        process, slash, element = self.of.partition("/")
        return and_(table.process == process, table.element == element) if slash else table.process == process


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


def _tasks(counted: Counted, *conditions: Condition) -> Select[Any]:
    query = select(Task.case_id).join(CaseFigure, CaseFigure.case_id == Task.case_id)
    return query.where(*counted.chosen.of_cases(), *conditions)


def _waiting(session: Session, counted: Counted) -> Any:
    """Cases with an open task that people do."""
    return _tasks(counted, Task.state == "open", Task.kind.in_(PEOPLE))


def _waiting_late(session: Session, counted: Counted) -> Any:
    return _waiting(session, counted).where(Task.due_at < counted.now)


def _finished(*conditions: Condition) -> Find:
    """Cases with a task that people finished in the period."""
    return lambda session, counted: _tasks(
        counted,
        *(Task.state == "completed", Task.kind.in_(PEOPLE), counted.within(Task.closed_at), counted.at(Task)),
        *conditions,
    )


def _decided(said: Callable[[], Condition], *, sent_back: bool = False) -> Find:
    """Cases with a task that people finished in the period with such an answer, or that was sent back in it."""

    def found(session: Session, counted: Counted) -> Any:
        logged = and_(CaseEvent.case_id == Task.case_id, CaseEvent.task_id == Task.id)
        in_period = (counted.within(CaseEvent.at), counted.at(CaseEvent))
        answered = (
            _finished()(session, counted)
            .join(CaseEvent, logged)
            .where(CaseEvent.kind == "task_completed", *in_period, said())
        )
        if not sent_back:
            return answered
        returned = _tasks(counted, CaseEvent.kind == "task_sent_back", *in_period).join(CaseEvent, logged)
        return union(answered, returned)

    return found


def _answer(field: str) -> ColumnElement[str]:
    return CaseEvent.data["answers", field].as_string()


def _said(meant: Mapping[str, Iterable[str]]) -> Condition:
    """Whether an answer is one of those that mean this. Nothing where the log holds no such answer."""
    return or_(
        *(and_(_answer(field).is_not(None), _answer(field).in_(values)) for field, values in meant.items())
    )


def _is_judged() -> Condition:
    return or_(*(_answer(field).is_not(None) for field in {*meaning().returned, *meaning().rejected}))


def _is_returned() -> Condition:
    return and_(_said(meaning().returned), not_(_is_rejected()))


def _is_rejected() -> Condition:
    return _said(meaning().rejected)


FIGURES: Mapping[str, Find] = {
    "cases": _cases,
    "waiting": _waiting,
    "waiting_late": _waiting_late,
    "stopped": _ended(CaseFigure.status != "completed"),
    "bkn": _ended(CaseFigure.outside_bkn.is_not(None)),
    "mendagri": _ended(CaseFigure.outside_mendagri.is_not(None)),
    "other": _ended(CaseFigure.outside_other.is_not(None)),
    "finished": _finished(),
    "timed": _finished(Task.due_at.is_not(None)),
    "late": _finished(Task.closed_at > Task.due_at),
    "judged": _decided(_is_judged, sent_back=True),
    "returned": _decided(_is_returned, sent_back=True),
    "rejected": _decided(_is_rejected),
    "refused": _decided(lambda: or_(_is_returned(), _is_rejected()), sent_back=True),
    "transfers": _transfers(),
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
