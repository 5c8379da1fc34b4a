"""A client of the pages on a fresh SQLite database with the smallest sample city, people only."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.app import create_app
from service.operations import cases, definitions, demo
from service.operations.action import Action
from service.settings import load
from service.wiring import Services, wire
from tests.conftest import sqlite_copy

Client = Callable[[str], FlaskClient]


@pytest.fixture(scope="session")
def city_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with a city of about 60 employees, the shipped definitions and no case, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    wired = on_copy(sqlite_template, folder)
    with wired.action() as action:
        definitions.deploy_shipped(action)
        demo.fill(action, "kecamatan", with_cases=False)
    wired.sessions.kw["bind"].dispose()
    return folder / "test.sqlite3"


def on_copy(template: Path, folder: Path) -> Services:
    """Services on a copy of a database in this folder."""
    return wire(
        load(
            {},
            database_url=sqlite_copy(template, folder),
            secret_key="k" * 32,
            var_dir=str(folder),
            undo_seconds=0,  # what is decided here reaches the engine at once; test_task_page holds it
        )
    )


@pytest.fixture(scope="module")
def city(city_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services on that city, for the tests of one module."""
    wired = on_copy(city_template, tmp_path_factory.mktemp("city"))
    yield wired
    wired.sessions.kw["bind"].dispose()


@pytest.fixture(scope="module")
def served(city: Services) -> Services:
    """What the application of a module serves."""
    return city


@pytest.fixture(scope="module")
def application(served: Services) -> Flask:
    app = create_app(served)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def client(application: Flask) -> Client:
    """`client("ani.analis")`: a browser in which this person is signed in; `client("")`: nobody."""

    def opened(username: str) -> FlaskClient:
        browser = application.test_client()
        if username:
            answer = browser.post("/sign-in", data={"username": username, "password": demo.PASSWORD})
            assert answer.status_code == 303
        return browser

    return opened


@pytest.fixture
def start(city: Services) -> Callable[..., str]:
    """Start a case as the system; its id."""

    def started(key: str = "umum_vacancy", **data: object) -> str:
        with city.action() as action:
            return str(begin(action, key, data).id)

    return started


def begin(action: Action, key: str, data: dict[str, object]) -> cases.Case:
    return cases.start(action, key, data={"jenis_mutasi": "M1", **data})
