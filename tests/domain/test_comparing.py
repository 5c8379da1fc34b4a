"""Differences in differences: known cases, and what must hold whatever the numbers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.comparing import Matched, Share, chance, differ, effect, interval, nearest

patient = settings(deadline=None)
"""Thousands of draws: how long they take on a busy machine says nothing."""
numbers = st.floats(-50, 50, allow_nan=False).map(lambda value: round(value, 3))
sets = st.lists(
    st.builds(Matched, numbers, st.lists(numbers, min_size=1, max_size=3).map(tuple)), min_size=5, max_size=8
).map(tuple)


def test_a_clear_effect_is_told_and_which_way() -> None:
    helped = tuple(Matched(-5 - number / 10, (0.2, -0.1, 0.0)) for number in range(8))
    assert effect(helped).verdict == "better"
    assert effect(helped, lower_is_better=False).verdict == "worse"
    assert effect(helped).difference == pytest.approx(-5.35 - 0.1 / 3, abs=0.01)


def test_a_change_that_all_units_share_is_no_effect() -> None:
    alike = tuple(Matched(-5.0 + (-1) ** number, (-5.0, -6.0, -4.0)) for number in range(8))
    assert effect(alike).verdict == "unclear"


def test_with_fewer_than_five_nothing_is_claimed() -> None:
    few = effect(tuple(Matched(-9.0, (0.0,)) for _ in range(4)))
    assert (few.verdict, few.low, few.p) == ("too_few", None, None)
    assert effect(()).verdict == "too_few"


def test_the_exact_test_counts_the_ways() -> None:
    """Five pairs, all on one side: two of the 32 ways are as far from zero."""
    assert chance([Matched(-1.0, (0.0,))] * 5) == pytest.approx(2 / 32)


@patient
@given(sets, numbers)
def test_what_all_units_share_does_not_count(found: tuple[Matched, ...], shift: float) -> None:
    moved = tuple(Matched(one.change + shift, tuple(other + shift for other in one.others)) for one in found)
    assert effect(moved).difference == pytest.approx(effect(found).difference, abs=1e-6)


@patient
@given(sets)
def test_turned_round_it_is_the_opposite(found: tuple[Matched, ...]) -> None:
    turned = tuple(Matched(-one.change, tuple(-other for other in one.others)) for one in found)
    first, second = effect(found), effect(turned)
    assert second.difference == pytest.approx(-(first.difference or 0), abs=1e-9)
    assert {first.verdict, second.verdict} in ({"unclear"}, {"better", "worse"})


@patient
@given(sets)
def test_the_interval_and_the_chance_are_in_their_bounds(found: tuple[Matched, ...]) -> None:
    seen = effect(found)
    assert seen.p is not None
    assert 0 < seen.p <= 1
    low, high = interval([one.difference for one in found])
    assert (
        min(one.difference for one in found) - 1e-9
        <= low
        <= high
        <= max(one.difference for one in found) + 1e-9
    )


@given(st.integers(0, 200), st.integers(1, 200))
def test_a_share_lies_in_its_interval(count: int, more: int) -> None:
    share = Share(count, count + more)
    assert share.interval is not None
    assert share.value is not None
    assert 0 <= share.interval[0] <= share.value <= share.interval[1] <= 1


def test_shares_differ_beyond_chance_or_not() -> None:
    assert differ(Share(10, 100), Share(40, 100)) == "more"
    assert differ(Share(40, 100), Share(10, 100)) == "less"
    assert differ(Share(10, 100), Share(12, 100)) == "unclear"
    assert differ(Share(1, 4), Share(12, 100)) == "too_few"


def test_the_nearest_units_are_compared() -> None:
    assert nearest(10, {"a": 1, "b": 9, "c": 12, "d": 50}, most=2) == ["b", "c"]
