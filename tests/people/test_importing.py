"""What an import writes, keeps and refuses; on both databases."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from service.db.cases import CaseEvent
from service.db.people import (
    Complaint,
    Employee,
    EmployeeCompetency,
    Position,
    PositionHistory,
    RecordChange,
    Talent,
    Unit,
    Workload,
)
from service.operations.people.importing import ImportReport, import_rows
from service.operations.people.reading import read_file
from service.wiring import Services
from tests.people.files import (
    EMPLOYEE_TITLES,
    EMPLOYEES,
    GITA,
    POSITION_TITLES,
    POSITIONS,
    RUDI,
    UNIT_TITLES,
    UNITS,
    as_csv,
    changed,
    xlsx,
)


def bring_in(services: Services, path: Path, kind: str = "auto", *, apply: bool = True) -> ImportReport:
    with services.action() as action:
        return import_rows(action, read_file(path, kind), apply=apply)


@pytest.fixture
def city(services: Services, tmp_path: Path) -> Services:
    """Three units, two positions, two employees."""
    for name, titles, rows in (
        ("units", UNIT_TITLES, UNITS),
        ("positions", POSITION_TITLES, POSITIONS),
        ("employees", EMPLOYEE_TITLES, EMPLOYEES),
    ):
        report = bring_in(services, xlsx(tmp_path / f"{name}.xlsx", titles, rows))
        assert (report.kind, report.new, report.applied, report.problems) == (name, len(rows), True, ())
    return services


def employees_file(tmp_path: Path, *rows: Any) -> Path:
    return xlsx(tmp_path / "again.xlsx", EMPLOYEE_TITLES, rows)


def count(services: Services, model: Any) -> int:
    with services.reading() as action:
        return action.session.scalar(select(func.count()).select_from(model)) or 0


def test_codes_dates_and_labels_become_values(city: Services) -> None:
    with city.reading() as action:
        gita, rudi = action.session.get(Employee, GITA), action.session.get(Employee, RUDI)
        assert gita is not None
        assert rudi is not None
        assert (gita.jk, gita.golongan, gita.pendidikan, gita.jenis_asn) == ("2", "33", "40", "PNS")
        assert (gita.tgl_lahir, gita.tmt_jabatan, gita.email) == (date(1985, 3, 3), date(2021, 2, 1), None)
        assert (rudi.golongan, rudi.kedudukan_hukum) == ("32", "01")
        nurse = action.session.get(Position, "J1")
        assert nurse
        assert (nurse.jenis, nurse.siasn_jenis, nurse.bup, nurse.eselon) == ("JF", "2", 58, "99")
        clinic = action.session.get(Unit, "U2")
        assert clinic
        assert clinic.induk_id == "U1"


def test_a_dry_run_says_what_would_change_and_changes_nothing(city: Services, tmp_path: Path) -> None:
    path = employees_file(tmp_path, changed(EMPLOYEES[0], EMPLOYEE_TITLES, NAMA="Gita Lestari"), EMPLOYEES[1])
    report = bring_in(city, path, apply=False)
    assert (report.new, report.changed, report.unchanged, report.applied) == (0, 1, 1, False)
    with city.reading() as action:
        assert action.session.scalar(select(Employee.nama).where(Employee.nip == GITA)) == "Gita Puspita"
    assert count(city, RecordChange) == 0


def test_importing_the_same_again_changes_nothing(city: Services, tmp_path: Path) -> None:
    report = bring_in(city, as_csv(tmp_path / "again.csv", EMPLOYEE_TITLES, EMPLOYEES, delimiter=";"))
    assert (report.new, report.changed, report.unchanged) == (0, 0, 2)
    assert count(city, PositionHistory) == 2


def test_a_change_is_kept_with_what_was_there_before(city: Services, tmp_path: Path) -> None:
    bring_in(city, employees_file(tmp_path, changed(EMPLOYEES[0], EMPLOYEE_TITLES, EMAIL="gita@kota.test")))
    with city.reading() as action:
        change = action.session.scalars(select(RecordChange)).one()
        assert (change.nip, change.kind, change.source) == (GITA, "employee", "again.xlsx")
        assert change.changes == {"email": [None, "gita@kota.test"]}
        assert change.actor_name == "Sistem"
        events = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "import")).all()
        assert events[-1].data == {
            "kind": "employees",
            "sheet": "Data",
            "new": 0,
            "changed": 1,
            "unchanged": 0,
        }


def test_a_new_position_ends_the_old_one_in_the_history(city: Services, tmp_path: Path) -> None:
    moved = changed(EMPLOYEES[0], EMPLOYEE_TITLES, UNOR_ID="U3", JABATAN_ID="J2", TMT_JABATAN="01-10-2026")
    bring_in(city, employees_file(tmp_path, moved))
    with city.reading() as action:
        rows = action.session.scalars(
            select(PositionHistory).where(PositionHistory.nip == GITA).order_by(PositionHistory.tmt)
        ).all()
        assert [(r.jabatan, r.unor, r.tmt, r.berakhir, r.jenis_mutasi) for r in rows] == [
            ("Perawat Terampil", "Puskesmas Melati", date(2021, 2, 1), date(2026, 9, 30), "MJ"),
            ("Penata Layanan Operasional", "Dinas Sosial", date(2026, 10, 1), None, "MJ"),
        ]
    bring_in(city, xlsx(tmp_path / "back.xlsx", EMPLOYEE_TITLES, [moved]))
    assert count(city, PositionHistory) == 3


def test_one_wrong_row_and_nothing_is_written(city: Services, tmp_path: Path) -> None:
    path = employees_file(
        tmp_path,
        changed(EMPLOYEES[0], EMPLOYEE_TITLES, NAMA="Gita Lestari"),
        changed(EMPLOYEES[1], EMPLOYEE_TITLES, UNOR_ID="U9", TMT_JABATAN="31-02-2024"),
        changed(EMPLOYEES[1], EMPLOYEE_TITLES, NIP_BARU="199107152015031002", UNOR_ID="U9"),
        changed(EMPLOYEES[0], EMPLOYEE_TITLES, NAMA="Gita Kedua"),
    )
    report = bring_in(city, path)
    assert not report.applied
    assert {(p.row, p.column, p.value) for p in report.problems} == {
        (3, "TMT JABATAN", "31-02-2024"),
        (4, "UNOR ID", "U9"),
        (5, "NIP BARU", GITA),
    }
    assert all(p.sheet == "Data" and p.right for p in report.problems)
    with city.reading() as action:
        assert action.session.scalar(select(Employee.nama).where(Employee.nip == GITA)) == "Gita Puspita"


@pytest.mark.parametrize(
    ("title", "value", "right"),
    [
        ("NIP BARU", "1.98503E+17", "rounded"),
        ("NIP BARU", 1.98503032010012e17, "rounded"),
        ("NIP BARU", "19850303", "this has 8"),
        ("NAMA", None, "must be filled in"),
        ("NAMA", "=A2&B2", "formula"),
        ("NAMA", "N" * 201, "at most 200"),
        ("JENIS KELAMIN", "X", "1 Laki-laki"),
        ("GOL RUANG AKHIR ID", "V/z", "I/a to IV/e"),
        ("TMT CPNS", "kemarin", "dd-mm-yyyy"),
        ("TINGKAT PENDIDIKAN NAMA", "S9", "S-2"),
        ("UNOR ID", "#REF!", "error of a formula"),
        ("EMAIL", "gita", "e-mail"),
        ("JABATAN ID", "J9", "import the positions first"),
    ],
)
def test_a_wrong_cell_is_named_with_what_would_be_right(
    city: Services, tmp_path: Path, title: str, value: Any, right: str
) -> None:
    row = changed(EMPLOYEES[0], EMPLOYEE_TITLES, **{title.replace(" ", "_"): value})
    report = bring_in(city, employees_file(tmp_path, EMPLOYEES[1], row))
    (problem,) = report.problems
    assert (problem.row, problem.column) == (3, title)
    assert right in problem.right


def test_spaces_in_a_nip_and_a_real_date_cell_are_understood(city: Services, tmp_path: Path) -> None:
    spaced = f"{GITA[:8]} {GITA[8:14]} {GITA[14]} {GITA[15:]}"
    row = changed(EMPLOYEES[0], EMPLOYEE_TITLES, NIP_BARU=spaced, TMT_JABATAN=date(2021, 2, 1))
    report = bring_in(city, employees_file(tmp_path, row))
    assert (report.unchanged, report.problems) == (1, ())


def test_a_birth_date_that_disagrees_with_the_nip_is_only_odd(city: Services, tmp_path: Path) -> None:
    row = changed(EMPLOYEES[0], EMPLOYEE_TITLES, TANGGAL_LAHIR="04-03-1985")
    report = bring_in(city, employees_file(tmp_path, row))
    assert report.applied
    assert ["born 1985-03-03" in w.right for w in report.warnings] == [True]


def test_a_pppk_has_its_own_grade(city: Services, tmp_path: Path) -> None:
    row = changed(
        EMPLOYEES[0],
        EMPLOYEE_TITLES,
        NIP_BARU="199002022023211005",
        TANGGAL_LAHIR="",
        JENIS_KELAMIN="",
        STATUS_CPNS_PNS="",
        GOL_RUANG_AKHIR_ID="IX",
        TMT_CPNS="",
    )
    report = bring_in(city, employees_file(tmp_path, row, EMPLOYEES[1]))
    assert (report.new, report.problems) == (1, ())
    with city.reading() as action:
        pppk = action.session.get(Employee, "199002022023211005")
        assert pppk
        assert (pppk.jenis_asn, pppk.golongan, pppk.golongan_pppk) == ("PPPK", None, 9)
        assert (pppk.tgl_lahir, pppk.jk) == (date(1990, 2, 2), "1")


def test_a_nik_belongs_to_one_person(city: Services, tmp_path: Path) -> None:
    titles = (*EMPLOYEE_TITLES, "NIK")
    bring_in(city, xlsx(tmp_path / "a.xlsx", titles, [(*EMPLOYEES[0], "3201010303850001")]))
    report = bring_in(city, xlsx(tmp_path / "b.xlsx", titles, [(*EMPLOYEES[1], "3201010303850001")]))
    assert [p.column for p in report.problems] == ["NIK"]
    assert GITA in report.problems[0].right


RECORDS = {
    "competencies": (
        ("NIP", "KODE KOMPETENSI", "JENIS KOMPETENSI", "LEVEL", "TANGGAL PENILAIAN"),
        [(GITA, "integritas", "manajerial", 3, "01-05-2026")],
    ),
    "standards": (
        ("JABATAN ID", "KODE KOMPETENSI", "LEVEL STANDAR", "WAJIB"),
        [("J1", "integritas", 2, "ya")],
    ),
    "performance": (
        ("NIP", "TAHUN", "HASIL KERJA", "PERILAKU KERJA", "PREDIKAT KINERJA"),
        [(GITA, 2025, "Sesuai ekspektasi", 1, "Baik"), (RUDI, 2025, 3, 2, "Butuh Perbaikan")],
    ),
    "talent": (("NIP", "TAHUN", "NILAI KINERJA", "NILAI POTENSI"), [(GITA, 2025, 3, 3)]),
    "workload": (
        ("JABATAN ID", "TAHUN", "URAIAN TUGAS", "VOLUME", "NORMA WAKTU"),
        [("J1", 2026, "Asuhan keperawatan", "1.250,5", 25)],
    ),
    "complaints": (
        ("UNOR ID", "BULAN", "KANAL", "KATEGORI", "JUMLAH PENGADUAN", "SELESAI"),
        [("U2", "2026-05", "SP4N-LAPOR", "antrean", 7, 5)],
    ),
    "satisfaction": (("UNOR ID", "TAHUN", "NILAI IKM"), [("U2", 2025, "82,5")]),
    "aspirations": (
        ("NIP", "TANGGAL ASPIRASI", "PRIORITAS", "TUJUAN", "UNOR TUJUAN ID", "ALASAN", "BERSEDIA LUAR"),
        [(GITA, "02-03-2026", 1, "Dekat rumah", "U3", "Keluarga", "tidak")],
    ),
    "history": (
        ("NIP", "NAMA JABATAN", "NAMA UNOR", "TMT JABATAN", "NOMOR SK", "BERAKHIR"),
        [(GITA, "Perawat Pelaksana", "Puskesmas Lama", "01-01-2010", "800/1", "31-01-2021")],
    ),
    "discipline": (("NIP", "TINGKAT HUKUMAN", "TANGGAL MULAI"), [(RUDI, "R", "01-02-2026")]),
    "documents": (
        ("NIP", "JENIS DOKUMEN", "NOMOR DOKUMEN", "TANGGAL DOKUMEN"),
        [(GITA, "bebas_temuan", "700/12", "01-08-2026")],
    ),
}


@pytest.mark.parametrize("kind", RECORDS)
def test_every_kind_is_recognised_written_and_known_again(city: Services, tmp_path: Path, kind: str) -> None:
    titles, rows = RECORDS[kind]
    path = as_csv(tmp_path / f"{kind}.csv", titles, rows)
    first, second = bring_in(city, path), bring_in(city, path)
    assert (first.kind, first.new, first.problems) == (kind, len(rows), ())
    assert (second.new, second.changed, second.unchanged) == (0, 0, len(rows))


def test_values_of_records(city: Services, tmp_path: Path) -> None:
    for kind in ("workload", "complaints", "talent"):
        titles, rows = RECORDS[kind]
        bring_in(city, as_csv(tmp_path / f"{kind}.csv", titles, rows))
    with city.reading() as action:
        work = action.session.scalars(select(Workload)).one()
        assert (work.unor_id, work.volume, work.norma_waktu_menit) == ("U2", 1250.5, 25.0)
        assert action.session.scalars(select(Complaint.bulan)).one() == date(2026, 5, 1)
        assert action.session.scalars(select(Talent.kotak)).one() == 9


def test_a_later_assessment_replaces_the_earlier_and_keeps_it_in_the_changes(
    city: Services, tmp_path: Path
) -> None:
    titles, rows = RECORDS["competencies"]
    bring_in(city, as_csv(tmp_path / "a.csv", titles, rows))
    bring_in(city, as_csv(tmp_path / "b.csv", titles, [(GITA, "integritas", "manajerial", 4, "01-11-2026")]))
    with city.reading() as action:
        assert action.session.scalars(select(EmployeeCompetency.level)).one() == 4
        change = action.session.scalars(select(RecordChange)).one()
        assert (change.key, change.nip) == (f"{GITA}|integritas", GITA)
        assert change.changes == {"level": [3, 4], "tgl": ["2026-05-01", "2026-11-01"]}


def test_columns_a_file_lacks_are_left_alone(city: Services, tmp_path: Path) -> None:
    titles = ("NIP", "NAMA", "UNOR ID", "JABATAN ID", "TMT JABATAN")
    bring_in(city, as_csv(tmp_path / "few.csv", titles, [(GITA, "Gita Baru", "U2", "J1", "01-02-2021")]))
    with city.reading() as action:
        gita = action.session.get(Employee, GITA)
        assert gita
        assert (gita.nama, gita.gelar_belakang, gita.golongan) == ("Gita Baru", "S.Kep.", "33")


def test_an_old_post_that_is_gone_stays_in_the_history(city: Services, tmp_path: Path) -> None:
    titles = (*RECORDS["history"][0], "JABATAN ID", "UNOR ID")
    rows = [(*RECORDS["history"][1][0], "J-gone", "U-gone")]
    assert bring_in(city, as_csv(tmp_path / "h.csv", titles, rows)).applied
