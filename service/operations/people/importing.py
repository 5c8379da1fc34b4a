"""Checked rows meet the database: what is new, what changed, who changed it, and what was there before.

All or nothing. A dry run does the same work, database constraints included, and takes it back.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError

from service.db.bulk import insert_many, present, refresh_statistics, upsert_many
from service.db.cases import CaseEvent
from service.db.people import Employee, Position, PositionHistory, RecordChange, Unit
from service.operations.action import Action
from service.operations.people import histories
from service.operations.people.reading import Problem, Reading

REFERENCES = {"units": Unit.id, "positions": Position.id, "employees": Employee.nip}
MANY = 1_000
"""New rows from which on the planner's statistics are refreshed."""
Change = tuple[dict[str, Any], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or (`applied` false) would do. Nothing was written where there are problems."""

    kind: str
    source: str
    sheet: str
    rows: int
    new: int
    changed: int
    unchanged: int
    applied: bool
    problems: tuple[Problem, ...]
    more_problems: int
    warnings: tuple[Problem, ...]
    ignored: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.problems


@dataclass(slots=True)
class _Difference:
    new: list[dict[str, Any]] = field(default_factory=list)
    changed: list[Change] = field(default_factory=list)
    unchanged: int = 0


def import_rows(action: Action, reading: Reading, *, apply: bool = False) -> ImportReport:
    """Compare what was read with the database and, with `apply` and without problems, write it."""
    _check_references(action, reading)
    difference = _compare(action, reading)
    applied = False
    if not reading.problems:
        trial = action.session.begin_nested()
        try:
            _write(action, reading, difference)
        except (IntegrityError, DataError) as error:
            trial.rollback()
            reading.wrong(0, "", None, f"the database refuses it: {str(error.orig).splitlines()[0]}")
        else:
            applied = apply
            if apply:
                trial.commit()
            else:
                trial.rollback()
    return ImportReport(
        kind=reading.kind.name,
        source=reading.source,
        sheet=reading.sheet,
        rows=len(reading.rows),
        new=len(difference.new),
        changed=len(difference.changed),
        unchanged=difference.unchanged,
        applied=applied,
        problems=tuple(reading.problems),
        more_problems=reading.more_problems,
        warnings=tuple(reading.warnings),
        ignored=reading.ignored,
    )


def _check_references(action: Action, reading: Reading) -> None:
    """Every unit, position and employee that is named must be there, or come with the same file."""
    for column in reading.kind.columns.values():
        if column.refers_to is None or column.name not in reading.columns:
            continue
        known = set(action.session.scalars(select(REFERENCES[column.refers_to])))
        if column.refers_to == reading.kind.name:
            known |= {row[reading.kind.key[0]] for _, row in reading.rows}
        for number, row in reading.rows:
            value = row[column.name]
            if value is not None and value not in known:
                right = f"one of the {column.refers_to} that are there; import the {column.refers_to} first"
                reading.wrong(number, column.name, value, right)
    if reading.kind.name in ("workload", "employees"):
        _agree_with_position(action, reading)
    for column_name in ("nik", "siasn_id"):
        if reading.kind.name == "employees" and column_name in reading.columns:
            _only_once(action, reading, column_name)


def _agree_with_position(action: Action, reading: Reading) -> None:
    """Work belongs to the unit of its position; an employee's unit should be that of the position."""
    units = {row.id: row.unor_id for row in action.session.execute(select(Position.id, Position.unor_id))}
    for number, row in reading.rows:
        unit = units.get(row["jabatan_id"])
        if reading.kind.name == "workload":
            row["unor_id"] = unit
        elif unit is not None and unit != row["unor_id"]:
            note = f"the position {row['jabatan_id']} is one of unit {unit}"
            reading.odd(number, "unor_id", row["unor_id"], note)


def _only_once(action: Action, reading: Reading, column: str) -> None:
    stored = Employee.__table__.c[column]
    found = action.session.execute(select(stored, Employee.nip).where(stored.is_not(None)))
    incoming = {row["nip"] for _, row in reading.rows}
    owner: dict[Any, str] = {value: nip for value, nip in found if nip not in incoming}
    for number, row in reading.rows:
        if (value := row[column]) is None:
            continue
        if value in owner:
            reading.wrong(number, column, value, f"a number of one person; NIP {owner[value]} has it")
        owner[value] = row["nip"]


def _compare(action: Action, reading: Reading) -> _Difference:
    difference = _Difference()
    key = reading.kind.key
    rows = [row for _, row in reading.rows]
    found = present(
        action.session, reading.kind.model, key, [tuple(row[name] for name in key) for row in rows]
    )
    compared = [name for name in _written(reading) if name not in key]
    for row in rows:
        before = found.get(tuple(row[name] for name in key))
        if before is None:
            difference.new.append(row)
        elif any(before[name] != row[name] for name in compared):
            difference.changed.append((row, before))
        else:
            difference.unchanged += 1
    return difference


def _written(reading: Reading) -> list[str]:
    """The columns that a changed row takes from the file: those the file has, and what follows from them."""
    derived = {"workload": ["unor_id"], "talent": ["kotak"]}.get(reading.kind.name, [])
    if reading.kind.name == "employees" and "golongan" in reading.columns:
        derived = ["golongan_pppk"]
    return [*reading.columns, *(name for name in derived if name not in reading.columns)]


def _write(action: Action, reading: Reading, difference: _Difference) -> None:
    kind, session = reading.kind, action.session
    for _, group in groupby(sorted(difference.new, key=lambda row: sorted(row)), key=lambda row: sorted(row)):
        insert_many(session, kind.model, list(group))
    written = _written(reading)
    needed = [name for name in difference.changed[0][0] if name not in written] if difference.changed else []
    changed = [
        {**{name: row[name] for name in written}, **{name: before[name] for name in needed}}
        for row, before in difference.changed
    ]
    upsert_many(session, kind.model, changed, kind.key)
    insert_many(session, RecordChange, _changes(action, reading, difference.changed))
    if kind.name == "employees":
        histories.begin(session, difference.new)
        histories.move(session, difference.changed, action.calendar.local_date(action.now))
    session.add(
        CaseEvent(
            at=action.now,
            actor_id=action.actor.id,
            actor_name=action.actor.name,
            kind="import",
            name=reading.source,
            data={
                "kind": kind.name,
                "sheet": reading.sheet,
                "new": len(difference.new),
                "changed": len(difference.changed),
                "unchanged": difference.unchanged,
            },
        )
    )
    session.flush()
    if len(difference.new) >= MANY:
        refresh_statistics(
            session, [kind.model, PositionHistory] if kind.name == "employees" else [kind.model]
        )


def _changes(action: Action, reading: Reading, changed: Sequence[Change]) -> list[dict[str, Any]]:
    compared = [name for name in _written(reading) if name not in reading.kind.key]
    return [
        {
            "kind": reading.kind.model.__tablename__,
            "key": "|".join(str(row[name]) for name in reading.kind.key),
            "nip": row.get("nip"),
            "at": action.now,
            "actor_id": action.actor.id,
            "actor_name": action.actor.name,
            "source": reading.source,
            "changes": {
                name: [_plain(before[name]), _plain(row[name])]
                for name in compared
                if before[name] != row[name]
            },
        }
        for row, before in changed
    ]


def _plain(value: Any) -> Any:
    return (
        value.isoformat()
        if isinstance(value, date)
        else str(value)
        if isinstance(value, uuid.UUID)
        else value
    )
