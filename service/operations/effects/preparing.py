"""E0: what a case knows when it begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.people import Employee, Position, Unit
from service.db.queries import needs
from service.operations.action import Action
from service.operations.effects import models

EXTREMES = 2


def siapkan_kasus(action: Action, case: Case, data: Mapping[str, Any]) -> dict[str, Any]:
    """The period, the kind of transfer, the target as far as it is known, and the units to survey.

    A unit or post named in words (an employee's request) is looked up; what cannot be found stays in
    `tujuan_permohonan`.
    """
    session, day = action.session, action.calendar.local_date(action.now)
    parameters = models.load_parameters(action, case, day)
    unit = _find_unit(session, data.get("unit_tujuan"))
    position = _find_position(session, data.get("jabatan_tujuan"), unit)
    nip = data.get("pegawai_nip") or case.subject_nip
    if nip and session.get(Employee, nip) is None:
        nip = None
    case.transfer_kind = data.get("jenis_mutasi") or "M1"
    if nip and case.subject_nip is None:
        case.subject_nip = nip
    case.target_unit = case.target_unit or unit
    case.target_position = case.target_position or position
    words = [text for text in (data.get("jabatan_tujuan"), data.get("unit_tujuan")) if text]
    return {
        "nomor_kasus": case.number,
        "periode": data.get("periode") or str(day.year),
        "jenis_mutasi": case.transfer_kind,
        "wke_menit": parameters.wke,
        "unit_tujuan": unit,
        "jabatan_tujuan": position,
        "tujuan_permohonan": ", ".join(words) if words else None,
        "pegawai_nip": nip,
        "survei": _units_to_survey(session, needs.unit_ratios(session, day, parameters.wke), unit),
    }


def _units_to_survey(session: Session, ratios: Mapping[str, float], unit: str | None) -> list[dict[str, Any]]:
    """The target unit, and the two units that carry least and the two that carry most per person."""
    others = sorted((ratio, id_) for id_, ratio in ratios.items() if id_ != unit)
    picked = [id_ for _, id_ in others[:EXTREMES]]
    picked += [id_ for _, id_ in others[-EXTREMES:] if id_ not in picked]
    chosen = [unit, *picked] if unit else picked
    rows = {row.id: row for row in session.scalars(select(Unit).where(Unit.id.in_(chosen)))}
    return [
        {"unit": id_, "nama": rows[id_].nama, "kepala_nip": rows[id_].kepala_nip}
        for id_ in chosen
        if id_ in rows
    ]


def _find_unit(session: Session, named: Any) -> str | None:
    if not isinstance(named, str) or not named.strip():
        return None
    if session.get(Unit, named) is not None:
        return named
    wanted = func.lower(Unit.nama) == named.strip().lower()
    return session.scalar(select(Unit.id).where(wanted).order_by(Unit.id).limit(1))


def _find_position(session: Session, named: Any, unit: str | None) -> str | None:
    if not isinstance(named, str) or not named.strip():
        return None
    if session.get(Position, named) is not None:
        return named
    statement = select(Position.id).where(func.lower(Position.nama) == named.strip().lower())
    if unit:
        statement = statement.where(Position.unor_id == unit)
    return session.scalar(statement.order_by(Position.id).limit(1))
