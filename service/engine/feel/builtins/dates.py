"""Functions of dates and times (DMN 1.5, sections 10.3.4.8 and 10.3.4.9)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from service.engine.feel.operators import equal, kind
from service.engine.feel.registry import builtin
from service.engine.feel.run import Run
from service.engine.feel.wide import WideDate, WideMoment

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


@builtin("now()")
def _now(run: Run) -> datetime:
    return run.now


@builtin("today()")
def _today(run: Run) -> date:
    return run.now.date()


@builtin("day of week(date: date or date and time)")
def _day_of_week(value: Any) -> str:
    return _DAYS[value.isoweekday() - 1]


@builtin("day of year(date: date or date and time)")
def _day_of_year(value: Any) -> int:
    return _near(value).timetuple().tm_yday


@builtin("month of year(date: date or date and time)")
def _month_of_year(value: Any) -> str:
    return _MONTHS[value.month - 1]


@builtin("week of year(date: date or date and time)")
def _week_of_year(value: Any) -> int:
    return _near(value).isocalendar().week


def _near(value: Any) -> date:
    """A day of a year like that of the value, one that Python knows."""
    day = value.date() if isinstance(value, datetime | WideMoment) else value
    return day.near() if isinstance(day, WideDate) else day


@builtin("is(value1?: Any, value2?: Any)")
def _is(run: Run, left: Any = None, right: Any = None) -> bool:
    if kind(left) != kind(right):
        return False
    if kind(left) in ("date and time", "time") and _zone(left) != _zone(right):
        return False
    return bool(equal(left, right, run.budget))


def _zone(value: Any) -> Any:
    """What makes two times of the same moment different: a zone by name is not one by its offset."""
    if value.tzinfo is None:
        return None
    return getattr(value.tzinfo, "key", None) or value.utcoffset()
