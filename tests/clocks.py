"""The clock of a test's database. It may be moved where the data are marked as invented, or behind the product's back."""

from __future__ import annotations

from datetime import timedelta

from service.db.cases import Fact
from service.operations import clock
from service.wiring import Services


def mark_sample(services: Services) -> None:
    """Mark the data as invented, so that `sample_clock` moves their clock."""
    with services.action() as action:
        action.session.add(Fact(name=clock.SAMPLE, value="test"))


def put_ahead(services: Services, **ahead: float) -> None:
    """Let the clock stand so far ahead of the database's: `days=3`. Nothing is done that falls due on the way."""
    seconds = int(timedelta(**ahead).total_seconds())
    with services.sessions.begin() as session:
        session.merge(Fact(name=clock.OFFSET, value=str(seconds)))
