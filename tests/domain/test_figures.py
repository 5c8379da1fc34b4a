"""Percentiles, histograms of waiting times, and the bottleneck."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.figures import (
    Waiting,
    bottleneck,
    bucket,
    bucket_minutes,
    histogram_percentile,
    percentile,
)


@given(st.lists(st.integers(15, 2_000_000), min_size=1, max_size=80), st.integers(1, 100))
def test_a_histogram_is_at_most_two_and_a_half_percent_off(minutes: list[int], percent: int) -> None:
    exact = percentile(sorted(minutes), percent)
    read = histogram_percentile(Counter(map(bucket, minutes)), percent)
    assert exact is not None
    assert read == pytest.approx(exact, rel=0.0251)


def test_nearest_ranks() -> None:
    assert [percentile([1, 2, 3, 4], percent) for percent in (1, 50, 51, 90, 100)] == [1, 2, 3, 4, 4]
    assert percentile([], 50) is None
    assert histogram_percentile({}, 50) is None
    assert bucket_minutes(bucket(0)) == 7.5


def waiting(element: str, count: int, median: float, usual: float | None, known: int = 10) -> Waiting:
    return Waiting("p", element, "r", count, 0, 0, median, median, usual, known)


def test_the_bottleneck_is_where_most_is_waited_beyond_what_is_usual() -> None:
    steps = [
        waiting("slow_as_ever", 40, 9000, 9000),
        waiting("one_old", 1, 90000, 10),
        waiting("stuck", 6, 9000, 1000),
        waiting("busy", 9, 2000, 1000),
        waiting("unknown", 20, 9000, 100, known=4),
    ]
    found = bottleneck(steps)
    assert found is not None
    assert found.element == "stuck"
    assert bottleneck(steps[:1]) is None
    assert bottleneck([]) is None
