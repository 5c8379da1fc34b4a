"""Workbooks and CSV files as exports write them, for the tests of the import."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

UNIT_TITLES = ("UNOR ID", "NAMA UNOR", "DIATASAN ID", "JENIS UNIT", "INSTANSI ID")
POSITION_TITLES = ("JABATAN ID", "UNOR ID", "NAMA JABATAN", "JENIS JABATAN", "KELAS JABATAN", "FORMASI")
EMPLOYEE_TITLES = (
    "NIP BARU",
    "NAMA",
    "GELAR BLK",
    "TANGGAL LAHIR",
    "JENIS KELAMIN",
    "STATUS CPNS PNS",
    "GOL RUANG AKHIR ID",
    "TMT CPNS",
    "TINGKAT PENDIDIKAN NAMA",
    "UNOR ID",
    "JABATAN ID",
    "TMT JABATAN",
    "EMAIL",
)
UNITS = (
    ("U1", "Pemerintah Kota Contoh", "", "pemda", "K1"),
    ("U2", "Puskesmas Melati", "U1", "puskesmas", "K1"),
    ("U3", "Dinas Sosial", "U1", "dinas", "K1"),
)
POSITIONS = (
    ("J1", "U2", "Perawat Terampil", "JF", 6, 4),
    ("J2", "U3", "Penata Layanan Operasional", "Pelaksana", 7, 3),
)
GITA = "198503032010012003"
RUDI = "199107152015031001"
EMPLOYEES = (
    tuple(f"{GITA}|Gita Puspita|S.Kep.|03-03-1985|P|P|33|01-01-2010|S-1|U2|J1|01-02-2021|".split("|")),
    tuple(f"{RUDI}|Rudi Hartono||15-07-1991|L|P|III/b|01-03-2015|S-1|U3|J2|01-06-2022|".split("|")),
)


def xlsx(path: Path, titles: Sequence[Any], rows: Iterable[Sequence[Any]], sheet: str = "Data") -> Path:
    """A workbook with one sheet; cells are written as they are (text stays text)."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(list(titles))
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def as_csv(
    path: Path,
    titles: Sequence[Any],
    rows: Iterable[Sequence[Any]],
    encoding: str = "utf-8-sig",
    delimiter: str = ",",
) -> Path:
    """A CSV file."""
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow(titles)
        writer.writerows(rows)
    return path


def changed(row: Sequence[Any], titles: Sequence[str], **cells: Any) -> tuple[Any, ...]:
    """A row with other cells; `_` in a name stands for a space of the title."""
    named = {name.replace("_", " "): value for name, value in cells.items()}
    assert set(named) <= set(titles)
    return tuple(named.get(title, cell) for title, cell in zip(titles, row, strict=True))
