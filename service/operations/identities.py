"""Which account somebody from the identity provider has here, and the roles that their groups give."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from service.db.accounts import Account, Grant
from service.db.administration import GroupRole, Identity
from service.db.people import Unit
from service.domain.errors import Conflict, Invalid, NotFound
from service.domain.ids import new_id
from service.domain.wording import N_
from service.operations import accounts
from service.operations.action import Action
from service.operations.oidc import Refused
from service.operations.recording import write_event

SOURCE = "oidc"
UNKNOWN = "No account here belongs to you. Ask the administrator for one."
STOPPED = "Your account is disabled. Ask the administrator."


def account_of(action: Action, claims: Mapping[str, Any]) -> Account:
    """The account of the issuer's subject: known, linked by a claim that the operator trusts, or made. Raises Refused."""
    identity = action.session.get(Identity, (claims["iss"], claims["sub"]))
    if identity is not None:
        account = action.session.get_one(Account, identity.account_id)
        identity.last_at = action.now
    else:
        account = _linked(action, claims) or _made(action, claims)
        action.session.add(
            Identity(
                issuer=claims["iss"],
                subject=claims["sub"],
                account_id=account.id,
                linked_at=action.now,
                last_at=action.now,
            )
        )
        accounts.log(action, "identity_linked", account, issuer=str(claims["iss"]))
    if not account.active:
        raise Refused(STOPPED, N_("the account is disabled"))
    apply_groups(action, account, _groups(action, claims))
    return account


def unlink(action: Action, username: str) -> None:
    """Forget who the account is at the identity provider; the roles its groups gave go with it."""
    accounts.check_may_manage(action)
    account = accounts.named(action.session, username)
    identities = action.session.scalars(select(Identity).where(Identity.account_id == account.id)).all()
    if not identities:
        raise NotFound("This account is not linked.")
    for identity in identities:
        action.session.delete(identity)
    apply_groups(action, account, frozenset())
    accounts.end_sessions(action, account.id)
    accounts.log(action, "identity_unlinked", account)


def apply_groups(action: Action, account: Account, groups: frozenset[str]) -> None:
    """Give the roles of these groups and take those that came by groups since left. Roles given here stay."""
    rows = action.session.scalars(select(GroupRole).where(GroupRole.group_name.in_(groups))).all()
    wanted = {(row.role, row.unit_id) for row in rows if row.role in action.roles}
    for held in list(account.grants):
        place = (held.role, held.unit_id)
        if held.source == SOURCE and place not in wanted:
            account.grants.remove(held)
            accounts.log(action, "role_revoked", account, role=held.role, unit=held.unit_id, by="group")
    present = {(held.role, held.unit_id) for held in account.grants}
    for role, unit in sorted(wanted - present, key=str):
        account.grants.append(Grant(id=new_id(), role=role, unit_id=unit, source=SOURCE))
        accounts.log(action, "role_granted", account, role=role, unit=unit, by="group")
    action.session.flush()


def map_group(action: Action, group: str, role: str, unit: str | None = None) -> None:
    """Members of a group hold a role, from their next sign-in on."""
    accounts.check_may_manage(action)
    group = group.strip()
    if not 0 < len(group) <= 200:
        raise Invalid("Name the group.", {"group": "1 to 200 characters"})
    if role not in action.roles:
        raise Invalid("There is no such role.", {"role": "There is no such role."})
    if unit is not None and action.session.get(Unit, unit) is None:
        raise Invalid("There is no such unit.", {"unit": "There is no such unit."})
    same = select(GroupRole.id).where(
        GroupRole.group_name == group,
        GroupRole.role == role,
        GroupRole.unit_id == unit if unit else GroupRole.unit_id.is_(None),
    )
    if action.session.scalar(same) is not None:
        raise Conflict("This group gives this role already.")
    action.session.add(GroupRole(id=new_id(), group_name=group, role=role, unit_id=unit))
    write_event(action, "group_mapped", name=group[:200], data={"role": role, "unit": unit})


def unmap_group(action: Action, mapping_id: uuid.UUID) -> None:
    """The group no longer gives the role; who holds it by the group loses it at the next sign-in."""
    accounts.check_may_manage(action)
    row = action.session.get(GroupRole, mapping_id)
    if row is None:
        raise NotFound("There is no such rule.")
    action.session.delete(row)
    data = {"role": row.role, "unit": row.unit_id}
    write_event(action, "group_unmapped", name=row.group_name, data=data)


def _linked(action: Action, claims: Mapping[str, Any]) -> Account | None:
    """The one account that a trusted claim names and that nobody of this issuer has yet."""
    settings = action.settings
    if settings.oidc_link_by == "email":
        email = claims.get("email")
        if claims.get("email_verified") is not True or not isinstance(email, str) or not email:
            return None
        query = select(Account).where(func.lower(Account.email) == email.lower())
    elif settings.oidc_link_by == "nip":
        nip = claims.get(settings.oidc_nip_claim)
        if not isinstance(nip, str) or not nip:
            return None
        query = select(Account).where(Account.nip == nip.replace(" ", ""))
    else:
        return None
    taken = select(Identity.account_id).where(Identity.issuer == claims["iss"])
    found = action.session.scalars(query.where(Account.id.not_in(taken)).limit(2)).all()
    if len(found) > 1:
        raise Refused(UNKNOWN, N_("several accounts fit"))
    return found[0] if found else None


def _made(action: Action, claims: Mapping[str, Any]) -> Account:
    settings = action.settings
    if not settings.oidc_create_accounts:
        raise Refused(UNKNOWN, N_("no account is linked, and none is made"))
    email = claims.get("email") if claims.get("email_verified") is True else None
    nip = claims.get(settings.oidc_nip_claim) if settings.oidc_nip_claim else None
    name = str(claims.get("name") or claims.get("preferred_username") or "").strip()[:200]
    if isinstance(nip, str):
        nip = nip.replace(" ", "")
        if action.session.scalar(select(Account.id).where(Account.nip == nip)) is not None:
            raise Refused(UNKNOWN, N_("another account has this NIP"))
    return accounts.create(
        action,
        _free_username(action, claims),
        name or "Pegawai",
        email=email if isinstance(email, str) and len(email) <= 254 else None,
        nip=nip if isinstance(nip, str) and re.fullmatch(r"\d{18}", nip) else None,
    )


def _free_username(action: Action, claims: Mapping[str, Any]) -> str:
    """A name made of the provider's; a number is added where it is taken: names are no proof of who somebody is."""
    wanted = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    stem = re.sub(r"[^a-z0-9._-]+", "-", wanted.split("@")[0].lower()).strip("._-")[:56] or "pegawai"
    stem = stem if len(stem) > 1 else f"{stem}-sso"
    names = [stem, *(f"{stem}-{number}" for number in range(2, 1000))]
    for name in names:
        if action.session.scalar(select(Account.id).where(Account.username == name)) is None:
            return name
    raise Refused(UNKNOWN, N_("no user name is free"))


def _groups(action: Action, claims: Mapping[str, Any]) -> frozenset[str]:
    found = claims.get(action.settings.oidc_groups_claim)
    names = [found] if isinstance(found, str) else found if isinstance(found, list) else []
    return frozenset(name for name in names if isinstance(name, str))
