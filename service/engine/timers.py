"""When a timer is due: ISO 8601 as plain text, or FEEL after '='. The clock is the `now` passed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from service.domain.wording import Message

LOCAL = ZoneInfo("Asia/Jakarta")  # a date without a zone in a diagram means a day in Palembang
_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<weeks>\d{1,6})W|(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?"
    r"(?:(?P<days>\d{1,6})D)?"
    r"(?:T(?:(?P<hours>\d{1,8})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,10})(?:[.,]\d+)?S)?)?)",
    re.ASCII,
)
_CYCLE = re.compile(r"R(?P<count>\d{1,5})?/(?:(?P<start>[^/P][^/]*)/)?(?P<every>P[^/]+)", re.ASCII)
SHORTEST_CYCLE = timedelta(seconds=1)


class BadTimer(Exception):
    """The text or value does not say when; the argument is the Message that says why."""

    @property
    def message(self) -> Message:
        return self.args[0]


@dataclass(frozen=True)
class Due:
    """The next time (UTC); for a cycle also the interval and how many times are left (None: no end)."""

    at: datetime
    every: str | None = None
    left: int | None = 0


def duration(text: str) -> relativedelta:
    """An ISO 8601 duration, P14D or P1Y2M or PT1H30M."""
    match = _DURATION.fullmatch(text.strip().upper())
    parts = (
        {name: int(value) for name, value in match.groupdict().items() if value and name != "sign"}
        if match
        else {}
    )
    if match is None or not parts or text.strip().upper().endswith("T"):
        raise BadTimer(Message("'%(text)s' is not an ISO 8601 duration such as P14D or PT2H", text=text))
    if match["sign"]:
        raise BadTimer(Message("'%(text)s' lies in the past", text=text))
    return relativedelta(**parts)  # type: ignore[arg-type]


def moment(text: str) -> datetime:
    """An ISO 8601 date or date and time; without a zone it is local."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadTimer(
            Message(
                "'%(text)s' is not an ISO 8601 date such as 2027-01-31 or 2027-01-31T08:00+07:00",
                text=text,
            )
        ) from None
    return _utc(found)


def check(kind: str, text: str) -> None:
    """Raise BadTimer when plain text cannot be a timer of this kind. Only the form counts."""
    due(kind, text, datetime(2026, 1, 1, tzinfo=UTC))


def due(kind: str, value: Any, now: datetime) -> Due:
    """When a timer entered at `now` with this text or value is due."""
    try:
        if kind == "timeDate":
            return Due(_moment_of(value))
        if kind == "timeDuration":
            return Due(add(now, value))
        return _cycle(value, now)
    except (OverflowError, ValueError) as error:
        raise BadTimer(Message("'%(value)s' lies outside the calendar", value=value)) from error


def add(now: datetime, value: Any) -> datetime:
    """`now` and a duration: ISO text, a timedelta, or a FEEL years and months duration."""
    if isinstance(value, str):
        return (now + duration(value)).astimezone(UTC)
    if isinstance(value, timedelta):
        if value < timedelta(0):
            raise BadTimer(Message("%(value)s lies in the past", value=value))
        return (now + value).astimezone(UTC)
    months = getattr(value, "months", None)
    if isinstance(months, int | Decimal) and not isinstance(value, relativedelta):
        return (now + relativedelta(months=int(months))).astimezone(UTC)
    if isinstance(value, relativedelta):
        return (now + value).astimezone(UTC)
    raise BadTimer(Message("'%(value)s' is not a duration", value=value))


def next_of_cycle(at: datetime, every: str) -> datetime:
    try:
        return add(at, every)
    except (OverflowError, ValueError) as error:
        raise BadTimer(Message("'%(every)s' lies outside the calendar", every=every)) from error


def _cycle(value: Any, now: datetime) -> Due:
    if not isinstance(value, str):
        raise BadTimer(Message("'%(value)s' is not a repetition such as R3/P7D", value=value))
    match = _CYCLE.fullmatch(value.strip())
    if match is None:
        raise BadTimer(
            Message(
                "'%(value)s' is not a repetition such as R3/P7D or R/2027-01-04T08:00+07:00/P1Y",
                value=value,
            )
        )
    every = match["every"]
    if add(now, every) - now < SHORTEST_CYCLE:
        raise BadTimer(Message("'%(value)s' repeats without a pause", value=value))
    if match["count"] is not None and int(match["count"]) == 0:
        raise BadTimer(Message("'%(value)s' never happens", value=value))
    left = None if match["count"] is None else int(match["count"]) - 1
    first = moment(match["start"]) if match["start"] else add(now, every)
    while match["start"] and first < now and left is None:
        first = next_of_cycle(first, every)
    return Due(first, every, left)


def _moment_of(value: Any) -> datetime:
    if isinstance(value, str):
        return moment(value)
    if isinstance(value, datetime):
        return _utc(value)
    if isinstance(value, date):
        return _utc(datetime.combine(value, time()))
    raise BadTimer(Message("'%(value)s' is not a date", value=value))


def _utc(value: datetime) -> datetime:
    try:
        return (value if value.tzinfo else value.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise BadTimer(Message("'%(value)s' lies outside the calendar", value=value)) from error
