"""R01 to R22 through the real decision tables: what passes, what fails, and what absent data mean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from service.domain.rules import OUTCOMES, TITLES, RuleResult, verdict
from service.engine.runner import Engine
from service.settings import shipped

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
MODEL = (shipped("workflows") / "aturan_mutasi.dmn").read_bytes()
DMN = {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/"}
ENGINE = Engine()

GOOD: dict[str, Any] = {
    "tanggal": "2026-11-23",
    "tahap": "rencana",
    "jenis_mutasi": "M1",
    "antar_instansi": False,
    "jenis_asn": "PNS",
    "kedudukan_hukum": "01",
    "masa_jabatan_bulan": 36,
    "masa_pns_tahun": 12,
    "ikatan_10_tahun": True,
    "jenis_jabatan_tujuan": "Pengawas",
    "eselon_tujuan": "41",
    "jenjang_jf_tujuan": None,
    "perkara_terbuka": False,
    "hukdis_aktif": False,
    "jumlah_predikat": 2,
    "predikat_terburuk": 2,
    "bebas_temuan_bulan": 2,
    "kekurangan_tujuan": 2,
    "pemenuhan_asal": 0.95,
    "jpm": 85,
    "kompetensi_kurang": 0,
    "sudah_setingkat": False,
    "pendidikan": 40,
    "pengalaman_tahun": 5,
    "golongan": 33,
    "usia_bulan": 480,
    "tingkat_kini": 2,
    "tingkat_tujuan": 2,
    "dasar_demosi": None,
    "jabatan_diawasi": True,
    "pilkada_penetapan": "2024-09-22",
    "pilkada_akhir": "2025-02-20",
    "pelantikan_kepala": "2025-02-20",
    "kepala_pejabat": False,
    "surat_tetap_mendagri": False,
    "izin_mendagri": False,
    "konflik": False,
    "pertimbangan_tpk": True,
    "uji_kompetensi": True,
    "rekomendasi_bkn": True,
    "nomor_imut": "IMUT-1",
    "dokumen_kurang": 0,
    "hari_sejak_sk": 5,
    "hari_pertek": 5,
}
SENIOR = {
    "jenis_jabatan_tujuan": "JPT",
    "eselon_tujuan": "22",
    "golongan": 43,
    "tingkat_kini": 4,
    "tingkat_tujuan": 4,
}
CASES: list[tuple[str, dict[str, Any], str, str]] = [
    ("R01", {}, "lulus", "B"),
    ("R01", {"jenis_asn": "PPPK"}, "gagal", "B"),
    ("R01", {"jenis_asn": "CPNS"}, "gagal", "B"),
    ("R01", {"kedudukan_hukum": "15"}, "gagal", "B"),
    ("R01", {"kedudukan_hukum": None}, "peringatan", "B"),
    ("R02", {"masa_jabatan_bulan": 24}, "lulus", "P"),
    ("R02", {"masa_jabatan_bulan": 23}, "gagal", "P"),
    ("R02", {"masa_jabatan_bulan": 3}, "gagal", "P"),
    ("R02", {"masa_jabatan_bulan": 8, **SENIOR}, "gagal", "P"),
    ("R02", {"masa_jabatan_bulan": 3, "tanggal": "2020-01-01"}, "gagal", "P"),
    ("R02", {"masa_jabatan_bulan": None}, "peringatan", "P"),
    ("R03", {"masa_jabatan_bulan": 60}, "lulus", "W"),
    ("R03", {"masa_jabatan_bulan": 61}, "peringatan", "W"),
    ("R04", {}, "tidak_berlaku", "B"),
    ("R04", {"jenis_mutasi": "M7"}, "tidak_berlaku", "B"),
    ("R04", {"jenis_mutasi": "M7", "antar_instansi": True}, "lulus", "B"),
    ("R04", {"jenis_mutasi": "M7", "antar_instansi": True, "masa_pns_tahun": 9}, "gagal", "B"),
    (
        "R04",
        {"jenis_mutasi": "M7", "antar_instansi": True, "masa_pns_tahun": 9, "ikatan_10_tahun": False},
        "lulus",
        "B",
    ),
    ("R04", {"jenis_mutasi": "M7", "antar_instansi": True, "masa_pns_tahun": None}, "peringatan", "B"),
    ("R05", {}, "lulus", "B"),
    ("R05", {"hukdis_aktif": True}, "peringatan", "W"),
    ("R05", {"jenis_mutasi": "M2", "hukdis_aktif": True}, "gagal", "B"),
    ("R05", {"jenis_mutasi": "M7", "perkara_terbuka": True}, "gagal", "B"),
    ("R05", {"hukdis_aktif": None}, "peringatan", "B"),
    ("R06", {}, "lulus", "B"),
    ("R06", {"predikat_terburuk": 3}, "peringatan", "W"),
    ("R06", {"predikat_terburuk": 3, "jenis_mutasi": "M3", "antar_instansi": True}, "gagal", "B"),
    ("R06", {"jumlah_predikat": 0, "predikat_terburuk": None}, "peringatan", "W"),
    ("R06", {"jumlah_predikat": 1}, "peringatan", "W"),
    ("R07", {}, "lulus", "B"),
    ("R07", {"kedudukan_hukum": "03"}, "gagal", "B"),
    ("R07", {"bebas_temuan_bulan": 7}, "peringatan", "W"),
    ("R07", {"bebas_temuan_bulan": 7, "jenis_mutasi": "M2"}, "gagal", "B"),
    ("R07", {"bebas_temuan_bulan": None}, "peringatan", "B"),
    ("R08", {}, "lulus", "B"),
    ("R08", {"kekurangan_tujuan": 0.4}, "gagal", "B"),
    ("R08", {"pemenuhan_asal": 0.79}, "peringatan", "W"),
    ("R08", {"kekurangan_tujuan": None}, "peringatan", "B"),
    ("R09", {"jpm": 80}, "lulus", "W"),
    ("R09", {"jpm": 79.9}, "peringatan", "W"),
    ("R09", {"jpm": 67}, "peringatan", "W"),
    ("R09", {"jpm": 90, "kompetensi_kurang": 1}, "peringatan", "W"),
    ("R09", {"jpm": None, "kompetensi_kurang": None}, "peringatan", "W"),
    ("R10", {}, "lulus", "B"),
    ("R10", {"pendidikan": 15}, "gagal", "B"),
    ("R10", {"golongan": 32}, "gagal", "B"),
    ("R10", {"golongan": 32, "eselon_tujuan": "42"}, "lulus", "B"),
    ("R10", {"pengalaman_tahun": 3.9}, "gagal", "B"),
    ("R10", {"pengalaman_tahun": None}, "peringatan", "B"),
    ("R10", {**SENIOR, "usia_bulan": 56 * 12}, "lulus", "B"),
    ("R10", {**SENIOR, "usia_bulan": 56 * 12 + 1}, "gagal", "B"),
    ("R10", {"golongan": 21, "sudah_setingkat": True}, "lulus", "B"),
    ("R10", {"jenis_jabatan_tujuan": "Pelaksana", "eselon_tujuan": "99"}, "tidak_berlaku", "B"),
    ("R11", {}, "lulus", "B"),
    ("R11", {"usia_bulan": 58 * 12}, "gagal", "B"),
    ("R11", {"usia_bulan": 58 * 12 - 11}, "peringatan", "W"),
    ("R11", {**SENIOR, "usia_bulan": 58 * 12}, "lulus", "B"),
    (
        "R11",
        {"jenis_jabatan_tujuan": "JF", "jenjang_jf_tujuan": "Ahli Utama", "usia_bulan": 63 * 12},
        "lulus",
        "B",
    ),
    ("R11", {"jenis_jabatan_tujuan": "JF", "usia_bulan": 58 * 12}, "gagal", "B"),
    ("R11", {"usia_bulan": None}, "peringatan", "B"),
    ("R12", {}, "tidak_berlaku", "B"),
    ("R12", {"tingkat_tujuan": 1}, "gagal", "B"),
    ("R12", {"tingkat_tujuan": 1, "dasar_demosi": "hukdis_berat"}, "lulus", "B"),
    ("R12", {"tingkat_tujuan": 1, "dasar_demosi": "kinerja"}, "lulus", "B"),
    ("R12", {"tingkat_kini": None}, "peringatan", "B"),
    ("R13", {}, "lulus", "P"),
    ("R13", {"tanggal": "2024-03-22"}, "perlu_izin", "P"),
    ("R13", {"tanggal": "2024-03-21"}, "lulus", "P"),
    ("R13", {"tanggal": "2024-10-01", "izin_mendagri": True}, "lulus", "P"),
    ("R13", {"tanggal": "2024-10-01", "jabatan_diawasi": False}, "tidak_berlaku", "P"),
    ("R13", {"pilkada_penetapan": None}, "peringatan", "P"),
    ("R14", {}, "lulus", "P"),
    ("R14", {"tanggal": "2025-08-20"}, "perlu_izin", "P"),
    ("R14", {"tanggal": "2025-08-21"}, "lulus", "P"),
    ("R14", {"pelantikan_kepala": None}, "peringatan", "P"),
    ("R15", {}, "tidak_berlaku", "P"),
    ("R15", {"kepala_pejabat": True}, "perlu_izin", "P"),
    ("R15", {"kepala_pejabat": True, "surat_tetap_mendagri": True}, "lulus", "P"),
    ("R15", {"kepala_pejabat": None}, "peringatan", "P"),
    ("R16", {}, "lulus", "B"),
    ("R16", {"konflik": True}, "gagal", "B"),
    ("R16", {"konflik": None}, "peringatan", "B"),
    ("R17", {}, "lulus", "B"),
    ("R17", {"pertimbangan_tpk": False}, "peringatan", "B"),
    ("R17", {"pertimbangan_tpk": False, "tahap": "ppk"}, "gagal", "B"),
    ("R18", {}, "tidak_berlaku", "B"),
    ("R18", SENIOR, "lulus", "B"),
    ("R18", {**SENIOR, "rekomendasi_bkn": False}, "peringatan", "B"),
    ("R18", {**SENIOR, "rekomendasi_bkn": False, "tahap": "ppk"}, "gagal", "B"),
    ("R19", {}, "lulus", "B"),
    ("R19", {"nomor_imut": None}, "peringatan", "B"),
    ("R19", {"nomor_imut": None, "tahap": "ppk"}, "gagal", "B"),
    ("R19", {"jenis_jabatan_tujuan": "Pelaksana"}, "tidak_berlaku", "B"),
    ("R20", {}, "lulus", "B"),
    ("R20", {"dokumen_kurang": 2}, "peringatan", "B"),
    ("R20", {"dokumen_kurang": 2, "jenis_mutasi": "M2", "antar_instansi": True}, "gagal", "B"),
    ("R20", {"dokumen_kurang": 2, "tahap": "ppk"}, "gagal", "B"),
    ("R21", {"hari_sejak_sk": 14}, "lulus", "timer"),
    ("R21", {"hari_sejak_sk": 15}, "gagal", "timer"),
    ("R21", {"hari_sejak_sk": None}, "tidak_berlaku", "timer"),
    ("R22", {"hari_pertek": 15}, "lulus", "timer"),
    ("R22", {"hari_pertek": 16}, "gagal", "timer"),
    ("R22", {"hari_pertek": None}, "tidak_berlaku", "timer"),
]


@pytest.mark.parametrize(("rule", "change", "outcome", "severity"), CASES)
def test_a_rule_says(rule: str, change: dict[str, Any], outcome: str, severity: str) -> None:
    decision = ENGINE.decide(MODEL, rule, {**GOOD, **change}, NOW)
    said = decision.value
    assert (said["hasil"], said["tingkat"]) == (outcome, severity)
    assert said["pesan"]
    assert said["pesan_en"]
    assert said["dasar"]


def test_every_rule_has_a_good_and_another_case() -> None:
    for rule in TITLES:
        outcomes = {outcome for name, _, outcome, _ in CASES if name == rule}
        assert len(outcomes) >= 2, rule
        assert outcomes & {"lulus", "tidak_berlaku"}, rule


@pytest.mark.parametrize("rule", TITLES)
def test_without_any_data_a_rule_warns_or_waits_but_never_passes(rule: str) -> None:
    known = ("tanggal", "tahap", "jenis_mutasi", "jenis_jabatan_tujuan", "eselon_tujuan")
    nothing = {name: GOOD[name] if name in known else None for name in GOOD}
    said = ENGINE.decide(MODEL, rule, nothing, NOW).value
    assert said["hasil"] in {"peringatan", "tidak_berlaku"}


def test_the_whole_model_answers_in_order() -> None:
    results = ENGINE.decide(MODEL, "aturan_mutasi", GOOD, NOW).value
    assert [result["id"] for result in results] == list(TITLES)
    assert {result["hasil"] for result in results} <= OUTCOMES


def test_every_row_cites_its_source_and_every_rule_is_titled() -> None:
    root = etree.fromstring(MODEL)
    titles = {node.get("id"): node.get("label") for node in root.iterfind("dmn:decision", DMN)}
    assert {rule: titles[rule] for rule in TITLES} == {rule: title for rule, (title, _) in TITLES.items()}
    for rule in TITLES:
        rows = root.findall(f"dmn:decision[@id='{rule}']/dmn:decisionTable/dmn:rule", DMN)
        assert rows
        for row in rows:
            assert row.findtext("dmn:annotationEntry/dmn:text", namespaces=DMN)


def test_the_row_that_fired_is_named_with_what_it_looked_at() -> None:
    decision = ENGINE.decide(MODEL, "R02", {**GOOD, "masa_jabatan_bulan": 3}, NOW)
    (row,) = decision.matched
    assert row.rule == "R02_5"
    assert row.inputs["Masa jabatan (bulan)"] == 3


def _result(outcome: str, severity: str) -> RuleResult:
    return RuleResult("R02", outcome, severity, "", "")


@pytest.mark.parametrize(
    ("outcome", "severity", "reason", "expected"),
    [
        ("lulus", "B", None, (False, False, False)),
        ("gagal", "B", "alasan", (True, False, False)),
        ("gagal", "P", None, (False, False, True)),
        ("gagal", "P", "  ", (False, False, True)),
        ("gagal", "P", "kebutuhan mendesak", (False, False, False)),
        ("perlu_izin", "P", None, (False, True, False)),
        ("peringatan", "W", None, (False, False, False)),
        ("gagal", "timer", None, (False, False, False)),
    ],
)
def test_what_results_add_up_to(
    outcome: str, severity: str, reason: str | None, expected: tuple[bool, ...]
) -> None:
    found = verdict([_result(outcome, severity)], reason)
    assert (found.blocked, found.needs_permit, found.needs_reason) == expected
    assert found.summary
    assert found.summary_en not in ("", found.summary)
