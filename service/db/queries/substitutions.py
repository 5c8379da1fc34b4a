"""Substitutions as pages, the API and other parts read them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, aliased

from service.db.accounts import Account
from service.db.people import Employee
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.db.substitutions import Substitution
from service.domain.access import ActingFor

State = Literal["ahead", "active", "over"]
MOST = 50
MOST_ABSENT = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A substitution with the names of its people."""

    id: uuid.UUID
    absent_id: uuid.UUID
    absent: str
    absent_username: str
    substitute_id: uuid.UUID
    substitute: str
    substitute_username: str
    substitute_nip: str | None
    starts_on: date
    ends_on: date
    starts_at: datetime
    ends_at: datetime
    processes: tuple[str, ...] | None
    personal: bool
    reason: str
    made_at: datetime
    made_by: str
    ended_at: datetime | None
    ended_by: str | None
    end_reason: str | None

    @property
    def acting_for(self) -> ActingFor:
        """What the substitution lends to whoever acts by it."""
        return ActingFor(
            id=self.absent_id,
            name=self.absent,
            username=self.absent_username,
            substitution=self.id,
            processes=None if self.processes is None else frozenset(self.processes),
            substitute_nip=self.substitute_nip,
        )

    def state(self, now: datetime) -> State:
        """Where it stands at this moment."""
        if self.ended_at is not None or self.ends_at <= now:
            return "over"
        return "active" if self.starts_at <= now else "ahead"


def active(now: datetime) -> ColumnElement[bool]:
    """Whether a substitution holds at this moment, as a condition."""
    return (Substitution.starts_at <= now) & (Substitution.ends_at > now) & Substitution.ended_at.is_(None)


def of_absent(session: Session, absent: Iterable[uuid.UUID], now: datetime) -> list[Row]:
    """Who stands in now for any of these accounts, the first made first."""
    ids = list(absent)
    found = _rows(session, active(now), Substitution.absent_id.in_(ids), most=MOST_ABSENT) if ids else []
    return found[::-1]


def standing_in(session: Session, account_id: uuid.UUID, now: datetime) -> list[Row]:
    """Those for whom the account stands in now, by name."""
    rows = _rows(session, active(now), Substitution.substitute_id == account_id)
    return sorted(rows, key=lambda row: row.absent)


def of(session: Session, account_id: uuid.UUID) -> list[Row]:
    """The account's own absences and those it stood in for, latest first."""
    absent = Substitution.absent_id == account_id
    substitute = Substitution.substitute_id == account_id
    return _rows(session, absent | substitute)


def get(session: Session, substitution_id: uuid.UUID) -> Row | None:
    return next(iter(_rows(session, Substitution.id == substitution_id)), None)


def page(
    session: Session,
    now: datetime,
    *,
    state: str = "",
    units: Iterable[str] | None = None,
    limit: int = 50,
    cursor: str | None = None,
) -> Page[Row]:
    """All of them, latest made first; `state`: ahead, active or over; `units`: only of people who work there."""
    conditions: list[ColumnElement[bool]] = []
    if units is not None:
        there = (
            select(Account.id).join(Employee, Employee.nip == Account.nip).where(Employee.unor_id.in_(units))
        )
        conditions.append(Substitution.absent_id.in_(there))
    if state == "active":
        conditions.append(active(now))
    elif state == "ahead":
        conditions += [Substitution.starts_at > now, Substitution.ended_at.is_(None)]
    elif state == "over":
        conditions.append((Substitution.ends_at <= now) | Substitution.ended_at.is_not(None))
    if cursor is not None:
        conditions.append(behind(cursor, Substitution.made_at, Substitution.id, descending=True))
    rows = _rows(session, *conditions, most=limit + 1)
    following = encode_cursor(rows[limit - 1].made_at, rows[limit - 1].id) if len(rows) > limit else None
    return Page(tuple(rows[:limit]), following)


def _rows(session: Session, *conditions: ColumnElement[bool], most: int = MOST) -> list[Row]:
    absent, substitute, maker, ender = (aliased(Account) for _ in range(4))
    query = (
        select(
            Substitution,
            absent.name.label("absent"),
            absent.username.label("absent_username"),
            substitute.name.label("substitute"),
            substitute.username.label("substitute_username"),
            substitute.nip.label("substitute_nip"),
            maker.name.label("made_by"),
            ender.name.label("ended_by"),
        )
        .join(absent, absent.id == Substitution.absent_id)
        .join(substitute, substitute.id == Substitution.substitute_id)
        .join(maker, maker.id == Substitution.made_by)
        .outerjoin(ender, ender.id == Substitution.ended_by)
        .where(*conditions)
        .order_by(Substitution.made_at.desc(), Substitution.id.desc())
        .limit(most)
    )
    return [_row(found) for found in session.execute(query)]


def _row(found: Any) -> Row:
    stored: Substitution = found.Substitution
    return Row(
        id=stored.id,
        absent_id=stored.absent_id,
        absent=found.absent,
        absent_username=found.absent_username,
        substitute_id=stored.substitute_id,
        substitute=found.substitute,
        substitute_username=found.substitute_username,
        substitute_nip=found.substitute_nip,
        starts_on=stored.starts_on,
        ends_on=stored.ends_on,
        starts_at=stored.starts_at,
        ends_at=stored.ends_at,
        processes=None if stored.processes is None else tuple(stored.processes),
        personal=stored.personal,
        reason=stored.reason,
        made_at=stored.made_at,
        made_by=found.made_by,
        ended_at=stored.ended_at,
        ended_by=found.ended_by,
        end_reason=stored.end_reason,
    )
