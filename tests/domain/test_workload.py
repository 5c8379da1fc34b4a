"""Need, load and balance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.workload import balance, gini, load_ratio, shortage, staff_needed

ratios = st.lists(st.floats(0.01, 10), min_size=1, max_size=30)


def test_need_is_load_over_working_time() -> None:
    assert staff_needed(345_000, 75_000) == pytest.approx(4.6)
    assert load_ratio(345_000, 4, 75_000) == pytest.approx(1.15)
    assert load_ratio(345_000, 0, 75_000) is None
    with pytest.raises(ValueError, match="positive"):
        staff_needed(1, 0)


@pytest.mark.parametrize(
    ("need", "approved", "staff", "missing"),
    [(4.6, 9, 4, 0.6), (None, 5, 3, 2), (None, None, 3, None), (2.0, 5, 3, -1)],
)
def test_shortage(need: float | None, approved: int | None, staff: int, missing: float | None) -> None:
    assert shortage(need, approved, staff) == (pytest.approx(missing) if missing is not None else None)


def test_balance_of_known_figures() -> None:
    found = balance([0.5, 1.0, 1.5], 0.8, 1.2)
    assert (found.units, found.mean, found.outside) == (3, 1.0, 2)
    assert found.cv == pytest.approx(0.40825, abs=1e-4)
    assert found.gini == pytest.approx(0.2222, abs=1e-4)
    assert balance([], 0.8, 1.2).cv is None


@given(ratios)
def test_gini_is_between_0_and_1_blind_to_order_and_scale(values: list[float]) -> None:
    found = gini(values)
    assert found is not None
    assert 0 <= found < 1
    assert gini(sorted(values, reverse=True)) == pytest.approx(found)
    assert gini([value * 3 for value in values]) == pytest.approx(found, abs=1e-9)


@given(st.floats(0.01, 10), st.integers(1, 20))
def test_equal_loads_are_even(value: float, count: int) -> None:
    assert gini([value] * count) == pytest.approx(0, abs=1e-9)
    assert gini([0.0] * count) is None
