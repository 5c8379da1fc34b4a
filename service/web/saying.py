"""Doing something, and saying on the page that follows what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from flask import flash

from service.domain.errors import MutasiError
from service.operations.action import Action
from service.web import context, wording


@contextmanager
def saying(
    done: str, *refusals: type[MutasiError], tone: str = "good", now: datetime | None = None
) -> Iterator[Action]:
    """An action of the person signed in. The next page says `done`, or why it was refused with one of `refusals`;
    what is refused otherwise has a page of its own."""
    try:
        with context.services().action(context.actor(), now=now) as action:
            yield action
    except refusals as refused:
        flash(wording.said(refused), "bad")
    else:
        flash(done, tone)
