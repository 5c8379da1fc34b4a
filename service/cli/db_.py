"""mutasi db: create or upgrade the database."""

from __future__ import annotations

import click

from service.db.migrate import upgrade as migrate
from service.operations import definitions
from service.settings import load
from service.wiring import wire


@click.group()
def command() -> None:
    """Create or upgrade the database."""


@command.command()
@click.option("--quiet", is_flag=True, help="Say nothing when all went well.")
def upgrade(quiet: bool) -> None:
    """Bring the tables to this version and deploy the shipped definitions that are new.

    Safe to repeat, and safe to run in two places at once.
    """
    services = wire(load())
    migrate(services.sessions.kw["bind"])
    with services.action() as action:
        versions = definitions.deploy_shipped(action)
    if not quiet:
        click.echo(f"The database is current; {len(versions)} definitions are deployed.")
