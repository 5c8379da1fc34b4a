"""Two servers on one database, and two people who complete the same task at the same moment; a disk that is full."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from service.db.cases import CaseEvent
from service.engine.steps import SourceFile
from service.operations import cases, definitions, signing_in
from service.operations.recording import open_tasks
from service.settings import Settings
from service.wiring import Services
from tests.api.building import open_task, start
from tests.api.test_incidents import files_for
from tests.asking import Asking
from tests.faults.test_oracle import LINE, STEPS, Server
from tests.world import World

ROUNDS = 8


def complete(port: int, token: str, task: str, barrier: threading.Barrier) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.connect()
    barrier.wait()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1/tasks/{task}/complete", body="{}", headers=headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_of_two_servers_one_completes_a_task_and_the_other_says_who(
    settings: Settings, services: Services, world: World, tmp_path: Path
) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("garis.bpmn", LINE.encode())])
    with services.action() as action:
        tokens = [signing_in.create_token(action, name, "uji") for name in ("ani", "lina")]
    folders = [tmp_path / name for name in ("a", "b")]
    for folder in folders:
        folder.mkdir()
    servers = [Server(settings, folder) for folder in folders]
    statuses: Counter[int] = Counter()
    try:
        for _ in range(ROUNDS):
            with services.action(world.ani) as action:
                case = cases.start(action, "garis").id
            for _ in STEPS:
                with services.reading(world.ani) as action:
                    (task,) = open_tasks(action, cases.locked(action, case)).values()
                    task_id = str(task.id)
                barrier = threading.Barrier(2)
                with ThreadPoolExecutor(2) as pool:
                    asked = [
                        pool.submit(complete, server.port, token, task_id, barrier)
                        for server, token in zip(servers, tokens, strict=True)
                    ]
                answers = [one.result() for one in asked]
                statuses.update(status for status, _ in answers)
                refused = next(body for status, body in answers if status == 409)
                assert refused["by"] in ("Ani", "Lina")
                assert refused["at"]
    finally:
        for server in servers:
            server.stop()
    assert statuses == {200: ROUNDS * len(STEPS), 409: ROUNDS * len(STEPS)}
    with services.reading() as action:
        count = select(func.count()).where(CaseEvent.kind == "task_completed")
        assert action.session.scalar(count) == ROUNDS * len(STEPS)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_refuses_clearly_and_loses_nothing(asking: Asking, services: Services) -> None:
    files_for(asking, garis=LINE)
    ani = asking.as_program("ani")
    case = start(ani, "garis")["id"]
    task = open_task(ani, case)["id"]
    engine = services.sessions.kw["bind"]

    def fill(connection: Any) -> None:
        """No page more than there is, as when the disk has none left."""
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "begin", fill)
    body = {"data": {"catatan": "x" * 200_000}}
    full = ani.post(f"/tasks/{task}/complete", body)
    assert (full.status_code, full.get_json()["code"]) == (503, "unavailable"), full.text
    assert open_task(ani, case)["id"] == task  # reading goes on
    event.remove(engine, "begin", fill)
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000000")
    assert ani.post(f"/tasks/{task}/complete", body).status_code == 200
