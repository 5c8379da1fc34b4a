"""Who is away in the sample city, and who stands in: one over, one in force, one ahead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from service.operations import accounts, substitutes
from service.operations.action import Action


@dataclass(frozen=True, slots=True)
class Absence:
    """Days from today, both included; made `made` days before today."""

    absent: str
    substitute: str
    first: int
    last: int
    made: int
    reason: str


ABSENCES = (
    Absence("citra.bkpsdm", "ani.analis", -40, -34, 42, "Diklat kepemimpinan"),
    Absence("eko.sekda", "dewi.tpk", -1, 5, 2, "Dinas luar ke Jakarta"),
    Absence("budi.kepala", "citra.bkpsdm", 12, 20, 0, "Cuti tahunan"),
)


def fill(action: Action) -> int:
    """Set the absences through the operation that people use; answers how many."""
    for absence in ABSENCES:
        account = accounts.named(action.session, absence.absent)
        then = replace(
            action,
            actor=accounts.actor_of(action, account),
            now=action.now - timedelta(days=absence.made),
        )
        today = action.calendar.local_date(action.now)
        first, last = (today + timedelta(days=days) for days in (absence.first, absence.last))
        substitutes.appoint(then, absence.absent, absence.substitute, first, last, reason=absence.reason)
    return len(ABSENCES)
