"""Values that come into the engine from outside, vetted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.domain.errors import Invalid

MAX_DEPTH = 30
MAX_DIGITS = 40


def vetted(data: Mapping[str, Any]) -> dict[str, Any]:
    """Data for a case. Raises Invalid, naming the field, for NaN, NUL, odd names and endless numbers."""
    return {_key(name, name): _vet(value, str(name), 0) for name, value in data.items()}


def _vet(value: Any, field: str, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise _refused(field, f"nested deeper than {MAX_DEPTH}")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, field)
    if isinstance(value, int):
        if abs(value) >= 10**MAX_DIGITS:
            raise _refused(field, f"a number of more than {MAX_DIGITS} digits")
        return value if -(2**63) <= value < 2**63 else Decimal(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _refused(field, "not a number")
        return Decimal(repr(value))  # exact from here on: 0.1 + 0.2 is 0.3
    if isinstance(value, Decimal):
        if not value.is_finite() or abs(value.adjusted()) > 6000:
            raise _refused(field, "not a number")
        return value
    if isinstance(value, datetime | date | time | timedelta):
        return value
    if isinstance(value, Mapping):
        return {_key(name, field): _vet(item, f"{field}.{name}", depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_vet(item, field, depth + 1) for item in value]
    if type(value).__module__.startswith("service.engine.feel"):
        return value
    raise _refused(field, f"a value of the kind {type(value).__name__}")


def _key(name: Any, field: Any) -> str:
    if not isinstance(name, str) or not name:
        raise _refused(str(field), "a name that is no text")
    return _text(name, str(field))


def _text(value: str, field: str) -> str:
    if "\x00" in value:
        raise _refused(field, "text with a NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _refused(field, "text that is not valid Unicode") from None
    return value


def _refused(field: str, reason: str) -> Invalid:
    return Invalid(f"{field}: {reason} cannot be stored.", {field.split(".")[0]: reason})
