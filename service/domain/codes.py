"""Code lists of SIASN, the national civil-service system, with the labels people read.

Keys are the codes as SIASN's reference files write them; the database checks them (service.db.people).
"""

from __future__ import annotations

from collections.abc import Mapping

JENIS_ASN: Mapping[str, str] = {"PNS": "Pegawai Negeri Sipil", "CPNS": "Calon PNS", "PPPK": "PPPK"}

KEDUDUKAN_HUKUM: Mapping[str, str] = {
    "01": "Aktif",
    "02": "CLTN",
    "03": "Tugas Belajar",
    "04": "Pemberhentian Sementara",
    "09": "Banding Administratif",
    "15": "Hukuman Disiplin",
    "20": "Masa Persiapan Pensiun",
    "92": "Data Diblokir",
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

PENDIDIKAN: Mapping[str, str] = {
    "05": "SD",
    "10": "SLTP",
    "12": "SLTP Kejuruan",
    "15": "SLTA",
    "17": "SLTA Kejuruan",
    "18": "SLTA Keguruan",
    "20": "D-I",
    "25": "D-II",
    "30": "D-III",
    "35": "D-IV",
    "40": "S-1",
    "45": "S-2",
    "50": "S-3",
}
"""Levels of education; a higher code is a higher level, so that codes compare as text."""

JENIS_KELAMIN: Mapping[str, str] = {"1": "Laki-laki", "2": "Perempuan"}

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

KOMPETENSI: Mapping[str, str] = {
    "integritas": "Integritas",
    "kerja_sama": "Kerja sama",
    "komunikasi": "Komunikasi",
    "orientasi_hasil": "Orientasi pada hasil",
    "pelayanan_publik": "Pelayanan publik",
    "pengembangan_diri": "Pengembangan diri dan orang lain",
    "mengelola_perubahan": "Mengelola perubahan",
    "pengambilan_keputusan": "Pengambilan keputusan",
    "perekat_bangsa": "Perekat bangsa",
}
"""The eight managerial competencies and the socio-cultural one of PermenPANRB 38/2017; technical vary."""

TINGKAT_KOMPETENSI: Mapping[int, str] = {1: "Paham", 2: "Dasar", 3: "Menengah", 4: "Mumpuni", 5: "Ahli"}

EKSPEKTASI: Mapping[int, str] = {1: "Di atas ekspektasi", 2: "Sesuai ekspektasi", 3: "Di bawah ekspektasi"}

PREDIKAT: Mapping[int, str] = {
    1: "Sangat Baik",
    2: "Baik",
    3: "Butuh Perbaikan",
    4: "Kurang",
    5: "Sangat Kurang",
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

TINGKAT_HUKDIS: Mapping[str, str] = {"R": "Ringan", "S": "Sedang", "B": "Berat"}

JENIS_HUKDIS: Mapping[str, str] = {
    "23": "Pemotongan tukin 25% selama 6 bulan",
    "24": "Pemotongan tukin 25% selama 9 bulan",
    "25": "Pemotongan tukin 25% selama 12 bulan",
    "27": "Penurunan jabatan setingkat lebih rendah 12 bulan",
    "28": "Pembebasan dari jabatan menjadi pelaksana 12 bulan",
}
"""The kinds seen in SIASN's reference files (PP 94/2021); other codes are kept without a label."""

STATUS_KASUS: Mapping[str, str] = {
    "proses": "Dalam proses",
    "banding": "Banding",
    "berlaku": "Berlaku",
    "selesai": "Selesai",
}

STATUS_DOKUMEN: Mapping[str, str] = {
    "diajukan": "Diajukan",
    "terverifikasi": "Terverifikasi",
    "ditolak": "Ditolak",
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
