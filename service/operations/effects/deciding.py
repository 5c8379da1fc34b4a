"""The decree with the baseline frozen, its revocation, and the move in the employee's record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from service.db.cases import Case
from service.db.people import Employee, Position, PositionHistory, Unit
from service.operations import notices, record_changes
from service.operations.action import Action
from service.operations.effects.reviewing import figures, keep
from service.operations.letters import issuing

REVOKED = "sk_dicabut"
UPHELD = "Keberatan pegawai dikabulkan."


def catat_sk(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The decree with its number, and the figures before the move: without them there would be no "before".

    The number is the next of its series, unless one was given by hand (for decrees that others number).
    """
    today = action.calendar.local_date(action.now)
    effective = _day(data.get("sk_tmt")) or today
    signed = _day(data.get("sk_tgl")) or today
    case.decided_at = action.now
    case.effective_on = action.calendar.start_of_day(effective, 0)
    decree = {"nomor": None, "tgl": signed.isoformat(), "tmt": effective.isoformat()}
    by_hand = str(data.get("sk_nomor") or "").strip() or None
    letter = issuing.decree(action, case, {**data, "sk": decree}, signed, by_hand)
    notices.plan(action, "decision", f"decision:{case.id}:{action.now.isoformat()}", case=case)
    baseline = figures(action, case, data, today)
    keep(action, case, 0, baseline)
    return {
        "sk": {**decree, "nomor": letter.number if letter else by_hand},
        "baseline": baseline,
    }


def batalkan_sk(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """An objection was upheld: the decree is withdrawn and nothing takes effect."""
    reason = str(data.get("jawaban_keberatan") or "").strip() or UPHELD
    issuing.void_all(action, case, reason)
    case.decided_at = None
    case.effective_on = None
    case.outcome = REVOKED
    notices.plan(action, "decision", f"revoked:{case.id}:{action.now.isoformat()}", case=case, revoked=True)
    return {"sk_dicabut": data.get("sk"), "sk": None}


def perbarui_riwayat(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The employee now holds the new post: the record, its history and what changed are written.

    Done again it changes nothing. Heads of units change with a post that leads one.
    """
    session = action.session
    employee = session.get(Employee, (data.get("calon") or {}).get("nip") or "")
    position = session.get(Position, (data.get("tujuan") or {}).get("jabatan_id") or "")
    if employee is None or position is None:
        return {"riwayat_id": None}
    written = session.scalar(select(PositionHistory.id).where(PositionHistory.case_id == case.id))
    if written is not None:
        return {"riwayat_id": str(written)}
    unit = session.get_one(Unit, position.unor_id)
    decree = data.get("sk") or {}
    effective = max(
        _day(decree.get("tmt")) or action.calendar.local_date(action.now),
        employee.tmt_jabatan + timedelta(days=1),
    )
    _close_present_post(action, employee, effective)
    entry = _entry(
        employee,
        position,
        unit,
        jenis_mutasi="MJ" if employee.jabatan_id != position.id else "MU",
        tmt=effective,
        tmt_pelantikan=_day(data.get("tgl_pelantikan")),
        nomor_sk=decree.get("nomor"),
        tgl_sk=_day(decree.get("tgl")),
        case_id=case.id,
    )
    session.add(entry)
    _change_heads(action, employee, position, unit)
    _move(action, case, employee, position, effective)
    session.flush()
    return {"riwayat_id": str(entry.id)}


def _close_present_post(action: Action, employee: Employee, effective: date) -> None:
    """The open entry of the history ends the day before; one is written when the history lacked it."""
    session, last_day = action.session, effective - timedelta(days=1)
    open_entries = list(
        session.scalars(
            select(PositionHistory).where(
                PositionHistory.nip == employee.nip, PositionHistory.berakhir.is_(None)
            )
        )
    )
    for entry in open_entries:
        entry.berakhir = max(entry.tmt, last_day)
    if open_entries:
        return
    position = session.get_one(Position, employee.jabatan_id)
    unit = session.get_one(Unit, employee.unor_id)
    known = select(PositionHistory.id).where(
        PositionHistory.nip == employee.nip, PositionHistory.tmt == employee.tmt_jabatan
    )
    if session.scalar(known) is None:
        session.add(_entry(employee, position, unit, tmt=employee.tmt_jabatan, berakhir=last_day))


def _entry(employee: Employee, position: Position, unit: Unit, **held: Any) -> PositionHistory:
    """An entry of the history: the post and the unit as they are called now."""
    return PositionHistory(
        nip=employee.nip,
        jabatan_id=position.id,
        jabatan=position.nama,
        jenis_jabatan=position.jenis,
        eselon=position.eselon,
        unor_id=unit.id,
        unor=unit.nama,
        **held,
    )


def _change_heads(action: Action, employee: Employee, position: Position, unit: Unit) -> None:
    led = action.session.scalars(select(Unit).where(Unit.kepala_nip == employee.nip, Unit.id != unit.id))
    for left in led:
        left.kepala_nip = None
    if position.memimpin_satker:
        unit.kepala_nip = employee.nip


def _move(action: Action, case: Case, employee: Employee, position: Position, effective: date) -> None:
    record_changes.change(
        action,
        employee,
        {"unor_id": position.unor_id, "jabatan_id": position.id, "tmt_jabatan": effective},
        kind="employee",
        key=employee.nip,
        nip=employee.nip,
        source=f"case {case.number}",
    )


def _day(text: Any) -> date | None:
    """A date of an ISO 8601 text; None for anything else."""
    try:
        return date.fromisoformat(text[:10]) if isinstance(text, str) else None
    except ValueError:
        return None
