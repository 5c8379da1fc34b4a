"""Where a page of a list ends, as opaque text that comes back with the next request, crooked perhaps."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, String, Uuid, literal, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from service.db.base import UtcDateTime
from service.domain.errors import Invalid

LONGEST_NUMBER = 18


def encode_cursor(*values: Any) -> str:
    """The values of the last row in the columns that the list is ordered by."""
    texts = [value.isoformat() if isinstance(value, datetime) else str(value) for value in values]
    return base64.urlsafe_b64encode(json.dumps(texts).encode()).decode().rstrip("=")


def behind(
    cursor: str, *columns: InstrumentedAttribute[Any], descending: bool = False
) -> ColumnElement[bool]:
    """What follows on a page, in the order of these columns. Raises Invalid for a cursor that is not of their kinds."""
    texts = _texts(cursor, len(columns))
    place = [literal(_value(column, text), column.type) for column, text in zip(columns, texts, strict=True)]
    here, last = (columns[0], place[0]) if len(columns) == 1 else (tuple_(*columns), tuple_(*place))
    return here < last if descending else here > last


def _texts(cursor: str, length: int) -> list[str]:
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, RecursionError):
        raise _not_ours() from None
    fits = isinstance(values, list) and len(values) == length
    if not fits or not all(isinstance(value, str) for value in values):
        raise _not_ours()
    return list(values)


def _value(column: InstrumentedAttribute[Any], text: str) -> Any:
    try:
        return next(read for kind, read in READERS.items() if isinstance(column.type, kind))(text)
    except (ValueError, OverflowError):
        raise _not_ours() from None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def _text(text: str) -> str:
    if not text.isprintable():
        raise ValueError(text)
    return text


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > LONGEST_NUMBER:
        raise ValueError(text)
    return int(text)


READERS: Mapping[type[Any], Callable[[str], Any]] = {
    UtcDateTime: _moment,
    Uuid: uuid.UUID,
    BigInteger: _number,
    String: _text,
}


def _not_ours() -> Invalid:
    return Invalid("The cursor is not one of ours.", {"cursor": "This cursor is not valid."})
