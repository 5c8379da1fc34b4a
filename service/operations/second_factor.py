"""The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes that stand in for it once."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable

import pyotp
from sqlalchemy import delete, func, select, update

from service.db.accounts import Account
from service.db.administration import RecoveryCode, SecondFactor, Setting
from service.domain.errors import BadCredentials, Conflict, Invalid, NotFound
from service.operations import accounts, administered, signing_in, vault
from service.operations.action import Action
from service.operations.recording import write_event

REQUIRED = "second_factor_roles"
STEP_SECONDS = 30
DRIFT_STEPS = 1
"""A code of the step before or after is taken too: clocks differ."""

RECOVERY_CODES = 10
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def is_enrolled(action: Action, account: Account) -> bool:
    factor = action.session.get(SecondFactor, account.id)
    return factor is not None and factor.confirmed_at is not None


def is_required(action: Action, account: Account) -> bool:
    """Whether one of the account's roles asks for a second factor."""
    return bool(required_roles(action) & {grant.role for grant in account.grants})


def required_roles(action: Action) -> frozenset[str]:
    return frozenset(administered.setting(action.session, REQUIRED, ()))


def require(action: Action, roles: Iterable[str]) -> None:
    """Who holds one of these roles needs a second factor, from the next sign-in on."""
    accounts.check_may_manage(action)
    wanted = sorted(set(roles))
    if set(wanted) - set(action.roles):
        raise Invalid("There is no such role.")
    before = sorted(required_roles(action))
    if wanted == before:
        return
    action.session.merge(
        Setting(name=REQUIRED, value=wanted, changed_at=action.now, changed_by=action.actor.id)
    )
    write_event(action, "second_factor_required", data={"before": before, "after": wanted})


def begin(action: Action, account: Account) -> str:
    """The secret to show as a QR code. Until a code of it is given, nothing has changed."""
    factor = action.session.get(SecondFactor, account.id)
    if factor is not None and factor.confirmed_at is not None:
        raise Conflict("Your second factor is set up already.")
    if factor is not None:
        return vault.unseal(action.settings, factor.secret)
    secret = pyotp.random_base32()
    action.session.add(
        SecondFactor(account_id=account.id, secret=vault.seal(action.settings, secret), begun_at=action.now)
    )
    return secret


def address(account: Account, secret: str, city: str) -> str:
    """The otpauth:// address that an authenticator reads from the QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=f"Mutasi {city}".strip())


def confirm(action: Action, account: Account, code: str) -> list[str]:
    """Switch the second factor on with a first code; answers the recovery codes, to be read this once."""
    factor = action.session.get(SecondFactor, account.id, with_for_update=True)
    if factor is None or factor.confirmed_at is not None:
        raise Conflict("Your second factor is set up already.")
    _take(action, account, factor, code)
    factor.confirmed_at = action.now
    accounts.log(action, "second_factor_enrolled", account)
    return _new_codes(action, account)


def check(action: Action, account: Account, code: str) -> None:
    """Take a code of the authenticator or a recovery code, each once. Raises BadCredentials or TooManyAttempts."""
    signing_in.check_guesses(action, guesses_of(account))
    factor = action.session.get(SecondFactor, account.id, with_for_update=True, populate_existing=True)
    if factor is None or factor.confirmed_at is None:
        raise BadCredentials("The code is wrong or was used already.")
    if _plain(code).isdigit():
        _take(action, account, factor, code)
        return
    used = action.session.execute(
        update(RecoveryCode)
        .where(
            RecoveryCode.account_id == account.id,
            RecoveryCode.code_hash == _digest(account, code),
            RecoveryCode.used_at.is_(None),
        )
        .values(used_at=action.now)
        .returning(RecoveryCode.code_hash)
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        raise BadCredentials("The code is wrong or was used already.")
    accounts.log(action, "recovery_code_used", account, left=str(codes_left(action, account)))


def guesses_of(account: Account) -> str:
    """Under what wrong codes of an account are counted."""
    return f"second factor:{account.username}"


def codes_left(action: Action, account: Account) -> int:
    query = select(func.count()).where(RecoveryCode.account_id == account.id, RecoveryCode.used_at.is_(None))
    return action.session.scalar(query) or 0


def renew_codes(action: Action, account: Account, code: str) -> list[str]:
    """New recovery codes; the old ones are void."""
    check(action, account, code)
    accounts.log(action, "recovery_codes_renewed", account)
    return _new_codes(action, account)


def switch_off(action: Action, account: Account, code: str) -> None:
    """The owner does without it, where no role asks for it."""
    if is_required(action, account):
        raise Conflict("Your roles ask for a second factor.")
    check(action, account, code)
    _remove(action, account)
    accounts.log(action, "second_factor_removed", account)


def reset(action: Action, username: str, reason: str) -> None:
    """An administrator takes a lost factor away; its owner is signed out and sets up another one."""
    accounts.check_may_manage(action)
    if not reason.strip():
        raise Invalid("Say why.", {"reason": "This field is required."})
    account = accounts.named(action.session, username)
    if action.session.get(SecondFactor, account.id) is None:
        raise NotFound("This account has no second factor.")
    _remove(action, account)
    accounts.end_sessions(action, account.id)
    accounts.log(action, "second_factor_reset", account, reason=reason.strip()[:500])


def _take(action: Action, account: Account, factor: SecondFactor, code: str) -> None:
    """Take a code whose step is near now and later than that of the last one taken."""
    totp = pyotp.TOTP(vault.unseal(action.settings, factor.secret))
    present = int(action.now.timestamp()) // STEP_SECONDS
    given = _plain(code)
    for step in range(present - DRIFT_STEPS, present + DRIFT_STEPS + 1):
        fits = hmac.compare_digest(totp.at(step * STEP_SECONDS), given)
        if fits and (factor.last_step is None or step > factor.last_step):
            factor.last_step = step
            return
    raise BadCredentials("The code is wrong or was used already.")


def _new_codes(action: Action, account: Account) -> list[str]:
    action.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(4))
        for _ in range(RECOVERY_CODES)
    ]
    action.session.add_all(
        [RecoveryCode(account_id=account.id, code_hash=_digest(account, code)) for code in codes]
    )
    return codes


def _remove(action: Action, account: Account) -> None:
    for model in (RecoveryCode, SecondFactor):
        action.session.execute(delete(model).where(model.account_id == account.id))


def _digest(account: Account, code: str) -> str:
    """The codes are random, nearly eighty bits of them, so a plain hash is enough."""
    return hashlib.sha256(f"{account.id}:{_plain(code)}".encode()).hexdigest()


def _plain(code: str) -> str:
    return "".join(character for character in code.lower() if character.isascii() and character.isalnum())[
        :64
    ]
