"""Facts are read out of variables that may be absent, half filled or of another kind; names stay secret."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web import facts

DATA: dict[str, Any] = {
    "calon": {"nip": "199001012015012001", "nama": "Gita", "jabatan": "Perawat", "unit": "U2", "unit_nama": "Kecamatan"},
    "asal": {"unit": "U2", "unit_nama": "Kecamatan", "rasio_sebelum": 0.7, "rasio_sesudah": 0.9},
    "tujuan": {"unit": "U1", "unit_nama": "Puskesmas", "jabatan": "Perawat", "rasio_sebelum": 1.4, "rasio_sesudah": 1.1},
    "jpm": 82.5,
    "aturan": [
        {"id": "R01", "judul": "Status", "hasil": "lulus", "tingkat": "B", "pesan": "", "dasar": "Perka 5/2019"},
        {"id": "R02", "judul": "Masa jabatan", "hasil": "gagal", "tingkat": "P", "pesan": "20 bulan", "dasar": "Pasal 190"},
        {"id": "R10", "judul": "Syarat", "hasil": "gagal", "tingkat": "B", "pesan": "S1", "dasar": "PP 11/2017"},
    ],
    "peringkat": [{"nip": "199001012015012001", "nama": "Gita", "rincian": [{"aspek": "Kompetensi", "nilai": None}]}],
    "pendapat": [{"peran": "pegawai", "label": "Gita", "diam": True}, {"label": "Puskesmas", "pendapat_pihak": "setuju"}],
    "aspirasi": [{"nama": "Gita", "bersedia": "ya"}, {"nama": "Hana", "bersedia": None}],
}  # fmt: skip
KEYS = [
    *DATA,
    "kebutuhan",
    "kebutuhan_unit",
    "profil_talenta",
    "ukuran",
    "sk",
    "pemicu",
    "jabatan_dituju",
    "kejelasan",
]
INNER = ["nip", "hasil", "rincian", "unit", "kotak", "predikat", "bulan"]
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
ANYTHING = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(INNER), inner),
    max_leaves=8,
)


@pytest.fixture(autouse=True)
def in_indonesian(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "in_language", lambda indonesian, english: indonesian)


def test_everything_is_shown_to_those_who_decide() -> None:
    found = facts.gather(DATA, names=True, others=True)
    assert found.person is not None
    assert found.origin is not None
    assert (found.person.name, found.origin.load.before, found.fit) == ("Gita", 0.7, 82.5)
    assert [(rule.id, rule.tone) for rule in found.rules] == [
        ("R01", "good"),
        ("R02", "warn"),
        ("R10", "bad"),
    ]
    assert found.chosen is not None
    assert found.chosen.aspects[0].value is None
    assert [row.value for row in found.opinions] == ["diam", "setuju"]
    assert [row.value for row in found.wishes] == ["bersedia", "diam"]


def test_names_stay_secret_from_those_who_do_not_decide() -> None:
    found = facts.gather(DATA, names=False, others=False)
    assert found.hidden
    assert (found.person, found.origin, found.ranking, found.opinions, found.rules) == (
        None,
        None,
        (),
        (),
        (),
    )
    assert "Gita" not in repr(found)


def test_the_one_who_is_meant_sees_the_move_but_no_other_candidate() -> None:
    found = facts.gather(DATA, names=True, others=False)
    assert found.person is not None
    assert (found.ranking, found.profiles, found.wishes, found.opinions) == ((), (), (), ())


def test_an_empty_case_has_no_facts() -> None:
    assert facts.gather({}, names=True, others=True) == facts.Facts()


@given(st.dictionaries(st.sampled_from(KEYS), ANYTHING))
def test_no_variable_of_whatever_kind_breaks_a_page(data: dict[str, Any]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facts, "in_language", lambda indonesian, english: indonesian)
        facts.gather(data, names=True, others=True)
