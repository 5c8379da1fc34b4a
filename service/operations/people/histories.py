"""Position history follows what an import says about employees: nobody's past is lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from service.db.bulk import KEYS_PER_QUERY, insert_many, table_of, upsert_many
from service.db.people import Position, PositionHistory, Unit

Row = Mapping[str, Any]
KEY = ("nip", "tmt", "jabatan", "unor")


def begin(session: Session, new: Iterable[Row]) -> None:
    """The present position of employees who were not known before."""
    names = _Names(session)
    insert_many(session, PositionHistory, (names.held(row, row["tmt_jabatan"], "MJ") for row in new))


def move(session: Session, changed: Sequence[tuple[Row, Row]], today: date) -> None:
    """End the present position of those whose unit or position changed, and begin the new one.

    `changed`: (after, before) each. The new one begins on the TMT of the import, or today
    where that was left as it was.
    """
    moved = [
        (after, before)
        for after, before in changed
        if (after["unor_id"], after["jabatan_id"]) != (before["unor_id"], before["jabatan_id"])
    ]
    if not moved:
        return
    names = _Names(session)
    begins = {
        after["nip"]: after["tmt_jabatan"] if after["tmt_jabatan"] > before["tmt_jabatan"] else today
        for after, before in moved
    }
    ended = []
    for present in _open_rows(session, list(begins)):
        day = begins[present.nip] - timedelta(days=1)
        ended.append({"row": present.id, "ended": max(day, present.tmt)})
    if ended:
        table = table_of(PositionHistory)
        session.execute(
            update(table).where(table.c.id == bindparam("row")).values(berakhir=bindparam("ended")), ended
        )
    rows = []
    for after, before in moved:
        kind = "MU" if after["jabatan_id"] == before["jabatan_id"] else "MJ"
        rows.append(names.held({**before, **after}, begins[after["nip"]], kind))
    upsert_many(session, PositionHistory, rows, KEY)


def _open_rows(session: Session, nips: list[str]) -> Iterable[PositionHistory]:
    for start in range(0, len(nips), KEYS_PER_QUERY):
        part = nips[start : start + KEYS_PER_QUERY]
        yield from session.scalars(
            select(PositionHistory).where(PositionHistory.nip.in_(part), PositionHistory.berakhir.is_(None))
        )


class _Names:
    """Names of units and positions, as they are today."""

    def __init__(self, session: Session) -> None:
        self._units = {row.id: row.nama for row in session.execute(select(Unit.id, Unit.nama))}
        self._positions = {
            row.id: row
            for row in session.execute(select(Position.id, Position.nama, Position.jenis, Position.eselon))
        }

    def held(self, employee: Row, begins: date, kind: str) -> dict[str, Any]:
        position = self._positions[employee["jabatan_id"]]
        return {
            "nip": employee["nip"],
            "jenis_mutasi": kind,
            "jabatan_id": employee["jabatan_id"],
            "jabatan": position.nama,
            "jenis_jabatan": position.jenis,
            "eselon": position.eselon,
            "unor_id": employee["unor_id"],
            "unor": self._units[employee["unor_id"]],
            "tmt": begins,
            "berakhir": None,
        }
