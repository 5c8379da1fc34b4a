"""Before and after: what the reviews at 3, 6 and 12 months compare with the baseline frozen at the decree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

INTERVALS = (3, 6, 12)


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure that should fall, rise, or come near a value (`target`)."""

    key: str
    label: str
    label_en: str
    wanted: Literal["lower", "higher", "target"]
    target: float = 0.0
    tolerance: float = 0.0


MEASURES: Sequence[Measure] = (
    Measure("rasio_asal", "Rasio beban unit asal", "Load ratio of the origin unit", "target", 1.0, 0.2),
    Measure(
        "rasio_tujuan", "Rasio beban unit penerima", "Load ratio of the receiving unit", "target", 1.0, 0.2
    ),
    Measure(
        "pengaduan_asal", "Pengaduan unit asal, 6 bulan", "Complaints at the origin unit, 6 months", "lower"
    ),
    Measure(
        "pengaduan_tujuan",
        "Pengaduan unit penerima, 6 bulan",
        "Complaints at the receiving unit, 6 months",
        "lower",
    ),
    Measure("predikat", "Predikat kinerja (1 terbaik)", "Performance rating (1 is best)", "lower"),
    Measure("cv_rasio", "Ketimpangan beban antarunit (CV)", "Unevenness of load between units (CV)", "lower"),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One figure before and after. `better` is None when either is unknown."""

    measure: Measure
    before: float | None
    after: float | None
    better: bool | None

    def as_data(self) -> dict[str, Any]:
        change = None if self.before is None or self.after is None else round(self.after - self.before, 3)
        return {
            "ukuran": self.measure.label,
            "ukuran_en": self.measure.label_en,
            "kunci": self.measure.key,
            "sebelum": self.before,
            "sesudah": self.after,
            "perubahan": change,
            "tercapai": self.better,
        }


def compare(before: Mapping[str, float | None], after: Mapping[str, float | None]) -> list[Comparison]:
    """Every measure before and after. No change counts as reached when the figure was already where it should be."""
    comparisons = []
    for measure in MEASURES:
        old, new = before.get(measure.key), after.get(measure.key)
        better = None if old is None or new is None else _reached(measure, old, new)
        comparisons.append(Comparison(measure, old, new, better))
    return comparisons


def reached_percent(comparisons: Sequence[Comparison]) -> float | None:
    """The share of known measures that reached what was wanted, in percent; None when none is known."""
    known = [comparison.better for comparison in comparisons if comparison.better is not None]
    return round(100 * sum(known) / len(known), 1) if known else None


def _reached(measure: Measure, old: float, new: float) -> bool:
    if measure.wanted == "target":
        distance = abs(new - measure.target)
        return distance <= measure.tolerance or distance < abs(old - measure.target)
    if measure.key == "predikat" and new <= 2:
        return True
    if measure.wanted == "lower":
        return new < old or new == old == 0
    return new > old


def months_between(start: date, end: date) -> int:
    """Full months from `start` to `end`; negative when `end` lies before."""
    months = (end.year - start.year) * 12 + end.month - start.month
    return months - 1 if end.day < start.day and not _last_day(end) else months


def _last_day(day: date) -> bool:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - day).days == 1
