"""Tables for spreadsheets: what a cell may hold, and how text is kept from being taken for a formula."""

from __future__ import annotations

from datetime import date

Cell = str | int | float | date | None
FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Cell) -> Cell:
    """The cell, with a mark before text that a spreadsheet would run as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULAS) else value
