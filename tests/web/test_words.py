"""Numbers and codes as pages write them."""

from __future__ import annotations

import pytest

from service.web import context
from service.web.words import number, signed, word


@pytest.mark.parametrize(
    ("value", "english", "indonesian"),
    [
        (1.5, "1.5", "1,5"),
        (-0.05, "−0.05", "−0,05"),
        (-0.004, "0", "0"),
        (-18.0, "−18", "−18"),
        (None, "–", "–"),
    ],
)
def test_a_number_in_the_readers_notation(
    monkeypatch: pytest.MonkeyPatch, value: float | None, english: str, indonesian: str
) -> None:
    for language, written in (("en", english), ("id", indonesian)):
        monkeypatch.setattr(context, "language", lambda language=language: language)
        assert number(value) == written


def test_numbers_that_stand_below_each_other_keep_their_zeros(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "language", lambda: "id")
    assert [number(value, exact=True) for value in (1.6, 1.52)] == ["1,60", "1,52"]


@pytest.mark.parametrize(
    ("value", "written"), [(1.24, "+1.2"), (-0.36, "−0.4"), (-0.04, "0"), (0.0, "0"), (None, "–")]
)
def test_a_change_says_its_direction(
    monkeypatch: pytest.MonkeyPatch, value: float | None, written: str
) -> None:
    monkeypatch.setattr(context, "language", lambda: "en")
    assert signed(value) == written


def test_follow_ups_of_a_review_have_names() -> None:
    assert (word("pelatihan"), word("penempatan_ulang")) == ("Training", "Placed anew")
