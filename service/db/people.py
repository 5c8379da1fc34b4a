"""Units, positions, employees and what is known about them. Columns are named with SIASN's words.

A position is a post in a unit with its approved number (formasi); staff in place (bezetting) is the number of
employees who hold it. Code lists are in service.domain.codes and checked by the database.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime
from service.db.cases import BigKey
from service.domain import codes


def _one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def _between(column: str, low: int, high: int) -> CheckConstraint:
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=column)


class Unit(Base):
    """An organisation unit (unor). `id` is SIASN's unor id; `kepala_nip` its head, definitive or acting.

    The head is no foreign key: units are imported before the employees.
    """

    __tablename__ = "unit"
    __table_args__ = (_one_of("jenis", codes.JENIS_UNIT),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    induk_id: Mapped[str | None] = mapped_column(
        ForeignKey("unit.id", deferrable=True, initially="DEFERRED"), index=True
    )
    nama: Mapped[str] = mapped_column(String(200))
    jenis: Mapped[str] = mapped_column(String(16), default="lain")
    instansi_id: Mapped[str] = mapped_column(String(64))
    kepala_nip: Mapped[str | None] = mapped_column(String(18), index=True)


class Position(Base):
    """A post (jabatan) in a unit: its kind, its class, how many are approved, and what it asks for."""

    __tablename__ = "position"
    __table_args__ = (
        _one_of("jenis", codes.JENIS_JABATAN),
        _one_of("siasn_jenis", codes.SIASN_JENIS_JABATAN),
        _one_of("eselon", codes.ESELON),
        _one_of("jenjang_jf", codes.JENJANG_JF),
        _between("kelas", 1, 17),
        CheckConstraint("formasi >= 0", name="formasi"),
        CheckConstraint("bup IN (58, 60, 65)", name="bup"),
        _one_of("syarat_pendidikan", codes.PENDIDIKAN),
        _one_of("syarat_golongan", codes.GOLONGAN),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    unor_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    nama: Mapped[str] = mapped_column(String(200), index=True)
    jenis: Mapped[str] = mapped_column(String(16), index=True)
    siasn_jenis: Mapped[str] = mapped_column(String(1))
    eselon: Mapped[str] = mapped_column(String(2), default="99")
    jenjang_jf: Mapped[str | None] = mapped_column(String(16))
    kelas: Mapped[int] = mapped_column(SmallInteger)
    formasi: Mapped[int] = mapped_column(default=1)
    bup: Mapped[int] = mapped_column(SmallInteger, default=58)
    memimpin_satker: Mapped[bool] = mapped_column(default=False)
    syarat_pendidikan: Mapped[str | None] = mapped_column(String(2))
    syarat_jurusan: Mapped[str | None] = mapped_column(String(200))
    syarat_golongan: Mapped[str | None] = mapped_column(String(2))


class CompetencyStandard(Base):
    """The level (1 to 5) of a competency that a position asks for. `wajib`: nobody is fit without it."""

    __tablename__ = "competency_standard"
    __table_args__ = (_one_of("jenis", codes.JENIS_KOMPETENSI), _between("level", 1, 5))

    jabatan_id: Mapped[str] = mapped_column(ForeignKey("position.id", ondelete="CASCADE"), primary_key=True)
    kode: Mapped[str] = mapped_column(String(64), primary_key=True)
    jenis: Mapped[str] = mapped_column(String(16))
    level: Mapped[int] = mapped_column(SmallInteger)
    wajib: Mapped[bool] = mapped_column(default=False)


class Employee(Base):
    """A civil servant (pegawai), by NIP without spaces.

    `golongan` is the grade of a PNS, `golongan_pppk` (1 to 17) that of a PPPK. `tmt_jabatan`: in the present
    position since. `pasangan_nip`: the spouse, when a civil servant too, here or elsewhere.
    `ikatan_10_tahun`: signed the pledge not to ask for a move to another agency for ten years
    (PermenPANRB 6/2024 Pasal 59).
    """

    __tablename__ = "employee"
    __table_args__ = (
        CheckConstraint("length(nip) = 18", name="nip"),
        CheckConstraint("length(nik) = 16", name="nik"),
        _one_of("jk", codes.JENIS_KELAMIN),
        _one_of("jenis_asn", codes.JENIS_ASN),
        _one_of("kedudukan_hukum", codes.KEDUDUKAN_HUKUM),
        _one_of("golongan", codes.GOLONGAN),
        _between("golongan_pppk", 1, 17),
        _one_of("pendidikan", codes.PENDIDIKAN),
        _one_of("jenis_penugasan", codes.JENIS_PENUGASAN),
        CheckConstraint("pasangan_nip <> nip", name="pasangan_nip"),
    )

    nip: Mapped[str] = mapped_column(String(18), primary_key=True)
    nik: Mapped[str | None] = mapped_column(String(16), unique=True)
    siasn_id: Mapped[str | None] = mapped_column(String(64), unique=True)
    nama: Mapped[str] = mapped_column(String(200), index=True)
    gelar_depan: Mapped[str | None] = mapped_column(String(50))
    gelar_belakang: Mapped[str | None] = mapped_column(String(50))
    tgl_lahir: Mapped[date]
    jk: Mapped[str] = mapped_column(String(1))
    email: Mapped[str | None] = mapped_column(String(254))
    jenis_asn: Mapped[str] = mapped_column(String(4), default="PNS")
    kedudukan_hukum: Mapped[str] = mapped_column(String(2), default="01", index=True)
    golongan: Mapped[str | None] = mapped_column(String(2))
    golongan_pppk: Mapped[int | None] = mapped_column(SmallInteger)
    tmt_golongan: Mapped[date | None]
    tmt_cpns: Mapped[date | None]
    tmt_pns: Mapped[date | None]
    pendidikan: Mapped[str | None] = mapped_column(String(2))
    jurusan: Mapped[str | None] = mapped_column(String(200))
    unor_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    jabatan_id: Mapped[str] = mapped_column(ForeignKey("position.id"), index=True)
    tmt_jabatan: Mapped[date]
    jenis_penugasan: Mapped[str] = mapped_column(String(3), default="D")
    domisili: Mapped[str | None] = mapped_column(String(200))
    pasangan_nip: Mapped[str | None] = mapped_column(String(18))
    ikatan_10_tahun: Mapped[bool] = mapped_column(default=False)

    @property
    def nama_lengkap(self) -> str:
        """The name with academic titles before and after."""
        named = f"{self.gelar_depan} {self.nama}" if self.gelar_depan else self.nama
        return f"{named}, {self.gelar_belakang}" if self.gelar_belakang else named


class EmployeeCompetency(Base):
    """The level (1 to 5) of a competency that an employee was last found to have."""

    __tablename__ = "employee_competency"
    __table_args__ = (_one_of("jenis", codes.JENIS_KOMPETENSI), _between("level", 1, 5))

    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"), primary_key=True)
    kode: Mapped[str] = mapped_column(String(64), primary_key=True)
    jenis: Mapped[str] = mapped_column(String(16))
    level: Mapped[int] = mapped_column(SmallInteger)
    tgl: Mapped[date]
    metode: Mapped[str | None] = mapped_column(String(64))
    berlaku_sampai: Mapped[date | None]


class Performance(Base):
    """The performance of a year (kinerja): result and behaviour 1 to 3, rating 1 to 5. 1 is best."""

    __tablename__ = "performance"
    __table_args__ = (
        _between("tahun", 2000, 2100),
        _between("periodik", 1, 2),
        _between("hasil", 1, 3),
        _between("perilaku", 1, 3),
        _between("predikat", 1, 5),
    )

    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"), primary_key=True)
    tahun: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    periodik: Mapped[int] = mapped_column(SmallInteger, default=2)
    hasil: Mapped[int] = mapped_column(SmallInteger)
    perilaku: Mapped[int] = mapped_column(SmallInteger)
    predikat: Mapped[int] = mapped_column(SmallInteger)


class Talent(Base):
    """The nine-box cell of a year: performance and potential 1 to 3 (3 is high), cell 1 to 9."""

    __tablename__ = "talent"
    __table_args__ = (_between("kinerja", 1, 3), _between("potensi", 1, 3), _between("kotak", 1, 9))

    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"), primary_key=True)
    tahun: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    kinerja: Mapped[int] = mapped_column(SmallInteger)
    potensi: Mapped[int] = mapped_column(SmallInteger)
    kotak: Mapped[int] = mapped_column(SmallInteger)


class Workload(Base):
    """One piece of a position's work in a year (beban kerja): how often, and minutes each time.

    Load is the sum of volume x norma_waktu_menit over a position's rows; need is load / WKE.
    """

    __tablename__ = "workload"
    __table_args__ = (
        CheckConstraint("volume >= 0", name="volume"),
        CheckConstraint("norma_waktu_menit > 0", name="norma_waktu_menit"),
        _between("tahun", 2000, 2100),
        Index("ix_workload_unor_id_tahun", "unor_id", "tahun"),
    )

    jabatan_id: Mapped[str] = mapped_column(ForeignKey("position.id"), primary_key=True)
    tahun: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    tugas: Mapped[str] = mapped_column(String(200), primary_key=True)
    unor_id: Mapped[str] = mapped_column(ForeignKey("unit.id"))
    volume: Mapped[float]
    norma_waktu_menit: Mapped[float]


class Complaint(Base):
    """Public complaints (pengaduan) about a unit in a month; `bulan` is the month's first day."""

    __tablename__ = "complaint"
    __table_args__ = (
        CheckConstraint("jumlah >= 0", name="jumlah"),
        CheckConstraint("selesai BETWEEN 0 AND jumlah", name="selesai"),
        Index("ix_complaint_bulan", "bulan"),
    )

    unor_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    bulan: Mapped[date] = mapped_column(primary_key=True)
    kanal: Mapped[str] = mapped_column(String(64), primary_key=True)
    kategori: Mapped[str] = mapped_column(String(64), primary_key=True)
    jumlah: Mapped[int]
    selesai: Mapped[int] = mapped_column(default=0)


class Satisfaction(Base):
    """The public satisfaction index of a unit and year (IKM), 25 to 100."""

    __tablename__ = "satisfaction"
    __table_args__ = (_between("nilai", 25, 100),)

    unor_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    tahun: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    nilai: Mapped[float]


class Aspiration(Base):
    """Where an employee would like to work and why; up to three wishes a day, by priority (1 is first).

    `ditarik`: withdrawn then; it no longer counts, and stays in the history.
    """

    __tablename__ = "aspiration"
    __table_args__ = (
        _between("prioritas", 1, 3),
        _one_of("alasan", codes.ALASAN_ASPIRASI),
        UniqueConstraint("nip", "tgl", "prioritas"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"))
    tgl: Mapped[date]
    prioritas: Mapped[int] = mapped_column(SmallInteger)
    tujuan: Mapped[str] = mapped_column(String(300))
    unor_id: Mapped[str | None] = mapped_column(ForeignKey("unit.id"), index=True)
    alasan: Mapped[str] = mapped_column(String(16))
    bersedia: Mapped[bool] = mapped_column(default=True)
    bersedia_luar: Mapped[bool] = mapped_column(default=False)
    jabatan_id: Mapped[str | None] = mapped_column(ForeignKey("position.id"), index=True)
    ditarik: Mapped[datetime | None] = mapped_column(UtcDateTime)


class PositionHistory(Base):
    """A position an employee holds or held. Names are as they were: the unit or post may be gone today."""

    __tablename__ = "position_history"
    __table_args__ = (
        _one_of("jenis_mutasi", codes.JENIS_RIWAYAT),
        _one_of("jenis_jabatan", codes.JENIS_JABATAN),
        CheckConstraint("berakhir >= tmt", name="berakhir"),
        UniqueConstraint("nip", "tmt", "jabatan", "unor"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"))
    jenis_mutasi: Mapped[str] = mapped_column(String(2), default="MJ")
    jabatan_id: Mapped[str | None] = mapped_column(String(64))
    jabatan: Mapped[str] = mapped_column(String(200))
    jenis_jabatan: Mapped[str | None] = mapped_column(String(16))
    eselon: Mapped[str | None] = mapped_column(String(2))
    unor_id: Mapped[str | None] = mapped_column(String(64), index=True)
    unor: Mapped[str] = mapped_column(String(200))
    tmt: Mapped[date]
    tmt_pelantikan: Mapped[date | None]
    nomor_sk: Mapped[str | None] = mapped_column(String(100))
    tgl_sk: Mapped[date | None]
    berakhir: Mapped[date | None]
    case_id: Mapped[uuid.UUID | None] = mapped_column(index=True)


class Discipline(Base):
    """A disciplinary sanction or an open case (hukdis). `akhir` is None while it has no end."""

    __tablename__ = "discipline"
    __table_args__ = (
        _one_of("tingkat", codes.TINGKAT_HUKDIS),
        _one_of("status_kasus", codes.STATUS_KASUS),
        CheckConstraint("akhir >= mulai", name="akhir"),
        UniqueConstraint("nip", "mulai", "tingkat"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"))
    jenis: Mapped[str | None] = mapped_column(String(2))
    tingkat: Mapped[str] = mapped_column(String(1))
    mulai: Mapped[date]
    akhir: Mapped[date | None]
    status_kasus: Mapped[str] = mapped_column(String(16))
    nomor_sk: Mapped[str | None] = mapped_column(String(100))


class EmployeeDocument(Base):
    """A document in an employee's file (jenis such as `bebas_temuan`, `sk_pangkat`, `skp`)."""

    __tablename__ = "employee_document"
    __table_args__ = (
        _one_of("status", codes.STATUS_DOKUMEN),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        UniqueConstraint("nip", "jenis", "nomor"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    nip: Mapped[str] = mapped_column(ForeignKey("employee.nip"))
    jenis: Mapped[str] = mapped_column(String(64))
    nomor: Mapped[str] = mapped_column(String(100))
    tgl: Mapped[date]
    berkas: Mapped[str | None] = mapped_column(String(255))
    sha256: Mapped[str | None] = mapped_column(String(64))
    berlaku_sampai: Mapped[date | None]
    verifikator: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(String(16), default="diajukan")


class RecordChange(Base):
    """What an import or an effect changed in a row that was there before: {column: [before, after]}.

    `kind` is the table, `key` its primary key as text (parts joined by `|`), `nip` whose row it is.
    """

    __tablename__ = "record_change"
    __table_args__ = (Index("ix_record_change_kind_key", "kind", "key"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(Text)
    nip: Mapped[str | None] = mapped_column(String(18), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[uuid.UUID | None]
    actor_name: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(255))
    changes: Mapped[dict[str, Any]] = mapped_column(Json)
