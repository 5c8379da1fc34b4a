"""How transfers were taken: opinions, wishes, objections, and whether the target was reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from service.db.queries.counting.transfers import SUMS
from service.db.queries.figures.transfers import Table
from service.domain.comparing import Share


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How transfers that took effect in a period were taken."""

    transfers: int
    agreed: Share
    wished: Share
    objections: Share
    upheld: Share
    reached: Share


def accepted(tables: Collection[Table]) -> Acceptance:
    """Rows of `transfer_figure` put together."""
    sums = (sum(table[name] for table in tables) for name in SUMS)
    count, agreed, opinions, met, wishes, objected, upheld, reached, measured = sums
    return Acceptance(
        count,
        Share(agreed, opinions),
        Share(met, wishes),
        Share(objected, count),
        Share(upheld, objected),
        Share(reached, measured),
    )


def grouped(tables: Iterable[Table], name: str) -> dict[str, Acceptance]:
    """By the column of this name, most transfers first."""
    groups: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        groups[table[name]].append(table)
    found = {key: accepted(rows) for key, rows in groups.items()}
    return dict(sorted(found.items(), key=lambda one: (-one[1].transfers, one[0])))
