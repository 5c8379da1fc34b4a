"""What time it is: the database's clock, moved by as much as the sample city's clock was moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.base import UtcDateTime, is_postgresql
from service.db.cases import Fact

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
