"""Lists: pages, filters, and what is not a filter."""

from __future__ import annotations

import base64
import json
from urllib.parse import urlsplit

import pytest

from tests.api.building import open_task, start
from tests.asking import Asking, Program


def walk(program: Program, path: str, key: str = "id") -> list[str]:
    """The ids of all items, page by page, as a client follows `Link`."""
    seen: list[str] = []
    while path:
        answer = program.get(path)
        body = answer.get_json()
        seen += [item[key] for item in body["items"]]
        following = body["page"]["next_cursor"]
        assert ("Link" in answer.headers) is (following is not None)
        path = ""
        if following:
            link = answer.headers["Link"]
            assert link.endswith('; rel="next"')
            parts = urlsplit(link.partition(">")[0].lstrip("<"))
            assert f"cursor={following}" in parts.query
            path = f"{parts.path.removeprefix('/api/v1')}?{parts.query}"
    return seen


def test_pages_hold_everything_once(ani: Program) -> None:
    cases = [start(ani) for _ in range(7)]
    assert walk(ani, "/cases?limit=3") == [case["id"] for case in reversed(cases)]
    assert len(set(walk(ani, "/tasks?limit=2"))) == 7
    assert len(set(walk(ani, "/tasks?limit=7"))) == 7
    assert walk(ani, "/definitions?limit=1", "key") == ["cabang", "surat"]
    events = walk(ani, f"/cases/{cases[0]['id']}/events?limit=1")
    assert events == sorted(events)
    assert len(events) >= 2


def test_a_page_does_not_move_when_something_is_added(ani: Program) -> None:
    for _ in range(4):
        start(ani)
    first = ani.get("/cases?limit=2").get_json()
    start(ani)
    second = ani.get(f"/cases?limit=2&cursor={first['page']['next_cursor']}").get_json()
    assert not {item["id"] for item in first["items"]} & {item["id"] for item in second["items"]}
    assert len(second["items"]) == 2


def test_filters(asking: Asking, ani: Program) -> None:
    letter, branch = start(ani), start(ani, "cabang")
    task = open_task(ani, letter["id"])
    ani.post(f"/tasks/{task['id']}/claim")
    assert walk(ani, "/cases?definition=cabang") == [branch["id"]]
    assert walk(ani, f"/cases?search={letter['number']}") == [letter["id"]]
    assert walk(ani, "/cases?status=completed") == []
    assert walk(ani, "/cases?unit=unor-antah") == []
    assert walk(ani, f"/tasks?case={letter['number']}") == [task["id"]]
    assert walk(ani, "/tasks?definition=surat") == [task["id"]]
    assert walk(ani, "/tasks?assignee=me") == walk(ani, "/tasks?assignee=ani") == [task["id"]]
    assert walk(ani, "/tasks?assignee=lina") == walk(ani, "/tasks?assignee=antah") == []
    assert walk(ani, "/tasks?role=ppk") == []
    assert walk(asking.as_program("gita"), "/cases") == walk(asking.as_program("gita"), "/tasks") == []


@pytest.mark.parametrize(
    "query",
    [
        "sort=id",
        "order_by=id;--",
        "limit=0",
        "limit=201",
        "limit=-1",
        "limit=abc",
        "status=entah",
        "state=entah",
        "scope=semua",
        "orQueries=x",
        "sees=all",
    ],
)
def test_what_is_not_documented_is_refused(ani: Program, query: str) -> None:
    for path in ("/cases", "/tasks"):
        answer = ani.get(f"{path}?{query}")
        if answer.status_code == 200:
            pytest.fail(f"{path}?{query}")
        assert answer.status_code == 400
        assert answer.get_json()["errors"][0]["pointer"].strip("/") == query.partition("=")[0]


def cursor(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "crooked",
    [
        "x",
        "%00",
        "====",
        cursor(),
        cursor("a", "b"),
        cursor("2026-01-01T00:00:00+00:00", "1 OR 1=1"),
        cursor(10**30),
        cursor("9" * 30),
        cursor({"a": 1}, []),
        cursor("9999-12-31T23:59:59-14:00", "00000000-0000-0000-0000-000000000000"),
        "A" * 401,
    ],
)
def test_crooked_cursors_are_refused(ani: Program, crooked: str) -> None:
    case = start(ani)
    for path in ("/cases", "/tasks", "/tasks?state=completed", "/definitions", f"/cases/{case['id']}/events"):
        answer = ani.get(path + ("&" if "?" in path else "?") + f"cursor={crooked}")
        expected = (200, 400, 422) if path == "/definitions" else (400, 422)  # there any text is a place
        assert answer.status_code in expected, (path, answer.text)
