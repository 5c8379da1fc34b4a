"""Values on their way out: plain JSON for pages, and JSON that is read back exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.temporal import parse_date, parse_datetime, parse_time
from service.engine.feel.text import text
from service.engine.feel.values import Months, Range, from_python
from service.engine.feel.wide import WideDate, WideMoment

_ANY_OFFSET = timedelta(hours=24)


def to_json(value: Any) -> Any:
    """A plain value for pages and JSON: dates as ISO text, whole numbers as int, others as float."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Decimal):
        return _plain_number(value)
    if isinstance(value, list | tuple):
        return [to_json(item) for item in value]
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    return text(value)


def _plain_number(value: Decimal) -> int | float | str:
    if abs(value) < 10**18 and value == value.to_integral_value():
        return int(value)
    return float(value) if abs(value.adjusted()) < 300 else text(value)


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
        ends = [dump_value(value.start), dump_value(value.end)]
        return {_TAG: "r", "v": [*ends, value.start_included, value.end_included, value.unary]}
    if isinstance(value, datetime | WideMoment):
        return {_TAG: "dt", "v": text(value)}
    if isinstance(value, date | WideDate):
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
    "r": lambda v: Range(load_value(v[0]), load_value(v[1]), *v[2:]),
    "dt": lambda v: parse_datetime(v, _ANY_OFFSET),
    "d": lambda v: parse_date(v),
    "t": lambda v: parse_time(v, _ANY_OFFSET),
    "dd": lambda v: timedelta(days=v[0], seconds=v[1], microseconds=v[2]),
}
