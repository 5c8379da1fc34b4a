"""The shipped forms: whole, translated, laid out, and with conditions that hide what they should."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from service.domain import forms
from service.domain.errors import InvalidForm
from service.engine.runner import Engine
from service.settings import shipped

FOLDER = shipped("forms")
FILES = sorted(FOLDER.glob("*.json"))
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)

FIELDS = {
    "survei_kebutuhan": "selisih jabatan jumlah urgensi sebab bukti berkas_bukti",
    "analisis_kebutuhan": "periode prioritas jabatan_tujuan catatan_analisis",
    "pemetaan_kompetensi": "potensi_catatan kekuatan kelemahan catatan_pemetaan",
    "aspirasi": "bersedia tujuan_aspirasi prioritas_aspirasi alasan_aspirasi bersedia_luar pernyataan",
    "permohonan": "unit_tujuan jabatan_tujuan alasan_permohonan dokumen pernyataan",
    "susun_rencana": "calon_nip alasan_rencana alasan_khusus dasar_hukum hentikan_rencana",
    "konsultasi": "pendapat_pihak alasan_pendapat pengganti tgl_konsultasi",
    "tinjau_konsultasi": "tanggapan lanjut",
    "sosialisasi": "materi tgl_sosialisasi media hadir skor_pemahaman pertanyaan",
    "sidang_tpk": "anggota_hadir konflik putusan_tpk alasan_tpk",
    "persetujuan_pyb": "putusan_pyb alasan_pyb",
    "catat_izin": "jenis_izin nomor_izin berkas_izin tgl_kirim tgl_terima hasil_izin",
    "keputusan_ppk": "putusan_ppk alasan_ppk sk_nomor sk_tgl sk_tmt",
    "penyampaian_sk": "tgl_penyampaian bukti_terima",
    "tanggapan_sk": "tanggapan keberatan_teks",
    "jawab_keberatan": "keberatan_teks putusan_keberatan jawaban_keberatan",
    "pelantikan": "tgl_pelantikan nomor_imut",
    "serah_terima": "nomor_spmt tgl_spmt serah_terima_catatan sinkron_siasn",
    "orientasi": "tgl_mulai tgl_selesai materi_orientasi catatan_orientasi",
    "evaluasi_atasan": "predikat_kini capaian_target adaptasi_atasan catatan_atasan",
    "evaluasi_pegawai": "adaptasi_pegawai beban_dirasa catatan_pegawai",
    "evaluasi_analis": "kesimpulan target_tercapai catatan_analis_evaluasi",
    "tindak_lanjut": "jenis_tindak_lanjut pic tenggat catatan_tindak_lanjut",
    "laksanakan_pembinaan": "hasil_pembinaan tgl_selesai_pembinaan",
    "kebutuhan_mendesak": "mendesak bidang_mendesak pendidikan_dicari alasan_mendesak",
    "pelaksanaan_rencana": "laksanakan catatan_pelaksanaan",
    "nilai_beban": "beban_timpang unit_terbeban alasan_beban",
    "kpi_penutup": "kpi_tercapai kpi_pengaduan kpi_beban catatan_kpi",
    "tinjau_kinerja": "periode jabatan_tujuan dasar_kinerja catatan_kinerja",
    "forum_pegawai": "tgl_forum peserta_forum alasan_dijelaskan masukan_forum",
    "persetujuan_instansi": "instansi_asal nomor_persetujuan tgl_persetujuan hasil_persetujuan"
    " catatan_persetujuan",
    "pelatihan_persiapan": "jenis_pelatihan tgl_pelatihan_mulai tgl_pelatihan_selesai hasil_pelatihan",
    "program_mutasi": "nama_program sasaran_program instansi_terlibat kalender_program",
    "mentor": "nama_mentor rencana_mentoring jadwal_mentoring",
}


def schema_of(form: str) -> dict[str, Any]:
    return json.loads((FOLDER / f"{form}.json").read_text(encoding="utf-8"))


def test_every_human_step_has_its_form_and_no_form_is_left_over() -> None:
    assert {path.stem for path in FILES} == set(FIELDS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_form_holds_its_fields_in_both_languages(path: Path) -> None:
    schema = schema_of(path.stem)
    assert (schema["type"], schema["id"]) == ("default", path.stem)
    assert schema["schemaVersion"] >= 16
    assert forms.problems(schema) == []
    fields = forms.fields(schema)
    assert [".".join(field.path) for field in fields] == FIELDS[path.stem].split()
    ids = [component["id"] for component in schema["components"]]
    assert len(ids) == len(set(ids))
    for component in schema["components"]:
        texts = component["properties"]
        assert texts.get("label_en") or texts.get("text_en")
        assert bool(component.get("description")) == bool(texts.get("description_en"))
        assert all(option["label_en"] for option in component.get("values", ()))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_rows_of_the_layout_are_filled(path: Path) -> None:
    rows: dict[str, list[int | None]] = {}
    for component in schema_of(path.stem)["components"]:
        rows.setdefault(component["layout"]["row"], []).append(component["layout"]["columns"])
    assert all(columns == [None] or sum(c or 0 for c in columns) == 16 for columns in rows.values())


@pytest.mark.parametrize(
    ("form", "answers", "shown", "hidden"),
    [
        ("survei_kebutuhan", {"selisih": "cukup"}, {"bukti"}, {"jabatan", "jumlah", "urgensi", "sebab"}),
        (
            "survei_kebutuhan",
            {"selisih": "kurang", "jabatan": "Perawat", "jumlah": 2, "urgensi": 5},
            {"jabatan", "jumlah", "urgensi", "sebab"},
            set(),
        ),
        (
            "susun_rencana",
            {"hentikan_rencana": True, "alasan_rencana": "tidak ada calon"},
            set(),
            {"calon_nip"},
        ),
        ("konsultasi", {"pendapat_pihak": "setuju"}, {"pengganti"}, {"alasan_pendapat"}),
        (
            "konsultasi",
            {"pendapat_pihak": "tidak", "alasan_pendapat": "kurang orang"},
            {"alasan_pendapat"},
            set(),
        ),
        ("sidang_tpk", {"putusan_tpk": "setuju"}, {"konflik"}, {"alasan_tpk"}),
        ("sidang_tpk", {"putusan_tpk": "ubah", "alasan_tpk": "calon lain"}, {"alasan_tpk"}, set()),
        ("persetujuan_pyb", {"putusan_pyb": "setuju"}, {"putusan_pyb"}, {"alasan_pyb"}),
        (
            "keputusan_ppk",
            {"putusan_ppk": "tolak", "alasan_ppk": "anggaran"},
            {"alasan_ppk"},
            {"sk_nomor", "sk_tgl"},
        ),
        (
            "keputusan_ppk",
            {"putusan_ppk": "setuju", "sk_nomor": "800/1", "sk_tgl": "2026-12-01", "sk_tmt": "2027-01-01"},
            {"sk_nomor", "sk_tgl", "sk_tmt"},
            {"alasan_ppk"},
        ),
        ("tanggapan_sk", {"tanggapan": "terima"}, {"tanggapan"}, {"keberatan_teks"}),
        ("tanggapan_sk", {"tanggapan": "keberatan", "keberatan_teks": "jauh"}, {"keberatan_teks"}, set()),
        ("tindak_lanjut", {"jenis_tindak_lanjut": "tutup"}, {"catatan_tindak_lanjut"}, {"pic", "tenggat"}),
        (
            "tindak_lanjut",
            {"jenis_tindak_lanjut": "mentoring", "pic": "Hadi", "tenggat": "2027-03-01"},
            {"pic", "tenggat"},
            set(),
        ),
        ("kebutuhan_mendesak", {"mendesak": "tidak"}, {"mendesak"}, {"bidang_mendesak", "alasan_mendesak"}),
        (
            "kebutuhan_mendesak",
            {"mendesak": "ya", "bidang_mendesak": "kesehatan"},
            {"bidang_mendesak"},
            set(),
        ),
        ("nilai_beban", {"beban_timpang": "tidak"}, {"alasan_beban"}, {"unit_terbeban"}),
    ],
)
def test_conditions_run_through_feel(
    form: str, answers: dict[str, Any], shown: set[str], hidden: set[str]
) -> None:
    cleaned = forms.clean(schema_of(form), answers, {}, feel)
    assert shown <= set(cleaned)
    assert not hidden & set(cleaned)


@pytest.mark.parametrize(("party", "asked"), [("pegawai", False), ("unit_asal", True)])
def test_a_replacement_is_asked_of_units_not_of_the_employee_who_leaves(party: str, asked: bool) -> None:
    cleaned = forms.clean(
        schema_of("konsultasi"), {"pendapat_pihak": "setuju"}, {"pihak_kini": {"peran": party}}, feel
    )
    assert ("pengganti" in cleaned) is asked


@pytest.mark.parametrize(
    ("form", "answers", "missing"),
    [
        ("keputusan_ppk", {"putusan_ppk": "setuju"}, {"sk_tgl", "sk_tmt"}),
        ("keputusan_ppk", {"putusan_ppk": "kembalikan"}, {"alasan_ppk"}),
        ("keputusan_ppk", {}, {"putusan_ppk"}),
        ("sidang_tpk", {"putusan_tpk": "tolak"}, {"alasan_tpk"}),
        ("persetujuan_pyb", {"putusan_pyb": "kembalikan"}, {"alasan_pyb"}),
        ("tanggapan_sk", {"tanggapan": "keberatan"}, {"keberatan_teks"}),
        ("permohonan", {"alasan_permohonan": "ikut suami ke kota"}, {"pernyataan"}),
        ("sosialisasi", {}, {"skor_pemahaman"}),
    ],
)
def test_what_a_choice_demands_is_demanded(form: str, answers: dict[str, Any], missing: set[str]) -> None:
    with pytest.raises(InvalidForm) as refusal:
        forms.clean(schema_of(form), answers, {}, feel)
    assert refusal.value.fields == dict.fromkeys(missing, "This field is required.")


def test_candidates_and_needs_are_chosen_from_the_case() -> None:
    data = {"pilihan_calon": [{"label": "1. Ani", "value": "198001012005012001"}]}
    answers = {"calon_nip": "198001012005012001", "alasan_rencana": "paling sesuai"}
    assert forms.clean(schema_of("susun_rencana"), answers, data, feel)["calon_nip"] == "198001012005012001"
    with pytest.raises(InvalidForm) as refusal:
        forms.clean(schema_of("susun_rencana"), {**answers, "calon_nip": "197001012005012001"}, data, feel)
    assert refusal.value.fields == {"calon_nip": "This is not one of the choices."}


ENGINE = Engine()


def feel(expression: str, data: Any) -> Any:
    return ENGINE.evaluate(expression, data, NOW)
