"""Before and after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.reviews import MEASURES, compare, months_between, reached_percent

DAYS = st.dates(date(1950, 1, 1), date(2060, 12, 31))


def test_every_measure_has_a_name_in_both_languages() -> None:
    for row, measure in zip(compare({}, {}), MEASURES, strict=True):
        said = row.as_data()
        assert (said["ukuran"], said["ukuran_en"]) == (measure.label, measure.label_en)
        assert measure.label != measure.label_en


@pytest.mark.parametrize(
    ("before", "after", "reached"),
    [
        ({"rasio_tujuan": 1.5}, {"rasio_tujuan": 1.3}, True),
        ({"rasio_tujuan": 1.1}, {"rasio_tujuan": 1.19}, True),
        ({"rasio_tujuan": 0.9}, {"rasio_tujuan": 0.5}, False),
        ({"pengaduan_tujuan": 12}, {"pengaduan_tujuan": 12}, False),
        ({"pengaduan_tujuan": 0}, {"pengaduan_tujuan": 0}, True),
        ({"pengaduan_tujuan": 12}, {"pengaduan_tujuan": 4}, True),
        ({"predikat": 2}, {"predikat": 2}, True),
        ({"predikat": 2}, {"predikat": 3}, False),
        ({"cv_rasio": 0.3}, {"cv_rasio": 0.2}, True),
    ],
)
def test_a_measure_reached_what_was_wanted(
    before: dict[str, float], after: dict[str, float], reached: bool
) -> None:
    comparisons = compare(before, after)
    (known,) = [comparison for comparison in comparisons if comparison.better is not None]
    assert known.better is reached
    assert reached_percent(comparisons) == (100.0 if reached else 0.0)
    assert known.as_data()["perubahan"] == pytest.approx(after[known.measure.key] - before[known.measure.key])


def test_without_a_baseline_nothing_is_claimed() -> None:
    comparisons = compare({}, {"rasio_asal": 1.0})
    assert all(comparison.better is None for comparison in comparisons)
    assert reached_percent(comparisons) is None


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        (date(2024, 1, 15), date(2024, 2, 14), 0),
        (date(2024, 1, 15), date(2024, 2, 15), 1),
        (date(2024, 1, 31), date(2024, 2, 29), 1),
        (date(2024, 1, 31), date(2024, 2, 28), 0),
        (date(2024, 1, 31), date(2024, 3, 30), 1),
        (date(2024, 3, 2), date(2026, 3, 1), 23),
        (date(2022, 11, 23), date(2026, 11, 23), 48),
        (date(2026, 3, 1), date(2026, 1, 1), -2),
    ],
)
def test_months_between_counts_full_months(start: date, end: date, months: int) -> None:
    assert months_between(start, end) == months


@given(DAYS, DAYS)
def test_months_are_close_to_the_days(start: date, end: date) -> None:
    assert abs(months_between(start, end) - (end - start).days / 30.436875) < 1.1


@given(DAYS, st.integers(0, 600))
def test_months_grow_by_the_day(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    assert 0 <= months_between(start, end + timedelta(days=1)) - months_between(start, end) <= 1
