"""The same request twice has one effect and equal answers."""

from __future__ import annotations

import json
import threading

from sqlalchemy import func, select

from service.db.cases import Case, CaseEvent
from service.wiring import Services
from tests.api.building import FORM, LETTER, files, open_task, start
from tests.asking import Asking, Program

SETUJU = {"data": {"putusan": "setuju"}}


def count(services: Services, kind: str) -> int:
    with services.reading() as action:
        found: int = (
            action.session.scalar(select(func.count()).select_from(CaseEvent).where(CaseEvent.kind == kind))
            or 0
        )
        return found


def test_five_equal_requests_complete_once_and_answer_alike(ani: Program, services: Services) -> None:
    task = open_task(ani, start(ani)["id"])
    answers = [
        ani.post(f"/tasks/{task['id']}/complete", SETUJU, headers={"Idempotency-Key": "k-1"})
        for _ in range(5)
    ]
    assert {(answer.status_code, answer.text, answer.headers["ETag"]) for answer in answers} == {
        (200, answers[0].text, answers[0].headers["ETag"])
    }
    assert count(services, "task_completed") == 1


def test_five_equal_requests_at_once_complete_once(asking: Asking, ani: Program, services: Services) -> None:
    task = open_task(ani, start(ani)["id"])
    programs = [Program(asking.as_nobody(), ani.token) for _ in range(5)]
    barrier = threading.Barrier(len(programs))
    answers: list[tuple[int, str]] = []

    def ask(program: Program) -> None:
        barrier.wait()
        answer = program.post(f"/tasks/{task['id']}/complete", SETUJU, headers={"Idempotency-Key": "k-2"})
        answers.append((answer.status_code, answer.text))

    threads = [threading.Thread(target=ask, args=(program,)) for program in programs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [status for status, _ in answers] == [200] * 5
    assert len({text for _, text in answers}) == 1
    assert count(services, "task_completed") == 1


def test_a_case_is_started_once(ani: Program, services: Services) -> None:
    answers = [
        ani.post("/cases", {"definition": "surat"}, headers={"Idempotency-Key": "mulai"}) for _ in range(3)
    ]
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {
        (201, answers[0].headers["Location"])
    }
    with services.reading() as action:
        assert action.session.scalar(select(func.count()).select_from(Case)) == 1


def test_the_same_key_for_another_request_is_refused(ani: Program, services: Services) -> None:
    first, second = (open_task(ani, start(ani)["id"]) for _ in range(2))
    headers = {"Idempotency-Key": "k-3"}
    assert ani.post(f"/tasks/{first['id']}/complete", SETUJU, headers=headers).status_code == 200
    for path, body in ((second["id"], SETUJU), (first["id"], {"data": {"putusan": "tolak"}})):
        answer = ani.post(f"/tasks/{path}/complete", body, headers=headers)
        assert (answer.status_code, answer.get_json()["code"]) == (422, "invalid")
    assert count(services, "task_completed") == 1


def test_keys_belong_to_accounts(asking: Asking, ani: Program) -> None:
    lina = asking.as_program("lina")
    answers = [
        program.post("/cases", {"definition": "surat"}, headers={"Idempotency-Key": "sama"}).get_json()[
            "number"
        ]
        for program in (ani, lina)
    ]
    assert len(set(answers)) == 2


def test_a_refused_request_may_be_mended_under_its_key(ani: Program) -> None:
    task = open_task(ani, start(ani)["id"])
    headers = {"Idempotency-Key": "k-4"}
    wrong = {"data": {"putusan": "entah"}}
    assert ani.post(f"/tasks/{task['id']}/complete", wrong, headers=headers).status_code == 422
    assert ani.post(f"/tasks/{task['id']}/complete", SETUJU, headers=headers).status_code == 200


def test_uploads_are_told_apart_by_what_they_hold(asking: Asking) -> None:
    intan = asking.as_program("intan")

    def upload(letter: str) -> tuple[int, int | None]:
        sent = files(surat=letter, putusan_uji_json=json.dumps(FORM))
        answer = intan.post("/definitions", data={"file": sent}, headers={"Idempotency-Key": "unggah"})
        return answer.status_code, answer.get_json().get("version")

    assert upload(LETTER) == (201, 1)
    assert upload(LETTER) == (201, 1), "another boundary is the same request"
    assert upload(LETTER.replace("Arsipkan", "Simpan")) == (422, None)


def test_odd_keys_are_refused(ani: Program) -> None:
    for key in ("", "x" * 256, "a\tb"):
        answer = ani.post("/cases", {"definition": "surat"}, headers={"Idempotency-Key": key})
        assert answer.status_code == 422
    assert ani.get("/cases").get_json()["items"] == []
