"""What time it is: the database's clock, moved by as much as the sample city's clock was moved."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.base import UtcDateTime, is_postgresql
from service.db.cases import Fact
from service.domain.errors import Invalid, NotAllowed

if TYPE_CHECKING:
    from service.wiring import Services

OFFSET = "clock_offset_seconds"
SAMPLE = "sample"
STAMP = "administered_stamp"
"""The fact that changes with what administrators set; `Session.info` holds what a transaction read of it."""

_FACTS = [
    select(Fact.__table__.c.value).where(Fact.__table__.c.name == name).scalar_subquery()
    for name in (OFFSET, STAMP)
]
_OFFSET_AND_STAMP = select(*_FACTS)
_MOMENT_TOO = select(func.clock_timestamp(type_=UtcDateTime), *_FACTS)


def now(session: Session) -> datetime:
    """The present moment, in UTC. Only a database marked as sample data can have an offset."""
    return read(session)[1]


def read(session: Session) -> tuple[datetime, datetime]:
    """The time of the database's clock, which all processes share, and the present moment: the same, moved."""
    connection = session.connection()
    if is_postgresql(session):
        real, seconds, stamp = connection.execute(_MOMENT_TOO).one()
    else:
        real = datetime.now(UTC)
        seconds, stamp = connection.execute(_OFFSET_AND_STAMP).one()
    session.info[STAMP] = stamp
    return real, real + timedelta(seconds=int(seconds or 0))


def advance(
    services: Services, delta: timedelta, progress: Callable[[datetime], None] | None = None
) -> datetime:
    """Move the sample city's clock forward; whatever falls due on the way happens at its time, in order.

    Answers the new present. Raises NotAllowed outside sample data.
    """
    from service.operations import due  # due needs the clock too

    if delta < timedelta(0):
        raise Invalid("The clock only moves forward.")
    with services.sessions() as session:
        if session.get(Fact, SAMPLE) is None:
            raise NotAllowed("Only the clock of the sample city can be moved: this database holds real data.")
        goal = now(session) + delta
    while True:
        with services.sessions() as session:
            upcoming = due.next_due(session)
            present = now(session)
        if upcoming is None or upcoming > goal:
            break
        if upcoming > present:
            _set(services, upcoming)
        if due.run(services) == 0:
            break
        if progress:
            progress(max(upcoming, present))
    with services.sessions() as session:
        behind = now(session) < goal
    if behind:
        _set(services, goal)
    return goal


def _set(services: Services, moment: datetime) -> None:
    """Make the present this moment, or the second after it, so that what is due then is past."""
    with services.sessions.begin() as session:
        offset = math.ceil((moment - read(session)[0]).total_seconds())
        session.merge(Fact(name=OFFSET, value=str(offset)))
