"""How long 50,000 employees take to come in, and how long a start takes."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select

from service.bench.databases import fresh
from service.db.base import Base
from service.db.people import Employee, Position, Unit
from service.operations import demo
from service.operations.people import mapping
from service.wiring import Services

KINDS: tuple[tuple[str, type[Base]], ...] = (
    ("units", Unit),
    ("positions", Position),
    ("employees", Employee),
)


def write_files(services: Services, folder: Path, size: str) -> dict[str, Path]:
    """The invented city's units, positions and employees as the files an export would be."""
    with services.action() as action:
        demo.fill(action, size, with_cases=False)
    files: dict[str, Path] = {}
    with services.reading() as action:
        for kind, model in KINDS:
            columns = {
                name: column for name, column in mapping.kinds()[kind].columns.items() if hasattr(model, name)
            }
            titles = [column.aliases[0] for column in columns.values()]
            fields = [getattr(model, name) for name in columns]
            rows = [[_cell(value) for value in row] for row in action.session.execute(select(*fields))]
            files[kind] = folder / f"{kind}.csv"
            with files[kind].open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows([titles, *rows])
            if kind == "employees":
                files["employees.xlsx"] = _workbook(folder, titles, rows)
    return files


def measure(files: dict[str, Path], kind: str, var_dir: str) -> list[dict[str, Any]]:
    """Seconds of `mutasi import` of the employees, as CSV and as XLSX, each into an empty database."""
    results = []
    for name in ("employees", "employees.xlsx"):
        with fresh(kind) as url:
            environment = os.environ | {"MUTASI_DATABASE_URL": url, "MUTASI_VAR_DIR": var_dir}
            _mutasi(environment, "db", "upgrade", "--quiet")
            for first in ("units", "positions"):
                _mutasi(environment, "import", str(files[first]), "--kind", first, "--apply")
            begun = time.perf_counter()
            _mutasi(environment, "import", str(files[name]), "--kind", "employees", "--apply")
            seconds = time.perf_counter() - begun
        results.append({"database": kind, "file": files[name].name, "seconds": seconds})
    return results


def _mutasi(environment: dict[str, str], *arguments: str) -> None:
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-m", "service", *arguments], env=environment, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"mutasi {' '.join(arguments)}: {(done.stdout + done.stderr)[-600:]}")


def _workbook(folder: Path, titles: list[str], rows: list[list[Any]]) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Pegawai")
    sheet.append(titles)
    for row in rows:
        sheet.append(row)
    path = folder / "employees.xlsx"
    book.save(path)
    return path


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "Ya" if value else "Tidak"
    return value.isoformat() if isinstance(value, date) else value
