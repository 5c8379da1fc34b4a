"""Look-ups of employees, units and positions for forms, pages and rules: typed rows, nothing is changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from service.db.people import Employee, Position, PositionHistory, RecordChange, Unit
from service.domain.codes import golongan_label
from service.domain.errors import NotFound
from service.domain.wording import N_, Message


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit with the names of the unit above it and of its head."""

    id: str
    nama: str
    jenis: str
    induk_id: str | None
    induk: str | None
    kepala_nip: str | None
    kepala: str | None


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A position with how many are approved (formasi) and how many hold it (bezetting)."""

    id: str
    nama: str
    jenis: str
    kelas: int
    eselon: str
    unor_id: str
    unit: str
    formasi: int
    bezetting: int


@dataclass(frozen=True, slots=True)
class EmployeeRow:
    """An employee with the names of unit and position. `nama` carries the titles; `golongan` is the label."""

    nip: str
    nama: str
    jenis_asn: str
    golongan: str
    kedudukan_hukum: str
    unor_id: str
    unit: str
    jabatan_id: str
    jabatan: str
    tmt_jabatan: date
    email: str | None


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A position an employee holds or held."""

    jabatan: str
    unit: str
    tmt: date
    berakhir: date | None
    nomor_sk: str | None
    tgl_sk: date | None


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """What changed in the data about an employee: {column: [before, after]}."""

    at: datetime
    by: str
    kind: str
    key: str
    source: str
    changes: dict[str, Any]


def employee(session: Session, nip: str) -> EmployeeRow:
    """The employee with a NIP. Raises NotFound."""
    row = session.execute(_employees().where(Employee.nip == nip)).first()
    if row is None:
        raise NotFound(Message(N_("No employee has the NIP %(nip)s."), nip=nip))
    return _employee_row(*row)


def search_employees(
    session: Session, text: str = "", *, units: Sequence[str] | None = None, limit: int = 20
) -> list[EmployeeRow]:
    """Employees whose name contains `text`, or whose NIP begins with it; of `units` only, when named."""
    found = _employees().order_by(Employee.nama, Employee.nip).limit(limit)
    if text.strip():
        digits = text.replace(" ", "")
        found = found.where(
            Employee.nip.startswith(digits, autoescape=True)
            if digits.isdigit()
            else _contains(Employee.nama, text)
        )
    if units is not None:
        found = found.where(Employee.unor_id.in_(units))
    return [_employee_row(*row) for row in session.execute(found)]


def unit(session: Session, unit_id: str) -> UnitRow:
    """The unit with an id. Raises NotFound."""
    row = session.execute(_units().where(Unit.id == unit_id)).first()
    if row is None:
        raise NotFound(Message(N_("No unit has the number %(unit)s."), unit=unit_id))
    return _unit_row(*row)


def units(session: Session, text: str = "", *, jenis: str | None = None, limit: int = 50) -> list[UnitRow]:
    """Units whose name contains `text`."""
    found = _units().order_by(Unit.nama, Unit.id).limit(limit)
    if text.strip():
        found = found.where(_contains(Unit.nama, text))
    if jenis:
        found = found.where(Unit.jenis == jenis)
    return [_unit_row(*row) for row in session.execute(found)]


def unit_names(session: Session, limit: int) -> list[tuple[str, str]]:
    """(id, name) of units, by name."""
    query = select(Unit.id, Unit.nama).order_by(Unit.nama, Unit.id).limit(limit)
    return [(unit_id, name) for unit_id, name in session.execute(query)]


def position(session: Session, position_id: str) -> PositionRow:
    """The position with an id. Raises NotFound."""
    row = session.execute(_positions().where(Position.id == position_id)).first()
    if row is None:
        raise NotFound(Message(N_("No position has the number %(position)s."), position=position_id))
    return _position_row(*row)


def positions(
    session: Session, text: str = "", *, unit_id: str | None = None, vacant: bool = False, limit: int = 50
) -> list[PositionRow]:
    """Positions whose name or unit contains `text`; `vacant`: only those held by fewer than approved."""
    found = _positions().order_by(Position.nama, Unit.nama, Position.id).limit(limit)
    if text.strip():
        found = found.where(or_(_contains(Position.nama, text), _contains(Unit.nama, text)))
    if unit_id:
        found = found.where(Position.unor_id == unit_id)
    if vacant:
        found = found.where(_held() < Position.formasi)
    return [_position_row(*row) for row in session.execute(found)]


def history(session: Session, nip: str) -> list[HistoryRow]:
    """The positions an employee held, the latest first."""
    rows = session.scalars(
        select(PositionHistory).where(PositionHistory.nip == nip).order_by(PositionHistory.tmt.desc())
    )
    return [HistoryRow(r.jabatan, r.unor, r.tmt, r.berakhir, r.nomor_sk, r.tgl_sk) for r in rows]


def changes(session: Session, nip: str, limit: int = 50) -> list[ChangeRow]:
    """What imports and decrees changed in the data about an employee, the latest first."""
    rows = session.scalars(
        select(RecordChange).where(RecordChange.nip == nip).order_by(RecordChange.id.desc()).limit(limit)
    )
    return [ChangeRow(r.at, r.actor_name, r.kind, r.key, r.source, r.changes) for r in rows]


def _employees() -> Select[Employee, str, str]:
    return (
        select(Employee, Unit.nama, Position.nama)
        .join(Unit, Unit.id == Employee.unor_id)
        .join(Position, Position.id == Employee.jabatan_id)
    )


def _employee_row(found: Employee, unit_name: str, position_name: str) -> EmployeeRow:
    grade = golongan_label(found.golongan) or (str(found.golongan_pppk) if found.golongan_pppk else "")
    return EmployeeRow(
        nip=found.nip,
        nama=found.nama_lengkap,
        jenis_asn=found.jenis_asn,
        golongan=grade,
        kedudukan_hukum=found.kedudukan_hukum,
        unor_id=found.unor_id,
        unit=unit_name,
        jabatan_id=found.jabatan_id,
        jabatan=position_name,
        tmt_jabatan=found.tmt_jabatan,
        email=found.email,
    )


def _units() -> Select[Unit, str, Employee]:
    above = aliased(Unit)
    return (
        select(Unit, above.nama, Employee)
        .outerjoin(above, above.id == Unit.induk_id)
        .outerjoin(Employee, Employee.nip == Unit.kepala_nip)
    )


def _unit_row(found: Unit, above: str | None, head: Employee | None) -> UnitRow:
    return UnitRow(
        id=found.id,
        nama=found.nama,
        jenis=found.jenis,
        induk_id=found.induk_id,
        induk=above,
        kepala_nip=found.kepala_nip,
        kepala=head.nama_lengkap if head else None,
    )


def _held() -> ColumnElement[int]:
    return (
        select(func.count()).where(Employee.jabatan_id == Position.id).correlate(Position).scalar_subquery()
    )


def _positions() -> Select[Position, str, int]:
    return select(Position, Unit.nama, _held()).join(Unit, Unit.id == Position.unor_id)


def _position_row(found: Position, unit_name: str, held: int) -> PositionRow:
    return PositionRow(
        id=found.id,
        nama=found.nama,
        jenis=found.jenis,
        kelas=found.kelas,
        eselon=found.eselon,
        unor_id=found.unor_id,
        unit=unit_name,
        formasi=found.formasi,
        bezetting=held,
    )


def _contains(column: Any, text: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = func.lower(column).contains(text.strip().lower(), autoescape=True)
    return condition
