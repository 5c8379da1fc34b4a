"""The description of the API is valid, and true."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.building import FORM, LETTER, files, open_task, start
from tests.api.test_incidents import FRAGILE, OUTSIDE
from tests.asking import API, Asking, Program

PROMISED = {
    ("post", "/definitions"),
    ("get", "/definitions"),
    ("get", "/definitions/{key}"),
    ("get", "/definitions/{key}/versions/{version}/xml"),
    ("post", "/cases"),
    ("get", "/cases"),
    ("get", "/cases/{case}"),
    ("get", "/cases/{case}/events"),
    ("post", "/cases/{case}/cancel"),
    ("post", "/cases/{case}/suspend"),
    ("post", "/cases/{case}/resume"),
    ("post", "/tasks/{task}/extend"),
    ("get", "/cases/{case}/comments"),
    ("post", "/cases/{case}/comments"),
    ("get", "/cases/{case}/outline"),
    ("get", "/cases/{case}/letters"),
    ("get", "/letters/{letter}/file"),
    ("get", "/figures/overview"),
    ("get", "/figures/outcomes"),
    ("get", "/notices"),
    ("post", "/notices/{notice}/read"),
    ("get", "/tasks"),
    ("get", "/tasks/{task}"),
    ("post", "/task-batches"),
    ("get", "/tasks/{task}/draft"),
    ("put", "/tasks/{task}/draft"),
    ("post", "/tasks/{task}/delegate"),
    ("post", "/tasks/{task}/assign"),
    ("post", "/tasks/{task}/claim"),
    ("post", "/tasks/{task}/release"),
    ("post", "/tasks/{task}/complete"),
    ("post", "/tasks/{task}/send-back"),
    ("post", "/tasks/{task}/skip"),
    ("post", "/tasks/{task}/withdraw"),
    ("post", "/messages"),
    ("get", "/incidents"),
    ("get", "/incidents/{incident}"),
    ("post", "/incidents/{incident}/retry"),
    ("post", "/cases/{case}/variables"),
    ("post", "/cases/{case}/migration"),
    ("post", "/cases/{case}/migration/undo"),
    ("post", "/definitions/{key}/migrations"),
    ("get", "/migrations/{job}"),
    ("post", "/migrations/{job}/stop"),
    ("post", "/external-tasks/fetch-and-lock"),
    ("post", "/external-tasks/{task}/complete"),
    ("post", "/external-tasks/{task}/failure"),
    ("post", "/external-tasks/{task}/error"),
    ("post", "/external-tasks/{task}/lock"),
    ("get", "/healthz"),
    ("get", "/readyz"),
}


ELSEWHERE = {
    ("get", "/definitions/{key}/versions/{version}/xml"),
    ("get", "/letters/{letter}/file"),
    ("post", "/notices/{notice}/read"),
}
"""Answered with a file or with nothing; held in tests of their own."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: nothing here depends on it."""
    return sqlite_url


@pytest.fixture
def described(asking: Asking) -> dict[str, Any]:
    answer = asking.as_nobody().get(f"{API}/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


def test_it_is_openapi_3_1(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(described).validate()


def test_it_names_every_promised_path_and_no_other(described: dict[str, Any]) -> None:
    found = {
        (method, path.removeprefix(API))
        for path, methods in described["paths"].items()
        for method in methods
        if path.startswith(API)
    }
    assert found == PROMISED


def test_every_operation_says_what_it_does_who_may_and_what_goes_wrong(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            if path.endswith(("healthz", "readyz")):
                continue
            assert operation["security"] == [{"bearer": []}], where
            codes = set(operation["responses"])
            assert codes & {"200", "201"}, where
            assert "401" in codes, where
            for code in codes - {"200", "201"}:
                content = operation["responses"][code]["content"]
                assert list(content) == ["application/problem+json"], f"{where} {code}"


def test_bodies_have_examples(described: dict[str, Any]) -> None:
    for path, methods in described["paths"].items():
        for operation in methods.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                name = content["schema"]["$ref"].rpartition("/")[2]
                fields = described["components"]["schemas"][name]["properties"].values()
                assert any("examples" in field for field in fields) or name == "Upload", path


Answers = dict[tuple[str, str], Any]


def _of_moves(asking: Asking, ani: Program) -> Answers:
    hadi, case = asking.as_program("hadi"), start(ani)["id"]
    first = open_task(ani, case)["id"]
    ani.post(f"/tasks/{first}/complete", {"data": {"putusan": "setuju"}})
    found = {("post", "/tasks/{task}/withdraw"): ani.post(f"/tasks/{first}/withdraw", {"reason": "Keliru"})}
    ani.post(f"/tasks/{open_task(ani, case)['id']}/complete", {"data": {"putusan": "setuju"}})
    second = hadi.get(f"/tasks?case={case}").get_json()["items"][0]["id"]
    back = {"element": "putuskan", "reason": "Lengkapi"}
    found["post", "/tasks/{task}/send-back"] = hadi.post(f"/tasks/{second}/send-back", back)
    first = open_task(ani, case)["id"]
    found["post", "/tasks/{task}/skip"] = hadi.post(f"/tasks/{first}/skip", {"reason": "Cuti"})
    return found


def _of_incidents(asking: Asking, ani: Program) -> Answers:
    hadi, robi, intan = (asking.as_program(name) for name in ("hadi", "robi", "intan"))
    for name, text in (("rapuh", FRAGILE), ("luar", OUTSIDE)):
        assert intan.post("/definitions", data={"file": files(**{name: text})}).status_code == 201
    case = start(ani, "rapuh")["id"]
    ani.post(f"/tasks/{open_task(ani, case)['id']}/complete", {"data": {}})
    listed = hadi.get("/incidents")
    incident = listed.get_json()["items"][0]["id"]
    found = {
        ("get", "/incidents"): listed,
        ("get", "/incidents/{incident}"): hadi.get(f"/incidents/{incident}"),
        ("post", "/cases/{case}/variables"): hadi.post(
            f"/cases/{case}/variables", {"set": {"jumlah": 1}, "reason": "Lupa"}
        ),
        ("post", "/incidents/{incident}/retry"): hadi.post(f"/incidents/{incident}/retry"),
    }
    for _ in range(3):
        start(ani, "luar")
    fetched = robi.post("/external-tasks/fetch-and-lock", {"worker": "w", "topics": ["siasn"]})
    first, second, third = (item["id"] for item in fetched.get_json()["items"])
    place = ("post", "/external-tasks/{task}/")
    found[place[0], "/external-tasks/fetch-and-lock"] = fetched
    found[place[0], f"{place[1]}lock"] = robi.post(
        f"/external-tasks/{first}/lock", {"worker": "w", "lock_seconds": 9}
    )
    found[place[0], f"{place[1]}complete"] = robi.post(f"/external-tasks/{first}/complete", {"worker": "w"})
    found[place[0], f"{place[1]}failure"] = robi.post(
        f"/external-tasks/{second}/failure", {"worker": "w", "error": "mati"}
    )
    found[place[0], f"{place[1]}error"] = robi.post(
        f"/external-tasks/{third}/error", {"worker": "w", "code": "TOLAK"}
    )
    return found


def _of_migrations(asking: Asking, ani: Program) -> Answers:
    hadi, intan, case = asking.as_program("hadi"), asking.as_program("intan"), start(ani)["id"]
    renamed = LETTER.replace('name="Putuskan"', 'name="Putuskanlah"')
    number = intan.post("/definitions", data={"file": files(surat=renamed)}).get_json()["version"]
    found = {
        ("post", "/cases/{case}/migration"): hadi.post(f"/cases/{case}/migration", {"version": number}),
        ("post", "/cases/{case}/migration/undo"): hadi.post(f"/cases/{case}/migration/undo"),
    }
    job = intan.post("/definitions/surat/migrations", {"from_version": 1, "to_version": number})
    place = f"/migrations/{job.get_json()['id']}"
    return found | {
        ("post", "/definitions/{key}/migrations"): job,
        ("get", "/migrations/{job}"): intan.get(place),
        ("post", "/migrations/{job}/stop"): intan.post(f"{place}/stop"),
    }


def _of_managing(asking: Asking, ani: Program) -> Answers:
    hadi, case = asking.as_program("hadi"), start(ani)["id"]
    task = open_task(ani, case)["id"]
    extended = hadi.post(f"/tasks/{task}/extend", {"until": "2031-01-06", "reason": "uji"})
    return {
        ("post", "/tasks/{task}/extend"): extended,
        ("post", "/cases/{case}/suspend"): hadi.post(f"/cases/{case}/suspend", {"reason": "uji"}),
        ("post", "/cases/{case}/resume"): hadi.post(f"/cases/{case}/resume", {"reason": "uji"}),
    }


def _of_handing(asking: Asking, ani: Program) -> Answers:
    path = f"/tasks/{open_task(ani, start(ani)['id'])['id']}"
    saved = ani.put(f"{path}/draft", {"data": {"putusan": "setuju"}})
    return {
        ("put", "/tasks/{task}/draft"): saved,
        ("get", "/tasks/{task}/draft"): ani.get(f"{path}/draft"),
        ("post", "/tasks/{task}/delegate"): ani.post(f"{path}/delegate", {"to": "lina"}),
        ("post", "/tasks/{task}/assign"): asking.as_program("hadi").post(f"{path}/assign", {"to": "ani"}),
    }


def test_answers_are_as_described(asking: Asking, ani: Program, described: dict[str, Any]) -> None:
    intan, citra, joko = (asking.as_program(name) for name in ("intan", "citra", "joko"))
    deployed = intan.post(
        "/definitions", data={"file": files(surat=LETTER, putusan_uji_json=json.dumps(FORM))}
    )
    case = start(ani)
    task = open_task(ani, case["id"])
    other = start(ani)
    answers = {
        ("post", "/definitions"): deployed,
        ("get", "/definitions"): intan.get("/definitions"),
        ("get", "/definitions/{key}"): intan.get("/definitions/surat"),
        ("post", "/cases"): ani.post("/cases", {"definition": "surat"}),
        ("get", "/cases"): ani.get("/cases"),
        ("get", "/cases/{case}"): ani.get(f"/cases/{case['number']}"),
        ("get", "/cases/{case}/events"): ani.get(f"/cases/{case['id']}/events"),
        ("post", "/cases/{case}/cancel"): citra.post(f"/cases/{other['id']}/cancel", {"reason": "uji"}),
        ("get", "/cases/{case}/outline"): ani.get(f"/cases/{case['id']}/outline"),
        ("get", "/cases/{case}/letters"): ani.get(f"/cases/{case['id']}/letters"),
        ("get", "/cases/{case}/comments"): ani.get(f"/cases/{case['id']}/comments"),
        ("post", "/cases/{case}/comments"): ani.post(f"/cases/{case['id']}/comments", {"body": "Uji"}),
        ("get", "/figures/overview"): ani.get("/figures/overview"),
        ("get", "/figures/outcomes"): ani.get("/figures/outcomes"),
        ("get", "/notices"): ani.get("/notices"),
        ("get", "/tasks"): ani.get("/tasks"),
        ("get", "/tasks/{task}"): ani.get(f"/tasks/{task['id']}"),
        ("post", "/tasks/{task}/claim"): ani.post(f"/tasks/{task['id']}/claim"),
        ("post", "/tasks/{task}/release"): ani.post(f"/tasks/{task['id']}/release"),
        ("post", "/tasks/{task}/complete"): ani.post(
            f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju"}}
        ),
        ("post", "/task-batches"): ani.post("/task-batches", {"tasks": [task["id"]], "dry_run": True}),
        ("post", "/messages"): joko.post("/messages", {"name": "tidak_ditunggu"}),
        ("get", "/healthz"): ani.get("/healthz"),
        ("get", "/readyz"): ani.get("/readyz"),
    }
    answers |= _of_moves(asking, ani) | _of_incidents(asking, ani) | _of_migrations(asking, ani)
    answers |= _of_managing(asking, ani) | _of_handing(asking, ani)
    assert set(answers) == PROMISED - ELSEWHERE
    for (method, path), answer in answers.items():
        assert answer.status_code in (200, 201) or path == "/messages", (path, answer.text)
        described_answer = described["paths"][API + path][method]["responses"][str(answer.status_code)]
        (content,) = described_answer["content"].values()
        schema = {**content["schema"], "components": described["components"]}
        errors = [error.message for error in Draft202012Validator(schema).iter_errors(answer.get_json())]
        assert errors == [], f"{method} {path}: {answer.text}"
        if "$ref" in content["schema"] and path != "/messages":
            name = content["schema"]["$ref"].rpartition("/")[2]
            known = set(described["components"]["schemas"][name]["properties"])
            assert set(answer.get_json()) <= known, f"{method} {path}: undocumented"
