"""Signs in the data that a transfer may be needed: surging complaints, falling ratings, empty posts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.people import Complaint, Employee, Performance, Position, Unit
from service.db.queries.needs import ACTIVE
from service.domain.months import add as add_months

STRUCTURAL = ("JPT", "Administrator", "Pengawas")
POOR = 3


@dataclass(frozen=True, slots=True)
class Surge:
    """A unit's complaints of the last full month, and the mean of the months before it."""

    unit: str
    name: str
    month: date
    count: int
    usual: float


@dataclass(frozen=True, slots=True)
class Decline:
    """The share of a unit's employees rated below good, in the year `year` and the year before."""

    unit: str
    name: str
    year: int
    employees: int
    share: float
    before: float


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A structural post that nobody holds, or another with at least so many places free."""

    position: str
    name: str
    unit: str
    unit_name: str
    free: int


def surges(session: Session, day: date, *, months: int, times: float, least: float) -> list[Surge]:
    """Units whose last full month had `least` complaints and `times` the mean of `months` before; worst first."""
    month = add_months(day.replace(day=1), -1)
    start = add_months(month, -months)
    last = func.sum(case((Complaint.bulan == month, Complaint.jumlah), else_=0))
    earlier = func.sum(case((Complaint.bulan < month, Complaint.jumlah), else_=0))
    rows = session.execute(
        select(Unit.id, Unit.nama, last, earlier)
        .join(Complaint, Complaint.unor_id == Unit.id)
        .where(Complaint.bulan >= start, Complaint.bulan <= month)
        .group_by(Unit.id, Unit.nama)
        .having(last >= least)
    )
    found = [Surge(unit, name, month, int(count), float(sum_) / months) for unit, name, count, sum_ in rows]
    surging = [surge for surge in found if surge.usual > 0 and surge.count >= times * surge.usual]
    return sorted(surging, key=lambda surge: (-surge.count / surge.usual, surge.unit))


def declines(session: Session, day: date, *, share: float, employees: int) -> list[Decline]:
    """Units where `share` of at least `employees` rated are below good, and more than the year before."""
    year = session.scalar(select(func.max(Performance.tahun)).where(Performance.tahun < day.year))
    if year is None:
        return []
    poor = func.avg(case((Performance.predikat >= POOR, 1.0), else_=0.0))
    rows = session.execute(
        select(Unit.id, Unit.nama, Performance.tahun, func.count(), poor)
        .join(Employee, Employee.unor_id == Unit.id)
        .join(Performance, Performance.nip == Employee.nip)
        .where(Performance.tahun.in_((year - 1, year)), Employee.kedudukan_hukum == ACTIVE)
        .group_by(Unit.id, Unit.nama, Performance.tahun)
    ).all()
    before = {unit: float(part) for unit, _, rated, _, part in rows if rated == year - 1}
    found = [
        Decline(unit, name, year, count, float(part), before[unit])
        for unit, name, rated, count, part in rows
        if rated == year and count >= employees and unit in before
    ]
    falling = [entry for entry in found if entry.share >= share and entry.share > entry.before]
    return sorted(falling, key=lambda entry: (entry.before - entry.share, entry.unit))


def vacancies(session: Session, *, least: int) -> list[Vacancy]:
    """Posts with `least` places that nobody holds: structural ones first, then by class."""
    held = (
        select(Employee.jabatan_id, func.count().label("staff"))
        .where(Employee.kedudukan_hukum == ACTIVE)
        .group_by(Employee.jabatan_id)
        .subquery()
    )
    rows = session.execute(
        select(Position.id, Position.nama, Unit.id, Unit.nama, Position.formasi)
        .join(Unit, Unit.id == Position.unor_id)
        .outerjoin(held, held.c.jabatan_id == Position.id)
        .where(Position.formasi >= least, held.c.staff.is_(None))
        .order_by(case((Position.jenis.in_(STRUCTURAL), 0), else_=1), Position.kelas.desc(), Position.id)
        .limit(200)
    )
    return [Vacancy(*row) for row in rows]


def units_in_hand(session: Session) -> set[str]:
    """Units that a running case is about."""
    running = select(Case.target_unit).where(Case.status == "running", Case.target_unit.is_not(None))
    return {unit for unit in session.scalars(running) if unit}


def positions_in_hand(session: Session) -> set[str]:
    """Posts that a running case is to fill."""
    running = select(Case.target_position).where(Case.status == "running", Case.target_position.is_not(None))
    return {position for position in session.scalars(running) if position}
