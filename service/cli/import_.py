"""`mutasi import`: employees, units, positions and their records from XLSX or CSV."""

from __future__ import annotations

import getpass
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from service.cli.database import usable_database
from service.cli.progress import progress
from service.domain.access import SYSTEM, Actor
from service.operations.people.importing import ImportReport, import_rows
from service.operations.people.mapping import MODELS
from service.operations.people.reading import read_file
from service.operations.people.sheets import Unreadable
from service.settings import load
from service.wiring import wire

SHOWN = 40


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--kind",
    type=click.Choice(["auto", *MODELS]),
    default="auto",
    show_default=True,
    help="What the rows are.",
)
@click.option("--sheet", help="The sheet of a workbook; the first, unless named.")
@click.option(
    "--apply/--dry-run", default=False, help="Write; without it nothing is changed.  [default: dry run]"
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(file: Path, kind: str, sheet: str | None, apply: bool, as_json: bool) -> None:
    """Bring FILE (.xlsx or .csv) in. A dry run comes first: it says what would change and what is wrong.

    Column titles are those of SIASN and SIMPEG exports; config/import/<kind>.toml lists them. Import units,
    then positions, then employees, then the rest.

    A row that is there already (an employee by NIP) is changed where the file says something else. An empty
    cell empties it, columns the file lacks are left alone, and what was there before is kept with who changed
    it and when. All or nothing: one wrong row, and nothing is written.

    Exit codes: 0 nothing wrong; 1 wrong rows, nothing written; 2 the file cannot be read.
    """
    try:
        with progress("rows") as show:
            reading = read_file(file, kind, sheet, show)
    except Unreadable as error:
        _refuse(str(error), as_json)
    if not as_json and sys.stderr.isatty():
        click.echo(f"Comparing {len(reading.rows):,} rows with the database ...", err=True)
    with usable_database(), wire(load()).action(_actor()) as action:
        report = import_rows(action, reading, apply=apply)
    if as_json:
        click.echo(json.dumps(_as_json(report), ensure_ascii=False, indent=2, default=str))
    else:
        _print(report)
    if not report.sound:
        raise click.exceptions.Exit(1)


def _actor() -> Actor:
    try:
        return replace(SYSTEM, name=f"{getpass.getuser()} (mutasi import)")
    except (KeyError, OSError):
        return replace(SYSTEM, name="mutasi import")


def _refuse(message: str, as_json: bool) -> Any:
    if as_json:
        click.echo(json.dumps({"error": message}, ensure_ascii=False))
    click.echo(f"mutasi import: {message}", err=True)
    raise click.exceptions.Exit(2)


def _as_json(report: ImportReport) -> dict[str, Any]:
    return {**asdict(report), "sound": report.sound}


def _print(report: ImportReport) -> None:
    click.echo(f"{report.source}, sheet {report.sheet}: {report.kind}, {report.rows:,} sound rows")
    click.echo(f"  new {report.new:,} - changed {report.changed:,} - unchanged {report.unchanged:,}")
    if report.ignored:
        click.echo(f"  columns not used: {', '.join(report.ignored)}")
    _print_cells("odd, but taken", report.warnings, len(report.warnings))
    _print_cells("wrong", report.problems, len(report.problems) + report.more_problems)
    if report.problems:
        click.echo("Nothing was written. Mend the rows above and import the file again.")
    elif report.applied:
        click.echo("Written.")
    else:
        click.echo("A dry run: nothing was written. Add --apply to write it.")


def _print_cells(title: str, cells: tuple[Any, ...], total: int) -> None:
    if not cells:
        return
    click.echo(f"  {title}: {total:,}")
    for cell in cells[:SHOWN]:
        click.echo(f"    row {cell.row}, {cell.column}: {cell.value!r} - right would be: {cell.right}")
    if total > SHOWN:
        click.echo(f"    ... and {total - SHOWN:,} more (--json lists them)")
