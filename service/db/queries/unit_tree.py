"""All units as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant
from service.db.people import Employee, Position, Unit


@dataclass(frozen=True, slots=True)
class UnitNode:
    """A unit with what hangs below it, how many work there, and who holds roles for it."""

    id: str
    nama: str
    jenis: str
    kepala_nip: str | None
    kepala: str | None
    staff: int
    formasi: int
    positions: int
    holders: tuple[tuple[str, str, str], ...]
    below: tuple[UnitNode, ...]


def unit_tree(session: Session) -> tuple[UnitNode, ...]:
    """All units as a tree, each by name."""
    staff = _counts(session, select(Employee.unor_id, func.count()).group_by(Employee.unor_id))
    posts = _counts(session, select(Position.unor_id, func.count()).group_by(Position.unor_id))
    formasi = _counts(
        session, select(Position.unor_id, func.sum(Position.formasi)).group_by(Position.unor_id)
    )
    held = _holders(session)
    children: dict[str | None, list[Any]] = {}
    rows = session.execute(
        select(Unit, Employee)
        .outerjoin(Employee, Employee.nip == Unit.kepala_nip)
        .order_by(Unit.nama, Unit.id)
    ).all()
    known = {row.Unit.id for row in rows}
    for row in rows:
        above = row.Unit.induk_id if row.Unit.induk_id in known else None
        children.setdefault(above, []).append(row)

    def node(row: Any) -> UnitNode:
        unit, head = row.Unit, row.Employee
        return UnitNode(
            unit.id,
            unit.nama,
            unit.jenis,
            unit.kepala_nip,
            head.nama_lengkap if head else None,
            staff.get(unit.id, 0),
            formasi.get(unit.id, 0),
            posts.get(unit.id, 0),
            tuple(held.get(unit.id, ())),
            tuple(node(child) for child in children.get(unit.id, ())),
        )

    return tuple(node(row) for row in children.get(None, ()))


def _holders(session: Session) -> dict[str, list[tuple[str, str, str]]]:
    """Who holds roles for each unit: (role, name, account)."""
    granted = session.execute(
        select(Grant.unit_id, Grant.role, Account.name, Account.id)
        .join(Account, Account.id == Grant.account_id)
        .where(Grant.unit_id.is_not(None), Account.active)
        .order_by(Grant.role, Account.name)
    )
    found: dict[str, list[tuple[str, str, str]]] = {}
    for one in granted:
        found.setdefault(one.unit_id, []).append((one.role, one.name, str(one.id)))
    return found


def _counts(session: Session, query: Any) -> Mapping[str, int]:
    return {key: int(value or 0) for key, value in session.execute(query)}
