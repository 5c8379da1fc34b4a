"""The units of the sample city and their posts, in three sizes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from service.operations.demo import posts
from service.operations.demo.agencies import CITY_AGENCIES, HR_AGENCY, PROVINCE_AGENCIES
from service.operations.demo.names import Names
from service.operations.demo.posts import Post, structural

Staffing = tuple[tuple[Post, int], ...]
SIZES = ("kecamatan", "kota", "provinsi")


@dataclass(slots=True)
class Place:
    """A unit to be. `head` leads it (as a task added to a functional post where `head_added`).

    `complaints`: categories of complaints and the usual number a month; None for units that serve no public.
    """

    nama: str
    jenis: str
    head: Post | None = None
    staff: Staffing = ()
    children: list[Place] = field(default_factory=list)
    head_added: bool = False
    leads_satker: bool = False
    complaints: tuple[tuple[str, ...], float] | None = None

    def walk(self, parent: Place | None = None) -> Iterator[tuple[Place, Place | None]]:
        """This unit and those below it, each with the one above it; parents come first."""
        yield self, parent
        for child in self.children:
            yield from child.walk(self)


def plan(size: str, names: Names) -> Place:
    """The units of a size: a district of about 60 employees, a city of 5,000, a province of 50,000."""
    return {"kecamatan": _district, "kota": _city, "provinsi": _province}[size](names)


def _district(names: Names) -> Place:
    area = names.place()
    root = Place("Pemerintah Kota Contoh", "pemda")
    district = _kecamatan(area)
    district.children = [
        *(_kelurahan(names.place()) for _ in range(3)),
        _puskesmas(area, nurses=6, midwives=4),
        *(_primary_school(number, area) for number in (1, 2)),
    ]
    root.children = [district]
    return root


def _city(names: Names) -> Place:
    root = Place("Pemerintah Kota Contoh", "pemda")
    root.children = [
        *_offices("Kota", "Daerah"),
        *(_agency(*agency) for agency in CITY_AGENCIES),
        _hospital("RSUD Kota", 1),
    ]
    health = next(place for place in root.children if place.nama == "Dinas Kesehatan")
    education = next(place for place in root.children if place.nama == "Dinas Pendidikan")
    areas = [names.place() for _ in range(10)]
    for area in areas:
        district = _kecamatan(area)
        district.children = [_kelurahan(names.place()) for _ in range(6)]
        root.children.append(district)
        health.children += [_puskesmas(area if not extra else names.place(), 13, 9) for extra in range(2)]
        education.children += [_primary_school(number, area) for number in range(1, 18)]
    health.children += [_puskesmas(names.place(), 13, 9) for _ in range(4)]
    education.children += [_secondary_school(f"SMPN {number}", 18) for number in range(1, 26)]
    return root


def _province(names: Names) -> Place:
    root = Place("Pemerintah Provinsi Contoh", "pemda")
    root.children = [
        *_offices("Provinsi", "Daerah"),
        *(_agency(*agency, wide=3) for agency in PROVINCE_AGENCIES),
    ]
    root.children += [_hospital(f"RSUD Provinsi {names.place()}", 3) for _ in range(7)]
    education = next(place for place in root.children if place.nama == "Dinas Pendidikan")
    for _ in range(24):
        regency = names.place()
        root.children.append(_branch(f"UPT Pendapatan {regency}", "pendapatan", 3))
        root.children.append(_branch(f"UPT Jalan dan Jembatan {regency}", "infrastruktur", 3))
        education.children += [_secondary_school(f"SMAN {number} {regency}", 36) for number in range(1, 19)]
        education.children += [_secondary_school(f"SMKN {number} {regency}", 44) for number in range(1, 12)]
    return root


def _kecamatan(area: str) -> Place:
    camat = structural("Camat", "31")
    staffing = (
        (structural("Sekretaris Kecamatan", "32"), 1),
        (structural("Kepala Seksi Pemerintahan", "41"), 1),
        (structural("Kepala Seksi Pelayanan Umum", "41", teknis="pelayanan"), 1),
        (structural("Kepala Seksi Kesejahteraan Sosial", "41", teknis="kesejahteraan_sosial"), 1),
        (posts.SERVICE_OFFICER, 4),
        (posts.TREASURER, 1),
        (posts.CLERK, 3),
    )
    return Place(
        f"Kecamatan {area}",
        "kecamatan",
        camat,
        staffing,
        leads_satker=True,
        complaints=(("adminduk", "pelayanan"), 4),
    )


def _kelurahan(area: str) -> Place:
    staffing = (
        (structural("Sekretaris Kelurahan", "42"), 1),
        (posts.SERVICE_OFFICER, 2),
        (posts.CLERK, 2),
    )
    lurah = structural("Lurah", "41")
    return Place(
        f"Kelurahan {area}", "kelurahan", lurah, staffing, leads_satker=True, complaints=(("adminduk",), 2)
    )


def _puskesmas(area: str, nurses: int, midwives: int) -> Place:
    large = nurses > 6
    staffing = (
        (structural("Kepala Subbagian Tata Usaha", "42", ("Kesehatan Lingkungan", "Manajemen")), 1),
        (posts.DOCTOR, 3 if large else 1),
        (posts.DOCTOR_2, 1),
        (posts.DENTIST, 1 if large else 0),
        (posts.NURSE, nurses),
        (posts.NURSE_AHLI, 3 if large else 1),
        (posts.MIDWIFE, midwives),
        (posts.PHARMACIST, 1),
        (posts.NUTRITIONIST, 2 if large else 1),
        (posts.SANITARIAN, 2 if large else 1),
        (posts.CLERK, 4 if large else 2),
    )
    return Place(
        f"Puskesmas {area}",
        "puskesmas",
        posts.HEALTH_HEAD,
        staffing,
        head_added=True,
        leads_satker=True,
        complaints=(("antrean", "kesehatan"), 5),
    )


def _hospital(nama: str, scale: int) -> Place:
    staffing = (
        (structural("Wakil Direktur Pelayanan", "32", ("Kedokteran", "Keperawatan"), "kesehatan"), 1),
        (structural("Wakil Direktur Umum", "32", ("Manajemen", "Akuntansi")), 1),
        (posts.DOCTOR, 30 * scale),
        (posts.DOCTOR_2, 25 * scale),
        (posts.NURSE, 150 * scale),
        (posts.NURSE_AHLI, 60 * scale),
        (posts.MIDWIFE, 45 * scale),
        (posts.PHARMACIST, 15 * scale),
        (posts.NUTRITIONIST, 12 * scale),
        (posts.TREASURER, 25 * scale),
        (posts.CLERK, 50 * scale),
    )
    director = structural("Direktur", "22", ("Kedokteran",), "kesehatan")
    return Place(
        nama, "rsud", director, staffing, leads_satker=True, complaints=(("antrean", "kesehatan"), 25)
    )


def _primary_school(number: int, area: str) -> Place:
    staffing = ((posts.TEACHER_1, 5), (posts.TEACHER_2, 2), (posts.CLERK, 1))
    return Place(
        f"SDN {number} {area}", "sekolah", posts.HEADMASTER, staffing, head_added=True, leads_satker=True
    )


def _secondary_school(nama: str, teachers: int) -> Place:
    staffing = (
        (posts.TEACHER_1, teachers),
        (posts.TEACHER_2, teachers // 3),
        (posts.TREASURER, 1),
        (posts.CLERK, 2),
    )
    return Place(nama, "sekolah", posts.HEADMASTER, staffing, head_added=True, leads_satker=True)


def _branch(nama: str, category: str, clerks: int) -> Place:
    staffing = (
        (structural("Kepala Subbagian Tata Usaha", "41"), 1),
        (structural("Kepala Seksi Pelayanan", "41", teknis="pelayanan"), 1),
        (posts.SERVICE_OFFICER, 12),
        (posts.ENGINEER if category == "infrastruktur" else posts.TREASURER, 8),
        (posts.CLERK, clerks),
    )
    head = structural("Kepala UPT", "31")
    return Place(nama, "upt", head, staffing, leads_satker=True, complaints=((category,), 4))


def _offices(kind: str, region: str) -> list[Place]:
    """The secretariat with its sections, the inspectorate, the HR agency."""
    sections = (
        "Pemerintahan",
        "Hukum",
        "Organisasi",
        "Umum",
        "Kesejahteraan Rakyat",
        "Pengadaan",
        "Protokol",
    )
    secretariat = Place(
        f"Sekretariat {region} {kind}",
        "sekretariat",
        structural("Sekretaris Daerah", "21"),
        ((structural("Asisten Pemerintahan", "22"), 1), (structural("Asisten Administrasi Umum", "22"), 1)),
    )
    secretariat.children = [
        Place(
            f"Bagian {section}",
            "bagian",
            structural(f"Kepala Bagian {section}", "31"),
            ((posts.POLICY, 3), (posts.TREASURER, 2), (posts.CLERK, 4)),
        )
        for section in sections
    ]
    inspectorate = Place(
        f"Inspektorat {kind}",
        "inspektorat",
        structural("Inspektur", "22", ("Hukum", "Akuntansi"), "audit"),
        (
            (structural("Sekretaris Inspektorat", "31"), 1),
            (posts.AUDITOR_2, 6),
            (posts.AUDITOR_1, 18),
            (posts.CLERK, 6),
        ),
        leads_satker=True,
    )
    hr_divisions = (
        ("Mutasi dan Promosi", posts.HR_ANALYST),
        ("Pengadaan dan Informasi", posts.HR_JUNIOR),
        ("Pengembangan Kompetensi", posts.HR_ANALYST),
    )
    return [secretariat, inspectorate, _agency(HR_AGENCY, "badan", (), 0, hr_divisions)]


def _agency(
    nama: str,
    jenis: str,
    categories: tuple[str, ...],
    monthly: int,
    divisions: tuple[tuple[str, Post], ...],
    wide: int = 1,
) -> Place:
    """A dinas or badan: its head, a secretariat, and divisions around a specialist post."""
    head = structural(f"Kepala {nama.split()[0]}", "22")
    agency = Place(
        nama,
        jenis,
        head,
        ((posts.PLANNER, wide), (posts.POLICY, wide)),
        leads_satker=True,
        complaints=(categories, monthly) if categories else None,
    )
    secretariat = Place(
        f"Sekretariat {nama}",
        "bidang",
        structural("Sekretaris", "31"),
        (
            (structural("Kepala Subbagian Umum dan Kepegawaian", "41"), 1),
            (structural("Kepala Subbagian Keuangan", "41", ("Akuntansi", "Manajemen"), "keuangan"), 1),
            (posts.TREASURER, 2 * wide),
            (posts.CLERK, 4 * wide),
        ),
    )
    agency.children = [
        secretariat,
        *(
            Place(
                f"Bidang {division}, {nama}",
                "bidang",
                structural(f"Kepala Bidang {division}", "32"),
                ((specialist, 4 * wide), (posts.SERVICE_OFFICER, 3 * wide), (posts.CLERK, 2 * wide)),
            )
            for division, specialist in divisions
        ),
    ]
    return agency
