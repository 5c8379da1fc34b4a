"""How many people posts need and have, how heavily units are loaded, and what the public complains about."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Float, Subquery, func, select
from sqlalchemy.orm import Session

from service.db.people import Complaint, Employee, Position, Unit, Workload
from service.domain import workload
from service.domain.months import add as add_months

ACTIVE = "01"
COMPLAINT_MONTHS = 6


@dataclass(frozen=True, slots=True)
class PostNeed:
    """A post: approved, in place, needed. `load` is in minutes a year; None where work was not analysed."""

    id: str
    name: str
    kind: str
    unit: str
    unit_name: str
    approved: int
    staff: int
    load: float | None
    need: float | None
    ratio: float | None

    @property
    def shortage(self) -> float:
        """People missing: by workload where it was analysed, else approved posts less staff."""
        missing = workload.shortage(self.need, self.approved, self.staff)
        return 0.0 if missing is None else missing


def workload_year(session: Session, day: date) -> int | None:
    """The latest year up to `day` with workload data."""
    return session.scalar(select(func.max(Workload.tahun)).where(Workload.tahun <= day.year))


def posts(
    session: Session,
    day: date,
    wke: float,
    *,
    units: Collection[str] | None = None,
    ids: Collection[str] | None = None,
) -> list[PostNeed]:
    """Every post with its need, in one statement; narrowed to units or to posts."""
    staff, load = _staff_by_post(), _load_by_post(workload_year(session, day))
    statement = (
        select(
            Position.id,
            Position.nama,
            Position.jenis,
            Position.unor_id,
            Unit.nama,
            Position.formasi,
            func.coalesce(staff.c.staff, 0),
            load.c.load,
        )
        .join(Unit, Unit.id == Position.unor_id)
        .outerjoin(staff, staff.c.jabatan_id == Position.id)
        .outerjoin(load, load.c.jabatan_id == Position.id)
    )
    if units is not None:
        statement = statement.where(Position.unor_id.in_(units))
    if ids is not None:
        statement = statement.where(Position.id.in_(ids))
    return [_post(row, wke) for row in session.execute(statement)]


def unit_ratios(session: Session, day: date, wke: float) -> dict[str, float]:
    """Load per person of every unit with workload data and staff: 1 is a full year's work each."""
    year = workload_year(session, day)
    if year is None:
        return {}
    staff = (
        select(Employee.unor_id, func.count().label("staff"))
        .where(Employee.kedudukan_hukum == ACTIVE)
        .group_by(Employee.unor_id)
        .subquery()
    )
    load = func.sum(Workload.volume * Workload.norma_waktu_menit, type_=Float)
    rows = session.execute(
        select(Workload.unor_id, load, staff.c.staff)
        .join(staff, staff.c.unor_id == Workload.unor_id)
        .where(Workload.tahun == year)
        .group_by(Workload.unor_id, staff.c.staff)
    )
    ratios = {unit: workload.load_ratio(minutes, count, wke) for unit, minutes, count in rows}
    return {unit: ratio for unit, ratio in ratios.items() if ratio is not None}


def unit_figures(session: Session, unit: str, day: date, wke: float) -> tuple[float | None, int]:
    """A unit's load in minutes a year (None without data) and its staff."""
    year = workload_year(session, day)
    load = None
    if year is not None:
        load = session.scalar(
            select(func.sum(Workload.volume * Workload.norma_waktu_menit, type_=Float)).where(
                Workload.unor_id == unit, Workload.tahun == year
            )
        )
    staff = session.scalar(
        select(func.count())
        .select_from(Employee)
        .where(Employee.unor_id == unit, Employee.kedudukan_hukum == ACTIVE)
    )
    return load, staff or 0


def complaints(
    session: Session, day: date, *, units: Collection[str] | None = None, months: int = COMPLAINT_MONTHS
) -> dict[str, int] | None:
    """Complaints per unit in the full months before `day`'s month. None when no month has data at all."""
    end = day.replace(day=1)
    start = add_months(end, -months)
    period = (Complaint.bulan >= start, Complaint.bulan < end)
    if session.scalar(select(Complaint.bulan).where(*period).limit(1)) is None:
        return None
    statement = (
        select(Complaint.unor_id, func.sum(Complaint.jumlah)).where(*period).group_by(Complaint.unor_id)
    )
    if units is not None:
        statement = statement.where(Complaint.unor_id.in_(units))
    return {unit: int(count) for unit, count in session.execute(statement)}


def complaints_of(counts: Mapping[str, int] | None, unit: str | None) -> int | None:
    """A unit's complaints: zero when others have some in that time, None without data."""
    return None if counts is None or unit is None else counts.get(unit, 0)


def _staff_by_post() -> Subquery:
    return (
        select(Employee.jabatan_id, func.count().label("staff"))
        .where(Employee.kedudukan_hukum == ACTIVE)
        .group_by(Employee.jabatan_id)
        .subquery()
    )


def _load_by_post(year: int | None) -> Subquery:
    load = func.sum(Workload.volume * Workload.norma_waktu_menit, type_=Float)
    return (
        select(Workload.jabatan_id, load.label("load"))
        .where(Workload.tahun == (year or 0))
        .group_by(Workload.jabatan_id)
        .subquery()
    )


def _post(row: Sequence[Any], wke: float) -> PostNeed:
    id_, name, kind, unit, unit_name, approved, staff, load = row
    need = None if load is None else workload.staff_needed(load, wke)
    ratio = None if load is None else workload.load_ratio(load, staff, wke)
    return PostNeed(id_, name, kind, unit, unit_name, approved, staff, load, need, ratio)
