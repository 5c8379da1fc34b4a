"""Files that cannot be used are refused with the reason, as a process of its own would say it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from service.operations.people import sheets
from service.operations.people.reading import read_file
from service.operations.people.sheets import Unreadable
from tests.people.files import EMPLOYEE_TITLES, EMPLOYEES, GITA, UNIT_TITLES, UNITS, as_csv, changed, xlsx


def refused(path: Path, kind: str = "auto", sheet: str | None = None) -> str:
    with pytest.raises(Unreadable) as caught:
        read_file(path, kind, sheet)
    return str(caught.value)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", b"NIP,NAMA\n1,2\n", "not a workbook"),
        ("a.xlsx", b"<html><table></table></html>", "not a workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "save it as .xlsx"),
        ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n\n  \n", "is empty"),
        ("a.csv", b"MZ\x00\x00\x01\x02", "not a text file"),
        ("a.csv", b"warna,rasa\nmerah,manis\n", "--kind"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    assert says in refused(written(tmp_path / name, content))


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert "no such file" in refused(tmp_path / "none.csv")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "big.csv"
    with path.open("wb") as stream:
        stream.truncate(2 * 1024**3)
    assert "2,048 MB" in refused(path)


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "bomb.xlsx", UNIT_TITLES, UNITS)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros.bin", bytes(60 * 1024**2))
    assert "would unpack" in refused(path)


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    assert "not a workbook" in refused(path)


def test_a_wrong_sheet_is_refused_and_the_right_ones_named(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "units.xlsx", UNIT_TITLES, UNITS, sheet="Unit kerja")
    assert "Unit kerja" in refused(path, sheet="Pegawai")
    assert "CSV" in refused(as_csv(tmp_path / "a.csv", UNIT_TITLES, UNITS), sheet="Pegawai")


def test_a_header_that_lacks_columns_says_which(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "e.xlsx", ("NIP", "NAMA", "UNIT"), [(GITA, "Gita", "U1")])
    said = refused(path, "employees")
    assert "UNOR ID" in said
    assert "JABATAN ID" in said
    assert "NIP BARU" not in said


def test_a_merged_header_does_not_lose_a_column(tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.append([*UNIT_TITLES, "ALAMAT", None])
    page.append([*UNITS[0], "Jalan", "Nomor 1"])
    page.merge_cells("F1:G1")
    book.save(tmp_path / "m.xlsx")
    said = refused(tmp_path / "m.xlsx")
    assert "column G" in said
    assert "merged" in said


def test_titles_above_the_header_are_passed_over(tmp_path: Path) -> None:
    rows = [[None], list(UNIT_TITLES), *UNITS]
    reading = read_file(xlsx(tmp_path / "t.xlsx", ["DAFTAR UNIT KERJA TAHUN 2026"], rows))
    assert (reading.kind.name, len(reading.rows), reading.rows[0][0]) == ("units", 3, 4)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_in_any_usual_dress(tmp_path: Path, encoding: str, delimiter: str) -> None:
    rows = [changed(UNITS[0], UNIT_TITLES, NAMA_UNOR="Café, “Résumé”"), *UNITS[1:]]
    reading = read_file(as_csv(tmp_path / "u.csv", UNIT_TITLES, rows, encoding, delimiter))
    assert reading.rows[0][1]["nama"] == "Café, “Résumé”"
    assert reading.problems == []


def test_mixed_encodings_are_refused_with_a_line_of_each(tmp_path: Path) -> None:
    lines = ["UNOR ID,NAMA UNOR", "U1,Café", "U2,Résumé", "U3,biasa"]
    content = b"\n".join(
        [*(line.encode() for line in lines[:2]), *(line.encode("cp1252") for line in lines[2:])]
    )
    said = refused(written(tmp_path / "mixed.csv", content))
    assert "line 2 is UTF-8" in said
    assert "line 3 is Windows-1252" in said


def test_rows_are_counted_as_they_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS_BETWEEN_PROGRESS", 2)
    seen: list[tuple[int, int | None]] = []
    path = as_csv(tmp_path / "u.csv", UNIT_TITLES, UNITS)
    read_file(path, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(2, 5), (4, 5)]


def mutasi(sqlite_url: str, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "MUTASI_DATABASE_URL": sqlite_url, "MUTASI_VAR_DIR": str(tmp_path / "var")}
    return subprocess.run(
        [sys.executable, "-m", "service", *arguments], env=environ, capture_output=True, text=True, timeout=60
    )


def test_the_command_dries_applies_and_reports(sqlite_url: str, tmp_path: Path) -> None:
    units = str(xlsx(tmp_path / "units.xlsx", UNIT_TITLES, UNITS))
    dry = mutasi(sqlite_url, tmp_path, "import", units)
    assert dry.returncode == 0
    assert "new 3" in dry.stdout
    assert "--apply" in dry.stdout
    done = mutasi(sqlite_url, tmp_path, "import", units, "--apply", "--json")
    report = json.loads(done.stdout)
    assert (report["new"], report["applied"], report["kind"]) == (3, True, "units")


def test_the_command_ends_with_1_for_wrong_rows_and_2_for_a_file_it_cannot_read(
    sqlite_url: str, tmp_path: Path
) -> None:
    wrong = xlsx(
        tmp_path / "e.xlsx", EMPLOYEE_TITLES, [changed(EMPLOYEES[0], EMPLOYEE_TITLES, NIP_BARU="1.98503E+17")]
    )
    found = mutasi(sqlite_url, tmp_path, "import", str(wrong), "--apply")
    assert found.returncode == 1
    assert "row 2, NIP BARU: '1.98503E+17'" in found.stdout
    assert "Nothing was written" in found.stdout
    unreadable = mutasi(sqlite_url, tmp_path, "import", str(written(tmp_path / "a.xlsx", b"hello")))
    assert unreadable.returncode == 2
    assert "not a workbook" in unreadable.stderr
    assert "Traceback" not in unreadable.stderr
    misused = mutasi(sqlite_url, tmp_path, "import", str(wrong), "--kind", "planets")
    assert misused.returncode == 2


def test_a_database_without_tables_is_one_line(tmp_path: Path) -> None:
    units = str(xlsx(tmp_path / "units.xlsx", UNIT_TITLES, UNITS))
    said = mutasi(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path, "import", units)
    assert said.returncode == 1
    assert "mutasi db upgrade" in said.stderr
    assert "Traceback" not in said.stderr
