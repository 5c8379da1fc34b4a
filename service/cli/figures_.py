"""`mutasi figures`: the counted figures that managers' pages read."""

from __future__ import annotations

import json
import time

import click

from service.cli.database import usable_database
from service.cli.progress import progress
from service.operations import figures
from service.settings import load
from service.wiring import wire


@click.group("figures")
def command() -> None:
    """The counted figures that managers' pages read."""


@command.command("rebuild")
@click.option("--json", "as_json", is_flag=True, help="Print what was counted as JSON.")
def rebuild(as_json: bool) -> None:
    """Throw the counted figures away and count them from scratch.

    Nothing is lost: they are counted from cases, tasks and the log. The server may run meanwhile; pages show what has
    been counted so far.
    """
    services = wire(load())
    began = time.monotonic()
    with usable_database(), progress("cases", quiet=as_json) as show:
        counted = figures.rebuild(services, show)
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        click.echo(json.dumps({"cases": counted, "seconds": seconds}))
    else:
        click.echo(f"Counted {counted:,} cases in {seconds} s.")
