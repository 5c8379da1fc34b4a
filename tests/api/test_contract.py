"""The paths that other programs are written against, from deploying a definition to the end of a case."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest

from service.operations import cases
from service.scheduler import tick
from tests.api.building import BROKEN, FORM, LETTER, deploy, files, open_task, start
from tests.asking import API, Asking, Program
from tests.world import GITA_NIP


def test_deploying_answers_with_key_and_version(asking: Asking) -> None:
    intan = asking.as_program("intan")
    answer = deploy(intan)
    body = answer.get_json()
    assert (answer.status_code, body["key"], body["version"]) == (201, "surat", 1)
    assert answer.headers["Location"] == f"{API}/definitions/surat"
    assert {(row["key"], row["version"]) for row in body["deployed"]} == {("surat", 1), ("cabang", 1)}
    again = intan.post("/definitions", data={"file": files(surat=LETTER.replace("Arsipkan", "Simpan"))})
    assert again.get_json()["version"] == 2
    listed = intan.get("/definitions").get_json()
    assert [(row["key"], row["version"]) for row in listed["items"]] == [("cabang", 1), ("surat", 2)]
    one = intan.get("/definitions/surat").get_json()
    assert [row["version"] for row in one["versions"]] == [2, 1]
    assert one["versions"][1]["note"] == "uji"


@pytest.mark.parametrize("note", ["2026", "true", "null", "[1]", '{"a": 1}', "Perbaikan"])
def test_a_note_is_text_whatever_it_looks_like(asking: Asking, note: str) -> None:
    intan = asking.as_program("intan")
    answer = intan.post(
        "/definitions",
        data={"file": files(surat=LETTER, putusan_uji_json=json.dumps(FORM)), "note": note},
    )
    assert answer.status_code == 201, answer.text
    assert intan.get("/definitions/surat").get_json()["note"] == note


def test_a_definition_with_errors_is_refused_with_every_finding(asking: Asking) -> None:
    answer = asking.as_program("intan").post("/definitions", data={"file": files(surat=BROKEN)})
    body = answer.get_json()
    assert (answer.status_code, answer.content_type, body["code"]) == (
        422,
        "application/problem+json",
        "invalid_definition",
    )
    assert body["findings"]
    for finding in body["findings"]:
        assert set(finding) == {"file", "element", "rule", "message", "severity", "mend"}
        assert finding["message"]
        assert finding["rule"]
    assert any("entah" in finding["message"] for finding in body["findings"])
    assert asking.as_program("intan").get("/definitions/surat").status_code == 404


def test_the_diagram_is_handed_out_as_a_file_only(ani: Program) -> None:
    answer = ani.get("/definitions/surat/versions/1/xml")
    assert (answer.status_code, answer.text) == (200, LETTER)
    assert answer.headers["Content-Disposition"] == "attachment; filename=surat-v1.bpmn"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    for number in (0, 2, 99999999999999999999):
        assert ani.get(f"/definitions/surat/versions/{number}/xml").status_code in (400, 404)


def test_a_case_from_its_start_to_its_end(asking: Asking, ani: Program) -> None:
    answer = ani.post("/cases", {"definition": "surat", "subject": GITA_NIP, "data": {"perihal": "uji"}})
    case = answer.get_json()
    assert (answer.status_code, case["status"], case["number"][:4]) == (201, "running", "MUT-")
    assert answer.headers["Location"] == f"{API}/cases/{case['id']}"

    assert [row["id"] for row in ani.get("/cases?status=running").get_json()["items"]] == [case["id"]]
    by_id, by_number = (ani.get(f"/cases/{key}").get_json() for key in (case["id"], case["number"]))
    assert by_id == by_number
    assert by_id["data"]["perihal"] == "uji"

    listed = ani.get("/tasks?role=analis_sdm").get_json()["items"]
    assert [(row["element"], row["case"]) for row in listed] == [("putuskan", case["id"])]
    got = ani.get(f"/tasks/{listed[0]['id']}")
    task = got.get_json()
    assert task["form"]["id"] == "putusan_uji"
    assert task["data"]["perihal"] == "uji"
    assert got.headers["ETag"] == f'"{task["version"]}"'

    claimed = ani.post(f"/tasks/{task['id']}/claim")
    assert (claimed.status_code, claimed.get_json()["assignee"]) == (200, "ani")
    assert [row["id"] for row in ani.get("/tasks?assignee=me").get_json()["items"]] == [task["id"]]
    released = ani.post(f"/tasks/{task['id']}/release")
    assert (released.status_code, released.get_json()["assignee"]) == (200, None)

    done = ani.post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju", "nilai": 80}})
    assert (done.status_code, done.get_json()["state"], done.get_json()["case_status"]) == (
        200,
        "completed",
        "running",
    )
    citra = asking.as_program("citra")
    last = open_task(citra, case["id"])
    assert last["element"] == "arsipkan"
    end = citra.post(f"/tasks/{last['id']}/complete", {"data": {}})
    assert end.get_json()["case_status"] == "completed"
    assert ani.get(f"/cases/{case['number']}").get_json()["status"] == "completed"
    assert [row["id"] for row in ani.get("/tasks?state=completed").get_json()["items"]] == [task["id"]]

    kinds = [row["kind"] for row in ani.get(f"/cases/{case['id']}/events").get_json()["items"]]
    assert kinds[0] == "case_created"
    assert kinds.count("task_completed") == 2
    assert [kind for kind in kinds if kind.startswith("task_")][:2] == ["task_claimed", "task_released"]


def test_answers_that_do_not_fit_the_form_name_the_fields(ani: Program) -> None:
    task = open_task(ani, start(ani)["id"])
    answer = ani.post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "entah", "nilai": "banyak"}})
    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (422, "invalid_form")
    assert {error["pointer"] for error in body["errors"]} == {"/data/putusan", "/data/nilai"}
    assert open_task(ani, task["case"])["version"] == task["version"]


def test_fields_that_the_form_does_not_have_do_not_reach_the_case(ani: Program) -> None:
    case = start(ani)
    task = open_task(ani, case["id"])
    extra = {"approved": True, "status": "completed", "typename": "x", "__builtins__": {}}
    answer = ani.post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "tolak"} | extra})
    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.get_json()["errors"]} == {f"/data/{key}" for key in extra}
    assert not set(extra) & set(ani.get(f"/cases/{case['id']}").get_json()["data"])
    assert ani.post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "tolak"}}).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/cases", {"definition": "surat", "status": "completed"}),
        ("/cases", {"definition": "surat", "started_by": "x", "decided_at": "2026-01-01"}),
        ("/messages", {"name": "x", "actor": "joko"}),
    ],
)
def test_what_is_not_documented_cannot_be_set(ani: Program, path: str, body: dict[str, object]) -> None:
    answer = ani.post(path, body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "invalid_request")
    assert ani.get("/cases").get_json()["items"] == []


def test_the_second_to_complete_learns_who_was_first(asking: Asking, ani: Program) -> None:
    task = open_task(ani, start(ani)["id"])
    assert ani.post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju"}}).status_code == 200
    answer = asking.as_program("lina").post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "tolak"}})
    body = answer.get_json()
    assert (answer.status_code, body["code"], body["by"]) == (409, "conflict", "Ani")
    assert body["at"]


def test_a_taken_task_is_not_completed_by_another(asking: Asking, ani: Program) -> None:
    task = open_task(ani, start(ani)["id"])
    ani.post(f"/tasks/{task['id']}/claim")
    lina = asking.as_program("lina")
    for verb in ("claim", "complete"):
        answer = lina.post(f"/tasks/{task['id']}/{verb}", {"data": {"putusan": "setuju"}})
        assert (answer.status_code, answer.get_json()["by"]) == (409, "Ani")
    assert lina.post(f"/tasks/{task['id']}/release").status_code == 403


def test_if_match_holds_back_what_was_decided_on_an_old_version(ani: Program) -> None:
    task = open_task(ani, start(ani)["id"])
    tag = ani.get(f"/tasks/{task['id']}").headers["ETag"]
    claimed = ani.post(f"/tasks/{task['id']}/claim", headers={"If-Match": tag})
    assert claimed.status_code == 200
    assert claimed.headers["ETag"] != tag
    for verb in ("complete", "release"):
        stale = ani.post(
            f"/tasks/{task['id']}/{verb}", {"data": {"putusan": "setuju"}}, headers={"If-Match": tag}
        )
        assert (stale.status_code, stale.get_json()["code"]) == (412, "stale")
    assert ani.post(f"/tasks/{task['id']}/claim", headers={"If-Match": "entah"}).status_code == 422
    fresh = ani.post(
        f"/tasks/{task['id']}/complete",
        {"data": {"putusan": "setuju"}},
        headers={"If-Match": claimed.headers["ETag"]},
    )
    assert fresh.status_code == 200


def test_cancelling_needs_the_right_and_a_reason(asking: Asking, ani: Program) -> None:
    case = start(ani)
    assert ani.post(f"/cases/{case['id']}/cancel", {"reason": "uji"}).status_code == 403
    citra = asking.as_program("citra")
    assert citra.post(f"/cases/{case['id']}/cancel", {"reason": " "}).status_code == 422
    assert (
        citra.post(f"/cases/{case['number']}/cancel", {"reason": "uji"}).get_json()["status"] == "cancelled"
    )
    assert citra.post(f"/cases/{case['id']}/cancel", {"reason": "uji"}).status_code == 409
    assert ani.get("/tasks").get_json()["items"] == []


def test_a_message_reaches_the_case_it_names(asking: Asking, ani: Program) -> None:
    case = start(ani, "cabang", subject=GITA_NIP)
    for who in ("ani", "budi", "bowo"):
        program = asking.as_program(who)
        task = open_task(program, case["id"])
        assert program.post(f"/tasks/{task['id']}/complete", {"data": {}}).status_code == 200
    with asking.services.action() as action:
        later = action.now + timedelta(days=91)
    with asking.services.action(now=later) as action:
        cases.wake(action, uuid.UUID(case["id"]))
    joko = asking.as_program("joko")
    nowhere = joko.post("/messages", {"name": "izin_tiba", "correlation": "MUT-1999-000001", "data": {}})
    assert nowhere.status_code == 404
    answer = joko.post(
        "/messages", {"name": "izin_tiba", "correlation": case["number"], "data": {"nomor": "7"}}
    )
    assert (answer.status_code, answer.get_json()) == (200, {"cases": [case["id"]]})
    assert open_task(asking.as_program("gita"), case["id"])["element"] == "tutup"
    assert ani.get(f"/cases/{case['id']}").get_json()["data"]["nomor"] == "7"


def test_health(asking: Asking) -> None:
    nobody = asking.as_nobody()
    for prefix in ("", API):
        alive, ready = nobody.get(f"{prefix}/healthz"), nobody.get(f"{prefix}/readyz")
        assert (alive.status_code, alive.get_json()["status"]) == (200, "ok")
        assert (ready.status_code, ready.get_json()["schema_current"]) == (200, True)
    tick(asking.services)
    assert 0 <= nobody.get("/readyz").get_json()["seconds_since_last_tick"] < 60


def test_a_task_in_no_lane_is_the_one_s_who_started_the_case(asking: Asking, ani: Program) -> None:
    plain = LETTER.replace(' mutasi:role="analis_sdm"', "").replace(' mutasi:role="kepala_bkpsdm"', "")
    answer = asking.as_program("intan").post("/definitions", data={"file": files(surat=plain)})
    assert answer.status_code == 201, answer.text
    case = start(ani)["id"]
    mine = ani.get(f"/tasks?case={case}").get_json()["items"]
    assert [(task["element"], task["assignee"], task["offered"]) for task in mine] == [
        ("putuskan", "ani", True)
    ]
    assert ani.get("/tasks").get_json()["items"][0]["id"] == mine[0]["id"]
    assert asking.as_program("lina").post(
        f"/tasks/{mine[0]['id']}/complete", {"data": {"putusan": "setuju"}}
    ).status_code in (403, 409)
    assert ani.post(f"/tasks/{mine[0]['id']}/complete", {"data": {"putusan": "setuju"}}).status_code == 200
