"""Every shipped process with the real effects, from its start to the twelve-month review, on a small town."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from service.db.cases import Case, Task
from service.db.people import Employee, PositionHistory
from service.domain import forms
from service.operations import cases, definitions, tasks
from service.operations.action import Action
from service.operations.advancing import advance
from service.wiring import Services
from tests.operations import city
from tests.operations.city import NOW

ANSWERS = json.loads((Path(__file__).parents[1] / "workflows" / "answers.json").read_text(encoding="utf-8"))
MAX_STEPS = 120


@pytest.mark.parametrize(
    ("process", "outcome"),
    [
        ("transfer_lifecycle", "target_tercapai"),
        ("plaju_distribution", "target_tercapai"),
        ("arcamanik_workload", "kpi_tercapai"),
        ("sorong_performance", "target_tercapai"),
        ("umum_vacancy", "target_tercapai"),
        ("jambi_programme", "target_tercapai"),
    ],
)
def test_a_transfer_runs_from_the_need_to_the_twelve_month_review(
    services: Services, process: str, outcome: str
) -> None:
    with services.action(now=NOW) as action:
        city.build(action.session)
        definitions.deploy_shipped(action)
        case_id = cases.start(action, process).id
    moment, reviewed = NOW, []
    for _ in range(MAX_STEPS):
        with services.action(now=moment) as action:
            case = action.session.get_one(Case, case_id)
            if case.status != "running":
                break
            element = work_on(action, case)
            if element is None:
                assert case.wake_at is not None
                moment = max(moment, case.wake_at) + timedelta(minutes=1)
                wake(replace(action, now=moment), case)
            elif element == "evaluasi_analis":
                reviewed.append(moment.date())
    with services.reading() as action:
        case = action.session.get_one(Case, case_id)
        gita = action.session.get_one(Employee, city.GITA)
        entry = action.session.scalars(
            select(PositionHistory).where(PositionHistory.case_id == case_id)
        ).one()
    assert (case.status, case.outcome, case.subject_nip) == ("completed", outcome, city.GITA)
    assert (gita.jabatan_id, entry.tmt) == ("J1", date(2027, 4, 1))
    assert [day.isoformat()[:7] for day in reviewed] == ["2027-06", "2027-09", "2028-03"]


def work_on(action: Action, case: Case) -> str | None:
    """Complete the case's first open task with answers its form accepts; None when only time is waited for."""
    task = action.session.scalars(
        select(Task).where(Task.case_id == case.id, Task.state == "open").order_by(Task.opened_at, Task.id)
    ).first()
    if task is None:
        return None
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    known = action.engine.task_data(definition, case.snapshot, task.engine_key)
    schema = tasks.form(action, task, case)
    assert schema is not None
    cleaned = forms.clean(
        schema,
        answers(task.element, known),
        known,
        lambda expression, values: action.engine.evaluate(expression, values, action.now),
    )
    step = action.engine.complete(definition, case.snapshot, task.engine_key, cleaned, action.now)
    task.state, task.closed_at = "completed", action.now
    advance(action, case, definition, step)
    return task.element


def wake(action: Action, case: Case) -> None:
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    advance(action, case, definition, action.engine.wake(definition, case.snapshot, action.now))


def answers(element: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """What the people of the walks answer, with the candidate and the post that the data offer first."""
    given = dict(ANSWERS[element])
    if "calon_nip" in given:
        given["calon_nip"] = known["pilihan_calon"][0]["value"]
    if "jabatan_tujuan" in given and "pilihan_kebutuhan" in known:
        given["jabatan_tujuan"] = known["pilihan_kebutuhan"][0]["value"]
    return given
