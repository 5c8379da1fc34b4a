"""What a business action acts with. The caller owns the transaction; the action says who acts and what time it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from service.domain.access import Actor, Role
from service.domain.calendar import Calendar
from service.engine.runner import Engine
from service.settings import Settings

if TYPE_CHECKING:
    from service.operations.mail_route import MailRoute


@dataclass(frozen=True, slots=True)
class Action:
    """One business action, in one transaction. `now` is aware, UTC, and the same throughout.

    `mail`: how mail leaves; None where none is sent.
    """

    session: Session
    actor: Actor
    now: datetime
    engine: Engine
    settings: Settings
    roles: Mapping[str, Role]
    calendar: Calendar
    mail: MailRoute | None = None
