"""Values of a case as pages say them: any of them may be absent, half filled, or of another type than expected."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from math import isfinite
from typing import Any

from service.web.context import in_language


def said(row: Mapping[str, Any], key: str) -> str:
    """What the service said, in the reader's language: `<key>_en` holds the English where there is one."""
    return in_language(text(row.get(key)), text(row.get(f"{key}_en")))


def said_each(row: Mapping[str, Any], key: str) -> list[str]:
    """The same of a list, item by item."""
    pairs = zip_longest(items(row.get(key)), items(row.get(f"{key}_en")))
    return [in_language(text(indonesian), text(english)) for indonesian, english in pairs]


def items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def rows(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in items(value) if isinstance(row, Mapping)]


def number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    return float(value) if isinstance(value, int | float) and isfinite(value) else None


def text(value: Any) -> str:
    """Readable text of a plain value; a number without a needless fraction."""
    if value is None or isinstance(value, Mapping):
        return ""
    if isinstance(value, bool):
        return in_language(*(("ya", "yes") if value else ("tidak", "no")))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, list | tuple):
        return ", ".join(text(part) for part in value)
    return str(value)
