"""mutasi worker: do what is due."""

from __future__ import annotations

import click

from service import scheduler
from service.settings import load
from service.wiring import wire


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, then stop.")
def command(once: bool) -> None:
    """Do what is due (timers, reminders, escalations, mail) without serving pages.

    Any number of workers may run beside each other; each piece of work is done once.
    """
    services = wire(load())
    if once:
        click.echo(f"{scheduler.tick(services)} piece(s) of due work done.")
        return
    click.echo("Looking for due work. Stop with Ctrl+C.")
    scheduler.in_foreground(services)
