"""Passwords given and changed: by a link that works once, for the time being, or by oneself."""

from __future__ import annotations

import secrets
from datetime import timedelta

from sqlalchemy import select, update

from service.db.accounts import Account
from service.db.administration import PasswordLink
from service.domain.errors import BadCredentials, Conflict, Invalid, NotFound
from service.operations import accounts, signing_in
from service.operations.action import Action

LINK_LASTS = timedelta(hours=48)
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP = 4, 4


def make_link(action: Action, username: str) -> str:
    """The secret of a link with which the account's owner sets a password, once; earlier links are void."""
    accounts.check_may_manage(action)
    account = accounts.named(action.session, username)
    if not account.active:
        raise Conflict("The account is disabled.")
    _void_links(action, account)
    token = secrets.token_urlsafe(32)
    action.session.add(
        PasswordLink(
            token_hash=signing_in.digest(token),
            account_id=account.id,
            created_at=action.now,
            created_by=action.actor.id,
            expires_at=action.now + LINK_LASTS,
        )
    )
    accounts.log(action, "password_link_made", account)
    return token


def link_owner(action: Action, token: str, *, lock: bool = False) -> Account:
    """Whose password a link sets. Raises NotFound when it was used, is too old, or never was."""
    query = select(PasswordLink).where(
        PasswordLink.token_hash == signing_in.digest(token),
        PasswordLink.used_at.is_(None),
        PasswordLink.expires_at > action.now,
    )
    link = action.session.scalar(query.with_for_update() if lock else query)
    account = action.session.get(Account, link.account_id) if link is not None else None
    if account is None or not account.active:
        raise NotFound("This link was used already, or is too old. Ask the administrator for another one.")
    return account


def use_link(action: Action, token: str, password: str) -> Account:
    """Set the password of a link's owner; the link is used up."""
    account = link_owner(action, token, lock=True)
    accounts.check_password(password)
    accounts.store_password(action, account, password)
    _void_links(action, account)
    accounts.log(action, "password_set", account, by="link")
    return account


def give_temporary(action: Action, username: str) -> str:
    """A password to be told to the account's owner, who has to change it at the next sign-in."""
    accounts.check_may_manage(action)
    account = accounts.named(action.session, username)
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
    accounts.store_password(action, account, password, temporary=True)
    _void_links(action, account)
    accounts.log(action, "password_temporary", account)
    return password


def change_own(action: Action, present: str, wanted: str, *, session: str) -> None:
    """Change one's own password; the sessions opened with the old one end, but for this one."""
    account = action.session.get_one(Account, action.actor.id)
    subject = f"own password:{account.username}"
    signing_in.check_guesses(action, subject)
    if not accounts.verify(account, present):
        raise BadCredentials("The present password is wrong.")
    if present == wanted:
        raise Invalid("The new password is the old one.", {"password": "Choose another one."})
    accounts.check_password(wanted)
    accounts.store_password(action, account, wanted)
    accounts.log(action, "password_set", account, by="owner")
    _reopen(action, session)


def replace_temporary(action: Action, account: Account, wanted: str) -> None:
    """Take the password of one's own choice instead of the temporary one."""
    if accounts.verify(account, wanted):
        raise Invalid("The new password is the old one.", {"password": "Choose another one."})
    accounts.check_password(wanted)
    accounts.store_password(action, account, wanted)
    accounts.log(action, "password_set", account, by="owner")


def _reopen(action: Action, session: str) -> None:
    found = action.session.get(signing_in.WebSession, session, populate_existing=True)
    if found is not None:
        found.ended_at = None


def _void_links(action: Action, account: Account) -> None:
    action.session.execute(
        update(PasswordLink)
        .where(PasswordLink.account_id == account.id, PasswordLink.used_at.is_(None))
        .values(used_at=action.now)
        .execution_options(synchronize_session=False)
    )
