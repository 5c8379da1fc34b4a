"""A manager's means over the API: suspend, resume, give more time; what is refused meanwhile says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from tests.api.building import deploy, open_task, start
from tests.asking import Asking


def working_day(days: int) -> str:
    day = date.today() + timedelta(days=days)
    while day.weekday() > 4 or (day.month, day.day) in {(12, 25), (1, 1)}:
        day += timedelta(days=1)
    return day.isoformat()


def test_a_suspended_case_refuses_with_a_clear_409(asking: Asking) -> None:
    deploy(asking.as_program("intan"))
    ani, hadi = asking.as_program("ani"), asking.as_program("hadi")
    case = start(ani)["id"]
    task = open_task(ani, case)["id"]
    suspended = hadi.post(f"/cases/{case}/suspend", {"reason": "Menunggu audit"})
    assert suspended.status_code == 200
    assert suspended.get_json()["suspended_at"]
    refused = ani.post(f"/tasks/{task}/claim", {})
    problem = refused.get_json()
    assert (refused.status_code, problem["code"]) == (409, "suspended")
    assert problem["at"] == suspended.get_json()["suspended_at"]
    assert "suspended" in problem["detail"]
    again = hadi.post(f"/cases/{case}/suspend", {"reason": "lagi"})
    assert (again.status_code, again.get_json()["code"]) == (409, "conflict")
    resumed = hadi.post(f"/cases/{case}/resume", {})
    assert (resumed.status_code, resumed.get_json()["suspended_at"]) == (200, None)
    assert ani.post(f"/tasks/{task}/claim", {}).status_code == 200


def test_more_time(asking: Asking) -> None:
    deploy(asking.as_program("intan"))
    ani, hadi = asking.as_program("ani"), asking.as_program("hadi")
    case = start(ani)["id"]
    task = open_task(ani, case)["id"]
    until = working_day(20)
    given = hadi.post(f"/tasks/{task}/extend", {"until": until, "reason": "Data terlambat"})
    assert given.status_code == 200, given.text
    assert given.get_json()["due_at"].startswith(until)
    assert hadi.get(f"/cases/{case}").get_json()["due_at"] == given.get_json()["due_at"]
    saturday = hadi.post(f"/tasks/{task}/extend", {"until": "2030-01-05", "reason": "x"})
    assert saturday.status_code == 422
    assert saturday.get_json()["errors"][0]["pointer"] == "/data/until"


def test_who_may(asking: Asking) -> None:
    deploy(asking.as_program("intan"))
    ani = asking.as_program("ani")
    case = start(ani)["id"]
    task = open_task(ani, case)["id"]
    body = {"until": working_day(20), "reason": "uji"}
    for who, expected in (("ani", 403), ("fitri", 403), ("gita", 404), ("joko", 404)):
        program = asking.as_program(who)
        assert program.post(f"/cases/{case}/suspend", {"reason": "uji"}).status_code == expected, who
        assert program.post(f"/cases/{case}/resume", {}).status_code == expected, who
        assert program.post(f"/tasks/{task}/extend", body).status_code == expected, who


def test_the_outline_says_where_a_case_is(asking: Asking) -> None:
    deploy(asking.as_program("intan"))
    ani = asking.as_program("ani")
    case = start(ani)["id"]
    task = open_task(ani, case)
    told = ani.get(f"/cases/{case}/outline").get_json()
    steps = list(_steps(told))
    assert told["process"] == "surat"
    assert steps[0]["state"] == "done"
    assert [step["element"] for step in steps if step["state"] == "current"] == [task["element"]]
    assert {step["state"] for step in steps[2:]} <= {"ahead", "current"}
    assert len({(step["process"], step["element"]) for step in steps}) == len(steps)
    for who in ("gita", "joko"):
        assert asking.as_program(who).get(f"/cases/{case}/outline").status_code == 404


def _steps(outline: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for step in [*outline["steps"], *outline["besides"]]:
        yield from _of(step)


def _of(step: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield step
    under = [*step["inside"], *step["borders"], *(one for way in step["branches"] for one in way["steps"])]
    for one in under:
        yield from _of(one)
    if step["called"]:
        yield from _steps(step["called"])
