"""FEEL's string() of a value (DMN 1.5, section 10.3.4.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.engine.feel.errors import BudgetExceeded
from service.engine.feel.run import MAX_TEXT
from service.engine.feel.temporal import clock_text, duration_text
from service.engine.feel.values import Function, Range
from service.engine.feel.wide import WideMoment

_PLAIN_KEY = re.compile(r"[^\W\d]\w*( \w+)*")


def text(value: Any) -> str:
    """FEEL's string() of a value. Raises BudgetExceeded when a list or context makes too long a text."""
    if not isinstance(value, list | Mapping | Range):
        return _scalar(value)
    pieces: list[str] = []
    length = 0
    for piece in _pieces(value):
        length += len(piece)
        if length > MAX_TEXT:
            raise BudgetExceeded(f"makes a text of more than {MAX_TEXT} characters")
        pieces.append(piece)
    return "".join(pieces)


def _pieces(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        yield "["
        for number, item in enumerate(value):
            yield ", " if number else ""
            yield from _pieces(item)
        yield "]"
    elif isinstance(value, Mapping):
        yield "{"
        for number, (key, item) in enumerate(value.items()):
            yield (", " if number else "") + (key if _PLAIN_KEY.fullmatch(key) else _quoted(key)) + ": "
            yield from _pieces(item)
        yield "}"
    elif isinstance(value, Range):
        yield "[" if value.start_included else "("
        yield from _pieces(value.start)
        yield ".."
        yield from _pieces(value.end)
        yield "]" if value.end_included else ")"
    else:
        yield _quoted(value) if isinstance(value, str) else _scalar(value)


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _scalar(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal):
        plain = format(value, "f")
        return plain.rstrip("0").rstrip(".") if "." in plain else plain
    if isinstance(value, datetime | WideMoment):
        return f"{_scalar(value.date())}T{clock_text(value.timetz())}"
    if isinstance(value, time):
        return clock_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_text(value)
    return value.name if isinstance(value, Function) else str(value)
