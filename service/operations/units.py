"""Who heads a unit."""

from __future__ import annotations

from service.db.people import Employee, Unit
from service.domain.errors import Conflict, Invalid, NotFound
from service.operations import accounts
from service.operations.action import Action
from service.operations.recording import write_event


def set_head(action: Action, unit_id: str, nip: str) -> None:
    """Say who heads a unit, definitive or acting; an empty NIP for nobody."""
    accounts.check_may_manage(action)
    unit = action.session.get(Unit, unit_id)
    if unit is None:
        raise NotFound("There is no such unit.")
    nip = nip.replace(" ", "")
    if nip and action.session.get(Employee, nip) is None:
        raise Invalid("No employee has this NIP.", {"nip": "No employee has this NIP."})
    if unit.kepala_nip == (nip or None):
        raise Conflict("This is the head already.")
    data = {"before": unit.kepala_nip, "after": nip or None}
    unit.kepala_nip = nip or None
    write_event(action, "unit_head_set", name=unit_id, data=data)
