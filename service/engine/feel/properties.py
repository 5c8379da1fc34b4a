"""What stands behind a dot: entries of contexts, properties of dates, times, durations and ranges (table 53 of DMN 1.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.engine.feel.operators import kind, whole
from service.engine.feel.run import Run
from service.engine.feel.values import Months, Range, from_python
from service.engine.feel.wide import WideDate, WideMoment


def step_into(value: Any, name: str, run: Run, position: int) -> Any:
    """value.name: an entry of a context, a property of a date or duration, or the same of each item of a list."""
    if isinstance(value, Mapping):
        if name in value:
            found = value[name]
            return from_python(found) if type(found) is float else found
        return run.null(f"there is no {name}", position)
    if isinstance(value, list):
        run.budget.spend(1 + len(value))
        run.budget.hold(64 * len(value))
        return [step_into(item, name, run, position) for item in value]
    known = _property(value, name)
    return run.null(f"{kind(value)} has no {name}", position) if known is NotImplemented else known


def _property(value: Any, name: str) -> Any:
    if isinstance(value, date | WideDate | WideMoment):
        if name in ("year", "month", "day"):
            return getattr(value, name)
        if name == "weekday":
            return value.isoweekday()
    if isinstance(value, WideMoment):
        return _property(value.at, name)
    if isinstance(value, datetime | time):
        if name in ("hour", "minute"):
            return getattr(value, name)
        if name == "second":
            return whole(Decimal(value.second) + Decimal(value.microsecond) / 1_000_000)
        if name == "time offset":
            return value.utcoffset()
        if name == "timezone":
            return getattr(value.tzinfo, "key", None)
    if isinstance(value, timedelta):
        sign, rest = (-1, -value) if value < timedelta() else (1, value)
        parts = {
            "days": rest.days,
            "hours": rest.seconds // 3600,
            "minutes": rest.seconds % 3600 // 60,
            "seconds": whole(Decimal(rest.seconds % 60) + Decimal(rest.microseconds) / 1_000_000),
        }
        if name in parts:
            return sign * parts[name]
    if isinstance(value, Months) and name in ("years", "months"):
        sign = -1 if value.months < 0 else 1
        years, months = divmod(abs(value.months), 12)
        return sign * (years if name == "years" else months)
    if isinstance(value, Range):
        return {
            "start": value.start,
            "end": value.end,
            "start included": value.start_included,
            "end included": value.end_included,
        }.get(name, NotImplemented)
    return NotImplemented
