"""`Acting-For`: a program acts for an absent person, with both names in the log, and only while it stands in."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from service.operations import substitutes
from service.wiring import Services
from tests.api.building import open_task, start
from tests.api.test_incidents import FRAGILE, complete, files_for, only
from tests.asking import Asking, Program
from tests.world import World

FOR_ANI = {"Acting-For": "ani"}


@pytest.fixture
def lent(services: Services, world: World) -> uuid.UUID:
    """Budi stands in for Ani, this week."""
    with services.action(world.ani) as action:
        day = action.calendar.local_date(action.now)
        return substitutes.appoint(action, "ani", "budi", day, day + timedelta(days=6)).id


def test_acting_for_an_absent_person(asking: Asking, ani: Program, lent: uuid.UUID) -> None:
    budi = asking.as_program("budi")
    task = open_task(ani, start(ani)["id"])
    assert budi.get(f"/tasks/{task['id']}").status_code == 404
    seen = budi.get("/tasks", headers=FOR_ANI).get_json()["items"]
    assert [item["id"] for item in seen] == [task["id"]]
    taken = budi.post(f"/tasks/{task['id']}/claim", headers=FOR_ANI)
    assert taken.get_json()["assignee"] == "ani"
    done = budi.post(
        f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju"}}, headers={"Acting-For": " ANI "}
    )
    assert done.status_code == 200, done.text
    items = ani.get(f"/cases/{task['case']}/events?limit=200").get_json()["items"]
    said = {item["kind"]: (item["actor"], item["acting_for"]) for item in items}
    assert said["task_completed"] == said["task_claimed"] == ("Budi", "Ani")
    assert said["case_created"] == ("Ani", None)


def test_only_while_the_substitution_holds(
    asking: Asking, ani: Program, lent: uuid.UUID, services: Services, world: World
) -> None:
    budi, lina = asking.as_program("budi"), asking.as_program("lina")
    refused = lina.get("/tasks", headers=FOR_ANI)
    assert (refused.status_code, refused.mimetype) == (403, "application/problem+json")
    unknown = lina.get("/tasks", headers={"Acting-For": "siapa.pun"})
    assert unknown.get_json()["detail"] == refused.get_json()["detail"]
    assert budi.get("/tasks", headers=FOR_ANI).status_code == 200
    with services.action(world.ani) as action:
        substitutes.end(action, lent)
    assert budi.get("/tasks", headers=FOR_ANI).status_code == 403
    assert budi.get("/tasks").status_code == 200


def test_a_key_used_as_oneself_is_not_answered_for_somebody_else(
    asking: Asking, ani: Program, lent: uuid.UUID
) -> None:
    budi = asking.as_program("budi")
    body = {"definition": "cabang", "data": {}}
    first = budi.post("/cases", body, headers={"Idempotency-Key": "satu", **FOR_ANI})
    again = budi.post("/cases", body, headers={"Idempotency-Key": "satu", **FOR_ANI})
    assert first.data == again.data
    assert budi.post("/cases", body, headers={"Idempotency-Key": "satu"}).status_code == 422


def test_what_failed_is_done_again_for_both(
    asking: Asking, ani: Program, lent: uuid.UUID, services: Services, world: World
) -> None:
    files_for(asking, rapuh=FRAGILE)
    hadi, budi = asking.as_program("hadi"), asking.as_program("budi")
    case = start(ani, "rapuh")["id"]
    task = open_task(ani, case)["id"]
    failed = budi.post(f"/tasks/{task}/complete", {"data": {"catatan": "x"}}, headers=FOR_ANI)
    assert failed.status_code == 422
    with services.action(world.ani) as action:
        substitutes.end(action, lent)
    hadi.post(f"/cases/{case}/variables", {"set": {"jumlah": 4}, "reason": "Lupa diisi"})
    assert hadi.post(f"/incidents/{only(hadi)['id']}/retry").status_code == 200
    items = ani.get(f"/cases/{case}/events?limit=200").get_json()["items"]
    assert ("task_completed", "Budi", "Ani") in {(i["kind"], i["actor"], i["acting_for"]) for i in items}
    assert complete(ani, case).status_code == 200


def test_the_header_is_described(asking: Asking) -> None:
    described = asking.as_nobody().get("/api/v1/openapi.json").get_json()
    for path in ("/api/v1/tasks", "/api/v1/cases/{case}"):
        names = {parameter["name"] for parameter in described["paths"][path]["get"]["parameters"]}
        assert "Acting-For" in names
    events = described["components"]["schemas"]["EventOut"]["properties"]
    assert "acting_for" in events
