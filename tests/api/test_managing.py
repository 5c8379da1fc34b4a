"""A manager's means over the API: suspend, resume, give more time; what is refused meanwhile says so."""

from __future__ import annotations

from datetime import date, timedelta

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
