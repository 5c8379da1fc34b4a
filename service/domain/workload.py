"""Workload analysis (ABK): how many people a post needs, and how evenly work lies on units.

beban = sum of volume x norm (minutes a year); kebutuhan = beban / WKE; gap = bezetting - kebutuhan;
rasio = beban / (bezetting x WKE). WKE, the effective working time of one person in minutes a year, is a
dated parameter (workflows/parameter_mutasi.dmn).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, pstdev


@dataclass(frozen=True, slots=True)
class Balance:
    """How evenly the load ratios of units lie: coefficient of variation and Gini, None without data."""

    units: int
    mean: float | None
    cv: float | None
    gini: float | None
    outside: int


def staff_needed(load_minutes: float, wke_minutes: float) -> float:
    """People needed for a load, as a fraction (4.6 people)."""
    if wke_minutes <= 0:
        raise ValueError("the effective working time must be positive")
    return load_minutes / wke_minutes


def load_ratio(load_minutes: float, staff: int, wke_minutes: float) -> float | None:
    """Load per person in place: 1 is a full year's work each. None when nobody is there to carry it."""
    return load_minutes / (staff * wke_minutes) if staff > 0 else None


def shortage(need: float | None, approved: int | None, staff: int) -> float | None:
    """People missing: by workload where it was analysed, else approved posts less staff. None without either."""
    if need is not None:
        return need - staff
    return float(approved - staff) if approved is not None else None


def balance(ratios: Sequence[float], least: float, most: float) -> Balance:
    """The balance of units' ratios; `outside` counts those below `least` or above `most`."""
    if not ratios:
        return Balance(0, None, None, None, 0)
    mean = fmean(ratios)
    outside = sum(1 for ratio in ratios if not least <= ratio <= most)
    return Balance(len(ratios), mean, pstdev(ratios) / mean if mean else None, gini(ratios), outside)


def gini(values: Sequence[float]) -> float | None:
    """Gini's coefficient of non-negative values: 0 all equal, towards 1 all with one. None when all are zero."""
    ordered = sorted(values)
    total, count = sum(ordered), len(ordered)
    if total <= 0:
        return None
    weighted = sum(rank * value for rank, value in enumerate(ordered, 1))
    return max(0.0, 2 * weighted / (count * total) - (count + 1) / count)
