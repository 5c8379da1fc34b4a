"""Drafts of starting a case: one for each person and process, never checked, gone when the case is started."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import delete, select

from service.db.drafts import StartDraft
from service.domain.errors import NotAllowed
from service.operations import definitions
from service.operations.action import Action

KEPT = timedelta(days=90)
"""How long a draft stays that nobody goes on with."""


def save(action: Action, key: str, given: Mapping[str, str], *, instead_of: str = "") -> StartDraft:
    """Keep what was filled in for the process `key`, in place of the draft for another process it was begun as.

    Raises NotFound when there is no such process, NotAllowed for who may start no case.
    """
    if action.actor.id is None or not action.actor.may("case.start"):
        raise NotAllowed("Your roles do not allow you to start a case.")
    definitions.latest(action.session, key)
    if instead_of and instead_of != key:
        discard(action, instead_of)
    draft = action.session.get(StartDraft, (action.actor.id, key))
    if draft is None:
        draft = StartDraft(account_id=action.actor.id, definition_key=key)
        action.session.add(draft)
    draft.given, draft.saved_at = dict(given), action.now
    action.session.flush()
    return draft


def of(action: Action, key: str = "") -> StartDraft | None:
    """The actor's draft for a process; without `key` the latest one."""
    own = select(StartDraft).where(StartDraft.account_id == action.actor.id)
    chosen = own.where(StartDraft.definition_key == key) if key else own
    return action.session.scalar(chosen.order_by(StartDraft.saved_at.desc()).limit(1))


def discard(action: Action, key: str) -> None:
    """Throw the actor's draft for a process away."""
    own = StartDraft.account_id == action.actor.id
    action.session.execute(delete(StartDraft).where(own, StartDraft.definition_key == key))


def forget(action: Action) -> None:
    """Delete drafts that nobody went on with for a long time."""
    action.session.execute(delete(StartDraft).where(StartDraft.saved_at < action.now - KEPT))
