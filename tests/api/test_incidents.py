"""Steps that fail stay as incidents: seen, repaired, done again; tokens moved by hand; each with its trace."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest

from service.operations import due, sample_clock
from service.wiring import Services
from tests.api.building import complete, open_task, start
from tests.asking import Asking, Program
from tests.clocks import mark_sample
from tests.operations.diagrams import HEAD

LANE = 'mutasi:role="analis_sdm"'
FRAGILE = f"""{HEAD}
  <message id="m_izin" name="izin"/><error id="e1" errorCode="E1"/>
  <process id="rapuh" name="Rapuh" isExecutable="true">
    <startEvent id="mulai"/><sequenceFlow id="f1" sourceRef="mulai" targetRef="a"/>
    <userTask id="a" name="A" {LANE}/><sequenceFlow id="f2" sourceRef="a" targetRef="hitung"/>
    <scriptTask id="hitung" scriptFormat="feel"><script>{{ hasil: jumlah + 1 }}</script></scriptTask>
    <sequenceFlow id="f3" sourceRef="hitung" targetRef="b"/>
    <userTask id="b" name="B" {LANE}/><sequenceFlow id="f4" sourceRef="b" targetRef="tunggu"/>
    <intermediateCatchEvent id="tunggu"><timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition>
    </intermediateCatchEvent><sequenceFlow id="f5" sourceRef="tunggu" targetRef="bagi"/>
    <scriptTask id="bagi" scriptFormat="feel"><script>{{ bagian: 10 / pembagi }}</script></scriptTask>
    <sequenceFlow id="f6" sourceRef="bagi" targetRef="c"/>
    <userTask id="c" name="C" {LANE}/><sequenceFlow id="f7" sourceRef="c" targetRef="pilih"/>
    <exclusiveGateway id="pilih" default="f9"/><endEvent id="selesai"/>
    <endEvent id="gagal"><errorEventDefinition errorRef="e1"/></endEvent>
    <sequenceFlow id="f8" sourceRef="pilih" targetRef="gagal"><conditionExpression>rusak</conditionExpression></sequenceFlow>
    <sequenceFlow id="f9" sourceRef="pilih" targetRef="selesai"/>
  </process>
</definitions>"""


def files_for(asking: Asking, **diagrams: str) -> None:
    """Deploy diagrams by their names."""
    for name, text in diagrams.items():
        sent = {"file": (io.BytesIO(text.encode()), f"{name}.bpmn")}
        answer = asking.as_program("intan").post("/definitions", data=sent)
        assert answer.status_code == 201, answer.text


@pytest.fixture
def ani(asking: Asking) -> Program:
    files_for(asking, rapuh=FRAGILE)
    return asking.as_program("ani")


def events(program: Program, case: str) -> list[str]:
    return [event["kind"] for event in program.get(f"/cases/{case}/events?limit=200").get_json()["items"]]


def only(program: Program, **query: str) -> dict[str, Any]:
    (item,) = program.get("/incidents", query_string=query).get_json()["items"]
    found: dict[str, Any] = item
    return found


def test_a_failed_step_is_kept_and_the_case_stands_where_it_stood(ani: Program, hadi: Program) -> None:
    case = start(ani, "rapuh")["id"]
    failed = complete(ani, case, catatan="x")
    assert (failed.status_code, failed.get_json()["code"], failed.get_json()["element"]) == (
        422,
        "incident",
        "hitung",
    )
    incident = only(hadi)
    assert (incident["case"], incident["element"], incident["kind"], incident["attempts"]) == (
        case,
        "hitung",
        "complete",
        1,
    )
    assert "jumlah" in incident["reason"]
    assert open_task(ani, case)["element"] == "a"
    assert complete(ani, case, catatan="x").status_code == 422
    assert only(hadi)["attempts"] == 2
    assert "catatan" not in hadi.get(f"/incidents/{incident['id']}").get_json()["data"]


def test_it_is_repaired_and_done_again_for_the_one_who_did_it(ani: Program, hadi: Program) -> None:
    case = start(ani, "rapuh")["id"]
    complete(ani, case, catatan="x")
    incident = only(hadi)
    assert hadi.post(f"/incidents/{incident['id']}/retry").status_code == 422
    set_it = hadi.post(f"/cases/{case}/variables", {"set": {"jumlah": 4}, "reason": "Lupa diisi"})
    assert set_it.status_code == 200, set_it.text
    done = hadi.post(f"/incidents/{incident['id']}/retry")
    assert (done.status_code, done.get_json()["state"], done.get_json()["attempts"]) == (200, "resolved", 2)
    assert (
        ani.get(f"/cases/{case}").get_json()["data"] | {"catatan": "x", "hasil": 5, "jumlah": 4}
        == ani.get(f"/cases/{case}").get_json()["data"]
    )
    log = ani.get(f"/cases/{case}/events?limit=200").get_json()["items"]
    by = {event["kind"]: event["actor"] for event in log}
    assert (by["incident_retried"], by["task_completed"], by["variables_changed"]) == ("Hadi", "Ani", "Hadi")
    changed = next(event["data"] for event in log if event["kind"] == "variables_changed")
    assert changed == {"reason": "Lupa diisi", "before": {"jumlah": None}, "after": {"jumlah": 4}}
    assert hadi.get("/incidents").get_json()["items"] == []
    assert hadi.post(f"/incidents/{incident['id']}/retry").status_code == 409


def test_an_incident_is_over_when_the_task_is_completed_after_all(ani: Program, hadi: Program) -> None:
    case = start(ani, "rapuh")["id"]
    complete(ani, case)
    assert complete(ani, case, jumlah=1).status_code == 200
    assert hadi.get("/incidents").get_json()["items"] == []
    assert only(hadi, state="resolved")["case"] == case


def test_a_timer_that_cannot_go_on_is_an_incident_and_goes_on_after_the_repair(
    services: Services, ani: Program, hadi: Program
) -> None:
    mark_sample(services)
    case = start(ani, "rapuh", data={"pembagi": 0, "jumlah": 1})["id"]
    complete(ani, case)
    complete(ani, case)
    sample_clock.advance(services, timedelta(days=2))
    incident = only(hadi)
    assert (incident["kind"], incident["element"]) == ("wake", "bagi")
    hadi.post(f"/cases/{case}/variables", {"set": {"pembagi": 2}, "reason": "Salah ketik"})
    assert hadi.post(f"/incidents/{incident['id']}/retry").status_code == 200
    assert open_task(ani, case)["element"] == "c"
    due.run(services)
    assert only(hadi, state="resolved")["id"] == incident["id"]


def test_a_case_that_an_error_ended_goes_on_from_before_it(
    ani: Program, hadi: Program, services: Services
) -> None:
    mark_sample(services)
    case = start(ani, "rapuh", data={"pembagi": 1, "jumlah": 1})["id"]
    complete(ani, case)
    complete(ani, case)
    sample_clock.advance(services, timedelta(days=2))
    assert complete(ani, case, rusak=True).get_json()["case_status"] == "failed"
    incident = only(hadi, case=case)
    assert (incident["kind"], incident["element"]) == ("failed", "gagal")
    assert hadi.post(f"/incidents/{incident['id']}/retry").status_code == 200
    assert open_task(ani, case)["element"] == "c"
    assert complete(ani, case, rusak=False).get_json()["case_status"] == "completed"


def test_a_task_is_sent_back_skipped_and_taken_back(ani: Program, hadi: Program) -> None:
    case = start(ani, "rapuh", data={"jumlah": 1})["id"]
    complete(ani, case, catatan="satu")
    second = open_task(ani, case)
    assert (
        ani.post(f"/tasks/{second['id']}/send-back", {"element": "c", "reason": "salah"}).status_code == 422
    )
    assert ani.post(f"/tasks/{second['id']}/send-back", {"element": "a", "reason": " "}).status_code == 422
    back = ani.post(f"/tasks/{second['id']}/send-back", {"element": "a", "reason": "Belum lengkap"})
    assert back.status_code == 200, back.text
    again = open_task(ani, case)
    assert (again["element"], ani.get(f"/tasks/{again['id']}").get_json()["data"]["catatan"]) == ("a", "satu")
    complete(ani, case)
    third = open_task(ani, case)
    assert ani.post(f"/tasks/{third['id']}/skip", {"reason": "cuti"}).status_code == 403
    assert hadi.post(f"/tasks/{third['id']}/skip", {"reason": "cuti", "data": {"n": 1}}).status_code == 200
    assert {"task_sent_back", "task_skipped"} <= set(events(ani, case))


def test_a_decision_is_taken_back_while_nothing_came_of_it(ani: Program, asking: Asking) -> None:
    case = start(ani, "rapuh", data={"jumlah": 1})["id"]
    first = open_task(ani, case)["id"]
    complete(ani, case, catatan="satu")
    lina = asking.as_program("lina")
    assert lina.post(f"/tasks/{first}/withdraw", {"reason": "keliru"}).status_code == 403
    taken = ani.post(f"/tasks/{first}/withdraw", {"reason": "Keliru"})
    assert taken.status_code == 200, taken.text
    assert open_task(ani, case)["element"] == "a"
    first = open_task(ani, case)["id"]
    complete(ani, case)
    lina.post(f"/tasks/{open_task(lina, case)['id']}/claim")
    late = ani.post(f"/tasks/{first}/withdraw", {"reason": "Keliru"})
    assert (late.status_code, late.get_json()["by"]) == (409, "Lina")


def test_who_may_not_repair_may_not(ani: Program, asking: Asking) -> None:
    case = start(ani, "rapuh")["id"]
    complete(ani, case)
    incident = only(ani)["id"]
    for name in ("ani", "intan", "joko", "gita"):
        program = asking.as_program(name)
        assert program.post(f"/incidents/{incident}/retry").status_code == 403
        assert program.post(f"/cases/{case}/variables", {"set": {"x": 1}, "reason": "r"}).status_code in (
            403,
            404,
        )
    assert asking.as_program("gita").get("/incidents").get_json()["items"] == []
    assert asking.as_program("gita").get(f"/incidents/{incident}").status_code == 404


OUTSIDE = f"""{HEAD}
  <error id="e1" errorCode="TOLAK"/>
  <process id="luar" name="Luar" isExecutable="true">
    <startEvent id="mulai"/><sequenceFlow id="f1" sourceRef="mulai" targetRef="kirim"/>
    <serviceTask id="kirim" name="Kirim ke SIASN" mutasi:topic="siasn"/>
    <sequenceFlow id="f2" sourceRef="kirim" targetRef="a"/>
    <boundaryEvent id="ditolak" attachedToRef="kirim"><errorEventDefinition errorRef="e1"/></boundaryEvent>
    <sequenceFlow id="f3" sourceRef="ditolak" targetRef="b"/>
    <userTask id="a" name="A" {LANE}/><userTask id="b" name="B" {LANE}/>
  </process>
</definitions>"""


@pytest.fixture
def robot(asking: Asking, ani: Program) -> Program:
    files_for(asking, luar=OUTSIDE)
    return asking.as_program("robi")


def fetch(robot: Program, worker: str = "w1", **more: Any) -> list[dict[str, Any]]:
    answer = robot.post("/external-tasks/fetch-and-lock", {"worker": worker, "topics": ["siasn"], **more})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.get_json()["items"]
    return items


def test_work_outside_is_fetched_once_and_done(robot: Program, ani: Program) -> None:
    case = start(ani, "luar", data={"nip": "1"})
    assert ani.get(f"/tasks?case={case['id']}&scope=offered").get_json()["items"] == []
    (work,) = fetch(robot)
    assert (work["case"], work["element"], work["data"]["nip"]) == (case["number"], "kirim", "1")
    assert fetch(robot, "w2") == []
    assert robot.post(f"/external-tasks/{work['id']}/complete", {"worker": "w2"}).status_code == 409
    done = robot.post(f"/external-tasks/{work['id']}/complete", {"worker": "w1", "data": {"nomor": "7"}})
    assert done.status_code == 200, done.text
    assert open_task(ani, case["id"])["element"] == "a"
    assert ani.get(f"/cases/{case['id']}").get_json()["data"]["nomor"] == "7"
    assert robot.post(f"/external-tasks/{work['id']}/complete", {"worker": "w1"}).status_code == 409
    assert ani.post("/external-tasks/fetch-and-lock", {"worker": "w", "topics": ["siasn"]}).status_code == 403


def test_a_lock_that_ended_frees_the_work(robot: Program, ani: Program) -> None:
    start(ani, "luar")
    (work,) = fetch(robot)
    assert (
        robot.post(f"/external-tasks/{work['id']}/lock", {"worker": "w1", "lock_seconds": 0}).status_code
        == 200
    )
    (again,) = fetch(robot, "w2")
    assert again["id"] == work["id"]
    assert (
        robot.post(f"/external-tasks/{work['id']}/lock", {"worker": "w1", "lock_seconds": 60}).status_code
        == 409
    )


def test_failed_work_is_offered_again_and_then_an_incident(
    robot: Program, ani: Program, asking: Asking
) -> None:
    hadi, case = asking.as_program("hadi"), start(ani, "luar")
    (work,) = fetch(robot)
    failure = {"worker": "w1", "error": "SIASN tidak menjawab", "retry_in_seconds": 0}
    assert robot.post(f"/external-tasks/{work['id']}/failure", failure).status_code == 200
    (work,) = fetch(robot)
    assert work["retries"] == 2
    robot.post(f"/external-tasks/{work['id']}/failure", {**failure, "retries": 0})
    assert fetch(robot) == []
    incident = only(hadi, case=case["id"])
    assert (incident["kind"], incident["reason"]) == ("external", "SIASN tidak menjawab")
    assert hadi.post(f"/incidents/{incident['id']}/retry").status_code == 200
    (work,) = fetch(robot)
    assert robot.post(f"/external-tasks/{work['id']}/complete", {"worker": "w1"}).status_code == 200


def test_an_error_of_the_work_goes_on_where_the_diagram_catches_it(robot: Program, ani: Program) -> None:
    case = start(ani, "luar")
    (work,) = fetch(robot)
    answer = robot.post(
        f"/external-tasks/{work['id']}/error", {"worker": "w1", "code": "TOLAK", "message": "NIP salah"}
    )
    assert answer.status_code == 200, answer.text
    assert open_task(ani, case["id"])["element"] == "b"
    assert fetch(robot) == []


def test_work_of_a_cancelled_case_is_gone(robot: Program, ani: Program, asking: Asking) -> None:
    case = start(ani, "luar")
    (work,) = fetch(robot)
    asking.as_program("hadi").post(f"/cases/{case['id']}/cancel", {"reason": "batal"})
    late = robot.post(f"/external-tasks/{work['id']}/complete", {"worker": "w1"})
    assert (late.status_code, fetch(robot)) == (409, [])
