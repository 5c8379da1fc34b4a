"""Yearly ratings of people before and after they were moved, against those of everybody else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.figures import CaseFigure
from service.db.people import Performance
from service.db.queries.figures.choosing import Chosen
from service.domain import comparing
from service.domain.comparing import Effect, Matched


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
    own: list[tuple[int, int, int]] = []
    sets: list[Matched] = []
    rest: dict[int, int] = defaultdict(int)
    for year in range(chosen.first.year, chosen.last.year + 1):
        for half, after in ((1, year), (2, year + 1)):
            begin, end = (
                (date(year, 1, 1), date(year, 7, 1))
                if half == 1
                else (date(year, 7, 1), date(year + 1, 1, 1))
            )
            moved = select(Case.subject_nip).join(CaseFigure, CaseFigure.case_id == Case.id)
            moved = moved.where(
                CaseFigure.effective_on >= begin, CaseFigure.effective_on < end, *chosen.of_transfers()
            )
            changes = _rating_changes(session, year - 1, after, Performance.nip.in_(moved))
            if not changes:
                continue
            anybody = select(Case.subject_nip).join(CaseFigure, CaseFigure.case_id == Case.id)
            anybody = anybody.where(CaseFigure.effective_on.is_not(None), Case.subject_nip.is_not(None))
            others = _rating_changes(session, year - 1, after, Performance.nip.not_in(anybody))
            own += [(change, count, after) for change, count in changes.items()]
            for change, count in others.items():
                rest[change] += count
            total = sum(others.values())
            if total:
                usual = sum(change * count for change, count in others.items()) / total
                sets += [
                    Matched(float(change), (usual,))
                    for change, count in changes.items()
                    for _ in range(count)
                ]
    summed: dict[int, int] = defaultdict(int)
    for change, count, _ in own:
        summed[change] += count
    return _summed(summed), _summed(rest), comparing.effect(tuple(sets[:500]))


def _rating_changes(session: Session, before: int, after: int, who: ColumnElement[bool]) -> dict[int, int]:
    later = Performance.__table__.alias("later")
    change = later.c.predikat - Performance.predikat
    query = (
        select(change, func.count())
        .join(later, and_(later.c.nip == Performance.nip, later.c.tahun == after))
        .where(Performance.tahun == before, who)
        .group_by(change)
    )
    return {int(row[0]): row[1] for row in session.execute(query)}


def _summed(changes: Mapping[int, int]) -> Ratings:
    total = sum(changes.values())
    return Ratings(
        sum(count for change, count in changes.items() if change < 0),
        changes.get(0, 0),
        sum(count for change, count in changes.items() if change > 0),
        sum(change * count for change, count in changes.items()) / total if total else None,
    )
