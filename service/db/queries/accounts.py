"""Accounts as look-ups show them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.accounts import Account

PROGRAM = "program"


@dataclass(frozen=True, slots=True)
class Found:
    """An active account of a person."""

    id: uuid.UUID
    username: str
    name: str
    roles: tuple[str, ...]


def search(session: Session, text: str, *, limit: int = 12) -> list[Found]:
    """Active accounts of people by a part of their name or user name."""
    pattern = "%" + text.replace("%", "").replace("_", " ") + "%"
    query = (
        select(Account)
        .where(Account.active, Account.name.ilike(pattern) | Account.username.ilike(pattern))
        .order_by(Account.name, Account.username)
        .limit(limit)
    )
    found = [
        Found(row.id, row.username, row.name, tuple(sorted({grant.role for grant in row.grants})))
        for row in session.scalars(query)
    ]
    return [row for row in found if row.roles != (PROGRAM,)]
