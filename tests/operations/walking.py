"""A case of a shipped process walked step by step, with answers that its forms accept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select

from service.db.cases import Case, Task
from service.operations import definitions, tasks
from service.operations.action import Action
from service.operations.advancing import advance
from tests.operations import city

ANSWERS = json.loads((Path(__file__).parents[1] / "workflows" / "answers.json").read_text(encoding="utf-8"))
MOST_STEPS = 120
VARIANTS = (
    "transfer_lifecycle",
    "plaju_distribution",
    "arcamanik_workload",
    "sorong_performance",
    "umum_vacancy",
    "jambi_programme",
)
"""The shipped processes that carry a transfer from the need to the twelve-month review."""


def first_open(action: Action, case: Case) -> Task | None:
    """The oldest open task; None when only time is waited for."""
    found = select(Task).where(Task.case_id == case.id, Task.state == "open")
    return action.session.scalars(found.order_by(Task.opened_at, Task.id)).first()


def answers_to(action: Action, case: Case, task: Task) -> dict[str, Any]:
    """What the people of the walks answer, with the candidate and the post that the data offer first."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    known: Mapping[str, Any] = action.engine.task_data(definition, case.snapshot, task.engine_key)
    given = dict(ANSWERS[task.element])
    if "calon_nip" in given:
        given["calon_nip"] = known["pilihan_calon"][0]["value"]
    if "jabatan_tujuan" in given and "pilihan_kebutuhan" in known:
        given["jabatan_tujuan"] = known["pilihan_kebutuhan"][0]["value"]
    if "anggota_hadir" in given:
        given["anggota_hadir"] = [one | {"nip": city.HEAD_OF_TARGET} for one in given["anggota_hadir"]]
    return given


def work_on(action: Action, case: Case) -> str | None:
    """Complete the case's first open task; its element, or None when only time is waited for."""
    task = first_open(action, case)
    if task is None:
        return None
    tasks.finish(action, case, task, answers_to(action, case, task))
    return task.element


def wake(action: Action, case: Case) -> None:
    """Fire what is due now."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    advance(action, case, definition, action.engine.wake(definition, case.snapshot, action.now))
