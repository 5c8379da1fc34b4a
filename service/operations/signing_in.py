"""Signing in and out, sessions and tokens. Only digests of tokens are stored."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import bindparam, delete, exists, func, select, update
from sqlalchemy.orm import Session

from service.db.accounts import Account, ApiToken, Grant, SignInAttempt, WebSession
from service.db.administration import SignInRequest
from service.domain.access import SYSTEM, Actor, make_actor
from service.domain.errors import BadCredentials, Invalid, NotAllowed, NotFound, TooManyAttempts
from service.domain.ids import new_id
from service.domain.wording import N_, Message
from service.operations import accounts, acting, clock
from service.operations.action import Action
from service.operations.recording import write_event

TOKEN_PREFIX = "mut_"  # noqa: S105 - what tokens begin with
SEEN_EVERY = timedelta(minutes=1)
STRANGERS_FACTOR = 20
KNOWN_FOR = timedelta(days=90)
HALF_LASTS = timedelta(minutes=10)
TOKEN_SEEN_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a session or token belongs to. `session` is None for a token; `seen_long_ago`: its sign of life is due.

    `actor` acts for somebody else when the session was switched to that; `own` is the person himself. `acting_over`: the
    session was switched to a substitution that holds no longer.
    """

    account_id: uuid.UUID
    username: str
    actor: Actor
    own: Actor
    locale: str
    timezone: str
    single_keys: bool = True
    acting_over: bool = False
    session: str | None = None
    seen_long_ago: bool = False
    method: str = "token"


def authenticate(action: Action, username: str, password: str, address: str) -> Account:
    """The account, when name and password fit. Raises TooManyAttempts or BadCredentials. It only reads: checking a
    password takes long on purpose, and must not hold the lock of a writer.

    Failures are counted per account and address, per address over all accounts, and per account over all addresses. The
    last does not hold at an address where the account was signed in of late: strangers cannot lock the owner out.
    Failures are written by `note_failure`.
    """
    account = action.session.scalar(select(Account).where(Account.username == username.strip().lower()))
    _check_throttle(action, account, username, address)
    if not accounts.verify(account, password) or account is None or not account.active:
        raise BadCredentials("The user name or the password is wrong.")
    return account


def note_failure(action: Action, username: str, address: str) -> None:
    """Count a failed sign-in and write it to the log."""
    for subject in (_pair(username, address), _address(address), _everywhere(username)):
        action.session.add(SignInAttempt(subject=subject, at=action.now))
    write_event(action, "sign_in_failed", name=username.strip().lower()[:64], data={"address": address})


def open_session(
    action: Action,
    account: Account,
    address: str,
    browser: str,
    *,
    method: str = "password",
    pending: str | None = None,
) -> str:
    """A new session; answers the secret token for the cookie. What failed here before is forgiven.

    `pending`: the session opens nothing yet but the page of that step (code, enrol, password), and not for long.
    """
    token = secrets.token_urlsafe(32)
    lasts = HALF_LASTS if pending else timedelta(hours=action.settings.session_hours)
    action.session.add(
        WebSession(
            token_hash=digest(token),
            account_id=account.id,
            created_at=action.now,
            seen_at=action.now,
            expires_at=action.now + lasts,
            address=address[:64],
            browser=browser[:300],
            method=method,
            pending=pending,
        )
    )
    if pending:
        return token
    action.session.execute(
        delete(SignInAttempt).where(SignInAttempt.subject == _pair(account.username, address))
    )
    signed_in = replace(action, actor=accounts.actor_of(action, account))
    write_event(signed_in, "signed_in", name=account.username, data={"address": address, "method": method})
    return token


def half_session(action: Action, token: str) -> tuple[WebSession, Account]:
    """A session with a step still to be done, and whose it is. Raises BadCredentials when it is over."""
    query = select(WebSession, Account).join(Account, Account.id == WebSession.account_id)
    row = action.session.execute(
        query.where(
            WebSession.token_hash == digest(token),
            WebSession.pending.is_not(None),
            WebSession.ended_at.is_(None),
            WebSession.expires_at > action.now,
            Account.active,
        ).with_for_update(of=WebSession)
    ).one_or_none()
    if row is None:
        raise BadCredentials("Signing in took too long. Begin again.")
    return row.WebSession, row.Account


def check_guesses(action: Action, subject: str, most: int | None = None) -> None:
    """Raises TooManyAttempts after `most` failures of this kind, or as many as wrong passwords are allowed."""
    _check_limits(action, {subject: most or action.settings.sign_in_attempts})


def note_guess(action: Action, subject: str) -> None:
    """Count a failure of another kind than a wrong password."""
    action.session.add(SignInAttempt(subject=subject, at=action.now))


def note_departure(action: Action, address: str) -> None:
    """Count somebody who is sent to the identity provider. Raises TooManyAttempts when as many of this address have not
    come back as may fail to sign in there; those who come back are not counted (`note_return`)."""
    subject = _departed(address)
    _check_limits(action, {subject: action.settings.sign_in_attempts * STRANGERS_FACTOR})
    action.session.add(SignInAttempt(subject=subject, at=action.now))


def note_return(action: Action, address: str) -> None:
    """Somebody came back from the identity provider: one fewer is away."""
    gone = select(func.min(SignInAttempt.id)).where(SignInAttempt.subject == _departed(address))
    action.session.execute(delete(SignInAttempt).where(SignInAttempt.id == gone.scalar_subquery()))


def note_wrong_code(action: Action, username: str, address: str) -> None:
    """Write a wrong code of the second factor to the log."""
    write_event(action, "second_factor_failed", name=username, data={"address": address})


def end_session(action: Action, token_hash: str) -> None:
    """Sign out: the session has ended, whatever cookies are replayed."""
    session = action.session.get(WebSession, token_hash)
    if session is None or session.ended_at is not None:
        return
    session.ended_at = action.now
    account = action.session.get_one(Account, session.account_id)
    write_event(action, "signed_out", name=account.username)


def by_session(action: Action, token: str, acting_for: str | None = None) -> SignedIn | None:
    """Who this cookie's session belongs to, and for whom it acts now; `acting_for` (a user name) goes before what the
    session was switched to. None when it ended, expired, lay idle too long, or the account is disabled."""
    query = select(WebSession, Account).join(Account, Account.id == WebSession.account_id)
    row = action.session.execute(
        query.where(WebSession.token_hash == digest(token), WebSession.pending.is_(None), Account.active)
    ).one_or_none()
    if row is None:
        return None
    session, account = row.WebSession, row.Account
    idle = timedelta(minutes=action.settings.session_idle_minutes)
    if (
        session.ended_at is not None
        or session.expires_at <= action.now
        or session.seen_at + idle <= action.now
    ):
        return None
    signed_in = replace(
        _signed_in(action, account),
        session=session.token_hash,
        method=session.method,
        seen_long_ago=session.seen_at + SEEN_EVERY < action.now,
    )
    if acting_for is not None:
        return replace(signed_in, actor=acting.actor_named(action, account, acting_for))
    if session.substitution_id is None:
        return signed_in
    actor = acting.actor_for(action, account, session.substitution_id, clock.now(action.session))
    return replace(signed_in, actor=actor) if actor else replace(signed_in, acting_over=True)


def touch(action: Action, token_hash: str) -> None:
    """Note that the session is in use."""
    session = action.session.get(WebSession, token_hash)
    if session is not None:
        session.seen_at = action.now


_TOKENS, _ACCOUNTS, _GRANTS = ApiToken.__table__.c, Account.__table__.c, Grant.__table__.c
_BY_TOKEN = (
    select(
        _ACCOUNTS.id,
        _ACCOUNTS.username,
        _ACCOUNTS.name,
        _ACCOUNTS.nip,
        _ACCOUNTS.locale,
        _ACCOUNTS.timezone,
        _TOKENS.expires_at,
        _TOKENS.used_at,
        _GRANTS.role,
        _GRANTS.unit_id,
    )
    .select_from(ApiToken.__table__)
    .join(Account.__table__, _ACCOUNTS.id == _TOKENS.account_id)
    .outerjoin(Grant.__table__, _GRANTS.account_id == _ACCOUNTS.id)
    .where(_TOKENS.token_hash == bindparam("digest"), _TOKENS.ended_at.is_(None), _ACCOUNTS.active)
)


def by_token(action: Action, token: str, acting_for: str | None = None) -> SignedIn | None:
    """Who this bearer token belongs to; None when it is unknown, ended or expired, or the account is disabled.

    `acting_for`: the user name of an absent person to act for. Raises NotAllowed unless the account stands in now.
    """
    rows = action.session.connection().execute(_BY_TOKEN, {"digest": digest(token)}).all()
    if not rows or (rows[0].expires_at is not None and rows[0].expires_at <= action.now):
        return None
    first = rows[0]
    scopes = accounts.scopes_of((row.role, row.unit_id) for row in rows if row.role is not None)
    actor = make_actor(first.id, first.name, first.nip, scopes, action.roles)
    unseen = first.used_at is None or first.used_at + TOKEN_SEEN_EVERY < action.now
    signed_in = SignedIn(
        first.id, first.username, actor, actor, first.locale, first.timezone, seen_long_ago=unseen
    )
    if acting_for is None:
        return signed_in
    account = action.session.get_one(Account, first.id)
    return replace(signed_in, actor=acting.actor_named(action, account, acting_for))


def touch_token(action: Action, token: str) -> None:
    """Note that a token is in use."""
    used = update(ApiToken).where(ApiToken.token_hash == digest(token)).values(used_at=action.now)
    action.session.execute(used.execution_options(synchronize_session=False))


def create_token(action: Action, username: str, name: str, days: int | None = None) -> str:
    """A bearer token for programs; this is the only time it can be read."""
    _check_may_manage_tokens(action)
    account = accounts.named(action.session, username)
    if not 0 < len(name) <= 100:
        raise Invalid("Say in 1 to 100 characters what the token is for.", {"name": "1 to 100 characters"})
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    action.session.add(
        ApiToken(
            id=new_id(),
            account_id=account.id,
            name=name,
            prefix=token[:12],
            token_hash=digest(token),
            created_at=action.now,
            expires_at=action.now + timedelta(days=days) if days else None,
        )
    )
    write_event(action, "token_created", name=account.username, data={"token": token[:12], "purpose": name})
    return token


def tokens(session: Session) -> list[tuple[ApiToken, str]]:
    """All tokens with their account's user name, latest first."""
    query = select(ApiToken, Account.username).join(Account, Account.id == ApiToken.account_id)
    return [
        (row.ApiToken, row.username) for row in session.execute(query.order_by(ApiToken.created_at.desc()))
    ]


def revoke_token(action: Action, token_id: uuid.UUID) -> None:
    """Revoke a token; it stops working at once. Raises NotFound when it is unknown or over."""
    _check_may_manage_tokens(action)
    token = action.session.get(ApiToken, token_id)
    if token is None or token.ended_at is not None:
        raise NotFound("There is no such token.")
    token.ended_at = action.now
    owner = action.session.get_one(Account, token.account_id)
    write_event(action, "token_revoked", name=owner.username, data={"token": token.prefix})


def end_token(action: Action, prefix: str) -> None:
    """Revoke the token that begins so. Raises NotFound unless exactly one does."""
    _check_may_manage_tokens(action)
    found = action.session.scalars(
        select(ApiToken).where(ApiToken.prefix == prefix[:12], ApiToken.ended_at.is_(None))
    ).all()
    if len(found) != 1:
        raise NotFound(Message(N_("There is no token %(prefix)s."), prefix=prefix))
    found[0].ended_at = action.now
    write_event(action, "token_revoked", name=prefix[:12])


def forget(action: Action) -> None:
    """Delete what no longer counts: failures outside the window, and sessions that ended long ago."""
    window = timedelta(minutes=action.settings.sign_in_window_minutes)
    action.session.execute(delete(SignInAttempt).where(SignInAttempt.at <= action.now - window))
    action.session.execute(delete(WebSession).where(WebSession.expires_at <= action.now - KNOWN_FOR))
    action.session.execute(delete(SignInRequest).where(SignInRequest.created_at <= action.now - window))


def digest(token: str) -> str:
    """What is stored of a token. It is random, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def _signed_in(action: Action, account: Account) -> SignedIn:
    actor = accounts.actor_of(action, account)
    return SignedIn(
        account.id, account.username, actor, actor, account.locale, account.timezone, account.single_keys
    )


def _check_may_manage_tokens(action: Action) -> None:
    if action.actor != SYSTEM and not action.actor.may("token.manage"):
        raise NotAllowed("Only an administrator may manage tokens.")


def _check_throttle(action: Action, account: Account | None, username: str, address: str) -> None:
    most = action.settings.sign_in_attempts
    limits = {_pair(username, address): most, _address(address): most * STRANGERS_FACTOR}
    if not _is_known(action, account, address):
        limits[_everywhere(username)] = most * STRANGERS_FACTOR
    _check_limits(action, limits)


def _check_limits(action: Action, limits: Mapping[str, int]) -> None:
    window = timedelta(minutes=action.settings.sign_in_window_minutes)
    counted = action.session.execute(
        select(
            SignInAttempt.subject, func.count().label("failures"), func.min(SignInAttempt.at).label("oldest")
        )
        .where(SignInAttempt.subject.in_(limits), SignInAttempt.at > action.now - window)
        .group_by(SignInAttempt.subject)
    )
    waits = [row.oldest + window - action.now for row in counted if row.failures >= limits[row.subject]]
    if waits:
        raise TooManyAttempts(
            "Too many failed attempts. Wait a few minutes.", max(1, int(max(waits).total_seconds()))
        )


def _is_known(action: Action, account: Account | None, address: str) -> bool:
    """Whether the account was signed in at this address of late."""
    if account is None:
        return False
    since = action.now - KNOWN_FOR
    return (
        action.session.scalar(
            select(
                exists().where(
                    WebSession.account_id == account.id,
                    WebSession.address == address[:64],
                    WebSession.created_at > since,
                    WebSession.pending.is_(None),
                )
            )
        )
        is True
    )


def _pair(username: str, address: str) -> str:
    return f"{_everywhere(username)}@{address[:64]}"


def _address(address: str) -> str:
    return f"address:{address[:64]}"


def _departed(address: str) -> str:
    return f"departed:{address[:64]}"


def _everywhere(username: str) -> str:
    return f"account:{username.strip().lower()[:64]}"
