"""Keeping the filters of a list under a name, and sharing them. A view shows nobody more than they may see anyway."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from service.db.saved_views import SavedView
from service.domain.errors import Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.operations.action import Action

PAGES = ("inbox", "cases")
LONGEST_NAME = 80
LARGEST_QUERY = 4_000
MOST_OWN = 30


def save(action: Action, page: str, name: str, query: Mapping[str, Any]) -> SavedView:
    """Keep a list's query. A name used before (by the same person, on the same page) now means this query."""
    if action.actor.id is None:
        raise NotAllowed("Only people keep views.")
    if page not in PAGES:
        raise Invalid("This page keeps no views.")
    name = _checked(name)
    query = _plain(query)
    mine = select(SavedView).where(SavedView.account_id == action.actor.id, SavedView.page == page)
    view = action.session.scalar(mine.where(SavedView.name == name))
    if view is None:
        if (action.session.scalar(select(func.count()).select_from(mine.subquery())) or 0) >= MOST_OWN:
            raise Invalid("You have too many views. Delete one first.")
        view = SavedView(id=new_id(), account_id=action.actor.id, page=page, name=name, shared="nobody")
        action.session.add(view)
    view.query, view.changed_at = query, action.now
    action.session.flush()
    return view


def rename(action: Action, view_id: uuid.UUID, name: str) -> SavedView:
    """Give one's own view another name."""
    view = _own(action, view_id)
    view.name, view.changed_at = _checked(name), action.now
    return view


def share(action: Action, view_id: uuid.UUID, shared: str, role: str | None = None) -> SavedView:
    """Show one's own view to `nobody` else, to who holds a `role`, or to `everybody`."""
    view = _own(action, view_id)
    if shared not in ("nobody", "role", "everybody") or (shared == "role" and role not in action.roles):
        raise Invalid("Choose with whom the view is shared.")
    view.shared, view.role = shared, role if shared == "role" else None
    view.changed_at = action.now
    return view


def delete(action: Action, view_id: uuid.UUID) -> str:
    """Throw one's own view away; the page it was of."""
    view = _own(action, view_id)
    action.session.delete(view)
    return view.page


def _own(action: Action, view_id: uuid.UUID) -> SavedView:
    """The actor's own view. Another's looks like one that does not exist."""
    view = action.session.get(SavedView, view_id)
    if view is None or view.account_id != action.actor.id:
        raise NotFound("There is no such view.")
    return view


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid("A name is missing.", {"name": "This field is required."})
    return name[:LONGEST_NAME]


def _plain(query: Mapping[str, Any]) -> dict[str, Any]:
    """Names with texts or lists of texts, as addresses hold them; where a list of pages stood is no part of a view."""
    kept: dict[str, Any] = {}
    for key, value in query.items():
        if key in ("cursor", "task", "lang") or value in ("", None, []):
            continue
        texts = value if isinstance(value, list) else [value]
        if not all(isinstance(text, str) for text in texts):
            raise Invalid("This view cannot be kept.")
        kept[key] = value
    if len(json.dumps(kept)) > LARGEST_QUERY:
        raise Invalid("This view cannot be kept.")
    return kept
