"""Did it help: everything that the outcomes page says, read together, as the page, its tables and the API show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.people import Unit
from service.db.queries.figures import acceptance, ratings, receiving, reviews, transfers
from service.db.queries.figures.acceptance import Acceptance
from service.db.queries.figures.choosing import Chosen
from service.db.queries.figures.ratings import Ratings
from service.db.queries.figures.receiving import LEAST_AFTER, BalanceRow, Measured
from service.db.queries.figures.reviews import FollowUp, ReviewCount, ReviewRow
from service.db.queries.figures.transfers import TransferRow
from service.domain import months
from service.domain.comparing import Effect

MOST_LISTED = 20


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All that the page says."""

    ratio: Measured
    complaints: Measured
    balance: Sequence[BalanceRow]
    moved: Ratings
    others: Ratings
    ratings: Effect
    now: Acceptance
    before: Acceptance
    variants: Mapping[str, Acceptance]
    plans: Mapping[str, Acceptance]
    reviews: Sequence[ReviewCount]
    due: Sequence[ReviewRow]
    follow_ups: Sequence[FollowUp]
    transfers: Sequence[TransferRow]
    names: Mapping[str, str]


def outcomes(
    session: Session, chosen: Chosen, now: datetime, today: date, least: float, most: float
) -> Outcomes:
    """Everything of what was chosen. `least`, `most`: the ratios between which a unit's load counts as even."""
    units = {row.id: (row.nama, row.jenis) for row in session.execute(select(Unit.id, Unit.nama, Unit.jenis))}
    kinds = {unit: kind for unit, (_, kind) in units.items()}
    tables, moved = transfers.tables(session, chosen), receiving.moved(session, chosen)
    treated = receiving.treated(tables, chosen.unit)
    ratios, complaints = receiving.ratios(session, chosen), receiving.complaints(session, chosen)
    present = today.replace(day=1)
    distances = {
        unit: {month: abs(value - 1) for month, value in row.items()} for unit, row in ratios.items()
    }
    of_moved, of_others, difference = ratings.ratings(session, chosen)
    return Outcomes(
        ratio=receiving.measured(distances, treated, moved, kinds, months.add(present, 1), 1),
        complaints=receiving.measured(complaints, treated, moved, kinds, present, LEAST_AFTER),
        balance=receiving.balance(ratios, chosen, least, most),
        moved=of_moved,
        others=of_others,
        ratings=difference,
        now=acceptance.accepted(tables),
        before=acceptance.accepted([transfers.summed(session, chosen.before)]),
        variants=acceptance.grouped(tables, "definition_key"),
        plans=acceptance.grouped(tables, "plan"),
        reviews=reviews.counts(session, chosen, now, today),
        due=reviews.due(session, chosen, now, today, MOST_LISTED),
        follow_ups=reviews.follow_ups(tables),
        transfers=transfers.latest(session, chosen, MOST_LISTED),
        names={unit: name for unit, (name, _) in units.items()},
    )
