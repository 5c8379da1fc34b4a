"""Sending what the outbox holds: mail and pushes. At least once, under the same name each time, so that a receiver can
tell a second copy from a second message."""

from __future__ import annotations

import logging
import smtplib
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import delete, select, update

from service.db.cases import Outbox
from service.operations import clock, leases, mailing, pushing
from service.operations.action import Action
from service.operations.vault import Unsealable

if TYPE_CHECKING:
    from service.wiring import Services

BATCH = 20
LEASE = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)
MAX_ATTEMPTS = 8
KEPT = timedelta(days=30)

Sender = Callable[[Outbox], bool]
"""Sends a row; answers whether anything left. Raises OSError or SMTPException to be tried again."""

logger = logging.getLogger(__name__)


def send(services: Services) -> int:
    """Send what is pending and due; answers how many messages left."""
    route = services.mail_route()
    senders: dict[str, Sender] = {"push": partial(pushing.send, services)}
    if route is not None:
        senders["mail"] = partial(mailing.send, services, route)
    return sum(_send_one(services, senders, *claimed) for claimed in _claim(services, senders))


def forget(action: Action) -> None:
    """What left long ago need not be kept: the notices themselves stay."""
    old = (Outbox.state == "sent") & (Outbox.sent_at < action.now - KEPT)
    action.session.execute(delete(Outbox).where(old).execution_options(synchronize_session=False))


def _claim(services: Services, channels: Iterable[str]) -> list[tuple[uuid.UUID, str]]:
    """Take what is to be sent. It is hidden from others for the lease, and comes back when this process dies."""
    with services.sessions.begin() as session:
        now = clock.now(session)
        wanted = (
            select(Outbox.id)
            .where(Outbox.state == "pending", Outbox.next_at <= now, Outbox.kind.in_(list(channels)))
            .order_by(Outbox.next_at)
            .limit(BATCH)
        )
        ids, token = leases.take(session, Outbox, wanted, now + LEASE)
    return [(row_id, token) for row_id in ids]


def _send_one(services: Services, senders: Mapping[str, Sender], row_id: uuid.UUID, token: str) -> int:
    with services.sessions() as session:
        row = session.get(Outbox, row_id)
        if row is None or row.lease_token != token:
            return 0
    left = False
    try:
        left = senders[row.kind](row)
        outcome = {"state": "sent", "sent_at": datetime.now(UTC), "error": None}
    except (OSError, smtplib.SMTPException, Unsealable) as error:
        logger.warning("%s: %s", row.key, error)
        state = "dead" if row.attempts >= MAX_ATTEMPTS else "pending"
        wait = min(timedelta(minutes=2**row.attempts), LONGEST_WAIT)
        outcome = {"state": state, "error": str(error)[:500], "next_at": row.next_at - LEASE + wait}
    with services.sessions.begin() as session:
        session.execute(
            update(Outbox)
            .where(Outbox.id == row_id, Outbox.lease_token == token)
            .values(lease_token=None, **outcome)
        )
    return int(left)
