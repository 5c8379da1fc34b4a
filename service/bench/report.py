"""How figures are shown: a table per subject on a terminal, or one JSON document."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click


def table(title: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows of the same keys as an aligned table."""
    click.echo(f"\n{title}")
    if not rows:
        click.echo("  not measured")
        return
    heads = list(rows[0])
    cells = [heads, *[[_shown(row.get(head)) for head in heads] for row in rows]]
    widths = [max(len(line[column]) for line in cells) for column in range(len(heads))]
    for line in cells:
        click.echo("  " + "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)))


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return "" if value is None else str(value)
