"""How a person wants the pages: language, time zone, single keys."""

from __future__ import annotations

from zoneinfo import available_timezones

from service.db.accounts import Account
from service.domain.errors import Invalid
from service.operations.action import Action

LANGUAGES = ("id", "en")


def choose(action: Action, *, locale: str, timezone: str, single_keys: bool) -> None:
    """Set the actor's language and zone, and whether single keys do something. Raises Invalid."""
    if locale not in LANGUAGES or timezone not in available_timezones():
        raise Invalid("These settings cannot be used.")
    account = action.session.get_one(Account, action.actor.id)
    account.locale, account.timezone, account.single_keys = locale, timezone, single_keys
