"""The read side: typed, frozen rows. Who may see what is part of each query."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from service.domain.errors import Invalid

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones begin; None at the end."""

    items: tuple[Row, ...]
    next_cursor: str | None = None


def encode_cursor(*values: Any) -> str:
    """Where a page ends, as opaque text."""
    return (
        base64.urlsafe_b64encode(json.dumps([str(value) for value in values]).encode()).decode().rstrip("=")
    )


def decode_cursor(cursor: str, length: int) -> list[str]:
    """What `encode_cursor` was given. Raises Invalid for anything else."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if (
            isinstance(values, list)
            and len(values) == length
            and all(isinstance(value, str) for value in values)
        ):
            return values
    except (ValueError, UnicodeDecodeError):
        pass
    raise Invalid("The cursor is not one of ours.", {"cursor": "This cursor is not valid."})
