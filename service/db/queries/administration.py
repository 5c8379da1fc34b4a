"""Accounts, who holds what, where people are signed in, tokens: for administrators and for oneself."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account, ApiToken, Grant, WebSession
from service.db.administration import Identity, SecondFactor
from service.db.people import Employee, Position, Unit
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


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit with what hangs below it, how many work there, and who holds roles for it."""

    id: str
    nama: str
    jenis: str
    kepala_nip: str | None
    kepala: str | None
    staff: int
    formasi: int
    positions: int
    holders: tuple[tuple[str, str, str], ...]
    below: tuple[UnitNode, ...]


HANDLE = 24


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


def unit_tree(session: Session) -> tuple[UnitNode, ...]:
    """All units as a tree, each by name."""
    staff = _counts(session, select(Employee.unor_id, func.count()).group_by(Employee.unor_id))
    posts = _counts(session, select(Position.unor_id, func.count()).group_by(Position.unor_id))
    formasi = _counts(
        session, select(Position.unor_id, func.sum(Position.formasi)).group_by(Position.unor_id)
    )
    held: dict[str, list[tuple[str, str, str]]] = {}
    granted = session.execute(
        select(Grant.unit_id, Grant.role, Account.name, Account.id)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.unit_id.is_not(None), Account.active)
        .order_by(Grant.role, Account.name)
    )
    for one in granted:
        held.setdefault(one.unit_id, []).append((one.role, one.name, str(one.id)))
    children: dict[str | None, list[Any]] = {}
    rows = session.execute(
        select(Unit, Employee)
        .outerjoin(Employee, Employee.nip == Unit.kepala_nip)
        .order_by(Unit.nama, Unit.id)
    ).all()
    known = {row.Unit.id for row in rows}
    for row in rows:
        above = row.Unit.induk_id if row.Unit.induk_id in known else None
        children.setdefault(above, []).append(row)

    def node(row: Any) -> UnitNode:
        unit, head = row.Unit, row.Employee
        return UnitNode(
            unit.id,
            unit.nama,
            unit.jenis,
            unit.kepala_nip,
            head.nama_lengkap if head else None,
            staff.get(unit.id, 0),
            formasi.get(unit.id, 0),
            posts.get(unit.id, 0),
            tuple(held.get(unit.id, ())),
            tuple(node(child) for child in children.get(unit.id, ())),
        )

    return tuple(node(row) for row in children.get(None, ()))


def _counts(session: Session, query: Any) -> Mapping[str, int]:
    return {key: int(value or 0) for key, value in session.execute(query)}
