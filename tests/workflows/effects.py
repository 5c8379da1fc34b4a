"""Fixed results of the service tasks, so that a walk depends on the diagram and the answers alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, Any]

SURVEYED = [
    {"unit": "U1", "nama": "Puskesmas Plaju", "kepala_nip": "197001012000011001"},
    {"unit": "U2", "nama": "Kecamatan Ilir", "kepala_nip": "197102022000012002"},
]
ASKED = [
    {"nip": "198503032010011003", "nama": "Gita"},
    {"nip": "198604042011012004", "nama": "Hana"},
]
PARTIES = [
    {"peran": "unit_asal", "label": "Unit asal", "unit": "U2", "nip": "197102022000012002"},
    {"peran": "unit_penerima", "label": "Unit penerima", "unit": "U1", "nip": "197001012000011001"},
    {"peran": "pegawai", "label": "Gita", "unit": "U2", "nip": "198503032010011003"},
]
CANDIDATE = {
    "nip": "198503032010011003",
    "nama": "Gita",
    "jabatan": "Perawat",
    "golongan": "III/c",
    "unit": "U2",
    "unit_nama": "Kecamatan Ilir",
}
TARGET_POSITION = {
    "id": "J1",
    "nama": "Kepala seksi",
    "unit": "U1",
    "unit_nama": "Puskesmas Plaju",
    "kelas": 9,
    "jenis": "Pengawas",
    "eselon": "41",
}
DECREE = {"nomor": "800.1.3.3/048/2027", "tgl": "2027-03-01", "tmt": "2027-04-01"}


def siapkan_kasus(data: Data) -> Data:
    return {
        "periode": "2027",
        "jenis_mutasi": data.get("jenis_mutasi", "M1"),
        "wke_menit": 75000,
        "survei": SURVEYED,
        "unit_tujuan": data.get("unit_tujuan"),
        "jabatan_tujuan": data.get("jabatan_tujuan"),
        "nomor_kasus": "MUT-2027-0001",
    }


def hitung_kebutuhan(data: Data) -> Data:
    need = {
        "jabatan_id": "J1",
        "jabatan": "Perawat",
        "unit": "U1",
        "unit_nama": "Puskesmas Plaju",
        "formasi": 5,
        "bezetting": 3,
        "kebutuhan": 5,
        "gap": -2,
        "rasio": 1.4,
        "pengaduan_6_bulan": 12,
    }
    return {"kebutuhan": [need], "pilihan_kebutuhan": [{"label": "Perawat", "value": "J1"}]}


def petakan_kompetensi(data: Data) -> Data:
    profile = {"nip": CANDIDATE["nip"], "nama": "Gita", "jpm": 82, "kotak": 8}
    return {"jabatan_dituju": TARGET_POSITION, "profil_talenta": [profile], "responden": ASKED}


def peringkat_calon(data: Data) -> Data:
    ranked = {"nip": CANDIDATE["nip"], "nama": "Gita", "skor": 81.5, "rincian": [], "aturan": []}
    return {"peringkat": [ranked], "pilihan_calon": [{"label": "Gita", "value": CANDIDATE["nip"]}]}


def tetapkan_calon(data: Data) -> Data:
    return {
        "calon": CANDIDATE,
        "asal": {"unit": "U2", "unit_nama": "Kecamatan Ilir", "kepala_nip": "197102022000012002"},
        "tujuan": {"unit": "U1", "unit_nama": "Puskesmas Plaju", "kepala_nip": "197001012000011001"},
        "pihak": PARTIES,
        "jpm": 82,
    }


def periksa_aturan(data: Data) -> Data:
    return {
        "aturan": [],
        "terblokir": False,
        "perlu_izin_mendagri": bool(data.get("perlu_izin_mendagri")),
        "perlu_alasan": False,
        "kejelasan": "Semua aturan dipenuhi.",
    }


def catat_sk(data: Data) -> Data:
    return {"sk": DECREE, "baseline": {"tanggal": "2027-03-01", "predikat": 2, "cv_rasio": 0.3}}


def perbarui_riwayat(data: Data) -> Data:
    return {"riwayat_id": "R1"}


def hitung_evaluasi(data: Data) -> Data:
    return {"ukuran": {"bulan": data["bulan"], "rasio_tujuan": 1.1, "dibanding": [], "capaian_persen": 80}}


def batalkan_sk(data: Data) -> Data:
    return {}


def tutup_kasus(data: Data) -> Data:
    """The real effect writes cases.outcome from hasil_akhir: a diagram that closes must have set it."""
    assert data["hasil_akhir"], "tutup_kasus needs hasil_akhir"
    return {}


EFFECTS: Mapping[str, Callable[[Data], Data]] = {
    effect.__name__: effect
    for effect in (
        siapkan_kasus,
        hitung_kebutuhan,
        petakan_kompetensi,
        peringkat_calon,
        tetapkan_calon,
        periksa_aturan,
        catat_sk,
        perbarui_riwayat,
        hitung_evaluasi,
        batalkan_sk,
        tutup_kasus,
    )
}
