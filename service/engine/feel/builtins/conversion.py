"""Functions that make a value of one type from another (DMN 1.5, section 10.3.4.1)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.engine.feel.errors import FeelError
from service.engine.feel.operators import whole
from service.engine.feel.registry import builtin
from service.engine.feel.run import Run, check_size
from service.engine.feel.temporal import WIDEST_OFFSET, parse_date, parse_datetime, parse_duration, parse_time
from service.engine.feel.text import text
from service.engine.feel.types import midnight
from service.engine.feel.values import NUMBERS, Months
from service.engine.feel.wide import FARTHEST_YEAR, WideDate, WideMoment, day_of, moment_of

_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,5})?")
MAX_DIGITS = 100


@builtin("string(from: Any)")
def _string(run: Run, value: Any) -> str | None:
    if isinstance(value, list | dict):
        check_size(value)
    return None if value is None else text(value)


@builtin(
    "number(from: string or number)",
    "number(from: string, grouping separator: string?, decimal separator: string?)",
)
def _number(value: Any, grouping: str | None = None, point: str | None = None) -> Any:
    if not isinstance(value, str):
        return value
    if grouping not in (None, " ", ",", ".") or point not in (None, ",", "."):
        raise FeelError("no such separator")
    if grouping is not None and grouping == point:
        raise FeelError("both separators are the same")
    plain = value.replace(grouping, "") if grouping else value
    plain = plain.replace(point, ".") if point else plain
    if len(plain) > MAX_DIGITS or not _NUMBER.fullmatch(plain):
        raise FeelError("not the text of a number")
    return whole(NUMBERS.create_decimal(plain))


@builtin("date(from: string or date or date and time)")
def _date(value: Any) -> date | WideDate:
    if isinstance(value, datetime | WideMoment):
        return value.date()
    return parse_date(value) if isinstance(value, str) else value


@builtin("date(year: number, month: number, day: number)")
def _date_of(year: Any, month: Any, day: Any) -> date | WideDate:
    return day_of(_whole(year), _whole(month), _whole(day))


def _whole(value: Any) -> int:
    if abs(value) > FARTHEST_YEAR or value != int(value):
        raise FeelError("not a whole number")
    return int(value)


@builtin("time(from: string or time or date or date and time)")
def _time(value: Any) -> time:
    if isinstance(value, datetime | WideMoment):
        return value.timetz()
    if isinstance(value, date | WideDate):
        return time(tzinfo=UTC)
    return value if isinstance(value, time) else parse_time(value)


@builtin("time(hour: number, minute: number, second: number, offset?: days and time duration?)")
def _time_of(hour: Any, minute: Any, second: Any, offset: timedelta | None = None) -> time:
    zone = None
    if offset is not None:
        if abs(offset) > WIDEST_OFFSET:
            raise FeelError("not a time zone offset")
        zone = UTC if not offset else timezone(offset)
    micro = int((Decimal(second) % 1) * 1_000_000)
    return time(_whole(hour), _whole(minute), int(second), micro, tzinfo=zone)


@builtin("date and time(from: string or date or date and time)")
def _moment(value: Any) -> datetime | WideMoment:
    if isinstance(value, datetime | WideMoment):
        return value
    return parse_datetime(value) if isinstance(value, str) else midnight(value)


@builtin("date and time(date: date or date and time, time: time)")
def _moment_of(day: Any, clock: time) -> datetime | WideMoment:
    return moment_of(_date(day), clock)


@builtin("date and time(date: date and time, timezone: string)")
def _moment_in(moment: datetime | WideMoment, zone: str) -> datetime:
    if isinstance(moment, WideMoment):
        raise FeelError("the year is too far away")
    try:
        return moment.astimezone(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise FeelError("not a time zone") from error


@builtin(
    "date and time(year: number, month: number, day: number, hour: number, minute: number, second: number,"
    " offset?: days and time duration?)"
)
def _moment_at(
    year: Any, month: Any, day: Any, hour: Any, minute: Any, second: Any, offset: timedelta | None = None
) -> datetime | WideMoment:
    return moment_of(_date_of(year, month, day), _time_of(hour, minute, second, offset))


@builtin("duration(from: string or days and time duration or years and months duration)")
def _duration(value: Any) -> timedelta | Months:
    return value if isinstance(value, timedelta | Months) else parse_duration(value)


@builtin("years and months duration(from: date or date and time, to: date or date and time)")
def _between_months(start: Any, end: Any) -> Months:
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and _in_month(end) < _in_month(start):
        months -= 1
    elif months < 0 and _in_month(end) > _in_month(start):
        months += 1
    return Months(months)


def _in_month(value: Any) -> tuple[int, time]:
    clock = value.timetz() if isinstance(value, datetime | WideMoment) else time()
    return value.day, clock.replace(tzinfo=None)
