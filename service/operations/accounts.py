"""Accounts and the roles they hold. Every change leaves a trace of who and when."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant, WebSession
from service.db.people import Unit
from service.domain.access import SYSTEM, Actor, make_actor
from service.domain.common_passwords import COMMON
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.domain.wording import N_, Message
from service.operations.action import Action
from service.operations.recording import write_event

MANAGE = "account.manage"
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128

_hasher = PasswordHasher()
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,63}")
_NOBODY = _hasher.hash("nobody has this password, yet checking it takes as long")


def create(
    action: Action,
    username: str,
    name: str,
    *,
    email: str | None = None,
    nip: str | None = None,
    password: str | None = None,
) -> Account:
    """Make an account. Raises Invalid for a name or password that cannot be used, Conflict when the name is taken."""
    check_may_manage(action)
    username = username.strip().lower()
    if not _USERNAME.fullmatch(username):
        raise Invalid(
            "A user name has 2 to 64 small letters, digits, dots, dashes or underscores.",
            {"username": "Small letters, digits, dots, dashes or underscores."},
        )
    if action.session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise Conflict(Message(N_("The user name %(name)s is taken."), name=username))
    if not name.strip():
        raise Invalid("A name is missing.", {"name": "This field is required."})
    account = Account(
        id=new_id(),
        username=username,
        name=name.strip(),
        email=email or None,
        nip=nip or None,
        locale=action.settings.locale,
        timezone=action.settings.timezone,
        active=True,
        created_at=action.now,
    )
    action.session.add(account)
    action.session.flush()
    log(action, "account_created", account)
    if password is not None:
        set_password(action, account.username, password)
    return account


def set_password(action: Action, username: str, password: str) -> None:
    """Set a password and end the account's sessions. Raises Invalid for a short, over-long or well-known one."""
    account = named(action.session, username)
    if account.id != action.actor.id:
        check_may_manage(action)
    check_password(password)
    store_password(action, account, password)
    log(action, "password_set", account)


def store_password(action: Action, account: Account, password: str, *, temporary: bool = False) -> None:
    """Make this the account's password and sign it out everywhere. `temporary`: to be changed at the next sign-in."""
    account.password_hash = _hasher.hash(_normal(password))
    account.must_change_password = temporary
    end_sessions(action, account.id)


def check_password(password: str) -> None:
    """Length counts, composition does not (ASVS 6.2); passwords that everybody tries are refused."""
    if any(unicodedata.category(character) in ("Cc", "Cs") for character in password):
        raise Invalid(
            "A password is text, without control characters.", {"password": "No control characters."}
        )
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Invalid(
            Message(
                N_("A password has %(least)s to %(most)s characters."),
                least=SHORTEST_PASSWORD,
                most=LONGEST_PASSWORD,
            ),
            {"password": "Too short or too long."},
        )
    folded = _normal(password).casefold()
    if folded in COMMON or len(set(folded)) < 4:
        raise Invalid(
            "This password is among the first that anybody would try.", {"password": "Too well known."}
        )


def verify(account: Account | None, password: str) -> bool:
    """Whether the password is the account's. Takes as long when there is no such account."""
    known = account.password_hash if account is not None and account.password_hash else _NOBODY
    try:
        _hasher.verify(known, _normal(password[: LONGEST_PASSWORD * 4]))
    except (VerifyMismatchError, InvalidHashError, UnicodeEncodeError):
        return False
    return account is not None and account.password_hash is not None


def grant(action: Action, username: str, role: str, unit: str | None = None) -> None:
    """Give a role, everywhere or for one unit. Giving it again changes nothing."""
    check_may_manage(action)
    if role not in action.roles:
        raise Invalid(
            Message(
                N_("There is no role %(role)s. Roles: %(roles)s."), role=role, roles=", ".join(action.roles)
            ),
            {"role": "There is no such role."},
        )
    if unit is not None and action.session.get(Unit, unit) is None:
        raise Invalid(
            Message(N_("There is no unit %(unit)s."), unit=unit), {"unit": "There is no such unit."}
        )
    account = named(action.session, username)
    if any(held.role == role and held.unit_id == unit for held in account.grants):
        return
    account.grants.append(Grant(id=new_id(), role=role, unit_id=unit))
    log(action, "role_granted", account, role=role, unit=unit)


def revoke(action: Action, username: str, role: str, unit: str | None = None) -> None:
    """Take a role away; it is gone at the next request."""
    check_may_manage(action)
    account = named(action.session, username)
    held = [entry for entry in account.grants if entry.role == role and entry.unit_id == unit]
    if not held:
        raise NotFound(
            Message(
                N_("%(name)s does not hold the role %(role)s."),
                name=username,
                role=f"{role} ({unit})" if unit else role,
            )
        )
    for entry in held:
        account.grants.remove(entry)
    if _manages(action, role):
        _check_somebody_manages(action)
    log(action, "role_revoked", account, role=role, unit=unit)


def set_active(action: Action, username: str, active: bool) -> None:
    """Let an account sign in, or stop it and end its sessions."""
    check_may_manage(action)
    account = named(action.session, username)
    account.active = active
    if not active:
        if any(_manages(action, held.role) for held in account.grants):
            _check_somebody_manages(action)
        end_sessions(action, account.id)
    log(action, "account_enabled" if active else "account_disabled", account)


def named(session: Session, username: str) -> Account:
    """The account of a user name. Raises NotFound."""
    account = session.scalar(select(Account).where(Account.username == username.strip().lower()))
    if account is None:
        raise NotFound(Message(N_("There is no account %(name)s."), name=username))
    return account


def everybody(session: Session) -> list[Account]:
    """All accounts by user name."""
    return list(session.scalars(select(Account).order_by(Account.username)))


def actor_of(action: Action, account: Account) -> Actor:
    """The account as an actor, with the rights its roles add up to now."""
    held = [(grant.role, grant.unit_id) for grant in account.grants]
    return make_actor(account.id, account.name, account.nip, scopes_of(held), action.roles)


def scopes_of(held: Iterable[tuple[str, str | None]]) -> dict[str, frozenset[str]]:
    """The units of each role held as (role, unit); none for a role that is held everywhere, too."""
    units: dict[str, set[str]] = {}
    everywhere: set[str] = set()
    for role, unit in held:
        units.setdefault(role, set())
        if unit is None:
            everywhere.add(role)
        else:
            units[role].add(unit)
    return {role: frozenset() if role in everywhere else frozenset(found) for role, found in units.items()}


def end_sessions(action: Action, account_id: uuid.UUID, *, but: str = "") -> None:
    """Sign an account out everywhere; `but`: the digest of a session that goes on."""
    action.session.execute(
        update(WebSession)
        .where(
            WebSession.account_id == account_id, WebSession.ended_at.is_(None), WebSession.token_hash != but
        )
        .values(ended_at=action.now)
        .execution_options(synchronize_session=False)
    )


def _manages(action: Action, role: str) -> bool:
    return role in action.roles and MANAGE in action.roles[role].permissions


def _check_somebody_manages(action: Action) -> None:
    """Somebody must be left who can give roles. Locks those who can, so that two cannot take each other's away at once."""
    managing = [role.id for role in action.roles.values() if MANAGE in role.permissions]
    action.session.flush()
    left = action.session.scalars(
        select(Account.id)
        .join(Grant, Grant.account_id == Account.id)
        .where(Account.active, Grant.role.in_(managing))
        .limit(2)
        .with_for_update()
    ).first()
    if left is None:
        raise Conflict("This is the last administrator: give the role to somebody else first.")


def check_may_manage(action: Action) -> None:
    """Raises NotAllowed for all but administrators and the system itself."""
    if action.actor != SYSTEM and not action.actor.may(MANAGE):
        raise NotAllowed("Only an administrator may change accounts.")


def _normal(password: str) -> str:
    """One spelling for each character, so that a password typed on another keyboard is the same."""
    return unicodedata.normalize("NFKC", password)


def log(action: Action, kind: str, account: Account, **data: str | None) -> None:
    """One line about an account in the log; `data` without what is empty."""
    write_event(
        action, kind, name=account.username, data={key: value for key, value in data.items() if value}
    )


def name_of(action: Action, account_id: uuid.UUID | None) -> str | None:
    """An account's name."""
    return action.session.scalar(select(Account.name).where(Account.id == account_id)) if account_id else None
