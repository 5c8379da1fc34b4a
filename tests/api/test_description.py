"""The description of the API is valid, and true."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.api.building import FORM, LETTER, files, open_task, start
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
    ("get", "/tasks"),
    ("get", "/tasks/{task}"),
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
        ("get", "/tasks"): ani.get("/tasks"),
        ("get", "/tasks/{task}"): ani.get(f"/tasks/{task['id']}"),
        ("post", "/tasks/{task}/claim"): ani.post(f"/tasks/{task['id']}/claim"),
        ("post", "/tasks/{task}/release"): ani.post(f"/tasks/{task['id']}/release"),
        ("post", "/tasks/{task}/complete"): ani.post(
            f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju"}}
        ),
        ("post", "/messages"): joko.post("/messages", {"name": "tidak_ditunggu"}),
        ("get", "/healthz"): ani.get("/healthz"),
        ("get", "/readyz"): ani.get("/readyz"),
    }
    assert set(answers) == PROMISED - {("get", "/definitions/{key}/versions/{version}/xml")}
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
