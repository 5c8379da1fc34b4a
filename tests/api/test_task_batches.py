"""Many tasks at once over the API: a rehearsal, a result for each, once per key."""

from __future__ import annotations

import uuid

import pytest

from service.operations import definitions
from service.wiring import Services
from tests.asking import Asking
from tests.operations.test_batches import DIAGRAM, form, waiting
from tests.operations.test_holding import state
from tests.world import World


@pytest.fixture(autouse=True)
def deployed(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [DIAGRAM, form()])


def test_a_rehearsal_changes_nothing_and_the_same_decided_answers_for_each(
    asking: Asking, services: Services, world: World
) -> None:
    ani = asking.as_program("ani")
    good = waiting(services, world)
    warned = waiting(services, world, aturan=[{"id": "R03", "hasil": "peringatan", "tingkat": "W"}])
    body = {"tasks": [str(good), str(warned)], "verdict": "reject", "reason": "Belum ada formasi"}
    results = {good: "will_pass", warned: "look_first"}
    rehearsed = ani.post("/task-batches", {**body, "dry_run": True}).get_json()["items"]
    assert {uuid.UUID(item["task"]): item["result"] for item in rehearsed} == results
    assert state(services, good)[0] == "open"
    key = {"Idempotency-Key": "sekali"}
    first, again = (ani.post("/task-batches", body, headers=key) for _ in range(2))
    assert first.data == again.data
    by_task = {uuid.UUID(item["task"]): item for item in first.get_json()["items"]}
    assert by_task[good]["result"] == "done"
    assert by_task[warned]["remarks"] == [{"code": "rule_warns", "detail": "R03"}]
    assert (state(services, good)[0], state(services, warned)[0]) == ("completed", "open")
    assert [item["result"] for item in ani.post("/task-batches", body).get_json()["items"]] == [
        "look_first"
    ] * 2


def test_a_verdict_is_completed_by_the_fields_that_forms_still_need(
    asking: Asking, services: Services, world: World
) -> None:
    ani, task = asking.as_program("ani"), waiting(services, world, perlu_nomor=True)
    body = {"tasks": [str(task)], "verdict": "approve"}
    refused = ani.post("/task-batches", body).get_json()["items"][0]
    assert refused["remarks"] == [{"code": "form", "detail": "Nomor"}]
    assert (
        ani.post("/task-batches", {**body, "data": {"nomor": 7}}).get_json()["items"][0]["result"] == "done"
    )


def test_what_cannot_be_a_batch_is_refused_and_unknown_tasks_look_like_forbidden_ones(
    asking: Asking, services: Services, world: World
) -> None:
    good, unknown = waiting(services, world), uuid.uuid4()
    ani, joko = asking.as_program("ani"), asking.as_program("joko")
    assert ani.post("/task-batches", {"tasks": [], "verdict": "approve"}).status_code in (400, 422)
    assert ani.post("/task-batches", {"tasks": [str(good)] * 201}).status_code in (400, 422)
    assert ani.post("/task-batches", {"tasks": ["x"], "verdict": "approve"}).status_code == 404
    for who, task in ((ani, unknown), (joko, good)):
        answer = who.post("/task-batches", {"tasks": [str(task)], "verdict": "approve"}).get_json()
        assert [item["remarks"][0]["code"] for item in answer["items"]] == ["not_found"]
    assert asking.as_nobody().post("/api/v1/task-batches", json={"tasks": [str(good)]}).status_code == 401
