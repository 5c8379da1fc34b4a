"""What a page is made with: the services, who asks, in which language, and what time it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from flask import current_app, g, request, url_for
from flask_babel import get_locale
from flask_login import current_user

from service.domain.access import SYSTEM, Actor
from service.operations.action import Action
from service.wiring import Services


def services() -> Services:
    """The services of this process."""
    found: Services = current_app.extensions["services"]
    return found


def actor() -> Actor:
    """Who is signed in; pages that need nobody get the deny-all default of an actor without roles."""
    if getattr(current_user, "is_authenticated", False):
        found: Actor = current_user.actor
        return found
    return Actor(None, "")


def own() -> Actor:
    """Who is signed in, whoever they act for."""
    if getattr(current_user, "is_authenticated", False):
        found: Actor = current_user.own
        return found
    return Actor(None, "")


@contextmanager
def reading() -> Iterator[Action]:
    """A read-only look at the database as the person signed in."""
    with services().reading(actor()) as action:
        g.now = action.now
        yield action


def now() -> datetime:
    """The moment this page speaks of; the sample city's clock when it was moved."""
    if "now" not in g:
        with services().reading(SYSTEM) as action:
            g.now = action.now
    moment: datetime = g.now
    return moment


def zone() -> ZoneInfo:
    """The person's time zone, else the city's."""
    name = getattr(current_user, "timezone", None) or services().settings.timezone
    return ZoneInfo(name)


def language() -> str:
    """`id` or `en`."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "id"


def here(endpoint: str, kept: Mapping[str, str], cursor: str | None = None) -> str:
    """The address of a list with its filters, from a cursor on."""
    values: dict[str, Any] = dict(kept)
    if cursor is not None:
        values["cursor"] = cursor
    return url_for(endpoint, **values)


def this_page() -> str:
    """The address of the page that is being read: a task's panes are read in the inbox."""
    if request.endpoint == "tasks.panes":
        return url_for("inbox.page", task=request.view_args["task_id"]) if request.view_args else ""
    return request.path


def sent_from(otherwise: str) -> str:
    """The page on which the form stood that was sent, with its filters; `otherwise` where that is not a page to be read."""
    page = urlsplit(request.referrer or "")
    adapter = current_app.create_url_adapter(request)
    if page.netloc != request.host or adapter is None or not adapter.test(page.path, "GET"):
        return otherwise
    return f"{page.path}?{page.query}" if page.query else page.path


def in_language(indonesian: str, english: str | None) -> str:
    """Of two texts the reader's, falling back on Indonesian where there is no English."""
    return english if language() == "en" and english else indonesian
