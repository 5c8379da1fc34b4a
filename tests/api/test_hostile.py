"""Bodies, values and paths that mean harm or are simply wrong: refused with a reason, and nobody else notices."""

from __future__ import annotations

import json
import re
import time
import uuid
from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from tests.api.building import LETTER, files, open_task, start
from tests.asking import Asking, Program


def raw(program: Program, path: str, body: bytes, kind: str = "application/json") -> TestResponse:
    return program.post(path, data=body, content_type=kind)


def is_problem(answer: TestResponse) -> bool:
    """An RFC 9457 document that tells nothing of the server or of what was sent."""
    body = answer.get_json()
    required = {"type", "title", "status", "detail", "code", "instance", "trace_id"}
    assert answer.content_type == "application/problem+json", answer.text
    assert required <= set(body), body
    assert body["status"] == answer.status_code
    assert re.fullmatch(r"https://mutasi\.id/problems/[a-z-]+", body["type"])
    assert not re.search(r"Traceback|sqlalchemy|psycopg|sqlite3|File \"", answer.text)
    return True


BODIES = {
    "empty": b"",
    "not json": b"{definition: surat}",
    "half": b'{"definition": "sur',
    "a list": b"[]",
    "a text": b'"surat"',
    "null": b"null",
    "NaN": b'{"definition": "surat", "data": {"a": NaN}}',
    "Infinity": b'{"definition": "surat", "data": {"a": -Infinity}}',
    "a float too large": b'{"definition": "surat", "data": {"a": 1e999}}',
    "a number of 5000 digits": b'{"definition": "surat", "data": {"a": ' + b"9" * 5000 + b"}}",
    "a key twice": b'{"definition": "surat", "definition": "cabang"}',
    "a deep key twice": b'{"definition": "surat", "data": {"a": {"b": 1, "b": 2}}}',
    "depth 60": b'{"definition": "surat", "data": ' + b'{"a":' * 60 + b"1" + b"}" * 61,
    "depth 2000": b'{"definition": "surat", "data": ' + b'{"a":' * 2000 + b"1" + b"}" * 2001,
    "depth 100000": b"[" * 100_000,
    "NUL in a value": b'{"definition": "surat", "data": {"a": "x\\u0000y"}}',
    "NUL in a key": b'{"definition": "surat", "data": {"a\\u0000": 1}}',
    "NUL in the definition": b'{"definition": "surat\\u0000"}',
    "half a character": b'{"definition": "surat", "data": {"a": "\\ud800"}}',
    "not UTF-8": b'{"definition": "surat", "data": {"a": "\xff\xfe"}}',
    "a surrogate in bytes": b'{"definition": "surat", "data": {"a": "\xed\xa0\x80"}}',
    "an unknown field": b'{"definition": "surat", "is_admin": true}',
    "a wrong type": b'{"definition": {"$ne": null}}',
    "no NIP": b'{"definition": "surat", "subject": "1990"}',
    "a NIP with digits of another script": '{"definition": "surat", "subject": "١٩٩٠٠١٠١٢٠١٥٠١٢٠٠١"}'.encode(),
}


@pytest.mark.parametrize("name", BODIES)
def test_wrong_bodies_are_refused_with_a_reason(ani: Program, name: str) -> None:
    begin = time.monotonic()
    answer = raw(ani, "/cases", BODIES[name])
    assert time.monotonic() - begin < 5
    assert answer.status_code in (400, 422)
    assert is_problem(answer)
    assert ani.get("/cases").get_json()["items"] == []


def test_the_reason_names_what_is_wrong(ani: Program) -> None:
    for name, word in (
        ("NaN", "NaN"),
        ("a key twice", "twice"),
        ("depth 60", "deep"),
        ("NUL in a value", "NUL"),
    ):
        assert word in raw(ani, "/cases", BODIES[name]).get_json()["detail"]


VALUES = {
    "emoji and right to left": "🦄 مرحبا \u202egnp.exe",
    "markup": "<img src=x onerror=alert(1)>",
    "an expression": '= if true then "x" else now()',
    "a template": "{{ config }} ${7*7} #{7*7}",
    "sql": "'; DROP TABLE cases; --",
    "a whole number beyond 64 bits": 10**30,
    "a long number": 10**390,
    "an exact decimal": 0.1,
    "minus zero": -0.0,
    "a long text": "x" * 200_000,
    "a date": "2026-02-30",
    "nothing": None,
    "a wide list": list(range(5000)),
    "nested 30 deep": json.loads("[" * 30 + "]" * 30),
}


@pytest.mark.parametrize("name", VALUES)
def test_odd_values_are_stored_as_they_are_or_refused(ani: Program, name: str) -> None:
    answer = ani.post("/cases", {"definition": "surat", "data": {"nilai_uji": VALUES[name]}})
    if answer.status_code != 201:
        assert answer.status_code in (400, 422), answer.text
        assert is_problem(answer)
        return
    case = answer.get_json()["id"]
    assert ani.get(f"/cases/{case}").get_json()["data"]["nilai_uji"] == VALUES[name]
    task = open_task(ani, case)
    assert ani.post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju"}}).status_code == 200


@pytest.mark.parametrize(
    "key", ["typename", "__builtins__", "__class__", "", " ", "a.b", "a" * 5000, "now", "status", "if"]
)
def test_odd_keys_do_not_brick_a_case(ani: Program, key: str) -> None:
    for data in ({key: "x"}, {"isi": {key: {"typename": "datetime"}}}, {"isi": [{key: 1}]}):
        answer = ani.post("/cases", {"definition": "surat", "data": data})
        if answer.status_code != 201:
            assert answer.status_code in (400, 422), answer.text
            continue
        case = answer.get_json()["id"]
        assert ani.get(f"/cases/{case}").status_code == 200
        task = open_task(ani, case)
        assert ani.post(f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju"}}).status_code == 200


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "image/png",
        "",
    ],
)
def test_only_json_is_taken(ani: Program, kind: str) -> None:
    answer = raw(ani, "/cases", b'{"definition": "surat"}', kind)
    assert answer.status_code == 415
    assert is_problem(answer)


def test_definitions_come_as_files_only(asking: Asking) -> None:
    intan = asking.as_program("intan")
    assert intan.post("/definitions", {"file": "x"}).status_code == 415
    for data in (
        {},
        {"file": "not a file"},
        {"other": (BytesIO(b"x"), "x.bpmn")},
        {"file": files(surat=LETTER), "x": "y"},
    ):
        answer = intan.post("/definitions", data=data, content_type="multipart/form-data")
        assert answer.status_code == 400, data
        assert is_problem(answer)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "..\\x.bpmn",
        "x\0.bpmn",
        "x.svg",
        "x.bpmn.exe",
        "",
        ".bpmn",
        "/etc/x.bpmn",
        "x" * 300 + ".bpmn",
        "a\r\nb.bpmn",
        "<b>.bpmn",
    ],
)
def test_names_of_files_lead_nowhere(asking: Asking, name: str) -> None:
    answer = asking.as_program("intan").post(
        "/definitions", data={"file": (BytesIO(b"<x/>"), name)}, content_type="multipart/form-data"
    )
    assert answer.status_code in (400, 422), answer.text
    assert is_problem(answer)


def test_ten_thousand_parts_are_refused(asking: Asking) -> None:
    data = {f"f{number}": "x" for number in range(10_000)}
    answer = asking.as_program("intan").post("/definitions", data=data, content_type="multipart/form-data")
    assert answer.status_code == 413
    assert is_problem(answer)


def test_a_body_of_more_than_a_megabyte_is_refused(ani: Program) -> None:
    answer = ani.post("/cases", {"definition": "surat", "data": {"a": "x" * (1 << 20)}})
    assert (answer.status_code, answer.get_json()["code"]) == (413, "request_entity_too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/cases/%00",
        "/cases/x%00y",
        "/cases/' OR 1=1 --",
        "/cases/99999999999999999999",
        f"/cases/{uuid.UUID(int=0)}",
        f"/cases/{uuid.UUID(int=0)}/events",
        "/tasks/1",
        "/tasks/%00",
        "/tasks/🦄",
        f"/tasks/{uuid.UUID(int=0)}",
        "/definitions/%00",
        "/definitions/..%2f..%2fetc",
        "/definitions/antah/versions/1/xml",
        "/definitions/antah/versions/-1/xml",
        "/entah",
        "/",
    ],
)
def test_unknown_paths_and_ids(asking: Asking, path: str) -> None:
    answer = asking.as_program("ani").get(path)
    assert answer.status_code in (400, 404)
    assert is_problem(answer)


@pytest.mark.parametrize(
    "query", ["search=%00", "role=%00", "%00=1", "search=%ff%fe", "search=%25%5f%5c", "search=" + "x" * 101]
)
def test_odd_queries(asking: Asking, query: str) -> None:
    ani = asking.as_program("ani")
    for path in ("/cases", "/tasks"):
        answer = ani.get(f"{path}?{query}")
        assert answer.status_code in (200, 400), answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/cases"), ("PUT", "/tasks"), ("POST", "/healthz"), ("PATCH", "/definitions")],
)
def test_other_methods(asking: Asking, method: str, path: str) -> None:
    program = asking.as_program("ani")
    answer = program.client.open(
        f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {program.token}"}
    )
    assert answer.status_code == 405
    assert answer.headers["Allow"]
    assert is_problem(answer)


def test_steps_are_not_skipped(asking: Asking, ani: Program) -> None:
    case = start(ani)
    first = open_task(ani, case["id"])
    citra = asking.as_program("citra")
    answer = citra.post(f"/tasks/{first['id']}/complete", {"data": {"putusan": "setuju"}})
    assert answer.status_code == 403, "another role's task"
    assert ani.post(f"/tasks/{first['id']}/complete", {"data": {"putusan": "setuju"}}).status_code == 200
    for verb in ("complete", "claim", "release"):
        again = ani.post(f"/tasks/{first['id']}/{verb}", {"data": {"putusan": "tolak"}})
        assert again.status_code == 409, "a finished task"
    assert ani.post(f"/tasks/{uuid.uuid4()}/complete", {"data": {}}).status_code == 404


@pytest.mark.parametrize("token", ["", "x", "mut_", "mut_" + "A" * 43, "' OR 1=1 --", "ä", "x" * 10_000])
def test_wrong_tokens(asking: Asking, token: str) -> None:
    program = asking.as_program("ani")
    program.token = token
    answer = program.get("/tasks")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert is_problem(answer)


def test_a_busy_database_says_come_again(asking: Asking, ani: Program) -> None:
    from sqlalchemy.exc import OperationalError

    def busy(*_: object, **__: object) -> None:
        raise OperationalError("SELECT rahasia", {}, Exception("database is locked"))

    asking.app.view_functions["api_cases.page"] = busy
    answer = ani.get("/cases")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert is_problem(answer)
    assert "rahasia" not in answer.text
