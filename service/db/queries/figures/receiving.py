"""Units that received somebody, before and after, against units without transfers.

The effect is looked for in the six months before the month a transfer took effect and in the six from then on. Comparison
units are of the same kind, had no transfer in or out in those twelve months, and stood nearest before (up to five). A unit
counts once in a period: with its first transfer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.figures import TransferFigure, UnitMonth
from service.db.people import Complaint
from service.db.queries.figures.choosing import Chosen
from service.db.queries.figures.transfers import Table
from service.domain import comparing, months, workload
from service.domain.comparing import Effect, Matched

WINDOW = 6
LEAST_AFTER = 3
"""Months of complaints after a transfer that are enough to compare."""
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


def treated(tables: Iterable[Table], unit: str) -> dict[str, date]:
    """Receiving unit (this one alone, if said) -> the month of its first transfer in these rows of `transfer_figure`."""
    first: dict[str, date] = {}
    for table in sorted(tables, key=lambda table: table["month"]):
        for receiving in table["received"]:
            if unit in ("", receiving):
                first.setdefault(receiving, table["month"])
    return first


def moved(session: Session, chosen: Chosen) -> dict[str, set[date]]:
    """Unit -> the months in which somebody came or went, whatever the definition."""
    first, last = _span(chosen)
    figure = TransferFigure
    query = select(figure.month, figure.received, figure.gave)
    found: dict[str, set[date]] = defaultdict(set)
    for month, received, gave in session.execute(query.where(figure.month >= first, figure.month <= last)):
        for unit in (*received, *gave):
            found[unit].add(month)
    return found


def _span(chosen: Chosen) -> tuple[date, date]:
    return months.add(chosen.first, -WINDOW), months.add(chosen.last, WINDOW)


def ratios(session: Session, chosen: Chosen) -> dict[str, dict[date, float]]:
    first, last = _span(chosen)
    query = select(UnitMonth.unor_id, UnitMonth.bulan, UnitMonth.rasio)
    found: dict[str, dict[date, float]] = defaultdict(dict)
    for unit, month, ratio in session.execute(query.where(UnitMonth.bulan >= first, UnitMonth.bulan <= last)):
        found[unit][month] = ratio
    return found


def complaints(session: Session, chosen: Chosen) -> dict[str, dict[date, float]]:
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


def balance(ratios: Series, chosen: Chosen, least: float, most: float) -> list[BalanceRow]:
    by_month: dict[date, list[float]] = defaultdict(list)
    for values in ratios.values():
        for month, ratio in values.items():
            by_month[month].append(ratio)
    return [
        BalanceRow(month, workload.balance(by_month[month], least, most))
        for month in chosen.months
        if by_month.get(month)
    ]
