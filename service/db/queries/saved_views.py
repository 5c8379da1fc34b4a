"""Saved views as list pages offer them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account
from service.db.saved_views import SavedView
from service.domain.access import Actor

MOST = 60


@dataclass(frozen=True, slots=True)
class View:
    """A view the reader may use; only its owner (`own`) changes it."""

    id: uuid.UUID
    name: str
    query: Mapping[str, Any]
    shared: str
    role: str | None
    owner: str
    own: bool


def of(session: Session, actor: Actor, page: str) -> list[View]:
    """One's own views of a page, then those shared with everybody or with a role one holds; by name."""
    if actor.id is None:
        return []
    shared = or_(
        SavedView.shared == "everybody",
        and_(SavedView.shared == "role", SavedView.role.in_(sorted(actor.roles))),
    )
    rows = session.execute(
        select(SavedView, Account.name)
        .join(Account, Account.id == SavedView.account_id)
        .where(SavedView.page == page, or_(SavedView.account_id == actor.id, shared))
        .order_by(SavedView.account_id != actor.id, SavedView.name, SavedView.id)
        .limit(MOST)
    )
    return [
        View(view.id, view.name, view.query, view.shared, view.role, owner, view.account_id == actor.id)
        for view, owner in rows
    ]
