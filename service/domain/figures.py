"""How figures are counted: percentiles, histograms of waiting times, and the bottleneck of the week.

A percentile is the nearest rank: the smallest value that at least so many percent do not exceed. A histogram has buckets
that widen by 5 percent, so what is read from it is at most 2.5 percent away from the exact value.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from math import ceil, floor, log, sqrt

FINEST_MINUTES = 15
GROWTH = 1.05
LEAST_USUAL = 5
LEAST_WAITING = 2

Histogram = Mapping[str, int]


def percentile(ordered: Sequence[float], percent: float) -> float | None:
    """The nearest-rank percentile of values in ascending order; None without values."""
    return ordered[max(1, ceil(len(ordered) * percent / 100)) - 1] if ordered else None


def bucket(minutes: float) -> str:
    """The bucket of a histogram that a time falls into."""
    return "0" if minutes < FINEST_MINUTES else str(1 + floor(log(minutes / FINEST_MINUTES) / log(GROWTH)))


def bucket_minutes(name: str) -> float:
    """The middle of a bucket, in minutes."""
    number = int(name)
    return FINEST_MINUTES / 2 if number == 0 else FINEST_MINUTES * GROWTH ** (number - 1) * sqrt(GROWTH)


def histogram_percentile(histogram: Histogram, percent: float) -> float | None:
    """The percentile in minutes, at most 2.5 percent off (below 15 minutes: 7.5 minutes); None when empty."""
    total = sum(histogram.values())
    wanted = max(1, ceil(total * percent / 100))
    seen = 0
    for name in sorted(histogram, key=int):
        seen += histogram[name]
        if seen >= wanted:
            return bucket_minutes(name)
    return None


def minute(moment: datetime) -> int:
    """Whole minutes since 1970."""
    return int(moment.astimezone(UTC).timestamp() // 60)


def moment(minute: int) -> datetime:
    """The moment at which a minute since 1970 begins."""
    return datetime.fromtimestamp(60 * minute, UTC)


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes from one moment to a later one; zero when it is none."""
    return max(0, int((end - start).total_seconds() // 60))


@dataclass(slots=True, kw_only=True)
class Tally:
    """The finished tasks of a step, in minutes.

    `waits`: how long they were open, as a histogram. `late` of the `timed` ones were late; `judged` ones decided something,
    so many `returned` or `rejected`; `touched` ones were taken first, lay `untouched_minutes` before and were worked on for
    `touch_minutes` after.
    """

    done: int = 0
    timed: int = 0
    late: int = 0
    returned: int = 0
    rejected: int = 0
    judged: int = 0
    touched: int = 0
    untouched_minutes: int = 0
    touch_minutes: int = 0
    waits: Counter[str] = field(default_factory=Counter)

    @property
    def median(self) -> float | None:
        return histogram_percentile(self.waits, 50)

    @property
    def p90(self) -> float | None:
        return histogram_percentile(self.waits, 90)

    def counts(self) -> dict[str, int]:
        """All that is simply added up."""
        return {name: getattr(self, name) for name in COUNTS}

    def add(self, counts: Mapping[str, int], waits: Histogram) -> None:
        """Add others: what they count, and how long they were open."""
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + counts[name])
        self.waits.update(waits)


COUNTS = tuple(one.name for one in fields(Tally) if one.name != "waits")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open tasks of one step: how many, how many are late, ages in minutes, and what is usual for the step."""

    process: str
    element: str
    role: str
    count: int
    late: int
    soon: int
    median: float
    p90: float
    usual: float | None
    usual_from: int

    @property
    def excess(self) -> float:
        """Minutes that the waiting tasks together are older than is usual here (than nothing, where nothing is usual)."""
        return self.count * max(0.0, self.median - (self.usual or 0.0))


def bottleneck(steps: Iterable[Waiting]) -> Waiting | None:
    """The step whose tasks together wait longest beyond what is usual there; None when nothing waits unusually.

    A step counts when at least two tasks wait there and the usual time is known from at least five finished ones.
    """
    able = [
        step
        for step in steps
        if step.count >= LEAST_WAITING and step.usual_from >= LEAST_USUAL and step.excess > 0
    ]
    return min(able, key=lambda step: (-step.excess, step.process, step.element, step.role), default=None)
