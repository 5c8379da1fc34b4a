"""A database that cannot be reached, or was never upgraded, is one line and not a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy.exc import OperationalError, ProgrammingError

from service.operations.action import Action
from service.settings import load
from service.wiring import wire


@contextmanager
def usable_database() -> Iterator[None]:
    """Turns the driver's errors about connections and missing tables into a message (exit code 1)."""
    try:
        yield
    except (OperationalError, ProgrammingError) as error:
        reason = str(error.orig).splitlines()[0]
        raise click.ClickException(
            f"the database cannot be used: {reason}. Is it the right one (MUTASI_DATABASE_URL), and was "
            "`mutasi db upgrade` run?"
        ) from error


@contextmanager
def acting() -> Iterator[Action]:
    """One business action of the command line itself, in one transaction."""
    with usable_database(), wire(load()).action() as action:
        yield action


@contextmanager
def reading() -> Iterator[Action]:
    """A look at the database that changes nothing."""
    with usable_database(), wire(load()).reading() as action:
        yield action
