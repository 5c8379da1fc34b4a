"""Sessions that end: one's own by oneself, anybody's by an administrator; and why one is over."""

from __future__ import annotations

import uuid
from datetime import timedelta

from sqlalchemy import select

from service.db.accounts import Account, WebSession
from service.domain.errors import NotFound
from service.operations import accounts, signing_in
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


def why_over(action: Action, token: str) -> str | None:
    """Why the session of this cookie opens nothing any more: ended, expired or idle. None where it is open or unknown."""
    session = action.session.get(WebSession, signing_in.digest(token))
    if session is None:
        return None
    if session.ended_at is not None:
        return "ended"
    if session.expires_at <= action.now:
        return "expired"
    idle = timedelta(minutes=action.settings.session_idle_minutes)
    return "idle" if session.seen_at + idle <= action.now else None


def of_one_person(action: Action, *tokens: str) -> bool:
    """Whether the sessions of these cookies, open or over, are all one account's."""
    digests = [signing_in.digest(token) for token in tokens]
    owners = action.session.scalars(
        select(WebSession.account_id).where(WebSession.token_hash.in_(digests))
    ).all()
    return len(owners) == len(tokens) and len(set(owners)) == 1


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
