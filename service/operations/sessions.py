"""Ending sessions: one's own by oneself, anybody's by an administrator."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from service.db.accounts import Account, WebSession
from service.domain.errors import NotFound
from service.operations import accounts
from service.operations.action import Action


def end_own(action: Action, handle: str) -> None:
    """End one of one's own sessions."""
    if action.actor.id is None:
        raise NotFound("There is no such session.")
    _end(action, action.actor.id, handle)


def end_own_others(action: Action, session: str) -> None:
    """Sign oneself out everywhere but here."""
    account = action.session.get_one(Account, action.actor.id)
    accounts.end_sessions(action, account.id, but=session)
    accounts.log(action, "sessions_ended", account)


def end(action: Action, account_id: uuid.UUID, handle: str) -> None:
    """End somebody's session."""
    accounts.check_may_manage(action)
    _end(action, account_id, handle)


def end_all(action: Action, username: str) -> None:
    """Sign somebody out everywhere."""
    accounts.check_may_manage(action)
    account = accounts.named(action.session, username)
    accounts.end_sessions(action, account.id)
    accounts.log(action, "sessions_ended", account)


def _end(action: Action, account_id: uuid.UUID, handle: str) -> None:
    """`handle` is how the digest of the session's secret begins."""
    found = action.session.scalars(
        select(WebSession)
        .where(
            WebSession.account_id == account_id,
            WebSession.token_hash.startswith(handle, autoescape=True),
            WebSession.ended_at.is_(None),
        )
        .limit(2)
    ).all()
    if len(handle) < 16 or len(found) != 1:
        raise NotFound("There is no such session.")
    found[0].ended_at = action.now
    account = action.session.get_one(Account, account_id)
    accounts.log(action, "session_ended", account, address=found[0].address)
