"""Accounts and who holds what, as administrators look at them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant
from service.db.administration import Identity, SecondFactor
from service.db.people import Unit
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.domain.errors import NotFound

CAP = 1_000


@dataclass(frozen=True, slots=True)
class AccountRow:
    """An account as a list shows it. `grants`: role, unit, source."""

    id: uuid.UUID
    username: str
    name: str
    email: str | None
    nip: str | None
    active: bool
    grants: tuple[tuple[str, str | None, str], ...]
    second_factor: bool
    linked: bool
    has_password: bool
    must_change_password: bool
    created_at: datetime


def page(
    session: Session,
    *,
    search: str | None = None,
    role: str | None = None,
    unit: str | None = None,
    state: str | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[AccountRow]:
    """Accounts by user name. `state`: active, disabled, without_role, without_factor."""
    query = select(Account).where(*_conditions(search, role, unit, state))
    if cursor is not None:
        query = query.where(behind(cursor, Account.username))
    found = session.scalars(query.order_by(Account.username).limit(limit + 1)).all()
    rows = _rows(session, found[:limit])
    return Page(tuple(rows), encode_cursor(rows[-1].username) if len(found) > limit else None)


def count(session: Session, **filters: str | None) -> int:
    """How many accounts fit, counted up to CAP."""
    found = (
        select(Account.id)
        .where(
            *_conditions(
                filters.get("search"), filters.get("role"), filters.get("unit"), filters.get("state")
            )
        )
        .limit(CAP)
    )
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def get(session: Session, account_id: uuid.UUID) -> AccountRow:
    """One account. Raises NotFound."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound("There is no such account.")
    return _rows(session, [account])[0]


def _conditions(
    search: str | None, role: str | None, unit: str | None, state: str | None
) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if search:
        text = search.strip().lower()
        conditions.append(
            or_(
                func.lower(Account.name).contains(text, autoescape=True),
                Account.username.contains(text, autoescape=True),
                func.lower(Account.email).contains(text, autoescape=True),
                Account.nip.startswith(text.replace(" ", ""), autoescape=True),
            )
        )
    if role or unit:
        held = Grant.account_id == Account.id
        if role:
            held = held & (Grant.role == role)
        if unit:
            held = held & (Grant.unit_id == unit)
        conditions.append(exists().where(held))
    if state == "active":
        conditions.append(Account.active.is_(True))
    elif state == "disabled":
        conditions.append(Account.active.is_(False))
    elif state == "without_role":
        conditions.append(~exists().where(Grant.account_id == Account.id))
    elif state == "without_factor":
        confirmed = SecondFactor.confirmed_at.is_not(None)
        conditions.append(~exists().where(SecondFactor.account_id == Account.id, confirmed))
    return conditions


def _rows(session: Session, accounts: Sequence[Account]) -> list[AccountRow]:
    ids = [account.id for account in accounts]
    enrolled = set(
        session.scalars(
            select(SecondFactor.account_id).where(
                SecondFactor.account_id.in_(ids), SecondFactor.confirmed_at.is_not(None)
            )
        )
    )
    linked = set(session.scalars(select(Identity.account_id).where(Identity.account_id.in_(ids))))
    return [
        AccountRow(
            account.id,
            account.username,
            account.name,
            account.email,
            account.nip,
            account.active,
            tuple(
                sorted(
                    ((grant.role, grant.unit_id, grant.source) for grant in account.grants),
                    key=lambda held: (held[0], held[1] or ""),
                )
            ),
            account.id in enrolled,
            account.id in linked,
            account.password_hash is not None,
            account.must_change_password,
            account.created_at,
        )
        for account in accounts
    ]


def unit_names(session: Session, ids: set[str]) -> dict[str, str]:
    """Unit id -> its name."""
    found = session.execute(select(Unit.id, Unit.nama).where(Unit.id.in_(ids)))
    return {row.id: row.nama for row in found}


def holders(session: Session) -> dict[str, tuple[int, list[tuple[uuid.UUID, str, str | None]]]]:
    """Role -> how many hold it, and the first of them as (account id, name, unit id)."""
    counted = session.execute(
        select(Grant.role, func.count(Grant.account_id.distinct()).label("people"))
        .join(Account, Account.id == Grant.account_id)
        .where(Account.active)
        .group_by(Grant.role)
    )
    found: dict[str, tuple[int, list[tuple[uuid.UUID, str, str | None]]]] = {}
    for row in counted:
        first = session.execute(
            select(Account.id, Account.name, Grant.unit_id)
            .join(Grant, Grant.account_id == Account.id)
            .where(Account.active, Grant.role == row.role)
            .order_by(Account.name, Grant.unit_id)
            .limit(6)
        )
        found[row.role] = (row.people, [(one.id, one.name, one.unit_id) for one in first])
    return found
