"""Did it help: units and people before and after transfers, against those without, by the figures of every month.

The effect of a transfer on its receiving unit is looked for in the six months before the month it took effect and in the
six from then on. Comparison units are of the same kind, had no transfer in or out in those twelve months, and stood nearest
before (up to five). A unit counts once in a period: with its first transfer.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from statistics import fmean
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.figures import CaseFigure, ReviewMeasure, UnitMonth
from service.db.people import Complaint, Performance, Unit
from service.db.queries.figures import Chosen
from service.domain import comparing, months, reviews, workload
from service.domain.comparing import Effect, Matched, Share

WINDOW = 6
LEAST_AFTER = 3
"""Months of complaints after a transfer that are enough to compare."""
AHEAD_DAYS = 90
MOST_LISTED = 20
Series = Mapping[str, Mapping[date, float]]


@dataclass(frozen=True, slots=True)
class UnitChange:
    """A receiving unit: a mean per month before and after, the change, and the mean change of its comparison units."""

    unit: str
    month: date
    before: float
    after: float
    matched: Matched


@dataclass(frozen=True, slots=True)
class Measured:
    """One measure over the receiving units; `left_out` of them had no data or nothing to compare with.

    `path`: (months from the transfer, mean of receiving units, mean of comparison units).
    """

    effect: Effect
    units: Sequence[UnitChange]
    left_out: int
    path: Sequence[tuple[int, float | None, float | None]]


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """How evenly work lay on all units in a month."""

    month: date
    balance: workload.Balance


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


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How transfers that took effect in a period were taken."""

    transfers: int
    agreed: Share
    wished: Share
    objections: Share
    upheld: Share
    reached: Share


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review in hand or ahead."""

    case_id: uuid.UUID
    number: str
    unit: str | None
    day: date
    month: int
    state: str


@dataclass(frozen=True, slots=True)
class ReviewCount:
    """The reviews after so many months: late, in hand, and due in the next 90 days."""

    month: int
    late: int
    in_hand: int
    ahead: int


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A kind of follow-up: how often decided, how often carried out, and how often the target was reached then."""

    kind: str
    decided: int
    done: int
    reached: Share


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
    treated, moved = _treated(session, chosen), _moved(session, chosen)
    ratios, complaints = _ratios(session, chosen), _complaints(session, chosen)
    present = today.replace(day=1)
    distances = {
        unit: {month: abs(value - 1) for month, value in row.items()} for unit, row in ratios.items()
    }
    by_rating = _ratings(session, chosen, today)
    kinds_of_cases = _accepted_by_kind(session, chosen)
    length = len(chosen.months)
    earlier = replace(chosen, first=months.add(chosen.first, -length), last=months.add(chosen.first, -1))
    return Outcomes(
        ratio=measured(distances, treated, moved, kinds, months.add(present, 1), 1),
        complaints=measured(complaints, treated, moved, kinds, present, LEAST_AFTER),
        balance=_balance(ratios, chosen, least, most),
        moved=by_rating[0],
        others=by_rating[1],
        ratings=by_rating[2],
        now=_accepted(kinds_of_cases.values()),
        before=_accepted(_accepted_by_kind(session, earlier).values()),
        variants=_grouped(kinds_of_cases, 0),
        plans=_grouped(kinds_of_cases, 1),
        reviews=_review_counts(session, chosen, now, today),
        due=_reviews_due(session, chosen, now, today),
        follow_ups=_follow_ups(session, chosen),
        transfers=transfers(session, chosen, MOST_LISTED),
        names={unit: name for unit, (name, _) in units.items()},
    )


def measured(
    series: Series,
    treated: Mapping[str, date],
    moved: Mapping[str, set[date]],
    kinds: Mapping[str, str],
    end: date,
    least_after: int,
) -> Measured:
    """A measure per unit and month, before and after, of receiving units against units without transfers.

    `end`: the first month without data yet. `least_after`: how many months after are enough.
    """
    found: list[UnitChange] = []
    tracks: list[tuple[date, str, list[str]]] = []
    for unit, month in sorted(treated.items()):
        own = _change(series.get(unit), month, end, least_after)
        if own is None:
            continue
        able = _unmoved(series, moved, month, kinds.get(unit), kinds) or _unmoved(
            series, moved, month, None, kinds
        )
        others = {
            other: change
            for other in able
            if other not in treated
            and (change := _change(series[other], month, end, least_after)) is not None
        }
        near = comparing.nearest(own[0], {other: before for other, (before, _) in others.items()})
        if not near:
            continue
        changes = tuple(others[other][1] - others[other][0] for other in near)
        found.append(UnitChange(unit, month, own[0], own[1], Matched(own[1] - own[0], changes)))
        tracks.append((month, unit, near))
    total = comparing.effect(tuple(change.matched for change in found))
    return Measured(total, found, len(treated) - len(found), _path(series, tracks, end))


def transfers(session: Session, chosen: Chosen, most: int) -> list[TransferRow]:
    """Transfers that took effect in the period, latest first, with what the decree's baseline and the last review say."""
    query = (
        select(CaseFigure, Case.number)
        .join(Case, Case.id == CaseFigure.case_id)
        .where(*_effective(chosen))
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


def _effective(chosen: Chosen) -> list[ColumnElement[bool]]:
    return [
        CaseFigure.effective_on >= chosen.first,
        CaseFigure.effective_on < months.add(chosen.last, 1),
        *chosen.of_cases(),
    ]


def _treated(session: Session, chosen: Chosen) -> dict[str, date]:
    """Receiving unit -> the month of its first transfer in the period."""
    first = select(CaseFigure.target_unit, func.min(CaseFigure.effective_on)).where(
        CaseFigure.target_unit.is_not(None), *_effective(chosen)
    )
    if chosen.unit:
        first = first.where(CaseFigure.target_unit == chosen.unit)
    found = session.execute(first.group_by(CaseFigure.target_unit))
    return {unit: day.replace(day=1) for unit, day in found if unit is not None and day is not None}


def _moved(session: Session, chosen: Chosen) -> dict[str, set[date]]:
    """Unit -> the months in which somebody came or went, whatever the definition."""
    near = and_(
        CaseFigure.effective_on >= months.add(chosen.first, -WINDOW),
        CaseFigure.effective_on < months.add(chosen.last, WINDOW + 1),
    )
    found: dict[str, set[date]] = defaultdict(set)
    pairs = (
        select(CaseFigure.target_unit, CaseFigure.origin_unit, CaseFigure.effective_on).where(near).distinct()
    )
    for target, origin, day in session.execute(pairs):
        for unit in (target, origin):
            if unit is not None and day is not None:
                found[unit].add(day.replace(day=1))
    return found


def _span(chosen: Chosen) -> tuple[date, date]:
    return months.add(chosen.first, -WINDOW), months.add(chosen.last, WINDOW)


def _ratios(session: Session, chosen: Chosen) -> dict[str, dict[date, float]]:
    first, last = _span(chosen)
    query = select(UnitMonth.unor_id, UnitMonth.bulan, UnitMonth.rasio)
    found: dict[str, dict[date, float]] = defaultdict(dict)
    for unit, month, ratio in session.execute(query.where(UnitMonth.bulan >= first, UnitMonth.bulan <= last)):
        found[unit][month] = ratio
    return found


def _complaints(session: Session, chosen: Chosen) -> dict[str, dict[date, float]]:
    """Complaints by unit and month. A month without any counts as zero, while others have some in it."""
    first, last = _span(chosen)
    query = (
        select(Complaint.unor_id, Complaint.bulan, func.sum(Complaint.jumlah))
        .where(Complaint.bulan >= first, Complaint.bulan <= last)
        .group_by(Complaint.unor_id, Complaint.bulan)
    )
    rows = [(unit, month.replace(day=1), float(count)) for unit, month, count in session.execute(query)]
    known = {month for _, month, _ in rows}
    found: dict[str, dict[date, float]] = defaultdict(lambda: dict.fromkeys(known, 0.0))
    for unit, month, count in rows:
        found[unit][month] = count
    return found


def _change(
    values: Mapping[date, float] | None, month: date, end: date, least_after: int
) -> tuple[float, float] | None:
    """The means of the six months before and of those after that are over; None without enough of them."""
    if not values:
        return None
    before = [values[at] for offset in range(-WINDOW, 0) if (at := months.add(month, offset)) in values]
    after = [
        values[at] for offset in range(WINDOW) if (at := months.add(month, offset)) in values and at < end
    ]
    return (fmean(before), fmean(after)) if before and len(after) >= least_after else None


def _unmoved(
    series: Series, moved: Mapping[str, set[date]], month: date, kind: str | None, kinds: Mapping[str, str]
) -> list[str]:
    """Units of a kind (of any for None) with data in which nobody came or went around that month."""
    near = {months.add(month, offset) for offset in range(-WINDOW, WINDOW)}
    return [
        unit
        for unit in series
        if (kind is None or kinds.get(unit) == kind) and not moved.get(unit, set()) & near
    ]


def _path(
    series: Series, tracks: Sequence[tuple[date, str, list[str]]], end: date
) -> list[tuple[int, float | None, float | None]]:
    rows = []
    for offset in range(-WINDOW, WINDOW):
        own, others = [], []
        for month, unit, near in tracks:
            at = months.add(month, offset)
            if at >= end:
                continue
            own += [series[unit][at]] if at in series[unit] else []
            compared = [series[other][at] for other in near if at in series[other]]
            others += [fmean(compared)] if compared else []
        rows.append((offset, fmean(own) if own else None, fmean(others) if others else None))
    return rows


def _balance(ratios: Series, chosen: Chosen, least: float, most: float) -> list[BalanceRow]:
    by_month: dict[date, list[float]] = defaultdict(list)
    for values in ratios.values():
        for month, ratio in values.items():
            by_month[month].append(ratio)
    return [
        BalanceRow(month, workload.balance(by_month[month], least, most))
        for month in chosen.months
        if by_month.get(month)
    ]


# -- people


def _ratings(session: Session, chosen: Chosen, today: date) -> tuple[Ratings, Ratings, Effect]:
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
                CaseFigure.effective_on >= begin, CaseFigure.effective_on < end, *_effective(chosen)
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


# -- acceptance


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


def _accepted(rows: Iterable[Sequence[int]]) -> Acceptance:
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


def _accepted_by_kind(session: Session, chosen: Chosen) -> dict[tuple[str, str], list[int]]:
    """The sums of the transfers of the period by definition and plan."""
    kinds = (CaseFigure.definition_key, CaseFigure.plan)
    query = select(*kinds, *_sums()).where(*_effective(chosen)).group_by(*kinds)
    return {(row[0], row[1]): [int(value or 0) for value in row[2:]] for row in session.execute(query)}


def _grouped(kinds: Mapping[tuple[str, str], list[int]], place: int) -> dict[str, Acceptance]:
    """By the definition (0) or the plan (1), most transfers first."""
    groups: dict[str, list[list[int]]] = defaultdict(list)
    for key, sums in kinds.items():
        groups[key[place]].append(sums)
    found = {name: _accepted(rows) for name, rows in groups.items()}
    return dict(sorted(found.items(), key=lambda one: (-one[1].transfers, one[0])))


# -- reviews and what follows


def _late(now: datetime, today: date) -> ColumnElement[bool]:
    return and_(CaseFigure.next_review <= today, CaseFigure.next_due < now)


def _review_counts(session: Session, chosen: Chosen, now: datetime, today: date) -> list[ReviewCount]:
    late = _late(now, today)

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.sum(case((condition, 1), else_=0))

    query = (
        select(
            CaseFigure.review_month,
            count(late),
            count(
                and_(
                    CaseFigure.next_review <= today,
                    or_(CaseFigure.next_due >= now, CaseFigure.next_due.is_(None)),
                )
            ),
            count(CaseFigure.next_review > today),
        )
        .where(CaseFigure.next_review <= today + timedelta(days=AHEAD_DAYS), *chosen.of_cases())
        .group_by(CaseFigure.review_month)
    )
    found = {row[0]: ReviewCount(row[0] or 0, *map(int, row[1:])) for row in session.execute(query)}
    return [found.get(month, ReviewCount(month, 0, 0, 0)) for month in reviews.INTERVALS]


def _reviews_due(session: Session, chosen: Chosen, now: datetime, today: date) -> list[ReviewRow]:
    """The reviews that are late or in hand, then those ahead, by day."""
    query = (
        select(CaseFigure, Case.number)
        .join(Case, Case.id == CaseFigure.case_id)
        .where(CaseFigure.next_review <= today + timedelta(days=AHEAD_DAYS), *chosen.of_cases())
        .order_by(CaseFigure.next_review, CaseFigure.case_id)
        .limit(MOST_LISTED)
    )
    rows = []
    for figure, number in session.execute(query):
        day, due = figure.next_review, figure.next_due
        if day is None:
            continue
        late = day <= today and due is not None and due < now
        state = "late" if late else "in_hand" if day <= today else "ahead"
        row = ReviewRow(figure.case_id, number, figure.target_unit, day, figure.review_month or 0, state)
        rows.append(row)
    return rows


def _follow_ups(session: Session, chosen: Chosen) -> list[FollowUp]:
    query = select(CaseFigure.follow_ups, CaseFigure.target_reached).where(
        CaseFigure.followed > 0, *_effective(chosen)
    )
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for decided, reached in session.execute(query):
        for one in decided:
            tally = counts[one["jenis"]]
            tally[0] += 1
            tally[1] += one["selesai"] is not None
            if one["selesai"] is not None and reached is not None:
                tally[2] += reached
                tally[3] += 1
    return [
        FollowUp(kind, decided, done, Share(reached, told))
        for kind, (decided, done, reached, told) in sorted(
            counts.items(), key=lambda one: (-one[1][0], one[0])
        )
    ]
