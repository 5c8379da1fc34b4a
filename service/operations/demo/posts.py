"""The posts of the sample city: their kind, what they ask for, and what their work is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Post:
    """A post as a catalogue knows it. `pendidikan` and `golongan` are the least codes asked for.

    `tugas` are pieces of work with the minutes that each takes once.
    """

    nama: str
    jenis: str
    kelas: int
    pendidikan: str
    jurusan: tuple[str, ...]
    golongan: str
    teknis: str
    tugas: tuple[tuple[str, int], ...]
    eselon: str = "99"
    jenjang: str | None = None

    @property
    def siasn_jenis(self) -> str:
        return {"JF": "2", "Pelaksana": "4"}.get(self.jenis, "1")


LEADING = (
    ("Menyusun rencana kerja", 900),
    ("Membimbing dan menilai bawahan", 240),
    ("Rapat koordinasi", 120),
)
OFFICE = (("Mengelola surat", 20), ("Menyusun laporan", 180), ("Menata arsip", 30))
SERVING = (("Menerima berkas", 12), ("Memeriksa berkas", 18), ("Menjawab pertanyaan warga", 8))
FIELD = (("Meninjau lapangan", 180), ("Menyusun berita acara", 60), ("Menindaklanjuti temuan", 120))
NURSING = (("Asuhan keperawatan", 25), ("Pencatatan rekam medis", 8), ("Penyuluhan", 90))
TEACHING = (("Mengajar", 40), ("Menilai hasil belajar", 60), ("Membimbing siswa", 45))

GOVERNMENT = ("Ilmu Pemerintahan", "Administrasi Publik", "Hukum", "Manajemen")
OFFICES = ("Administrasi Publik", "Manajemen", "Akuntansi", "SMA", "SMK")


def structural(
    nama: str, eselon: str, jurusan: tuple[str, ...] = GOVERNMENT, teknis: str = "pemerintahan"
) -> Post:
    """A leading post by echelon, with the least grade and education that R10 asks for."""
    jenis = {"2": "JPT", "3": "Administrator", "4": "Pengawas"}[eselon[0]]
    kelas = {"21": 15, "22": 14, "31": 12, "32": 11, "41": 9, "42": 8}[eselon]
    golongan = {"21": "43", "22": "42", "31": "41", "32": "34", "41": "33", "42": "32"}[eselon]
    pendidikan = "30" if jenis == "Pengawas" else "40"
    return Post(nama, jenis, kelas, pendidikan, jurusan, golongan, teknis, LEADING, eselon=eselon)


def functional(
    nama: str,
    jenjang: str,
    jurusan: tuple[str, ...],
    teknis: str,
    tugas: tuple[tuple[str, int], ...],
) -> Post:
    """A functional post by its level."""
    kelas = {"Terampil": 6, "Mahir": 7, "Penyelia": 8, "Ahli Pertama": 8, "Ahli Muda": 9, "Ahli Madya": 11}
    golongan = {"Terampil": "23", "Mahir": "31", "Penyelia": "33", "Ahli Pertama": "31", "Ahli Muda": "33"}
    pendidikan = "40" if jenjang.startswith("Ahli") else "30"
    return Post(
        f"{nama} {jenjang}",
        "JF",
        kelas[jenjang],
        pendidikan,
        jurusan,
        golongan.get(jenjang, "41"),
        teknis,
        tugas,
        jenjang=jenjang,
    )


def staff(
    nama: str,
    kelas: int,
    pendidikan: str,
    jurusan: tuple[str, ...],
    teknis: str,
    tugas: tuple[tuple[str, int], ...] = OFFICE,
) -> Post:
    """A post of pelaksana."""
    return Post(
        nama, "Pelaksana", kelas, pendidikan, jurusan, "21" if pendidikan < "40" else "31", teknis, tugas
    )


CLERK = staff("Pengadministrasi Perkantoran", 5, "15", ("SMA", "SMK"), "perkantoran")
SERVICE_OFFICER = staff("Penata Layanan Operasional", 7, "40", OFFICES[:3], "pelayanan", SERVING)
TREASURER = staff("Pengolah Data dan Informasi", 6, "30", ("Akuntansi", "Teknik Informatika"), "data")
POLICY = functional("Analis Kebijakan", "Ahli Muda", GOVERNMENT, "kebijakan", FIELD)
HR_ANALYST = functional("Analis SDM Aparatur", "Ahli Muda", GOVERNMENT, "sdm_aparatur", OFFICE)
HR_JUNIOR = functional("Analis SDM Aparatur", "Ahli Pertama", GOVERNMENT, "sdm_aparatur", OFFICE)
PLANNER = functional("Perencana", "Ahli Muda", GOVERNMENT, "perencanaan", OFFICE)
AUDITOR_1 = functional("Auditor", "Ahli Pertama", ("Akuntansi", "Hukum"), "audit", FIELD)
AUDITOR_2 = functional("Auditor", "Ahli Madya", ("Akuntansi", "Hukum"), "audit", FIELD)
COMPUTER = functional("Pranata Komputer", "Ahli Pertama", ("Teknik Informatika",), "informatika", OFFICE)
ENGINEER = functional("Penata Kelola Jalan", "Ahli Pertama", ("Teknik Sipil",), "teknik_sipil", FIELD)
WELFARE = functional("Pekerja Sosial", "Ahli Pertama", ("Ilmu Sosial",), "kesejahteraan_sosial", FIELD)
POPULATION = functional(
    "Administrator Database Kependudukan", "Ahli Pertama", GOVERNMENT, "adminduk", SERVING
)

NURSE = functional("Perawat", "Terampil", ("Keperawatan",), "keperawatan", NURSING)
NURSE_AHLI = functional("Perawat", "Ahli Pertama", ("Keperawatan",), "keperawatan", NURSING)
MIDWIFE = functional("Bidan", "Terampil", ("Kebidanan",), "kebidanan", NURSING)
DOCTOR = functional("Dokter", "Ahli Pertama", ("Kedokteran",), "kedokteran", NURSING)
DOCTOR_2 = functional("Dokter", "Ahli Muda", ("Kedokteran",), "kedokteran", NURSING)
DENTIST = functional("Dokter Gigi", "Ahli Pertama", ("Kedokteran Gigi",), "kedokteran_gigi", NURSING)
PHARMACIST = functional("Apoteker", "Ahli Pertama", ("Farmasi",), "farmasi", SERVING)
NUTRITIONIST = functional("Nutrisionis", "Terampil", ("Gizi",), "gizi", NURSING)
SANITARIAN = functional(
    "Tenaga Sanitasi Lingkungan", "Terampil", ("Kesehatan Lingkungan",), "sanitasi", FIELD
)
HEALTH_HEAD = functional("Dokter", "Ahli Madya", ("Kedokteran",), "kedokteran", LEADING)

TEACHER_1 = functional("Guru", "Ahli Pertama", ("PGSD", "Pendidikan"), "pendidikan", TEACHING)
TEACHER_2 = functional("Guru", "Ahli Muda", ("PGSD", "Pendidikan"), "pendidikan", TEACHING)
HEADMASTER = functional("Guru", "Ahli Madya", ("PGSD", "Pendidikan"), "pendidikan", LEADING)
