"""The agencies (dinas, badan) of the sample city: what they are complained about, and their divisions."""

from __future__ import annotations

from service.operations.demo import posts
from service.operations.demo.posts import Post, functional

HR_AGENCY = "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"
_CONTROL = functional(
    "Pengawas Lingkungan Hidup", "Ahli Pertama", ("Kesehatan Lingkungan",), "lingkungan", posts.FIELD
)
_PERMITS = functional("Penata Perizinan", "Ahli Pertama", posts.GOVERNMENT, "perizinan", posts.SERVING)
_TRADE = functional(
    "Pengawas Perdagangan", "Ahli Pertama", ("Manajemen", "Hukum"), "perdagangan", posts.FIELD
)
_WORK = functional("Mediator Hubungan Industrial", "Ahli Pertama", ("Hukum",), "ketenagakerjaan", posts.FIELD)
_TAX = functional(
    "Analis Pajak Daerah", "Ahli Pertama", ("Akuntansi", "Manajemen"), "pajak_daerah", posts.SERVING
)

Agency = tuple[str, str, tuple[str, ...], int, tuple[tuple[str, Post], ...]]


def three(first: str, second: str, third: str, specialist: Post) -> tuple[tuple[str, Post], ...]:
    """Two divisions around a specialist post and one around policy."""
    return ((first, specialist), (second, specialist), (third, posts.POLICY))


CITY_AGENCIES: tuple[Agency, ...] = (
    (
        "Dinas Kesehatan",
        "dinas",
        ("kesehatan",),
        4,
        three("Pelayanan", "Pencegahan", "Sumber Daya", posts.SANITARIAN),
    ),
    (
        "Dinas Pendidikan",
        "dinas",
        ("pendidikan",),
        5,
        three("Dasar", "Menengah", "Ketenagaan", posts.PLANNER),
    ),
    (
        "Dinas Kependudukan dan Pencatatan Sipil",
        "dinas",
        ("adminduk", "antrean"),
        14,
        three("Pendaftaran", "Pencatatan Sipil", "Data", posts.POPULATION),
    ),
    (
        "Dinas Sosial",
        "dinas",
        ("bansos",),
        9,
        three("Rehabilitasi", "Jaminan", "Pemberdayaan", posts.WELFARE),
    ),
    (
        "Dinas Pekerjaan Umum",
        "dinas",
        ("jalan", "drainase"),
        16,
        three("Bina Marga", "Air", "Tata Ruang", posts.ENGINEER),
    ),
    (
        "Dinas Perumahan Rakyat",
        "dinas",
        ("perumahan",),
        5,
        three("Perumahan", "Permukiman", "Lahan", posts.ENGINEER),
    ),
    (
        "Dinas Perhubungan",
        "dinas",
        ("parkir", "lalu_lintas"),
        9,
        three("Lalu Lintas", "Angkutan", "Sarana", posts.ENGINEER),
    ),
    (
        "Dinas Komunikasi dan Informatika",
        "dinas",
        ("layanan_daring",),
        4,
        three("Aplikasi", "Jaringan", "Statistik", posts.COMPUTER),
    ),
    (
        "Dinas Lingkungan Hidup",
        "dinas",
        ("sampah",),
        15,
        three("Kebersihan", "Pengendalian", "Penataan", _CONTROL),
    ),
    ("Dinas Perdagangan", "dinas", ("pasar",), 6, three("Pasar", "Metrologi", "Distribusi", _TRADE)),
    (
        "Dinas Tenaga Kerja",
        "dinas",
        ("ketenagakerjaan",),
        4,
        three("Penempatan", "Pelatihan", "Hubungan Industrial", _WORK),
    ),
    (
        "Dinas Penanaman Modal",
        "dinas",
        ("perizinan",),
        10,
        three("Perizinan", "Promosi", "Pengaduan", _PERMITS),
    ),
    (
        "Dinas Pariwisata",
        "dinas",
        ("pariwisata",),
        2,
        three("Destinasi", "Pemasaran", "Ekonomi Kreatif", posts.PLANNER),
    ),
    (
        "Dinas Ketahanan Pangan",
        "dinas",
        ("pangan",),
        2,
        three("Produksi", "Distribusi Pangan", "Konsumsi", posts.PLANNER),
    ),
    ("Dinas Perpustakaan", "dinas", (), 0, three("Layanan", "Arsip", "Minat Baca", posts.PLANNER)),
    (
        "Satuan Polisi Pamong Praja",
        "badan",
        ("ketertiban",),
        8,
        three("Ketertiban", "Penegakan", "Linmas", posts.PLANNER),
    ),
    (
        "Badan Perencanaan Pembangunan",
        "badan",
        (),
        0,
        three("Ekonomi", "Fisik", "Penelitian", posts.PLANNER),
    ),
    (
        "Badan Pendapatan Daerah",
        "badan",
        ("pajak",),
        6,
        three("Pendataan", "Penagihan", "Pengendalian", _TAX),
    ),
    ("Badan Keuangan dan Aset", "badan", (), 0, three("Anggaran", "Perbendaharaan", "Aset", _TAX)),
    ("Badan Kesatuan Bangsa", "badan", (), 0, three("Politik", "Kewaspadaan", "Wawasan", posts.PLANNER)),
    (
        "Badan Penanggulangan Bencana",
        "badan",
        ("bencana",),
        3,
        three("Kesiapsiagaan", "Darurat", "Rehabilitasi", posts.ENGINEER),
    ),
)
PROVINCE_AGENCIES: tuple[Agency, ...] = (
    *CITY_AGENCIES,
    ("Dinas Kehutanan", "dinas", ("kehutanan",), 3, three("Konservasi", "Produksi", "Penyuluhan", _CONTROL)),
    (
        "Dinas Energi dan Mineral",
        "dinas",
        ("pertambangan",),
        3,
        three("Energi", "Mineral", "Air Tanah", posts.ENGINEER),
    ),
    (
        "Dinas Kelautan dan Perikanan",
        "dinas",
        ("perikanan",),
        2,
        three("Tangkap", "Budidaya", "Pesisir", _CONTROL),
    ),
    (
        "Dinas Perkebunan",
        "dinas",
        ("perkebunan",),
        2,
        three("Tanaman", "Pengolahan", "Perlindungan", posts.PLANNER),
    ),
    (
        "Dinas Peternakan",
        "dinas",
        ("peternakan",),
        2,
        three("Bibit", "Kesehatan Hewan", "Pakan", posts.PLANNER),
    ),
    ("Badan Penghubung", "badan", (), 0, three("Promosi", "Antarlembaga", "Layanan", posts.PLANNER)),
)
