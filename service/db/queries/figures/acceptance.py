"""How transfers were taken: opinions, wishes, objections, and whether the target was reached."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.db.figures import CaseFigure
from service.db.queries.figures.choosing import Chosen
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


def _sums() -> list[ColumnElement[Any]]:
    figure = CaseFigure
    return [
        func.count(),
        func.sum(figure.agreed),
        func.sum(figure.agreed + figure.conditional + figure.against),
        func.sum(figure.wish_met),
        func.count(figure.wish_met),
        func.sum(figure.objected),
        func.sum(figure.upheld),
        func.sum(figure.target_reached),
        func.count(figure.target_reached),
    ]


def accepted(rows: Iterable[Sequence[int]]) -> Acceptance:
    """Rows of `_sums` put together."""
    columns = [sum(column) for column in zip(*rows, strict=True)] or [0] * len(_sums())
    count, agreed, opinions, met, wishes, objected, upheld, reached, told = columns
    return Acceptance(
        count,
        Share(agreed, opinions),
        Share(met, wishes),
        Share(objected, count),
        Share(upheld, objected),
        Share(reached, told),
    )


def by_kind(session: Session, chosen: Chosen) -> dict[tuple[str, str], list[int]]:
    """The sums of the transfers of the period by definition and plan."""
    kinds = (CaseFigure.definition_key, CaseFigure.plan)
    query = select(*kinds, *_sums()).where(*chosen.of_transfers()).group_by(*kinds)
    return {(row[0], row[1]): [int(value or 0) for value in row[2:]] for row in session.execute(query)}


def grouped(kinds: Mapping[tuple[str, str], list[int]], place: int) -> dict[str, Acceptance]:
    """By the definition (0) or the plan (1), most transfers first."""
    groups: dict[str, list[list[int]]] = defaultdict(list)
    for key, sums in kinds.items():
        groups[key[place]].append(sums)
    found = {name: accepted(rows) for name, rows in groups.items()}
    return dict(sorted(found.items(), key=lambda one: (-one[1].transfers, one[0])))
