"""Dates, times and durations as texts (DMN 1.5, section 10.3.4.1; XML Schema 1.1 part 2), read and written."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.domain.wording import Message
from service.engine.feel.errors import FeelError
from service.engine.feel.values import Months
from service.engine.feel.wide import WideDate, WideMoment, day_of, moment_of

WIDEST_OFFSET = timedelta(hours=18)

_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d{1,9})Y)?(?:(?P<months>\d{1,9})M)?(?:(?P<days>\d{1,9})D)?"
    r"(?P<t>T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})(?P<fraction>\.\d{0,18})?S)?)?"
)
_DATE = re.compile(r"(-?(?:[1-9]\d{4,8}|\d{4}))-(\d{2})-(\d{2})")
_TIME = re.compile(
    r"(\d{2}):(\d{2}):(\d{2})(\.\d+)?(?:(Z|[zZ])|([+-])(\d{2}):(\d{2})(?::(\d{2}))?|@([A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*))?"
)


def parse_date(source: str) -> date | WideDate:
    """xsd:date without a zone."""
    match = _DATE.fullmatch(source)
    if match is None:
        raise FeelError(Message("%(text)s is not a date", text=repr(source)))
    try:
        return day_of(int(match[1]), int(match[2]), int(match[3]))
    except ValueError as error:
        raise FeelError(Message("%(text)s is not a date", text=repr(source))) from error


def parse_time(source: str, widest: timedelta = WIDEST_OFFSET) -> time:
    """xsd:time, or with a zone name after @. `widest`: the largest offset from UTC that is accepted."""
    match = _TIME.fullmatch(source)
    if match is None:
        raise FeelError(Message("%(text)s is not a time", text=repr(source)))
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3])
    micro = int(Decimal("0" + match[4][:20]) * 1_000_000) if match[4] else 0
    try:
        return time(hours, minutes, seconds, micro, tzinfo=_zone(match, widest))
    except ValueError as error:
        raise FeelError(Message("%(text)s is not a time", text=repr(source))) from error


def _zone(match: re.Match[str], widest: timedelta) -> timezone | ZoneInfo | None:
    if match[5]:
        return UTC
    if match[6]:
        offset = timedelta(hours=int(match[7]), minutes=int(match[8]), seconds=int(match[9] or 0))
        if offset > widest or int(match[8]) > 59 or int(match[9] or 0) > 59:
            raise FeelError(Message("not a time zone offset"))
        return timezone(offset if match[6] == "+" else -offset)
    if match[10]:
        try:
            return ZoneInfo(match[10])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise FeelError(Message("%(text)s is not a time zone", text=repr(match[10]))) from error
    return None


def parse_datetime(source: str, widest: timedelta = WIDEST_OFFSET) -> datetime | WideMoment:
    """xsd:dateTime, or with a zone name after @; a date alone is its midnight."""
    if "T" not in source:
        return moment_of(parse_date(source), time())
    day, _, clock = source.partition("T")
    return moment_of(parse_date(day), parse_time(clock, widest))


def parse_duration(source: str) -> timedelta | Months:
    """xsd:dayTimeDuration or xsd:yearMonthDuration; a mixture of both is refused."""
    match = _DURATION.fullmatch(source)
    if match is None or source.endswith(("P", "T")):
        raise FeelError(Message("%(text)s is not a duration", text=repr(source)))
    sign = -1 if match["sign"] else 1
    if match["years"] or match["months"]:
        if match["days"] or match["t"]:
            raise FeelError(Message("%(text)s mixes months with days", text=repr(source)))
        return Months(sign * (int(match["years"] or 0) * 12 + int(match["months"] or 0)))
    try:
        return sign * timedelta(
            days=int(match["days"] or 0),
            hours=int(match["hours"] or 0),
            minutes=int(match["minutes"] or 0),
            seconds=int(match["seconds"] or 0),
            microseconds=int(Decimal("0" + (match["fraction"] or "")) * 1_000_000),
        )
    except OverflowError as error:
        raise FeelError(Message("%(text)s is too long", text=repr(source))) from error


def parse_at(source: str) -> Any:
    """An at-literal: a date, time, date and time, or duration by its form."""
    if re.match(r"-?P", source):
        return parse_duration(source)
    if "T" in source:
        return parse_datetime(source)
    return parse_time(source) if ":" in source else parse_date(source)


def clock_text(value: time) -> str:
    bare = value.replace(tzinfo=None).isoformat()
    bare = bare.rstrip("0") if "." in bare else bare
    zone = value.tzinfo
    if zone is None:
        return bare
    if isinstance(zone, ZoneInfo):
        return f"{bare}@{zone.key}"
    offset = zone.utcoffset(None) or timedelta()
    if not offset:
        return bare + "Z"
    seconds = int(abs(offset).total_seconds())
    shown = f"{seconds // 3600:02}:{seconds % 3600 // 60:02}" + (
        f":{seconds % 60:02}" if seconds % 60 else ""
    )
    return f"{bare}{'+' if offset > timedelta() else '-'}{shown}"


def duration_text(value: timedelta) -> str:
    sign, rest = ("-", -value) if value < timedelta() else ("", value)
    hours, seconds = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{rest.days}D" if rest.days else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"
