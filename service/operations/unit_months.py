"""How heavily each unit is loaded, taken down month by month: the past cannot be counted afterwards."""

from __future__ import annotations

from sqlalchemy import func, select

from service.db.bulk import upsert_many
from service.db.cases import Fact
from service.db.figures import UnitMonth
from service.db.people import Employee
from service.db.queries import needs
from service.operations.action import Action
from service.operations.effects import models

TAKEN = "unit_month_taken"


def take(action: Action) -> None:
    """Write down every unit's load for the present month, once a day; the last day of a month stays."""
    today = action.calendar.local_date(action.now)
    mark = action.session.get(Fact, TAKEN)
    if mark is not None and mark.value >= today.isoformat():
        return
    parameters = models.load_parameters(action, None, today)
    ratios = needs.unit_ratios(action.session, today, parameters.wke)
    staff = (
        select(Employee.unor_id, func.count())
        .where(Employee.kedudukan_hukum == needs.ACTIVE)
        .group_by(Employee.unor_id)
    )
    counts = {row[0]: row[1] for row in action.session.execute(staff)}
    month = today.replace(day=1)
    rows = [
        {"unor_id": unit, "bulan": month, "rasio": round(ratio, 4), "pegawai": counts.get(unit, 0)}
        for unit, ratio in sorted(ratios.items())
    ]
    upsert_many(action.session, UnitMonth, rows, ["unor_id", "bulan"])
    action.session.merge(Fact(name=TAKEN, value=today.isoformat()))
