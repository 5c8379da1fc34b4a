"""Cases move to another version of their definition: one or all, whole or not at all, and back."""

from __future__ import annotations

import io
import json
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import select

from service.db.cases import Case
from service.operations import migrating
from service.wiring import Services
from tests.api.building import complete, open_task, start
from tests.asking import Asking, Program
from tests.operations.diagrams import HEAD

FORM = {
    "type": "default",
    "id": "f",
    "schemaVersion": 18,
    "components": [{"type": "textfield", "key": "n", "label": "N"}],
}


def version(*steps: str, form: str = "") -> str:
    """A line of tasks."""
    inside = '<startEvent id="mulai"/><endEvent id="selesai"/>'
    chain = ["mulai", *steps, "selesai"]
    for step in steps:
        more = f' mutasi:form="{form}"' if form else ""
        inside += f'<userTask id="{step}" name="{step}" mutasi:role="analis_sdm"{more}/>'
    for source, target in pairwise(chain):
        inside += f'<sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>'
    return f'{HEAD}<process id="garis" name="Garis" isExecutable="true">{inside}</process></definitions>'


def deploy(owner: Program, text: str, **forms: Any) -> int:
    files = [(io.BytesIO(text.encode()), "garis.bpmn")]
    files += [(io.BytesIO(json.dumps(form).encode()), f"{name}.json") for name, form in forms.items()]
    answer = owner.post("/definitions", data={"file": files})
    assert answer.status_code == 201, answer.text
    number: int = answer.get_json()["version"]
    return number


@pytest.fixture
def owner(asking: Asking) -> Program:
    program = asking.as_program("intan")
    assert deploy(program, version("a", "b")) == 1
    return program


@pytest.fixture
def ani(asking: Asking, owner: Program) -> Program:
    return asking.as_program("ani")


def test_a_case_moves_and_its_task_stays_the_same_task(owner: Program, ani: Program, hadi: Program) -> None:
    case = start(ani, "garis")["id"]
    before = open_task(ani, case)
    assert deploy(owner, version("z", "x", "b", form="f"), f=FORM) == 2
    assert start(ani, "garis")["version"] == 2
    assert ani.get(f"/cases/{case}").get_json()["version"] == 1
    tried = hadi.post(f"/cases/{case}/migration", {"version": 2, "mapping": {"a": "x"}, "dry_run": True})
    assert (tried.status_code, tried.get_json()["open"]) == (200, ["x"])
    assert ani.get(f"/cases/{case}").get_json()["version"] == 1
    moved = hadi.post(f"/cases/{case}/migration", {"version": 2, "mapping": {"a": "x"}})
    assert (moved.status_code, moved.get_json()["open"]) == (200, ["x"]), moved.text
    after = open_task(ani, case)
    assert (after["id"], after["element"], after["form_id"]) == (before["id"], "x", "f")
    assert complete(ani, case, n="1").status_code == 200
    assert open_task(ani, case)["element"] == "b"


def test_what_blocks_is_said_and_nothing_is_moved(owner: Program, ani: Program, hadi: Program) -> None:
    case = start(ani, "garis")["id"]
    deploy(owner, version("z"))
    refused = hadi.post(f"/cases/{case}/migration", {"version": 2})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "migration_blocked")
    assert [finding["element"] for finding in refused.get_json()["findings"]] == ["a"]
    assert hadi.post(f"/cases/{case}/migration", {"version": 9}).status_code == 404
    assert hadi.post(f"/cases/{case}/migration", {"version": 1}).status_code == 422
    assert ani.post(f"/cases/{case}/migration", {"version": 2}).status_code == 403
    assert complete(ani, case).status_code == 200


def test_a_move_is_undone_while_nothing_was_done_since(owner: Program, ani: Program, hadi: Program) -> None:
    case = start(ani, "garis")["id"]
    deploy(owner, version("a", "n", "b"))
    hadi.post(f"/cases/{case}/migration", {"version": 2})
    assert hadi.post(f"/cases/{case}/migration/undo").status_code == 200
    assert ani.get(f"/cases/{case}").get_json()["version"] == 1
    assert hadi.post(f"/cases/{case}/migration/undo").status_code == 404
    hadi.post(f"/cases/{case}/migration", {"version": 2})
    complete(ani, case)
    assert hadi.post(f"/cases/{case}/migration/undo").status_code == 409
    kinds = [event["kind"] for event in ani.get(f"/cases/{case}/events?limit=200").get_json()["items"]]
    assert (kinds.count("case_migrated"), kinds.count("migration_undone")) == (2, 1)


def test_all_cases_of_a_version_move_as_a_job_that_survives_a_stop(
    owner: Program, ani: Program, services: Services
) -> None:
    ids = [start(ani, "garis")["id"] for _ in range(45)]
    complete(ani, ids[0])
    deploy(owner, version("a", "n"))
    job = owner.post("/definitions/garis/migrations", {"from_version": 1, "to_version": 2})
    assert (job.status_code, job.get_json()["left"]) == (201, 45), job.text
    going = migrating.run_jobs(services)
    next(going)
    going.close()  # the worker was stopped after its first few cases
    place = f"/migrations/{job.get_json()['id']}"
    halfway = owner.get(place).get_json()
    assert (halfway["state"], halfway["moved"] + len(halfway["blocked"]), halfway["left"]) == (
        "running",
        20,
        25,
    )
    list(migrating.run_jobs(services))
    done = owner.get(place).get_json()
    assert (done["state"], done["moved"], done["left"]) == ("done", 44, 0)
    assert [blocked["case"] for blocked in done["blocked"]] == [ids[0]]
    with services.reading() as action:
        versions = action.session.scalars(select(Case.definition_version_id).distinct()).all()
    assert len(versions) == 2
    assert owner.post(f"{place}/stop").get_json()["state"] == "done"
    assert ani.get(place).status_code == 403
