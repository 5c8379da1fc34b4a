"""Did it help? Changes of units with transfers against the changes of comparison units, and how sure that is.

Each unit with a transfer is matched with units without one; the effect is the mean of (its change less the mean change of
its comparison units): a difference in differences. Whether chance alone would give as much is asked by a permutation test:
were it chance, any unit of a matched set might as well have been the one with the transfer. The interval is a bootstrap
over the sets. The standard library is enough for that: the sets are few hundred at most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import prod, sqrt
from random import Random
from statistics import NormalDist, fmean
from typing import Literal

LEAST = 5
"""With fewer sets (or people in a cell) nothing is said: it would be chance, and could point at a person."""
SURE = 0.05
DRAWS = 1_000
MOST_EXACT = 20_000
MOST_MATCHES = 5
SEED = 1945

Verdict = Literal["better", "worse", "unclear", "too_few"]


@dataclass(frozen=True, slots=True)
class Matched:
    """The change of one unit with a transfer, and those of its comparison units."""

    change: float
    others: tuple[float, ...]

    @property
    def difference(self) -> float:
        return self.change - fmean(self.others)

    @property
    def possible(self) -> list[float]:
        """The difference there would be, had any unit of the set been the one with the transfer."""
        changes = (self.change, *self.others)
        total, others = sum(changes), len(changes) - 1
        return [change - (total - change) / others for change in changes]


@dataclass(frozen=True, slots=True)
class Effect:
    """The mean difference with its 95 percent interval, and how often chance alone gives as much (`p`)."""

    sets: int
    change: float | None
    others: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: Verdict


@lru_cache(maxsize=256)
def effect(sets: tuple[Matched, ...], lower_is_better: bool = True) -> Effect:
    """The effect over matched sets. Fewer than five: `too_few`, and no interval."""
    if not sets:
        return Effect(0, None, None, None, None, None, None, "too_few")
    difference = fmean(one.difference for one in sets)
    change, others = fmean(one.change for one in sets), fmean(fmean(one.others) for one in sets)
    if len(sets) < LEAST:
        return Effect(len(sets), change, others, difference, None, None, None, "too_few")
    low, high = interval([one.difference for one in sets])
    p = chance(sets)
    verdict: Verdict = "unclear"
    if p < SURE and (low > 0 or high < 0):
        verdict = "better" if (difference < 0) == lower_is_better else "worse"
    return Effect(len(sets), change, others, difference, low, high, p, verdict)


def chance(sets: Sequence[Matched]) -> float:
    """How often a difference at least as large comes about when the transfer's unit is picked by chance in each set.

    Exact while there are up to 20,000 ways to pick, else from 1,000 draws (always the same ones).
    """
    ways = [one.possible for one in sets]
    seen = abs(fmean(one.difference for one in sets)) * (1 - 1e-9) - 1e-12
    if prod(len(way) for way in ways) <= MOST_EXACT:
        sums = [abs(sum(picked)) / len(ways) for picked in product(*ways)]
        return sum(value >= seen for value in sums) / len(sums)
    random = Random(SEED)  # noqa: S311 - a test of significance, not a secret
    hits = sum(abs(fmean(random.choice(way) for way in ways)) >= seen for _ in range(DRAWS))
    return (hits + 1) / (DRAWS + 1)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """The 95 percent percentile bootstrap interval of the mean, from 1,000 draws (always the same ones)."""
    random = Random(SEED)  # noqa: S311 - a bootstrap, not a secret
    means = sorted(fmean(random.choices(values, k=len(values))) for _ in range(DRAWS))
    return means[round(DRAWS * 0.025)], means[round(DRAWS * 0.975) - 1]


def nearest(level: float, before: Mapping[str, float], most: int = MOST_MATCHES) -> list[str]:
    """The units that stood nearest to `level`, by their levels before; at most five."""
    return sorted(before, key=lambda unit: (abs(before[unit] - level), unit))[:most]


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the 95 percent Wilson interval; None with nothing to count."""

    count: int
    of: int

    @property
    def value(self) -> float | None:
        return self.count / self.of if self.of else None

    @property
    def told(self) -> bool:
        """Whether there are enough to say anything."""
        return self.of >= LEAST

    @property
    def interval(self) -> tuple[float, float] | None:
        if not self.of:
            return None
        z = NormalDist().inv_cdf(0.975)
        share, n = self.count / self.of, self.of
        middle = (share + z * z / (2 * n)) / (1 + z * z / n)
        half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        # Rounding may push an end past the share itself, where that is 0 or 1.
        return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def differ(before: Share, after: Share) -> Literal["more", "less", "unclear", "too_few"]:
    """Whether two shares differ beyond chance: Newcombe's 95 percent interval of the difference leaves zero out."""
    if not before.told or not after.told:
        return "too_few"
    first, second = before.interval, after.interval
    if first is None or second is None or before.value is None or after.value is None:
        return "too_few"
    difference = after.value - before.value
    low = difference - sqrt((after.value - second[0]) ** 2 + (first[1] - before.value) ** 2)
    high = difference + sqrt((second[1] - after.value) ** 2 + (before.value - first[0]) ** 2)
    return "more" if low > 0 else "less" if high < 0 else "unclear"
