"""Code lists of SIASN, the national civil-service system, with the labels people read.

Keys are the codes as SIASN's reference files write them; the database checks them (service.db.people).
"""

from __future__ import annotations

from collections.abc import Mapping

Said = tuple[str, str]
"""The same words in Indonesian and in English."""

JENIS_ASN: Mapping[str, str] = {"PNS": "Pegawai Negeri Sipil", "CPNS": "Calon PNS", "PPPK": "PPPK"}

KEDUDUKAN_HUKUM: Mapping[str, Said] = {
    "01": ("Aktif", "Active"),
    "02": ("CLTN", "Leave without state pay"),
    "03": ("Tugas Belajar", "Study assignment"),
    "04": ("Pemberhentian Sementara", "Suspended from duty"),
    "09": ("Banding Administratif", "Administrative appeal"),
    "15": ("Hukuman Disiplin", "Disciplinary sanction"),
    "20": ("Masa Persiapan Pensiun", "Preparing for retirement"),
    "92": ("Data Diblokir", "Data blocked"),
}

GOLONGAN: Mapping[str, str] = {
    "11": "I/a",
    "12": "I/b",
    "13": "I/c",
    "14": "I/d",
    "21": "II/a",
    "22": "II/b",
    "23": "II/c",
    "24": "II/d",
    "31": "III/a",
    "32": "III/b",
    "33": "III/c",
    "34": "III/d",
    "41": "IV/a",
    "42": "IV/b",
    "43": "IV/c",
    "44": "IV/d",
    "45": "IV/e",
}

PANGKAT: Mapping[str, str] = {
    "11": "Juru Muda",
    "12": "Juru Muda Tingkat I",
    "13": "Juru",
    "14": "Juru Tingkat I",
    "21": "Pengatur Muda",
    "22": "Pengatur Muda Tingkat I",
    "23": "Pengatur",
    "24": "Pengatur Tingkat I",
    "31": "Penata Muda",
    "32": "Penata Muda Tingkat I",
    "33": "Penata",
    "34": "Penata Tingkat I",
    "41": "Pembina",
    "42": "Pembina Tingkat I",
    "43": "Pembina Utama Muda",
    "44": "Pembina Utama Madya",
    "45": "Pembina Utama",
}

PENDIDIKAN: Mapping[str, Said] = {
    "05": ("SD", "Primary school"),
    "10": ("SLTP", "Lower secondary school"),
    "12": ("SLTP Kejuruan", "Lower vocational school"),
    "15": ("SLTA", "Upper secondary school"),
    "17": ("SLTA Kejuruan", "Upper vocational school"),
    "18": ("SLTA Keguruan", "Upper teachers' school"),
    "20": ("D-I", "Diploma 1"),
    "25": ("D-II", "Diploma 2"),
    "30": ("D-III", "Diploma 3"),
    "35": ("D-IV", "Diploma 4"),
    "40": ("S-1", "Bachelor"),
    "45": ("S-2", "Master"),
    "50": ("S-3", "Doctorate"),
}
"""Levels of education; a higher code is a higher level, so that codes compare as text."""

JENIS_KELAMIN: Mapping[str, Said] = {"1": ("Laki-laki", "Male"), "2": ("Perempuan", "Female")}

JENIS_PENUGASAN: Mapping[str, str] = {
    "D": "Definitif",
    "PLT": "Pelaksana tugas",
    "PLH": "Pelaksana harian",
    "PJ": "Penjabat",
    "TT": "Tugas tambahan",
}

JENIS_JABATAN: Mapping[str, str] = {
    "JPT": "Jabatan Pimpinan Tinggi",
    "Administrator": "Jabatan Administrator",
    "Pengawas": "Jabatan Pengawas",
    "JF": "Jabatan Fungsional",
    "Pelaksana": "Jabatan Pelaksana",
}

SIASN_JENIS_JABATAN: Mapping[str, str] = {
    "1": "Struktural",
    "2": "Fungsional tertentu",
    "3": "Rangkap",
    "4": "Fungsional umum",
}

ESELON: Mapping[str, str] = {
    "11": "I.a",
    "12": "I.b",
    "21": "II.a",
    "22": "II.b",
    "31": "III.a",
    "32": "III.b",
    "41": "IV.a",
    "42": "IV.b",
    "99": "Non eselon",
}

JENJANG_JF: tuple[str, ...] = (
    "Pemula",
    "Terampil",
    "Mahir",
    "Penyelia",
    "Ahli Pertama",
    "Ahli Muda",
    "Ahli Madya",
    "Ahli Utama",
)

JENIS_UNIT: Mapping[str, str] = {
    "pemda": "Pemerintah daerah",
    "sekretariat": "Sekretariat",
    "dinas": "Dinas",
    "badan": "Badan",
    "inspektorat": "Inspektorat",
    "kecamatan": "Kecamatan",
    "kelurahan": "Kelurahan",
    "puskesmas": "Puskesmas",
    "rsud": "RSUD",
    "sekolah": "Sekolah",
    "bagian": "Bagian",
    "bidang": "Bidang",
    "seksi": "Seksi atau subbagian",
    "upt": "UPT",
    "lain": "Lainnya",
}

JENIS_KOMPETENSI: Mapping[str, str] = {
    "manajerial": "Manajerial",
    "sosial_kultural": "Sosial kultural",
    "teknis": "Teknis",
}

KOMPETENSI: Mapping[str, Said] = {
    "integritas": ("Integritas", "Integrity"),
    "kerja_sama": ("Kerja sama", "Teamwork"),
    "komunikasi": ("Komunikasi", "Communication"),
    "orientasi_hasil": ("Orientasi pada hasil", "Orientation to results"),
    "pelayanan_publik": ("Pelayanan publik", "Public service"),
    "pengembangan_diri": ("Pengembangan diri dan orang lain", "Developing oneself and others"),
    "mengelola_perubahan": ("Mengelola perubahan", "Managing change"),
    "pengambilan_keputusan": ("Pengambilan keputusan", "Decision-making"),
    "perekat_bangsa": ("Perekat bangsa", "Uniting the nation"),
}
"""The eight managerial competencies and the socio-cultural one of PermenPANRB 38/2017 in both languages; technical vary."""


def kompetensi_name(kode: str) -> Said:
    """A competency in Indonesian and English; a technical one by its code."""
    plain = kode.replace("_", " ").capitalize()
    return KOMPETENSI.get(kode, (plain, plain))


TINGKAT_KOMPETENSI: Mapping[int, Said] = {
    1: ("Paham", "Aware"),
    2: ("Dasar", "Basic"),
    3: ("Menengah", "Intermediate"),
    4: ("Mumpuni", "Advanced"),
    5: ("Ahli", "Expert"),
}

EKSPEKTASI: Mapping[int, Said] = {
    1: ("Di atas ekspektasi", "Above expectations"),
    2: ("Sesuai ekspektasi", "As expected"),
    3: ("Di bawah ekspektasi", "Below expectations"),
}

PREDIKAT: Mapping[int, Said] = {
    1: ("Sangat Baik", "Very good"),
    2: ("Baik", "Good"),
    3: ("Butuh Perbaikan", "Needs improvement"),
    4: ("Kurang", "Poor"),
    5: ("Sangat Kurang", "Very poor"),
}
"""Annual rating: 1 is best."""

PERIODIK: Mapping[int, str] = {1: "Bulanan", 2: "Triwulan"}

ALASAN_ASPIRASI: Mapping[str, str] = {
    "keluarga": "Keluarga",
    "kesehatan": "Kesehatan",
    "karier": "Karier",
    "kompetensi": "Kompetensi",
    "lain": "Lainnya",
}

JENIS_RIWAYAT: Mapping[str, str] = {"MJ": "Mutasi jabatan", "MU": "Mutasi unor"}

TINGKAT_HUKDIS: Mapping[str, Said] = {
    "R": ("Ringan", "Light"),
    "S": ("Sedang", "Medium"),
    "B": ("Berat", "Heavy"),
}

STATUS_KASUS: Mapping[str, Said] = {
    "proses": ("Dalam proses", "Under way"),
    "banding": ("Banding", "Under appeal"),
    "berlaku": ("Berlaku", "In force"),
    "selesai": ("Selesai", "Finished"),
}

STATUS_DOKUMEN: Mapping[str, Said] = {
    "diajukan": ("Diajukan", "Submitted"),
    "terverifikasi": ("Terverifikasi", "Verified"),
    "ditolak": ("Ditolak", "Rejected"),
}


def pangkat_label(code: str | None) -> str:
    """`33` -> `Penata, III/c`; the grade alone where no rank is known, nothing for None."""
    rank, grade = PANGKAT.get(code or ""), golongan_label(code)
    return f"{rank}, {grade}" if rank else grade


def golongan_label(code: str | None) -> str:
    """`33` -> `III/c`; an unknown code as it is, nothing for None."""
    return GOLONGAN.get(code, code) if code else ""


def kotak_talenta(potensi: int, kinerja: int) -> int:
    """The nine-box cell 1 to 9 from both axes, each 1 to 3 with 3 high (public practice, no regulation)."""
    return {11: 1, 12: 2, 21: 3, 13: 4, 22: 5, 31: 6, 23: 7, 32: 8, 33: 9}[potensi * 10 + kinerja]
