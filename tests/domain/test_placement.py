"""Scores on the eight aspects: explained, bounded, never guessed, and blind to the order of the input."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.placement import (
    ASPECTS,
    NO_DATA,
    Candidate,
    Post,
    Weight,
    level_of,
    rank,
    score,
)

WEIGHTS = [Weight(aspect, aspect, 12.5) for aspect in ASPECTS]
POST = Post("J1", "Perawat", "JF", 2, "U1", education=30, fields_of_study=("Keperawatan",))
KNOWN = Candidate(
    "198503032010011003",
    "Gita",
    "U2",
    kind="JF",
    level=2,
    jpm=90,
    box=9,
    ratings=(1, 2),
    months_in_post=72,
    surplus=2,
    wishes_unit=True,
    education=30,
    field_of_study="Keperawatan",
)

candidates = st.builds(
    Candidate,
    nip=st.text("0123456789", min_size=18, max_size=18),
    name=st.just("A"),
    unit=st.sampled_from(["U1", "U2"]),
    kind=st.sampled_from([None, "JF", "Pelaksana", "Pengawas"]),
    level=st.none() | st.integers(1, 4),
    jpm=st.none() | st.floats(0, 100),
    box=st.none() | st.integers(1, 9),
    ratings=st.lists(st.integers(1, 5), max_size=2).map(tuple),
    months_in_post=st.none() | st.integers(0, 400),
    surplus=st.none() | st.floats(-20, 20),
    wishes_unit=st.none() | st.booleans(),
    willing=st.none() | st.booleans(),
    education=st.none() | st.sampled_from([15, 30, 40]),
    field_of_study=st.none() | st.sampled_from(["Keperawatan", "Hukum"]),
)


@given(st.lists(candidates, max_size=12, unique_by=lambda candidate: candidate.nip), st.randoms())
def test_ranking_ignores_the_order_of_the_input(pool: list[Candidate], random: Any) -> None:
    shuffled = list(pool)
    random.shuffle(shuffled)
    assert rank(pool, POST, WEIGHTS) == rank(shuffled, POST, WEIGHTS)


@given(candidates)
def test_a_score_lies_between_0_and_100_and_every_aspect_is_explained(candidate: Candidate) -> None:
    ranked = score(candidate, POST, WEIGHTS)
    assert 0 <= ranked.score <= 100
    assert [aspect.aspect for aspect in ranked.aspects] == list(ASPECTS)
    for aspect in ranked.aspects:
        assert aspect.reason
        assert aspect.reason_en not in ("", aspect.reason)
        assert (aspect.value is None) == ((aspect.reason, aspect.reason_en) == NO_DATA)
        assert aspect.value is None or 0 <= aspect.value <= 100


def test_without_data_nothing_is_guessed() -> None:
    ranked = score(Candidate("198503032010011003", "Gita", "U2"), POST, WEIGHTS)
    assert ranked.score == 0
    assert {aspect.value for aspect in ranked.aspects} == {None}


@pytest.mark.parametrize(
    ("aspect", "better", "worse"),
    [
        ("kompetensi", {"jpm": 90}, {"jpm": 70}),
        ("pola_karier", {"level": 2}, {"level": 1}),
        ("pola_karier", {"level": 1}, {"level": 3}),
        ("pemetaan", {"box": 8}, {"box": 5}),
        ("kelompok_suksesi", {"box": 7}, {"box": 6}),
        ("perpindahan_karier", {"months_in_post": 61}, {"months_in_post": 30}),
        ("perpindahan_karier", {"months_in_post": 24}, {"months_in_post": 23}),
        ("kinerja", {"ratings": (1, 1)}, {"ratings": (2, 2)}),
        ("kinerja", {"ratings": (2, 2)}, {"ratings": (2, 3)}),
        ("kebutuhan", {"surplus": 1}, {"surplus": -1}),
        ("kebutuhan", {"willing": True, "wishes_unit": None}, {"willing": False, "wishes_unit": None}),
        ("sifat_pekerjaan", {"education": 30}, {"education": 15}),
        ("sifat_pekerjaan", {"field_of_study": "keperawatan"}, {"field_of_study": "Hukum"}),
    ],
)
def test_an_aspect_prefers(aspect: str, better: dict[str, Any], worse: dict[str, Any]) -> None:
    weight = [Weight(aspect, aspect, 100)]
    assert (
        score(replace(KNOWN, **better), POST, weight).score
        > score(replace(KNOWN, **worse), POST, weight).score
    )


def test_weights_decide() -> None:
    able, wished = replace(KNOWN, nip="1" * 18, jpm=100, surplus=-5, wishes_unit=None), replace(KNOWN, jpm=10)
    by_competence = rank([able, wished], POST, [Weight("kompetensi", "", 100)])
    by_need = rank([able, wished], POST, [Weight("kebutuhan", "", 100)])
    assert [entry.candidate.nip for entry in by_competence] == [able.nip, wished.nip]
    assert [entry.candidate.nip for entry in by_need] == [wished.nip, able.nip]


@pytest.mark.parametrize(
    ("kind", "grade", "level"),
    [
        ("Pelaksana", None, 1),
        ("JPT", None, 4),
        ("JF", "Ahli Madya", 3),
        ("JF", None, None),
        (None, None, None),
    ],
)
def test_level(kind: str | None, grade: str | None, level: int | None) -> None:
    assert level_of(kind, grade) == level
