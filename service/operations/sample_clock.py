"""Moving the clock of the sample city."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from service.db.cases import Fact
from service.domain.errors import Invalid, NotAllowed
from service.operations import clock, due

if TYPE_CHECKING:
    from service.wiring import Services


def advance(
    services: Services, delta: timedelta, progress: Callable[[datetime], None] | None = None
) -> datetime:
    """Move the sample city's clock forward; whatever falls due on the way happens at its time, in order.

    Answers the new present. Raises NotAllowed outside sample data.
    """
    if delta < timedelta(0):
        raise Invalid("The clock only moves forward.")
    with services.sessions() as session:
        if session.get(Fact, clock.SAMPLE) is None:
            raise NotAllowed("Only the clock of the sample city can be moved: this database holds real data.")
        goal = clock.now(session) + delta
    while True:
        with services.sessions() as session:
            upcoming = due.next_due(session)
            present = clock.now(session)
        if upcoming is None or upcoming > goal:
            break
        if upcoming > present:
            _set(services, upcoming)
        if due.run(services) == 0:
            break
        if progress:
            progress(max(upcoming, present))
    with services.sessions() as session:
        behind = clock.now(session) < goal
    if behind:
        _set(services, goal)
    return goal


def _set(services: Services, moment: datetime) -> None:
    """Make the present this moment, or the second after it, so that what is due then is past."""
    with services.sessions.begin() as session:
        offset = math.ceil((moment - clock.read(session)[0]).total_seconds())
        session.merge(Fact(name=clock.OFFSET, value=str(offset)))
