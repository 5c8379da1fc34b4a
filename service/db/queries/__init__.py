"""The read side: typed, frozen rows. Who may see what is part of each query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and where the next ones begin; None at the end."""

    items: tuple[Row, ...]
    next_cursor: str | None = None
