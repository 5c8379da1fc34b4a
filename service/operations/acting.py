"""Acting for an absent person: with their rights of now, by a substitution that holds, and never hidden."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from service.db.accounts import Account, WebSession
from service.db.queries import substitutions as queries
from service.db.substitutions import Substitution
from service.domain import access
from service.domain.access import Actor
from service.domain.errors import NotAllowed
from service.operations import accounts, clock
from service.operations.action import Action
from service.operations.recording import write_event


def actor_for(action: Action, account: Account, substitution_id: uuid.UUID, at: datetime) -> Actor | None:
    """The account acting by this substitution, with the absent person's rights of now; None unless it holds at `at`.

    Asked on every request: neither a cookie nor a session's row alone lets anybody act.
    """
    lent = queries.get(action.session, substitution_id)
    if lent is None or lent.substitute_id != account.id or not lent.starts_at <= at < lent.ends_at:
        return None
    if lent.ended_at is not None and lent.ended_at <= at:
        return None
    absent = action.session.get_one(Account, lent.absent_id)
    if not absent.active or not account.active:
        return None
    return access.acting(
        accounts.actor_of(action, account),
        accounts.actor_of(action, absent),
        lent.acting_for,
        personal=lent.personal,
    )


def actor_named(action: Action, account: Account, username: str) -> Actor:
    """The account acting for the user of this name now. Raises NotAllowed: the same for unknown names."""
    query = (
        select(Substitution.id)
        .join(Account, Account.id == Substitution.absent_id)
        .where(
            queries.active(clock.now(action.session)),
            Substitution.substitute_id == account.id,
            Account.username == username.strip().lower(),
        )
    )
    for substitution in action.session.scalars(query.order_by(Substitution.made_at)):
        found = actor_for(action, account, substitution, clock.now(action.session))
        if found is not None:
            return found
    raise NotAllowed("You do not stand in for this person now.")


def switch(action: Action, session_token: str, substitution_id: uuid.UUID | None) -> Actor:
    """Begin acting for somebody in one signed-in browser, or (None) be oneself again. Raises NotAllowed."""
    session = action.session.get_one(WebSession, session_token)
    account = action.session.get_one(Account, session.account_id)
    own = accounts.actor_of(action, account)
    if substitution_id is None:
        before = queries.get(action.session, session.substitution_id) if session.substitution_id else None
        if before is not None:
            write_event(action, "acting_ended", name=before.absent_username)
        session.substitution_id = None
        return own
    actor = actor_for(action, account, substitution_id, clock.now(action.session))
    if actor is None or actor.acting_for is None:
        raise NotAllowed("You do not stand in for this person now.")
    session.substitution_id = substitution_id
    write_event(action, "acting_begun", name=actor.acting_for.username)
    return actor


def on_behalf(
    action: Action, account: Account, substitution_id: uuid.UUID | None, decided_at: datetime
) -> Actor:
    """The account as it was when it decided something that is carried out later: itself, or acting for somebody.

    Raises NotAllowed when the substitution did not hold then.
    """
    if substitution_id is None:
        return accounts.actor_of(action, account)
    actor = actor_for(action, account, substitution_id, decided_at)
    if actor is None:
        raise NotAllowed("You do not stand in for this person now.")
    return actor
