"""Transfers that took effect: summed up, and each with what its baseline and its last review say."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.figures import CaseFigure, ReviewMeasure, TransferFigure
from service.db.queries.counting.transfers import SUMS, transfer_rows
from service.db.queries.figures.choosing import Chosen, rows_of

Table = Mapping[str, Any]
"""A row of `transfer_figure`, stored or counted just now."""


@dataclass(frozen=True, slots=True)
class TransferRow:
    """A transfer: its receiving unit at the decree and at the latest review (`review` months after)."""

    case_id: uuid.UUID
    number: str
    origin: str | None
    target: str | None
    effective_on: date
    review: int | None
    ratio: tuple[float | None, float | None]
    complaints: tuple[int | None, int | None]
    reached: int | None


def tables(session: Session, chosen: Chosen) -> Sequence[Table]:
    """The chosen rows of `transfer_figure`; those of a unit are counted just now from its cases."""
    if chosen.unit:
        return transfer_rows(session, *chosen.of_transfers())
    where = chosen.within(TransferFigure.month), *chosen.of_steps(TransferFigure)
    return rows_of(session, TransferFigure, *where)


def summed(session: Session, chosen: Chosen) -> Table:
    """The sums of all chosen rows alone, without what JSON holds; a unit's as they are now."""
    if chosen.unit:
        query = select(*SUMS.values()).where(*chosen.of_transfers())
    else:
        query = select(*(func.sum(getattr(TransferFigure, name)) for name in SUMS))
        query = query.where(chosen.within(TransferFigure.month), *chosen.of_steps(TransferFigure))
    return {name: int(value or 0) for name, value in zip(SUMS, session.execute(query).one(), strict=True)}


def latest(session: Session, chosen: Chosen, most: int) -> list[TransferRow]:
    """Transfers that took effect in the period, latest first, with what the decree's baseline and the last review say."""
    query = (
        select(CaseFigure, Case.number)
        .join(Case, Case.id == CaseFigure.case_id)
        .where(*chosen.of_transfers())
        .order_by(CaseFigure.effective_on.desc(), CaseFigure.case_id)
        .limit(most)
    )
    found = session.execute(query).all()
    measures: dict[uuid.UUID, dict[int, ReviewMeasure]] = defaultdict(dict)
    wanted = [row.CaseFigure.case_id for row in found]
    for measure in session.scalars(select(ReviewMeasure).where(ReviewMeasure.case_id.in_(wanted))):
        measures[measure.case_id][measure.bulan] = measure
    return [_transfer(row.CaseFigure, row.number, measures[row.CaseFigure.case_id]) for row in found]


def _transfer(figure: CaseFigure, number: str, taken: Mapping[int, ReviewMeasure]) -> TransferRow:
    last = max((month for month in taken if month), default=None)
    base, review = taken.get(0), taken.get(last or -1)
    effective = figure.effective_on
    if effective is None:
        raise ValueError("a transfer that took effect has its day")
    return TransferRow(
        figure.case_id,
        number,
        figure.origin_unit,
        figure.target_unit,
        effective,
        last,
        (base.rasio_tujuan if base else None, review.rasio_tujuan if review else None),
        (base.pengaduan_tujuan if base else None, review.pengaduan_tujuan if review else None),
        figure.target_reached,
    )
