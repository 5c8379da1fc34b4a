"""Wishes (aspirasi): where an employee would like to work. They count in every ranking until they are withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service.db.people import Aspiration, Employee, Position, Unit
from service.domain.codes import ALASAN_ASPIRASI
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import record_changes
from service.operations.action import Action
from service.operations.recording import write_event

PRIORITIES = (1, 2, 3)
SOURCE = "pegawai"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wished for: a unit, a position (which is in a unit), or both; `reason` a code of ALASAN_ASPIRASI."""

    unit: str | None
    position: str | None
    priority: int
    reason: str
    anywhere: bool


def state(action: Action, wish: Wish) -> Aspiration:
    """State a wish. Each priority once: the present one is changed or withdrawn first."""
    nip = _own_nip(action)
    target = _target(action, wish)
    _check_others(action, nip, target, None)
    today = action.calendar.local_date(action.now)
    found = action.session.scalar(
        select(Aspiration).where(
            Aspiration.nip == nip, Aspiration.tgl == today, Aspiration.prioritas == wish.priority
        )
    )
    if found is not None:  # withdrawn earlier today
        _change(action, found, target | {"ditarik": None})
    else:
        found = Aspiration(nip=nip, tgl=today, bersedia=True, **target)
        action.session.add(found)
    action.session.flush()
    write_event(action, "wish_stated", name=nip)
    return found


def change(action: Action, wish_id: int, wish: Wish) -> Aspiration:
    """Change one's own wish; what it was before stays in the history."""
    found = _own(action, wish_id)
    target = _target(action, wish)
    _check_others(action, found.nip, target, found.id)
    if wish.priority != found.prioritas:
        taken = select(Aspiration.id).where(
            Aspiration.nip == found.nip, Aspiration.tgl == found.tgl, Aspiration.prioritas == wish.priority
        )
        if action.session.scalar(taken) is not None:
            raise Conflict(
                "You had another wish of this priority on the same day. Withdraw this one and state it anew."
            )
    _change(action, found, target)
    write_event(action, "wish_changed", name=found.nip)
    return found


def withdraw(action: Action, wish_id: int) -> Aspiration:
    """It no longer counts, from now on."""
    found = _own(action, wish_id)
    _change(action, found, {"ditarik": action.now})
    write_event(action, "wish_withdrawn", name=found.nip)
    return found


def _own_nip(action: Action) -> str:
    """Wishes are one's own: nobody states them for another. Raises NotAllowed."""
    nip = action.actor.nip
    if nip is None or action.actor.acting_for is not None or action.session.get(Employee, nip) is None:
        raise NotAllowed("Only employees state wishes, each their own.")
    return nip


def _own(action: Action, wish_id: int) -> Aspiration:
    nip = _own_nip(action)
    found = action.session.get(Aspiration, wish_id, with_for_update=True, populate_existing=True)
    if found is None or found.nip != nip:
        raise NotFound("There is no such wish.")
    if found.ditarik is not None:
        raise Conflict("This wish was withdrawn already.", at=found.ditarik)
    return found


def _target(action: Action, wish: Wish) -> dict[str, Any]:
    """The columns of a wish. Raises Invalid with a message for each field."""
    wrong: dict[str, str] = {}
    position = action.session.get(Position, wish.position) if wish.position else None
    unit = action.session.get(Unit, position.unor_id if position else wish.unit or "")
    if wish.position and position is None:
        wrong["position"] = "There is no such position."
    elif unit is None:
        wrong["unit"] = "Choose a unit or a position from the list."
    elif position is not None and wish.unit and wish.unit != position.unor_id:
        wrong["position"] = "This position is in another unit."
    if wish.priority not in PRIORITIES:
        wrong["priority"] = "Choose 1, 2 or 3."
    if wish.reason not in ALASAN_ASPIRASI:
        wrong["reason"] = "Choose a reason."
    if wrong or unit is None:
        raise Invalid("Some answers need to be corrected.", wrong)
    return {
        "tujuan": f"{position.nama}, {unit.nama}"[:300] if position else unit.nama,
        "unor_id": unit.id,
        "jabatan_id": position.id if position else None,
        "prioritas": wish.priority,
        "alasan": wish.reason,
        "bersedia_luar": wish.anywhere,
    }


def _check_others(action: Action, nip: str, target: Mapping[str, Any], own: int | None) -> None:
    """Each place and each priority once among one's present wishes."""
    present = select(Aspiration).where(
        Aspiration.nip == nip, Aspiration.ditarik.is_(None), Aspiration.id != (own or 0)
    )
    others = action.session.scalars(present).all()
    place = (target["unor_id"], target["jabatan_id"])
    if place in {(other.unor_id, other.jabatan_id) for other in others}:
        text = "You have stated this wish already. Change that one instead."
        raise Invalid(text, {"position" if target["jabatan_id"] else "unit": text})
    if target["prioritas"] in {other.prioritas for other in others}:
        text = "You have a wish of this priority. Change or withdraw that one first."
        raise Invalid(text, {"priority": text})


def _change(action: Action, found: Aspiration, values: dict[str, Any]) -> None:
    key = f"{found.nip}|{found.tgl.isoformat()}|{values.get('prioritas', found.prioritas)}"
    record_changes.change(action, found, values, kind="aspiration", key=key, nip=found.nip, source=SOURCE)
