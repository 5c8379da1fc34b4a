"""A city after years of use: the sample city's cases copied until there are as many as wanted.

The copies carry what lists, figures and pages read: cases, finished and open tasks, the log, what is due. Every running
copy has the whole snapshot of its model; finished ones a small one, but for each hundredth.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.bulk import insert_many, refresh_statistics, table_of
from service.db.cases import Case, CaseEvent, DueWork, Task
from service.db.people import Employee
from service.domain.ids import new_id
from service.operations import demo
from service.wiring import Services

YEARS = 5
RUNNING_SHARE = 0.1
FULL_SNAPSHOT_EVERY = 100
WHOLE_LOG_EVERY = 20
FEW_KINDS = frozenset({"case_created", "case_completed", "task_completed", "task_overdue", "task_due_soon"})
SMALL_SNAPSHOT = json.dumps({"v": 2, "n": 1, "s": "completed", "c": [], "f": {}, "d": {}, "x": []}).encode()
CHUNK = 2_000

Row = dict[str, Any]


@dataclass(frozen=True)
class Model:
    """A sample case with all that belongs to it."""

    case: Row
    tasks: Sequence[Row]
    events: Sequence[Row]
    due: Sequence[Row]


def fill(
    services: Services,
    *,
    cases: int = 100_000,
    finished_tasks: int = 1_000_000,
    size: str = "kota",
    said: Callable[[str], None] = lambda _: None,
) -> None:
    """Fill an empty, upgraded database with a sample city and copies of its cases."""
    with services.action() as action:
        demo.fill(action, size)
    with services.reading() as action:
        models = _models(action.session)
        people = list(action.session.scalars(select(Employee.nip)))
        now = action.now
    dice = random.Random("a city after years")  # noqa: S311 - invented data, the same each time
    per_case = max(1, finished_tasks // cases)
    for start in range(0, cases, CHUNK):
        copies = [
            _copy(models, people, number, per_case, now, dice)
            for number in range(start, min(start + CHUNK, cases))
        ]
        with services.sessions.begin() as session:
            _insert(session, copies)
        said(f"{min(start + CHUNK, cases):,} cases")
    with services.sessions.begin() as session:
        refresh_statistics(session, (Case, Task, CaseEvent, DueWork))


def _models(session: Session) -> list[Model]:
    def rows(model: Any, case_id: Any) -> list[Row]:
        table = table_of(model)
        query = select(table).where(table.c.case_id == case_id)
        return [dict(row) for row in session.execute(query).mappings()]

    found = [dict(row) for row in session.execute(select(table_of(Case))).mappings()]
    return [
        Model(
            case,
            sorted(rows(Task, case["id"]), key=lambda task: task["opened_at"]),
            sorted(rows(CaseEvent, case["id"]), key=lambda event: event["id"]),
            [
                row
                for row in rows(DueWork, case["id"])
                if row["state"] == "pending" and row["kind"] == "timer"
            ],
        )
        for case in found
    ]


def _copy(
    models: Sequence[Model],
    people: Sequence[str],
    number: int,
    per_case: int,
    now: datetime,
    dice: random.Random,
) -> Model:
    model = models[number % len(models)]
    runs = dice.random() < RUNNING_SHARE
    last = max(event["at"] for event in model.events)
    shift = now - last - timedelta(days=dice.uniform(0, 20 if runs else YEARS * 365))
    case_id = new_id()
    finished = [task for task in model.tasks if task["state"] != "open"][-dice.randint(1, per_case * 2 - 1) :]
    kept = [*finished, *((task for task in model.tasks if task["state"] == "open") if runs else ())]
    ids = {task["id"]: new_id() for task in kept}
    case = _moved(model.case, shift) | {
        "id": case_id,
        "number": f"UKUR-{number:08d}",
        "subject_nip": dice.choice(people) if model.case["subject_nip"] else None,
    }
    if not runs and case["status"] == "running":
        case |= {"status": "completed", "ended_at": case["changed_at"], "outcome": "target_tercapai"}
    if case["status"] != "running":
        case["wake_at"] = None
        if number % FULL_SNAPSHOT_EVERY:
            case["snapshot"] = SMALL_SNAPSHOT
    whole = number % WHOLE_LOG_EVERY == 0
    return Model(
        case,
        [_moved(task, shift) | {"id": ids[task["id"]], "case_id": case_id} for task in kept],
        [
            _moved(event, shift) | {"case_id": case_id, "task_id": ids.get(event["task_id"])}
            for event in model.events
            if whole or (event["kind"] in FEW_KINDS and (not event["task_id"] or event["task_id"] in ids))
        ],
        list(_due(model, case_id, now, dice)) if case["status"] == "running" else [],
    )


def _due(model: Model, case_id: Any, now: datetime, dice: random.Random) -> Iterator[Row]:
    for row in model.due:
        yield row | {
            "key": f"ukur:{new_id()}",
            "case_id": case_id,
            "task_id": None,
            "due_at": now + timedelta(days=dice.uniform(2, 360)),
        }


def _moved(row: Row, shift: timedelta) -> Row:
    """The row with all its moments moved, but for the far day that stands for no deadline."""
    return {
        key: value + shift if isinstance(value, datetime) and value.year < 9000 else value
        for key, value in row.items()
    }


def _insert(session: Session, copies: Sequence[Model]) -> None:
    insert_many(session, Case, [copy.case for copy in copies])
    insert_many(session, Task, [task for copy in copies for task in copy.tasks])
    events = (
        {key: value for key, value in event.items() if key != "id"}
        for copy in copies
        for event in copy.events
    )
    insert_many(session, CaseEvent, events)
    insert_many(session, DueWork, [row for copy in copies for row in copy.due])
