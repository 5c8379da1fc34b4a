"""Yearly ratings of people before and after they were moved, against those of everybody else."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select
from sqlalchemy.orm import Session, aliased

from service.db.figures import CaseFigure
from service.db.people import Performance
from service.db.queries.figures.choosing import Chosen
from service.domain import comparing
from service.domain.comparing import Effect, Matched

MOST_COMPARED = 500
Years = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Ratings:
    """Yearly ratings before and after (1 is best): how many rose, stayed, fell, and the mean change."""

    better: int
    same: int
    worse: int
    change: float | None

    @property
    def known(self) -> int:
        return self.better + self.same + self.worse


def ratings(session: Session, chosen: Chosen) -> tuple[Ratings, Ratings, Effect]:
    """Ratings of who was moved and of everybody else, in the years before and after.

    A move in the first half of a year is seen in that year's rating, a later one in the next year's; the year before the
    move is what it is compared with.
    """
    own: dict[int, int] = defaultdict(int)
    rest: dict[int, int] = defaultdict(int)
    sets: list[Matched] = []
    others = _changes_of_others(session, chosen)
    for years, changes in sorted(_changes_of_moved(session, chosen).items()):
        for counts, summed in ((changes, own), (others[years], rest)):
            for change, count in counts.items():
                summed[change] += count
        total = sum(others[years].values())
        if total:
            usual = sum(change * count for change, count in others[years].items()) / total
            sets += [
                Matched(float(change), (usual,)) for change, count in changes.items() for _ in range(count)
            ]
    return _summed(own), _summed(rest), comparing.effect(tuple(sets[:MOST_COMPARED]))


def rated(chosen: Chosen) -> Any:
    """The transfers of the period whose person has both ratings that are compared."""
    query = select(CaseFigure.case_id).where(*chosen.of_transfers())
    return _with_both(query, CaseFigure.subject_nip, _half(chosen))[0]


def _half(chosen: Chosen) -> ColumnElement[int]:
    """The half-year in which a transfer took effect, as an expression on `case_figure`: twice the year, and 1 for its
    second half. Comparing days with days costs a third of taking years and months out of them."""
    halves = range(2 * chosen.first.year, 2 * chosen.last.year + 1)
    ends = [date(half // 2, 7, 1) if half % 2 == 0 else date(half // 2 + 1, 1, 1) for half in halves]
    whens = [(CaseFigure.effective_on < end, half) for end, half in zip(ends, halves, strict=True)]
    return case(*whens, else_=2 * chosen.last.year + 1)


def _years(half: int) -> Years:
    """The years whose ratings are compared for a transfer in this half-year."""
    return half // 2 - 1, half // 2 + half % 2


def _with_both(query: Select[Any], nip: Any, half: Any) -> tuple[Select[Any], ColumnElement[int]]:
    """The query joined to the ratings of the two years, and by how much they differ."""
    before, after = _years(half)
    earlier, later = aliased(Performance), aliased(Performance)
    query = query.join(earlier, and_(earlier.nip == nip, earlier.tahun == before))
    query = query.join(later, and_(later.nip == nip, later.tahun == after))
    return query, later.predikat - earlier.predikat


def _changes_of_moved(session: Session, chosen: Chosen) -> Mapping[Years, Counter[int]]:
    """How many of those who were moved changed by how much, by the years compared. A person counts once in each."""
    moved = (
        select(CaseFigure.subject_nip.label("nip"), _half(chosen).label("half"))
        .where(*chosen.of_transfers())
        .distinct()
        .cte("moved")
        .prefix_with("MATERIALIZED")
    )
    query, change = _with_both(select(moved.c.half), moved.c.nip, moved.c.half)
    counted = session.execute(query.add_columns(change, func.count()).group_by(moved.c.half, change))
    return _by_years((*_years(half), change, count) for half, change, count in counted)


def _changes_of_others(session: Session, chosen: Chosen) -> Mapping[Years, Counter[int]]:
    """The same of everybody who was never moved."""
    moved = CaseFigure.effective_on.is_not(None), CaseFigure.subject_nip.is_not(None)
    anybody = select(CaseFigure.subject_nip).where(*moved).distinct()
    earlier, later = aliased(Performance), aliased(Performance)
    change = later.predikat - earlier.predikat
    query = (
        select(earlier.tahun, later.tahun, change, func.count())
        .join(later, and_(later.nip == earlier.nip, later.tahun.in_((earlier.tahun + 1, earlier.tahun + 2))))
        .where(earlier.tahun >= chosen.first.year - 1, earlier.tahun < chosen.last.year)
        .where(earlier.nip.not_in(anybody))
        .group_by(earlier.tahun, later.tahun, change)
    )
    return _by_years(
        (before, after, change, count) for before, after, change, count in session.execute(query)
    )


def _by_years(rows: Iterable[tuple[int, int, int, int]]) -> Mapping[Years, Counter[int]]:
    """Rows of (year before, year after, change, count), by the years."""
    found: dict[Years, Counter[int]] = defaultdict(Counter)
    for before, after, change, count in rows:
        found[before, after][change] += count
    return found


def _summed(changes: Mapping[int, int]) -> Ratings:
    total = sum(changes.values())
    return Ratings(
        sum(count for change, count in changes.items() if change < 0),
        changes.get(0, 0),
        sum(count for change, count in changes.items() if change > 0),
        sum(change * count for change, count in changes.items()) / total if total else None,
    )
