"""What is set on pages and holds for all processes: days off, the way mail leaves, who needs a second factor.

Each change writes a new stamp. Reading the time reads the stamp with it, so that a process that knows an older state
reads it anew at its next action, without a query more.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.administration import OwnDay, Setting
from service.db.base import insert_new
from service.db.cases import Fact
from service.operations import clock
from service.operations.mail_route import MailRoute, stored_route


@dataclass(frozen=True, slots=True)
class State:
    """What holds since the stamp. `mail` is the server set on the page, if any."""

    stamp: str | None
    days: Mapping[date, str]
    mail: MailRoute | None


@dataclass
class Administered:
    """The state that this process knows; replaced as a whole, so that threads may share it."""

    known: State | None = field(default=None)

    def current(self, session: Session) -> State:
        """The state of this transaction, read anew when its stamp is another one than the known."""
        if self.known is None and clock.STAMP not in session.info:
            clock.read(session)
        stamp = session.info.get(clock.STAMP, self.known.stamp if self.known else None)
        if self.known is None or self.known.stamp != stamp:
            self.known = State(stamp, own_days(session), stored_route(session))
        return self.known


def own_days(session: Session) -> dict[date, str]:
    """Day -> off or worked."""
    return {row.day: row.kind for row in session.execute(select(OwnDay.day, OwnDay.kind))}


def touch(session: Session) -> None:
    """Tell all processes that something administered has changed, when this transaction commits."""
    session.merge(Fact(name=clock.STAMP, value=secrets.token_hex(8)))
    session.flush()


def lock(session: Session) -> None:
    """Let nobody else change what is administered until this transaction ends."""
    insert_new(session, Fact, [{"name": clock.STAMP, "value": secrets.token_hex(8)}])
    session.execute(select(Fact.name).where(Fact.name == clock.STAMP).with_for_update())


def setting(session: Session, name: str, default: Any = None) -> Any:
    """A value set on a page."""
    row = session.get(Setting, name)
    return default if row is None else row.value
