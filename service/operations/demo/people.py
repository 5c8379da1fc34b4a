"""The sample city's units, positions and employees with their records, and the accounts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from service.db import people as tables
from service.db.base import Base
from service.db.bulk import insert_many, refresh_statistics
from service.operations.action import Action
from service.operations.demo import cast, records, workforce
from service.operations.demo.names import Names
from service.operations.demo.places import plan

Progress = Callable[[str], None]
INSTANSI = "CONTOH"


def fill(action: Action, size: str, progress: Progress | None = None) -> dict[str, int]:
    """Write a city of a size, as of `action.now`; answers rows per table. The same each time."""
    today = action.calendar.local_date(action.now)
    random = Random(f"people of {size}")  # noqa: S311 - invented data, not a secret
    names = Names(random)
    staffed = workforce.units(plan(size, names), random)
    areas = [unit.place.nama for unit in staffed if unit.place.jenis in ("kelurahan", "kecamatan")]
    hiring = workforce.Workforce(random, names, today, areas or [names.place() for _ in range(20)])
    everyone = list(hiring.employ(staffed, cast.places_of(staffed)))
    workforce.marry(random, everyone)
    counts: dict[str, int] = {}
    written: list[type[Base]] = []

    def write(model: type[Base], rows: Iterable[dict[str, Any]]) -> None:
        counts[model.__tablename__] = insert_many(action.session, model, rows)
        written.append(model)
        if progress:
            progress(f"{counts[model.__tablename__]:,} {model.__tablename__.replace('_', ' ')}")

    write(tables.Unit, (_unit(unit) for unit in staffed))
    write(tables.Position, (filled.position for unit in staffed for filled in unit.positions))
    write(tables.Employee, (person.row for person in everyone))
    write(tables.CompetencyStandard, records.standards(staffed))
    write(tables.EmployeeCompetency, records.competencies(random, everyone, today))
    rated, boxes = records.performance(random, everyone, today)
    write(tables.Performance, rated)
    write(tables.Talent, boxes)
    write(tables.Workload, records.workloads(staffed, today))
    write(tables.Complaint, records.complaints(random, staffed, today))
    write(tables.Satisfaction, records.satisfaction(random, staffed, today))
    write(tables.Aspiration, records.aspirations(random, everyone, staffed, today))
    write(tables.PositionHistory, records.history(random, everyone, staffed))
    write(tables.Discipline, records.discipline(random, everyone, today))
    write(tables.EmployeeDocument, records.documents(random, everyone, today))
    refresh_statistics(action.session, written)
    counts["account"] = cast.open_accounts(action, everyone, staffed)
    return counts


def _unit(unit: workforce.Staffed) -> dict[str, Any]:
    return {
        "id": unit.id,
        "induk_id": unit.parent_id,
        "nama": unit.place.nama,
        "jenis": unit.place.jenis,
        "instansi_id": INSTANSI,
        "kepala_nip": unit.head_nip,
    }
