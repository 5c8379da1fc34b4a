"""Whether a letter is genuine, for anybody who holds its code; guessing codes is slowed down."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from service.db.accounts import SignInAttempt
from service.db.queries import letters as queries
from service.db.queries.letters import Checked
from service.domain.errors import TooManyAttempts
from service.operations.action import Action

UNKNOWN = "unknown"


def check(action: Action, code: str, address: str) -> Checked:
    """What may be said about a code. Raises TooManyAttempts for an address that asked for many unknown ones."""
    since = action.now - timedelta(minutes=action.settings.sign_in_window_minutes)
    tried = action.session.execute(
        select(func.count().label("times"), func.min(SignInAttempt.at).label("first")).where(
            SignInAttempt.subject == _subject(address), SignInAttempt.at > since
        )
    ).one()
    if tried.times >= action.settings.verify_attempts:
        seconds = int((tried.first - since).total_seconds())
        raise TooManyAttempts("Too many codes were asked for. Wait a few minutes.", max(1, seconds))
    return queries.check(action.session, code)


def note_unknown(action: Action, address: str) -> None:
    """Count an unknown code against the address; forgotten with the failed sign-ins."""
    action.session.add(SignInAttempt(subject=_subject(address), at=action.now))


def _subject(address: str) -> str:
    return f"verify@{address}"[:200]
