"""Working days: Monday to Friday, less the national holidays and the days that a place adds or takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

FARTHEST = 10_000
"""Working days a deadline may lie away: forty years. Days are counted one by one."""


@dataclass
class DaysOff:
    """Which weekdays are off, each with its name: the nation's, with the days a place adds or works instead.

    `own` (day -> off or worked) wins over the others; it is replaced as a whole when the place's list changes.
    """

    national: Mapping[date, str]
    added: Mapping[date, str] = field(default_factory=dict)
    worked: Mapping[date, str] = field(default_factory=dict)
    own: Mapping[date, str] = field(default_factory=dict)

    def __call__(self, day: date) -> bool:
        kind = self.own.get(day)
        if kind is not None:
            return kind == "off"
        return day not in self.worked and (day in self.added or day in self.national)

    def with_own(self, own: Mapping[date, str]) -> DaysOff:
        """The same days with another list of the place's own."""
        return DaysOff(self.national, self.added, self.worked, own)


@dataclass(frozen=True)
class Calendar:
    """A calendar of working days in one time zone. `is_holiday` says whether a weekday is off."""

    timezone: str = "Asia/Jakarta"
    closing: time = time(16, 0)
    is_holiday: Callable[[date], bool] = field(default=lambda day: False)

    def is_working_day(self, day: date) -> bool:
        return day.weekday() < 5 and not self.is_holiday(day)

    def add_working_days(self, start: date, days: int) -> date:
        """The `days`-th working day after `start` (before it, when negative). Zero: `start`, or the next working day."""
        if abs(days) > FARTHEST:
            raise ValueError(f"more than {FARTHEST} working days away")
        step = timedelta(days=1 if days >= 0 else -1)
        day = start
        if days == 0:
            while not self.is_working_day(day):
                day += step
            return day
        left = abs(days)
        while left:
            day += step
            if self.is_working_day(day):
                left -= 1
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after `start` up to and including `end`; negative when `end` lies before."""
        if end < start:
            return -self.working_days_between(end, start)
        if (end - start).days > 2 * FARTHEST:
            raise ValueError(f"more than {2 * FARTHEST} days apart")
        count, day = 0, start
        while day < end:
            day += timedelta(days=1)
            count += self.is_working_day(day)
        return count

    def local_date(self, moment: datetime) -> date:
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def deadline(self, now: datetime, working_days: int) -> datetime:
        """The close of business, in UTC, of the `working_days`-th working day after `now`.

        Local day first: a deadline is a working day in WIB, WITA or WIT, not a multiple of 24 hours.
        """
        return self.close_of(self.add_working_days(self.local_date(now), working_days))

    def near_until(self, now: datetime) -> datetime:
        """Until when a deadline counts as near: the close of the next working day."""
        return self.deadline(now, 1)

    def close_of(self, day: date) -> datetime:
        """The close of business of a local day, in UTC."""
        return datetime.combine(day, self.closing, ZoneInfo(self.timezone)).astimezone(UTC)

    def start_of_day(self, day: date, hour: int = 6) -> datetime:
        """An early hour of a local day, in UTC: when daily work is done."""
        return datetime.combine(day, time(hour), ZoneInfo(self.timezone)).astimezone(UTC)
