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


@pytest.fixture(scope="module")
def city(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    """Services on a city of about 60 employees, with the shipped definitions and no case."""
    folder = tmp_path_factory.mktemp("city")
    wired = wire(
        load(
            {},
            database_url=sqlite_copy(sqlite_template, folder),
            secret_key="k" * 32,
            var_dir=str(folder),
            undo_seconds=0,  # what is decided here reaches the engine at once; test_task_page holds it
        )
    )
    with wired.action() as action:
        definitions.deploy_shipped(action)
        demo.fill(action, "kecamatan", with_cases=False)
    yield wired
    wired.sessions.kw["bind"].dispose()


@pytest.fixture(scope="module")
def application(city: Services) -> Flask:
    app = create_app(city)
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
