"""From a proven name to an open session: the second factor, setting it up where it is asked for, a new password."""

from __future__ import annotations

from dataclasses import dataclass

from service.db.accounts import Account, WebSession
from service.operations import second_factor, signing_in
from service.operations.action import Action


@dataclass(frozen=True, slots=True)
class Entry:
    """A session's secret for the cookie, and the step that is still to be done; None: it is open."""

    token: str
    pending: str | None


def begin(
    action: Action,
    account: Account,
    address: str,
    browser: str,
    *,
    method: str = "password",
    strong: bool = False,
) -> Entry:
    """The name is proven. `strong`: the identity provider has asked for a second factor already."""
    factor = None if strong else _factor_step(action, account)
    pending = factor or _password_step(account, method)
    token = signing_in.open_session(action, account, address, browser, method=method, pending=pending)
    return Entry(token, pending)


def go_on(action: Action, half: WebSession, account: Account) -> Entry:
    """The step a half session stood at is done: a session with a new secret, for the next step or open."""
    done, half.ended_at = half.pending, action.now
    pending = None if done == "password" else _password_step(account, half.method)
    opened = signing_in.open_session(
        action, account, half.address or "", half.browser or "", method=half.method, pending=pending
    )
    return Entry(opened, pending)


def _factor_step(action: Action, account: Account) -> str | None:
    if second_factor.is_enrolled(action, account):
        return "code"
    return "enrol" if second_factor.is_required(action, account) else None


def _password_step(account: Account, method: str) -> str | None:
    return "password" if account.must_change_password and method == "password" else None
