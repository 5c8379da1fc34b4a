"""A copy of all that is stored about an employee, for themselves (UU 27/2022 Pasal 7 and 32)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from service.db import people as tables
from service.db.base import Base
from service.db.corrections import CorrectionRequest
from service.domain.errors import NotAllowed
from service.operations.action import Action
from service.operations.recording import write_event

ABOUT: dict[str, type[Base]] = {
    "pegawai": tables.Employee,
    "kinerja": tables.Performance,
    "kompetensi": tables.EmployeeCompetency,
    "talenta": tables.Talent,
    "aspirasi": tables.Aspiration,
    "riwayat_jabatan": tables.PositionHistory,
    "disiplin": tables.Discipline,
    "dokumen": tables.EmployeeDocument,
    "perubahan_data": tables.RecordChange,
    "permintaan_koreksi": CorrectionRequest,
}


def export(action: Action) -> dict[str, Any]:
    """Every row about the actor, by the kind of record. That it was fetched is logged."""
    nip = action.actor.nip
    if nip is None or action.actor.acting_for is not None:
        raise NotAllowed("Only employees fetch their data, each their own.")
    found: dict[str, Any] = {"dibuat": action.now.isoformat(), "nip": nip}
    for name, model in ABOUT.items():
        table = model.__table__
        rows = action.session.execute(select(table).where(table.c.nip == nip)).mappings()
        found[name] = [{key: _plain(value) for key, value in row.items()} for row in rows]
    write_event(action, "own_data_exported", name=nip)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool | list | dict | None) else str(value)
