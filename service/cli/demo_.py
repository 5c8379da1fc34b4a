"""`mutasi demo`: an invented city to try everything with, and a clock that can be moved."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import click

from service.cli.database import usable_database
from service.cli.progress import progress
from service.domain.errors import Invalid
from service.operations import demo, sample_clock
from service.settings import load
from service.wiring import Services, wire

SPAN = re.compile(r"P?(\d+)([dwmy])", re.IGNORECASE)


@click.group("demo", invoke_without_command=True)
@click.option("--size", type=click.Choice(demo.SIZES), default="kota", show_default=True)
@click.option("--if-empty", is_flag=True, help="Do nothing when there are employees already.")
@click.option(
    "--cases/--no-cases", "with_cases", default=True, help="With cases at every stage, or only people."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was made as JSON.")
@click.pass_context
def command(context: click.Context, size: str, if_empty: bool, with_cases: bool, as_json: bool) -> None:
    """Fill an empty database with an invented city.

    About 60 (kecamatan), 5,000 (kota) or 50,000 (provinsi) employees. Names are invented; the same size gives
    the same people every time. Only a database without employees is filled, and it is marked as sample data:
    only then may its clock be moved with `mutasi demo advance 90d`.
    """
    if context.invoked_subcommand:
        return
    services = wire(load())
    began = time.monotonic()
    with usable_database():
        if if_empty and not _is_empty(services):
            return
        counts = _fill(services, size, with_cases, quiet=as_json)
    if as_json:
        click.echo(json.dumps({"size": size, "rows": counts, "password": demo.PASSWORD}, indent=2))
        return
    click.echo(
        f"The sample city stands: {counts['employee']:,} employees in {counts['unit']:,} units, "
        f"{counts.get('cases', 0):,} cases ({time.monotonic() - began:.0f} s)."
    )
    print_logins()


def print_logins() -> None:
    """The sample logins, one a line."""
    click.echo(f"Sign in with the password {demo.PASSWORD} as:")
    for role in demo.CAST:
        click.echo(f"  {role.username:22} {role.role}")


def _is_empty(services: Services) -> bool:
    with services.reading() as action:
        return demo.is_empty(action)


def _fill(services: Services, size: str, with_cases: bool, *, quiet: bool) -> dict[str, int]:
    said: Callable[[str], None] | None = None if quiet else lambda text: click.echo(f"  {text}", err=True)
    with progress("cases", quiet=quiet) as show, services.action() as action:
        return demo.fill(action, size, with_cases=with_cases, said=said, progress=show)


@command.command("advance")
@click.argument("span")
@click.option("--json", "as_json", is_flag=True, help="Print the new time as JSON.")
def advance(span: str, as_json: bool) -> None:
    """Move the sample city's clock forward by SPAN (90d, 2w, 3m, 1y, or ISO P90D).

    What falls due on the way is done at its time.
    """
    services = wire(load())
    with usable_database(), services.reading() as action:
        begin = action.now
    delta = span_of(span, begin)
    with progress("days") as show:
        now = sample_clock.advance(services, delta, lambda reached: show((reached - begin).days, delta.days))
    if as_json:
        click.echo(json.dumps({"now": now.astimezone(UTC).isoformat()}))
    else:
        click.echo(f"It is now {services.calendar.local_date(now).isoformat()} in the sample city.")


def span_of(text: str, begin: datetime) -> timedelta:
    """`90d`, `2w`, `3m`, `1y`, `P90D` as a time from `begin` on; months are those of the calendar."""
    match = SPAN.fullmatch(text.strip())
    if match is None or len(match[1]) > 4:
        raise Invalid(f"{text!r} is not a span of time: write 90d, 2w, 3m, 1y, or P90D")
    count, unit = int(match[1]), match[2].lower()
    if unit in "dw":
        return timedelta(days=count * (7 if unit == "w" else 1))
    months = begin.year * 12 + begin.month - 1 + count * (12 if unit == "y" else 1)
    day = begin.day
    while True:
        try:
            return datetime.combine(date(months // 12, months % 12 + 1, day), begin.timetz()) - begin
        except ValueError:
            day -= 1
