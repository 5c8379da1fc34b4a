"""`mutasi tck`: how our decisions do against the DMN Technology Compatibility Kit."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import click

from service.engine import tck


@click.command("tck")
@click.argument("directory", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--json", "as_json", is_flag=True, help="Print every result as a row of a JSON list.")
def command(directory: Path, as_json: bool) -> None:
    """Run the DMN TCK cases below DIRECTORY (https://github.com/dmn-tck/tck) and compare the results.

    A row has suite, case, result, status (pass, fail or error), expected and actual. Exit code 0
    when the cases were run, whatever their results; 1: there are none; 2: DIRECTORY cannot be read.
    """
    rows = tck.run(directory)
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        _print(rows, directory)
    if not rows:
        raise click.exceptions.Exit(1)


def _print(rows: list[tck.Row], directory: Path) -> None:
    for row in rows:
        if row["status"] != "pass":
            click.echo(
                f"{row['suite']} {row['case']} {row['result']}: {row['status']}: "
                f"expected {row['expected']!r}, got {row['actual']!r}"
            )
    counts = Counter(row["status"] for row in rows)
    if rows:
        click.echo(f"{counts['pass']} of {len(rows)} results pass ({counts['pass'] / len(rows):.1%}).")
    else:
        click.echo(f"There are no test cases below {directory}.", err=True)
