"""FEEL's values in Python: None, bool, int or Decimal, str, date, time, datetime, timedelta, Months, Range, list, dict."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from service.engine.feel.errors import FeelError

NUMBERS = Context(prec=34, Emin=-6143, Emax=6144, traps=[DivisionByZero, InvalidOperation, Overflow])
"""Decimal128, as DMN asks (section 10.3.2.3.1)."""

_DURATION = re.compile(
    r"(?P<sign>-)?P(?:(?P<years>\d{1,9})Y)?(?:(?P<months>\d{1,9})M)?(?:(?P<days>\d{1,9})D)?"
    r"(?P<t>T(?:(?P<hours>\d{1,9})H)?(?:(?P<minutes>\d{1,9})M)?(?:(?P<seconds>\d{1,9})(?P<fraction>\.\d{1,9})?S)?)?"
)
_DATE = re.compile(r"-?\d{4,9}-\d{2}-\d{2}")
_TIME = re.compile(
    r"(\d{2}):(\d{2}):(\d{2})(\.\d+)?(?:(Z|[zZ])|([+-])(\d{2}):(\d{2})(?::(\d{2}))?|@([A-Za-z_]+(?:/[A-Za-z_+-]+)*))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years-and-months duration, as months; negative when it goes back."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


@dataclass(frozen=True, slots=True)
class Range:
    """An interval. A missing end (None) is unbounded; `*_included` says whether the end belongs to it."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True)
class Function:
    """Something that can be called: its parameter names (None: only by position) and the Python callable."""

    call: Callable[..., Any]
    parameters: tuple[str, ...] | None = None
    variadic: bool = False
    name: str = "function"


def from_python(value: Any) -> Any:
    """A Python value as FEEL's: floats become exact decimals, tuples lists; whatever FEEL has no value for is refused."""
    if value is None or isinstance(
        value, bool | int | str | date | time | timedelta | Months | Range | Function
    ):
        return value
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, float):
        return number(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {str(key): from_python(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [from_python(item) for item in value]
    raise FeelError(f"{type(value).__name__} is not a FEEL value")


def number(value: Decimal) -> Decimal:
    """A finite decimal of 34 digits; NaN and infinity are refused."""
    if not value.is_finite():
        raise FeelError("not a finite number")
    return NUMBERS.plus(value)


def to_json(value: Any) -> Any:
    """A plain value for pages and JSON: dates as ISO text, whole numbers as int, others as float."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() and abs(value) < 10**18 else float(value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    return text(value)


_TAG = "\u0001feel"


def dump_value(value: Any) -> Any:
    """A JSON-able value that `load_value` reads back exactly. A user's dictionary can hold any key."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return value if -(2**53) < value < 2**53 else {_TAG: "n", "v": str(value)}
    if isinstance(value, float):
        return dump_value(from_python(value))
    if isinstance(value, Decimal):
        return {_TAG: "n", "v": str(value)}
    if isinstance(value, list | tuple):
        return [dump_value(item) for item in value]
    if isinstance(value, Mapping):
        plain = {key: dump_value(item) for key, item in value.items()}
        return {_TAG: "c", "v": plain} if _TAG in plain else plain
    if isinstance(value, Months):
        return {_TAG: "ym", "v": value.months}
    if isinstance(value, Range):
        ends = [dump_value(value.start), dump_value(value.end), value.start_included, value.end_included]
        return {_TAG: "r", "v": ends}
    if isinstance(value, datetime):
        return {_TAG: "dt", "v": text(value)}
    if isinstance(value, date):
        return {_TAG: "d", "v": text(value)}
    if isinstance(value, time):
        return {_TAG: "t", "v": text(value)}
    if isinstance(value, timedelta):
        return {_TAG: "dd", "v": [value.days, value.seconds, value.microseconds]}
    raise FeelError(f"{type(value).__name__} cannot be stored")


def load_value(value: Any) -> Any:
    """The value that `dump_value` wrote."""
    if isinstance(value, list):
        return [load_value(item) for item in value]
    if not isinstance(value, dict):
        return value
    kind = value.get(_TAG)
    if kind is None:
        return {key: load_value(item) for key, item in value.items()}
    return _LOADERS[kind](value["v"])


_LOADERS: dict[str, Callable[[Any], Any]] = {
    "n": lambda v: int(v) if v.lstrip("-").isdigit() else Decimal(v),
    "c": lambda v: {key: load_value(item) for key, item in v.items()},
    "ym": Months,
    "r": lambda v: Range(load_value(v[0]), load_value(v[1]), v[2], v[3]),
    "dt": lambda v: parse_datetime(v),
    "d": lambda v: parse_date(v),
    "t": lambda v: parse_time(v),
    "dd": lambda v: timedelta(days=v[0], seconds=v[1], microseconds=v[2]),
}


def parse_date(source: str) -> date:
    """xsd:date without a zone."""
    if not _DATE.fullmatch(source):
        raise FeelError(f"{source!r} is not a date")
    try:
        return date.fromisoformat(source)
    except ValueError as error:
        raise FeelError(f"{source!r} is not a date") from error


def parse_time(source: str) -> time:
    """xsd:time, or with a zone name after @."""
    match = _TIME.fullmatch(source)
    if match is None:
        raise FeelError(f"{source!r} is not a time")
    hours, minutes, seconds = int(match[1]), int(match[2]), int(match[3])
    micro = round(float(match[4]) * 1_000_000) if match[4] else 0
    try:
        return time(hours, minutes, seconds, min(micro, 999_999), tzinfo=_zone(match))
    except ValueError as error:
        raise FeelError(f"{source!r} is not a time") from error


def _zone(match: re.Match[str]) -> timezone | ZoneInfo | None:
    if match[5]:
        return UTC
    if match[6]:
        offset = timedelta(hours=int(match[7]), minutes=int(match[8]), seconds=int(match[9] or 0))
        if offset >= timedelta(hours=24):
            raise FeelError("not a time zone offset")
        return timezone(offset if match[6] == "+" else -offset)
    if match[10]:
        try:
            return ZoneInfo(match[10])
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise FeelError(f"{match[10]!r} is not a time zone") from error
    return None


def parse_datetime(source: str) -> datetime:
    """xsd:dateTime, or with a zone name after @; a date alone is its midnight."""
    if "T" not in source:
        return datetime.combine(parse_date(source), time())
    day, _, clock = source.partition("T")
    return datetime.combine(parse_date(day), parse_time(clock))


def parse_duration(source: str) -> timedelta | Months:
    """xsd:dayTimeDuration or xsd:yearMonthDuration; a mixture of both is refused."""
    match = _DURATION.fullmatch(source)
    if match is None or source.endswith(("P", "T")):
        raise FeelError(f"{source!r} is not a duration")
    sign = -1 if match["sign"] else 1
    if match["years"] or match["months"]:
        if match["days"] or match["t"]:
            raise FeelError(f"{source!r} mixes months with days")
        return Months(sign * (int(match["years"] or 0) * 12 + int(match["months"] or 0)))
    try:
        return sign * timedelta(
            days=int(match["days"] or 0),
            hours=int(match["hours"] or 0),
            minutes=int(match["minutes"] or 0),
            seconds=int(match["seconds"] or 0),
            microseconds=round(float(match["fraction"] or 0) * 1_000_000),
        )
    except OverflowError as error:
        raise FeelError(f"{source!r} is too long") from error


def parse_at(source: str) -> Any:
    """An at-literal: a date, time, date and time, or duration by its form."""
    if re.match(r"-?P", source):
        return parse_duration(source)
    if "T" in source:
        return parse_datetime(source)
    return parse_time(source) if ":" in source else parse_date(source)


def text(value: Any) -> str:
    """FEEL's string() of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, datetime):
        return f"{value.date().isoformat()}T{_clock(value.timetz())}"
    if isinstance(value, time):
        return _clock(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, list):
        return "[" + ", ".join(_quoted(item) for item in value) + "]"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_quoted(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Range):
        start = ("[" if value.start_included else "(") + text(value.start)
        return f"{start}..{text(value.end)}" + ("]" if value.end_included else ")")
    return str(value)


def _quoted(value: Any) -> str:
    return (
        '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"' if isinstance(value, str) else text(value)
    )


def _key(key: str) -> str:
    return key if re.fullmatch(r"[^\W\d]\w*( \w+)*", key) else _quoted(key)


def _clock(value: time) -> str:
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


def _duration_text(value: timedelta) -> str:
    sign, rest = ("-", -value) if value < timedelta() else ("", value)
    hours, seconds = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{rest.days}D" if rest.days else ""
    return f"{sign}P{days}{'T' + clock if clock else ''}" if days or clock else "PT0S"
