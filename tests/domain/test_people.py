"""The NIP, grades, months and ages."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.codes import ESELON, GOLONGAN, kotak_talenta
from service.domain.errors import Invalid
from service.domain.people import (
    BadNip,
    bup,
    eselon_code,
    golongan_code,
    nip_warnings,
    parse_nip,
)

DAYS = st.dates(date(1950, 1, 1), date(2060, 12, 31))
GITA = "198503032010012003"


@given(
    born=st.dates(date(1950, 1, 1), date(2005, 12, 31)),
    year=st.integers(1970, 2030),
    month=st.sampled_from([*range(1, 13), 21]),
    jk=st.sampled_from("12"),
    serial=st.integers(1, 999),
    spaces=st.sampled_from(["{0}", " {0} ", "'{0}", "\xa0{0}"]),
)
def test_a_nip_says_what_it_was_made_of(
    born: date, year: int, month: int, jk: str, serial: int, spaces: str
) -> None:
    text = f"{born:%Y%m%d}{year}{month:02d}{jk}{serial:03d}"
    nip = parse_nip(spaces.format(f"{text[:8]} {text[8:14]} {text[14]} {text[15:]}"))
    assert nip.value == text
    assert (nip.born, nip.year, nip.month, nip.jk, nip.serial) == (born, year, month, jk, serial)
    assert nip.pppk == (month == 21)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.from_regex(r"\A\d{17,19}\Z")))
def test_anything_else_is_refused_with_a_reason_and_nothing_but_that(raw: object) -> None:
    refusal, nip = "", None
    try:
        nip = parse_nip(raw)
    except BadNip as error:
        refusal = str(error)
    assert refusal if nip is None else len(nip.value) == 18


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("1.98503E+17", "rounded"),
        ("1,98503E+17", "rounded"),
        (1.98503032010012e17, "rounded"),
        (198503032010012000, "000"),
        ("19850303201001200", "this has 17"),
        ("198502302010012003", "30-02-1985"),
        ("198503032010013003", "1 or 2"),
        ("19850303201001200x", "nothing else"),
        ("", "nothing else"),
    ],
)
def test_broken_nips_say_what_is_wrong(raw: object, says: str) -> None:
    with pytest.raises(BadNip, match=says):
        parse_nip(raw)


def test_a_number_that_kept_its_digits_is_a_nip() -> None:
    assert parse_nip(198503032010012003).value == GITA


def test_a_record_that_disagrees_with_its_nip_is_warned_about() -> None:
    nip = parse_nip(GITA)
    assert nip_warnings(nip, tgl_lahir=date(1985, 3, 3), jk="2", tmt_cpns=date(2010, 1, 1)) == []
    assert len(nip_warnings(nip, tgl_lahir=date(1985, 3, 4), jk="1", tmt_cpns=date(2011, 1, 1))) == 3


@pytest.mark.parametrize("code", GOLONGAN)
def test_grades_are_known_by_code_and_label(code: str) -> None:
    label = GOLONGAN[code]
    assert [golongan_code(text) for text in (code, label, label.upper(), label.replace("/", " "))] == [
        code
    ] * 4


@pytest.mark.parametrize("code", ESELON)
def test_echelons_are_known_by_code_and_label(code: str) -> None:
    assert [eselon_code(text) for text in (code, ESELON[code], ESELON[code].upper())] == [code] * 3


@pytest.mark.parametrize("text", ["V/a", "III", "III/f", "46", ""])
def test_other_grades_are_refused(text: str) -> None:
    with pytest.raises(Invalid):
        golongan_code(text)


def test_retirement_follows_the_kind_of_post() -> None:
    assert [bup("Pelaksana"), bup("JPT"), bup("JF", "Ahli Madya"), bup("JF", "Ahli Utama")] == [
        58,
        60,
        60,
        65,
    ]


def test_the_nine_boxes_are_nine() -> None:
    cells = [kotak_talenta(potential, performance) for potential in (1, 2, 3) for performance in (1, 2, 3)]
    assert sorted(cells) == list(range(1, 10))
    assert (kotak_talenta(3, 3), kotak_talenta(1, 3), kotak_talenta(3, 1)) == (9, 4, 6)
