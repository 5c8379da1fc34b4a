"""What every answer of every route carries, and what no route answers."""

from __future__ import annotations

import gzip
import re
import uuid
from collections.abc import Iterator
from urllib.parse import parse_qs

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from service.web.assets import asset
from tests.asking import Asking, Person, Program

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; manifest-src 'self'; "
    "worker-src 'self'; object-src 'none'; frame-ancestors 'none'"
)
KEPT = {
    "/manifest.webmanifest": "private, max-age=3600",
    "/sw.js": "no-cache",
    "/offline": "private, max-age=3600",
}
"""What a browser may keep for a while, for itself alone."""
STEPS = {"/sign-in/code", "/sign-in/enrol", "/sign-in/password"}
"""What comes after the password: 401 with the sign-in page for whoever gave none."""
OPEN_TO_ALL = {
    "common.static",
    "home.start",
    "home.language",
    "sign_in.page",
    "sign_in.sign_in",
    "sign_in.sign_out",
    "health.healthz",
    "health.readyz",
    "api_health.healthz",
    "api_health.readyz",
    "openapi",
    "letter_check.page",
    "letter_check.compare",
    "feeds.calendar",
    "install.manifest",
    "install.worker",
    "install.offline",
    "sign_in.link",
    "sign_in.use_link",
    "sign_in_elsewhere.go",
    "sign_in_elsewhere.back",
    "sign_in_elsewhere.leave",
}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: nothing here depends on it."""
    return sqlite_url


def every_route(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """(method, address, rule) of every route, with plausible values for its variables."""
    for rule in app.url_map.iter_rules():
        address = re.sub(r"<uuid:[a-z_]+>", str(uuid.uuid4()), rule.rule)
        address = re.sub(r"<int:[a-z_]+>", "1", address)
        address = re.sub(r"<(?:path:)?(?:case|task)>", str(uuid.uuid4()), address)
        address = re.sub(r"<(?:path:)?[a-z_]+>", "sesuatu", address)
        for method in sorted(rule.methods or ()):
            yield method, address, rule


def check_headers(answer: TestResponse, where: str, kept: str = "no-store") -> None:
    headers = answer.headers
    assert headers["Content-Security-Policy"] == CSP, where
    assert headers["X-Content-Type-Options"] == "nosniff", where
    assert headers["X-Frame-Options"] == "DENY", where
    assert headers["Referrer-Policy"] == "same-origin", where
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin", where
    assert "camera=()" in headers["Permissions-Policy"], where
    assert headers["Cache-Control"] == kept, where
    assert "Cookie" in headers["Vary"], where
    assert "Access-Control-Allow-Origin" not in headers, where
    assert not {"X-Powered-By", "Via"} & set(headers.keys()), where


def test_every_route_answers_everybody_with_all_headers(app: Flask, asking: Asking) -> None:
    clients: list[FlaskClient | Program | Person] = [asking.as_nobody(), asking.as_person("joko")]
    seen = 0
    for client in clients:
        browser = client.client if isinstance(client, Person) else client
        for method, address, rule in every_route(app):
            answer = browser.open(address, method=method)
            kept = KEPT.get(rule.rule, "no-store") if method in ("GET", "HEAD") else "no-store"
            check_headers(answer, f"{method} {rule.rule}", kept)
            assert answer.status_code < 500, f"{method} {rule.rule}"
            seen += 1
    assert seen > 100


@pytest.mark.parametrize("accepted", ["text/html", "application/json"])
def test_nobody_gets_past_the_sign_in_page(app: Flask, asking: Asking, accepted: str) -> None:
    """401 on the API, for scripts of our own pages and at a step of signing in; 303 everywhere else."""
    nobody = asking.as_nobody()
    headers = {"X-CSRFToken": Person(nobody).csrf("/sign-in"), "Accept": accepted}
    for method, address, rule in every_route(app):
        if rule.endpoint in OPEN_TO_ALL or method == "OPTIONS":
            continue
        where = f"{method} {rule.rule}"
        answer = nobody.open(address, method=method, headers=headers)
        if address.startswith("/api/"):
            assert answer.status_code == 401, where
            assert answer.headers["WWW-Authenticate"] == "Bearer", where
        elif address in STEPS:
            assert (answer.status_code, answer.location) == (401, None), where
            assert method == "HEAD" or 'name="password"' in answer.text, where
        elif accepted == "application/json":
            assert (answer.status_code, answer.location) == (401, None), where
            assert method == "HEAD" or answer.get_json()["said"].startswith("Anda sudah keluar"), where
        else:
            leads_to, _, query = (answer.location or "").partition("?")
            assert (answer.status_code, leads_to) == (303, "/sign-in"), where
            assert parse_qs(query) == ({"next": [address]} if method == "GET" else {}), where


def test_a_calendar_is_kept_for_a_quarter_of_an_hour_and_only_by_its_address(asking: Asking) -> None:
    page = asking.as_person("ani").post("/account/calendar").text
    address = re.search(r'value="http://localhost(/feeds/[^"]+\.ics)"', page)
    assert address
    nobody = asking.as_nobody()
    answer = nobody.get(address[1])
    check_headers(answer, address[1], "private, max-age=900")
    again = nobody.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, "private, max-age=900")
    unknown = nobody.get("/feeds/tidak-dikenal.ics")
    assert (unknown.status_code, unknown.location) == (404, None)
    check_headers(unknown, "a calendar of nobody")


def test_reading_changes_nothing(app: Flask) -> None:
    """No route takes both GET and a method that changes, so no view can change by GET what POST protects."""
    for rule in app.url_map.iter_rules():
        methods = set(rule.methods or ()) - {"HEAD", "OPTIONS"}
        assert len(methods) == 1, rule.rule


@pytest.mark.parametrize("address", ["/inbox", "/api/v1/tasks", "/static/icon.svg", "/"])
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND"])
def test_other_methods_are_refused(asking: Asking, address: str, method: str) -> None:
    answer = asking.as_nobody().open(address, method=method, headers={"X-Echo": "rahasia"})
    assert answer.status_code in (405, 501)
    assert "rahasia" not in answer.text


@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/tasks;i18ntranslation",
        "/api/v1/./tasks/../cases",
        "//api/v1/tasks",
        "/API/V1/TASKS",
        "/api/v1/%2e%2e/v1/tasks",
        "/api/v1/tasks%2f",
        "/inbox;x",
        "/INBOX",
        "/static/../../pyproject.toml",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/.git/config",
        "/console",
        "/api/v1/openapi.json/../tasks",
        "/healthz/../inbox",
    ],
)
def test_crooked_paths_open_nothing(asking: Asking, address: str) -> None:
    answer = asking.as_nobody().get(
        address, headers={"X-HTTP-Method-Override": "GET", "X-Original-URL": "/healthz"}
    )
    assert answer.status_code in (303, 308, 401, 404)
    if answer.status_code in (303, 308):
        assert not answer.location.startswith("//")
    assert "items" not in answer.text


def test_built_files_are_kept_and_everything_else_is_not(app: Flask, asking: Asking) -> None:
    nobody = asking.as_nobody()
    with app.test_request_context():
        built = [asset(name) for name in ("app.js", "app.css")]
    for address in built:
        answer = nobody.get(address)
        assert (answer.status_code, "immutable" in answer.headers["Cache-Control"]) == (200, True), address
    for address in ("/static/icon.svg", "/static/build/manifest.json"):
        assert nobody.get(address).headers["Cache-Control"] == "public, max-age=3600"
    assert nobody.get("/static/build/gone-AAAAAAAA.js").headers["Cache-Control"] == "no-store"


def test_scripts_and_styles_are_packed_for_browsers_that_take_it(app: Flask, asking: Asking) -> None:
    nobody = asking.as_nobody()
    with app.test_request_context():
        address = asset("app.css")
    plain = nobody.get(address)
    for accepted, encoding, unpacked in (
        ("gzip, deflate", "gzip", gzip.decompress),
        ("gzip, br", "br", None),
    ):
        packed = nobody.get(address, headers={"Accept-Encoding": accepted})
        assert (packed.content_encoding, packed.mimetype) == (encoding, "text/css")
        assert len(packed.data) < len(plain.data) / 4
        assert "immutable" in packed.headers["Cache-Control"]
        assert packed.get_etag() != plain.get_etag()
        if unpacked:
            assert unpacked(packed.data) == plain.data
    for answer in (plain, nobody.get(address, headers={"Accept-Encoding": "gzip;q=0, identity"})):
        assert (answer.content_encoding, "Accept-Encoding" in answer.vary) == (None, True)
    assert nobody.get("/static/%2e%2e/%2e%2e/app.py").status_code == 404


def test_pages_are_packed_and_their_length_tells_nothing(asking: Asking) -> None:
    ani = asking.as_person("ani")
    plain = ani.get("/inbox")
    sizes = set()
    for _ in range(20):
        packed = ani.get("/inbox", headers={"Accept-Encoding": "gzip"})
        assert (packed.content_encoding, packed.mimetype) == ("gzip", "text/html")
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 3
        assert b"</html>" in gzip.decompress(packed.data)
        sizes.add(len(packed.data))
    assert len(sizes) > 5
    assert "Accept-Encoding" in plain.vary
    assert plain.content_encoding is None
    data = asking.as_program("ani").get("/cases")
    assert data.content_encoding is None  # an entity tag of the API names one representation


def test_faults_of_ours_tell_nothing(app: Flask, asking: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError("rahasia: postgresql://root@db")

    program, person = asking.as_program("ani"), asking.as_person("ani")
    app.view_functions["inbox.page"] = break_down
    app.view_functions["api_messages.send"] = break_down
    page, answer = person.get("/inbox"), program.post("/messages", {"name": "x"})
    for found in (page, answer):
        assert found.status_code == 500
        assert "rahasia" not in found.text
        assert "Traceback" not in found.text
    assert answer.content_type == "application/problem+json"
    assert answer.get_json()["trace_id"] in answer.text


def test_a_body_of_forty_megabytes_is_refused(asking: Asking) -> None:
    person, program = asking.as_person("intan"), asking.as_program("intan")
    large = b"x" * (40 << 20)
    page = person.client.post("/definitions/upload", data={"csrf_token": person.csrf(), "note": large})
    assert page.status_code == 413
    answer = program.client.post(
        "/api/v1/cases",
        data=b'{"definition": "' + large + b'"}',
        headers={"Authorization": f"Bearer {program.token}", "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.get_json()["code"]) == (413, "request_entity_too_large")
