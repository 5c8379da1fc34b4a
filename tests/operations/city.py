"""A small town for the effects: two health centres, an office, and people of whom one fits best."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.db.people import (
    Aspiration,
    CompetencyStandard,
    Complaint,
    Employee,
    EmployeeCompetency,
    Performance,
    Position,
    PositionHistory,
    Talent,
    Unit,
    Workload,
)

TODAY = date(2026, 11, 23)
NOW = datetime.combine(TODAY, time(3, 0), UTC)
GITA, HANA, INDRA, JOKO = (
    "198503032010012003",
    "198604042011012004",
    "198705052012011005",
    "198806062013011006",
)
HEAD_OF_TARGET, HEAD_OF_ORIGIN = "197001012000011001", "197102022000012002"


def build(session: Session) -> None:
    """Units U0 (town), U1 (health centre that lacks nurses), U2 (one that has many), U3 (an office)."""
    session.add_all(
        [
            Unit(id="U0", nama="Kota Contoh", jenis="pemda", instansi_id="K"),
            Unit(
                id="U1",
                induk_id="U0",
                nama="Puskesmas Plaju",
                jenis="puskesmas",
                instansi_id="K",
                kepala_nip=HEAD_OF_TARGET,
            ),
            Unit(
                id="U2",
                induk_id="U0",
                nama="Puskesmas Ilir",
                jenis="puskesmas",
                instansi_id="K",
                kepala_nip=HEAD_OF_ORIGIN,
            ),
            Unit(id="U3", induk_id="U0", nama="Dinas Kesehatan", jenis="dinas", instansi_id="K"),
        ]
    )
    session.flush()
    session.add_all(
        [
            position("J1", "U1", "Perawat", formasi=5),
            position("J2", "U2", "Perawat", formasi=6),
            position("J3", "U3", "Staf", jenis="Pelaksana", siasn_jenis="4", jenjang_jf=None, formasi=3),
            position("K1", "U1", "Kepala Puskesmas Plaju", formasi=1, memimpin_satker=True, kelas=10),
            position(
                "S1", "U3", "Kepala Seksi Kesehatan", jenis="Pengawas", siasn_jenis="1", eselon="41",
                jenjang_jf=None, kelas=9, formasi=1,
            ),
        ]
    )  # fmt: skip
    session.flush()
    session.add_all(
        [
            employee(HEAD_OF_TARGET, "Kepala Plaju", "K1", "U1", date(2020, 1, 1)),
            employee(HEAD_OF_ORIGIN, "Kepala Ilir", "J2", "U2", date(2020, 1, 1), kedudukan_hukum="20"),
            employee(GITA, "Gita", "J2", "U2", date(2020, 3, 1), jurusan="Keperawatan"),
            employee(HANA, "Hana", "J2", "U2", date(2026, 1, 1)),
            employee(INDRA, "Indra", "J2", "U2", date(2023, 1, 1)),
            employee(JOKO, "Joko", "J3", "U3", date(2023, 1, 1)),
        ]
    )
    session.flush()
    for code, level in (("pelayanan_publik", 3), ("perawatan", 4)):
        kind = "teknis" if code == "perawatan" else "manajerial"
        session.add(
            CompetencyStandard(jabatan_id="J1", kode=code, jenis=kind, level=level, wajib=code == "perawatan")
        )
        for nip, held in ((GITA, level), (HANA, level - 1 if code != "perawatan" else level), (INDRA, 1)):
            session.add(EmployeeCompetency(nip=nip, kode=code, jenis=kind, level=held, tgl=date(2025, 1, 1)))
    for nip, rating in ((GITA, 1), (HANA, 2), (INDRA, 2)):
        for year in (2024, 2025):
            session.add(Performance(nip=nip, tahun=year, hasil=1, perilaku=1, predikat=rating))
        session.add(
            Talent(
                nip=nip, tahun=2025, kinerja=3, potensi=3 if nip == GITA else 1, kotak=9 if nip == GITA else 4
            )
        )
    session.add(
        Aspiration(
            nip=GITA, tgl=date(2026, 9, 1), prioritas=1, tujuan="Plaju", unor_id="U1", alasan="keluarga"
        )
    )
    for post, unit, people in (("J1", "U1", 4.6), ("J2", "U2", 1.0), ("J3", "U3", 1.0)):
        session.add(
            Workload(
                jabatan_id=post,
                unor_id=unit,
                tahun=2026,
                tugas="pelayanan",
                volume=people * 75,
                norma_waktu_menit=1000,
            )
        )
    complaints(session, "U1", date(2026, 10, 1), 20)
    for month in range(4, 10):
        complaints(session, "U1", date(2026, month, 1), 4)
        complaints(session, "U2", date(2026, month, 1), 1)
    session.flush()


def position(id_: str, unit: str, name: str, **more: Any) -> Position:
    """A functional post of nurses unless told otherwise."""
    given = {"jenis": "JF", "siasn_jenis": "2", "jenjang_jf": "Terampil", "kelas": 7, "formasi": 1, **more}
    return Position(id=id_, unor_id=unit, nama=name, **given)


def employee(nip: str, name: str, post: str, unit: str, since: date, **more: Any) -> Employee:
    """An active permanent servant, grade III/c, with a diploma."""
    born = date(int(nip[:4]), int(nip[4:6]), int(nip[6:8]))
    given = {"golongan": "33", "pendidikan": "30", "tmt_pns": date(2012, 1, 1), "jk": nip[14], **more}
    return Employee(
        nip=nip, nama=name, tgl_lahir=born, unor_id=unit, jabatan_id=post, tmt_jabatan=since, **given
    )


def complaints(session: Session, unit: str, month: date, count: int) -> None:
    """Complaints about a unit in a month."""
    session.add(Complaint(unor_id=unit, bulan=month, kanal="SP4N-LAPOR", kategori="kesehatan", jumlah=count))


def history(session: Session, nip: str, since: date, months: int, kind: str = "JF") -> None:
    """A finished entry of the position history."""
    session.add(
        PositionHistory(
            nip=nip,
            jabatan="Perawat",
            jenis_jabatan=kind,
            unor="Lama",
            tmt=since,
            berakhir=since + timedelta(days=30 * months),
        )
    )
