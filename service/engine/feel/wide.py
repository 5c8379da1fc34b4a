"""Days of years that Python's dates do not reach: before 1 and after 9999. The calendar repeats after 400 years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

FARTHEST_YEAR = 999_999_999
_CYCLE_YEARS = 400
_CYCLE_DAYS = 146_097


class _Ordered:
    """Compares with what Python's own dates are, by the day and the time of day."""

    __slots__ = ()

    def __lt__(self, other: Any) -> bool:
        return _place(self) < _place(other)

    def __le__(self, other: Any) -> bool:
        return _place(self) <= _place(other)

    def __gt__(self, other: Any) -> bool:
        return _place(self) > _place(other)

    def __ge__(self, other: Any) -> bool:
        return _place(self) >= _place(other)


@dataclass(frozen=True, slots=True)
class WideDate(_Ordered):
    """A day of a far year. Raises ValueError when there is no such day."""

    year: int
    month: int
    day: int

    def __post_init__(self) -> None:
        if abs(self.year) > FARTHEST_YEAR or not self.near():
            raise ValueError("out of range")

    def near(self) -> date:
        """The day of the years 2000 to 2399 with the same weekday and the same place in its year."""
        return date(2000 + self.year % _CYCLE_YEARS, self.month, self.day)

    def weekday(self) -> int:
        return self.near().weekday()

    def isoweekday(self) -> int:
        return self.near().isoweekday()

    def __str__(self) -> str:
        return f"{'-' if self.year < 0 else ''}{abs(self.year):04}-{self.month:02}-{self.day:02}"


@dataclass(frozen=True, slots=True)
class WideMoment(_Ordered):
    """A time of such a day."""

    on: WideDate
    at: time

    @property
    def year(self) -> int:
        return self.on.year

    @property
    def month(self) -> int:
        return self.on.month

    @property
    def day(self) -> int:
        return self.on.day

    @property
    def tzinfo(self) -> Any:
        return self.at.tzinfo

    def utcoffset(self) -> timedelta | None:
        return self.at.utcoffset()

    def date(self) -> WideDate:
        return self.on

    def timetz(self) -> time:
        return self.at

    def isoweekday(self) -> int:
        return self.on.isoweekday()


def day_of(year: int, month: int, day: int) -> date | WideDate:
    """A day of any year. Raises ValueError when there is no such day."""
    return date(year, month, day) if 1 <= year <= 9999 else WideDate(year, month, day)


def moment_of(day: date | WideDate, clock: time) -> datetime | WideMoment:
    """A time of a day of any year."""
    return WideMoment(day, clock) if isinstance(day, WideDate) else datetime.combine(day, clock)


def _place(value: Any) -> tuple[int, time]:
    """Where a day or moment stands on the time line: the number of its day, and its time in UTC."""
    near = (
        value.near() if isinstance(value, WideDate) else date(2000 + value.year % 400, value.month, value.day)
    )
    clock = value.timetz() if isinstance(value, WideMoment | datetime) else time()
    moment = datetime.combine(near, clock)
    shifted = moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())
    cycles = (value.year - near.year) // _CYCLE_YEARS
    return shifted.toordinal() + cycles * _CYCLE_DAYS, shifted.time()
