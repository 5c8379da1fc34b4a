"""Facts are read out of variables that may be absent, half filled or of another kind; names stay secret."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web import context, facts

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
SAID: dict[str, Any] = {
    "kejelasan": "Peringatan: R02.",
    "kejelasan_en": "Warnings: R02.",
    "pemicu": {
        "jenis": "lowongan",
        "keterangan": "Perawat: belum ada.",
        "keterangan_en": "Nurse: nobody yet.",
    },
    "aturan": [
        {
            "id": "R02",
            "judul": "Masa jabatan",
            "judul_en": "Time in the post",
            "pesan": "Masa jabatan 20 bulan.",
            "pesan_en": "Months in the post: 20.",
            "dasar": "PP 11/2017 Pasal 190",
            "masukan": {"Masa jabatan (bulan)": 20, "Izin": True, "Tanpa": None},
            "masukan_en": {"Masa jabatan (bulan)": "Months in the post", "Izin": "Permit"},
        }
    ],
    "peringkat": [
        {
            "nip": "199001012015012001",
            "rincian": [{"aspek": "Kinerja", "aspek_en": "Ratings", "alasan": "Baik.", "alasan_en": "Good."}],
            "aturan": [{"id": "R02", "pesan": "Kurang.", "pesan_en": "Too little."}],
        }
    ],
    "profil_talenta": [{"kelemahan": ["Kerja sama", "Teknis"], "kelemahan_en": ["Teamwork"]}],
    "ukuran": {"dibanding": [{"ukuran": "Rasio beban", "ukuran_en": "Load ratio"}]},
}
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
    monkeypatch.setattr(context, "language", lambda: "id")


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


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        (
            True,
            (
                ("Warnings: R02.", "Nurse: nobody yet.", "Load ratio"),
                ("Time in the post", "Months in the post: 20.", "PP 11/2017 Pasal 190"),
                (("Months in the post", "20"), ("Permit", "yes"), ("Tanpa", "")),
                ("Ratings", "Good.", "Too little."),
                ("Teamwork", "Teknis"),
            ),
        ),
        (
            False,
            (
                ("Peringatan: R02.", "Perawat: belum ada.", "Rasio beban"),
                ("Masa jabatan", "Masa jabatan 20 bulan.", "PP 11/2017 Pasal 190"),
                (("Masa jabatan (bulan)", "20"), ("Izin", "ya"), ("Tanpa", "")),
                ("Kinerja", "Baik.", "Kurang."),
                ("Kerja sama", "Teknis"),
            ),
        ),
    ],
)
def test_what_the_service_said_is_said_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch, english: bool, expected: tuple[tuple[object, ...], ...]
) -> None:
    if english:
        monkeypatch.setattr(context, "language", lambda: "en")
    assert _said(SAID) == expected


def test_what_an_older_case_keeps_without_english_is_said_in_indonesian(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(context, "language", lambda: "en")
    older = _without_english(SAID)
    assert _said(older)[1] == ("Masa jabatan", "Masa jabatan 20 bulan.", "PP 11/2017 Pasal 190")
    assert _said(older)[3:] == (("Kinerja", "Baik.", "Kurang."), ("Kerja sama", "Teknis"))


def test_what_a_rule_went_by_is_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "language", lambda: "en")
    given = {"Berlaku": "2026-05-22", "Dasar": "permintaan_sendiri", "Jenis": "PNS", "Pemenuhan": 0.8333}
    (rule,) = facts.gather({"aturan": [{"id": "R12", "masukan": given}]}, names=True, others=True).rules
    assert [value for _, value in rule.inputs] == ["22 May 2026", "Own request", "PNS", "0.83"]


def test_the_codes_a_rule_went_by_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context, "language", lambda: "en")
    given = {
        "Kedudukan hukum": "15",
        "Predikat terburuk": 3,
        "Jenis mutasi": "M7",
        "Jumlah predikat": 3,
        "kedudukan": "15",
    }
    (rule,) = facts.gather({"aturan": [{"id": "R07", "masukan": given}]}, names=True, others=True).rules
    assert [value for _, value in rule.inputs] == [
        "Disciplinary sanction",
        "Needs improvement",
        "M7 · at the employee's own request",
        "3",
        "15",
    ]
    unknown = {"Kedudukan hukum": "77", "Predikat terburuk": None, "Jenis mutasi": ["M9"]}
    (rule,) = facts.gather({"aturan": [{"id": "R07", "masukan": unknown}]}, names=True, others=True).rules
    assert [value for _, value in rule.inputs] == ["77", "", "M9"]


def _said(data: dict[str, Any]) -> tuple[tuple[object, ...], ...]:
    found = facts.gather(data, names=True, others=True)
    (rule,), (candidate,), (measure,) = found.rules, found.ranking, found.review
    part = candidate.aspects[0]
    return (
        (found.summary, dict(found.why)["pemicu"], measure.measure),
        (rule.title, rule.message, rule.law),
        rule.inputs,
        (part.title, part.reason, candidate.rules[0].message),
        found.profiles[0].weaknesses,
    )


def _without_english(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _without_english(value) for key, value in data.items() if not key.endswith("_en")}
    return [_without_english(value) for value in data] if isinstance(data, list) else data


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
        patch.setattr(context, "language", lambda: "id")
        facts.gather(data, names=True, others=True)
