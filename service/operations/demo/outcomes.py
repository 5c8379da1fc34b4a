"""What transfers did in the sample city: loads month by month, and fewer complaints and better ratings where people came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random
from typing import Any

from sqlalchemy import func, select

from service.db.bulk import insert_many
from service.db.cases import Case
from service.db.figures import UnitMonth
from service.db.people import Complaint, Employee, Performance, Unit
from service.db.queries import needs
from service.domain import months
from service.operations.action import Action
from service.operations.effects import models

MONTHS = 30
SCHOOL = "sekolah"
EASED = 0.6
"""What is left of the complaints, and of a load's distance from 1, in a unit that received somebody."""


def loads(action: Action) -> Iterator[dict[str, Any]]:
    """Rows of `unit_month` up to the month before the present one: about as heavy as today, going up and down a little."""
    random = Random("loads")  # noqa: S311 - invented data, the same each time
    today = action.calendar.local_date(action.now)
    wke = models.load_parameters(action, None, today).wke
    ratios = needs.unit_ratios(action.session, today, wke)
    people = select(Employee.unor_id, func.count()).group_by(Employee.unor_id)
    staff = {row[0]: row[1] for row in action.session.execute(people)}
    present = today.replace(day=1)
    for unit, ratio in sorted(ratios.items()):
        for age in range(MONTHS, 0, -1):
            yield {
                "unor_id": unit,
                "bulan": months.add(present, -age),
                "rasio": round(max(0.2, ratio + random.gauss(0, 0.04)), 4),
                "pegawai": staff.get(unit, 1),
            }


def earlier_complaints(action: Action) -> Iterator[dict[str, Any]]:
    """A year more of complaints before those there are: the same ones, a year earlier."""
    present = action.calendar.local_date(action.now).replace(day=1)
    known = (Complaint.bulan >= months.add(present, -18), Complaint.bulan < months.add(present, -6))
    for row in action.session.scalars(select(Complaint).where(*known)).all():
        yield {
            "unor_id": row.unor_id,
            "bulan": months.add(row.bulan, -12),
            "kanal": row.kanal,
            "kategori": row.kategori,
            "jumlah": row.jumlah,
            "selesai": row.jumlah,
        }


def school_complaints(action: Action, loads: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Schools hear complaints too: more where the load is heavy."""
    random = Random("schools")  # noqa: S311 - invented data, the same each time
    schools = set(action.session.scalars(select(Unit.id).where(Unit.jenis == SCHOOL)))
    known = set(action.session.scalars(select(Complaint.unor_id).distinct()))
    for row in loads:
        if row["unor_id"] in schools - known:
            count = max(0, round(random.gauss(4 * row["rasio"], 1.2)))
            if count:
                yield {
                    "unor_id": row["unor_id"],
                    "bulan": row["bulan"],
                    "kanal": "Loket",
                    "kategori": "Layanan sekolah",
                    "jumlah": count,
                    "selesai": count,
                }


def fill(action: Action) -> None:
    """What reviews compare with: loads and complaints of two and a half years."""
    by_month = list(loads(action))
    insert_many(action.session, Complaint, list(earlier_complaints(action)))
    insert_many(action.session, Complaint, list(school_complaints(action, by_month)))
    insert_many(action.session, UnitMonth, by_month)


def ease(action: Action, random: Random, case: Case) -> None:
    """A transfer takes effect: from then on the receiving unit has fewer complaints and a load nearer to 1."""
    if case.effective_on is None or case.target_unit is None:
        return
    day = action.calendar.local_date(case.effective_on)
    month = day.replace(day=1)
    session = action.session
    for complaint in session.scalars(
        select(Complaint).where(Complaint.unor_id == case.target_unit, Complaint.bulan >= month)
    ):
        complaint.jumlah = sum(random.random() < EASED for _ in range(complaint.jumlah))
        complaint.selesai = min(complaint.selesai, complaint.jumlah)
    for row in session.scalars(
        select(UnitMonth).where(UnitMonth.unor_id == case.target_unit, UnitMonth.bulan >= month)
    ):
        row.rasio = round(1 + (row.rasio - 1) * EASED, 4)
    _rate(action, random, case, day)


def _rate(action: Action, random: Random, case: Case, day: date) -> None:
    """Every other mover is rated one better in the year after."""
    after = day.year if day.month <= 6 else day.year + 1
    rating = action.session.get(Performance, (case.subject_nip, after)) if case.subject_nip else None
    if rating is not None and rating.predikat > 1 and random.random() < 0.5:
        rating.predikat -= 1
