"""Where people are signed in, and the tokens of programs: for administrators and for oneself."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account, ApiToken, WebSession
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor

HANDLE = 24


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A browser that is signed in. `handle` names it on pages; it opens nothing."""

    handle: str
    account_id: uuid.UUID
    username: str
    name: str
    method: str
    address: str | None
    browser: str | None
    created_at: datetime
    seen_at: datetime
    token_hash: str


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A program's token; only how it begins is known."""

    id: uuid.UUID
    prefix: str
    name: str
    username: str
    account: str
    created_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    used_at: datetime | None


def sessions(
    session: Session,
    now: datetime,
    idle_since: datetime,
    *,
    account_id: uuid.UUID | None = None,
    search: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[SessionRow]:
    """Sessions that are open, the one seen last first."""
    query = (
        select(WebSession, Account.username, Account.name)
        .join(Account, Account.id == WebSession.account_id)
        .where(
            WebSession.ended_at.is_(None),
            WebSession.pending.is_(None),
            WebSession.expires_at > now,
            WebSession.seen_at > idle_since,
        )
    )
    if account_id is not None:
        query = query.where(WebSession.account_id == account_id)
    if search:
        text = search.strip().lower()
        query = query.where(
            or_(
                func.lower(Account.name).contains(text, autoescape=True),
                Account.username.contains(text, autoescape=True),
                WebSession.address.startswith(text, autoescape=True),
            )
        )
    if cursor is not None:
        query = query.where(behind(cursor, WebSession.seen_at, WebSession.token_hash, descending=True))
    query = query.order_by(WebSession.seen_at.desc(), WebSession.token_hash.desc()).limit(limit + 1)
    rows = [_session_row(row) for row in session.execute(query)]
    more = encode_cursor(rows[limit - 1].seen_at, rows[limit - 1].token_hash) if len(rows) > limit else None
    return Page(tuple(rows[:limit]), more)


def _session_row(row: Any) -> SessionRow:
    found: WebSession = row.WebSession
    return SessionRow(
        found.token_hash[:HANDLE],
        found.account_id,
        row.username,
        row.name,
        found.method,
        found.address,
        found.browser,
        found.created_at,
        found.seen_at,
        found.token_hash,
    )


def tokens(
    session: Session, *, over: bool = False, limit: int = 50, cursor: str | None = None
) -> Page[TokenRow]:
    """Tokens, latest first; `over`: also those revoked."""
    query = select(ApiToken, Account.username, Account.name.label("account")).join(
        Account, Account.id == ApiToken.account_id
    )
    if not over:
        query = query.where(ApiToken.ended_at.is_(None))
    if cursor is not None:
        query = query.where(behind(cursor, ApiToken.created_at, ApiToken.id, descending=True))
    query = query.order_by(ApiToken.created_at.desc(), ApiToken.id.desc()).limit(limit + 1)
    rows = [
        TokenRow(
            row.ApiToken.id,
            row.ApiToken.prefix,
            row.ApiToken.name,
            row.username,
            row.account,
            row.ApiToken.created_at,
            row.ApiToken.expires_at,
            row.ApiToken.ended_at,
            row.ApiToken.used_at,
        )
        for row in session.execute(query)
    ]
    more = encode_cursor(rows[limit - 1].created_at, rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(rows[:limit]), more)
