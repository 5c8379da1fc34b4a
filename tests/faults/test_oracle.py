"""Servers killed, frozen and cut off under load: what was acknowledged is stored, each request once, the log matches.

Every client keeps its key and the answer, and asks again with the same key until it has one. Rows 21, 24, 27 to 29 of the
plan for such tests: a process killed or frozen, connections of the database ended, an answer that got lost.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.engine import make_url

from service.db.cases import Case, CaseEvent, IdempotencyKey, Task
from service.engine.steps import SourceFile
from service.operations import cases, definitions, signing_in
from service.settings import Settings
from service.wiring import Services
from tests.browser.conftest import MUTASI, free_port, wait_for
from tests.operations.diagrams import HEAD
from tests.world import World

STEPS = ("satu", "dua", "tiga")
CLIENTS, CASES_EACH = 4, 5
FAULTS = 4
LINE = (
    f'{HEAD}<process id="garis" name="Garis" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
    + "".join(f'<userTask id="{step}" name="{step}" mutasi:role="analis_sdm"/>' for step in STEPS)
    + '<sequenceFlow id="f0" sourceRef="s" targetRef="satu"/><sequenceFlow id="f1" sourceRef="satu" targetRef="dua"/>'
    '<sequenceFlow id="f2" sourceRef="dua" targetRef="tiga"/><sequenceFlow id="f3" sourceRef="tiga" targetRef="e"/>'
    "</process></definitions>"
)


class Server:
    """A real server that can be killed and started again on the same address."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.port = free_port()
        self.log = folder / "server.log"
        self.environment = {
            name: value for name, value in os.environ.items() if not name.startswith("MUTASI_")
        }
        self.environment |= {
            "MUTASI_DATABASE_URL": settings.database_url,
            "MUTASI_SECRET_KEY": settings.secret_key,
            "MUTASI_VAR_DIR": settings.var_dir,
            "MUTASI_PORT": str(self.port),
        }
        self.process = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as output:
            process = subprocess.Popen([MUTASI, "serve"], env=self.environment, stdout=output, stderr=output)
        wait_for(f"http://127.0.0.1:{self.port}/readyz", process, self.log)
        return process

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = self.start()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(1.5)
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


@dataclass
class Client:
    """Completes the tasks of its cases, whatever happens to the server; keeps what was acknowledged."""

    port: int
    token: str
    numbers: list[str]
    loses_answers: bool = False
    acknowledged: dict[str, str] = field(default_factory=dict)  # key -> task
    failure: BaseException | None = None

    def run(self) -> None:
        try:
            for number in self.numbers:
                for _ in STEPS:
                    self._complete(number)
        except BaseException as error:
            self.failure = error

    def _complete(self, case: str) -> None:
        task = self._asked("GET", f"/api/v1/tasks?case={case}&state=open")["items"][0]["id"]
        key = uuid.uuid4().hex
        if self.loses_answers:
            self._send_and_leave(f"/api/v1/tasks/{task}/complete", key)
        self._asked("POST", f"/api/v1/tasks/{task}/complete", key)
        self.acknowledged[key] = task

    def _asked(self, method: str, path: str, key: str = "") -> dict[str, Any]:
        """The answer, asked for again until there is one."""
        for _ in range(200):
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
                connection.request(method, path, body="{}" if key else None, headers=self._headers(key))
                answer = connection.getresponse()
                body = answer.read()
                if answer.status == 200:
                    found: dict[str, Any] = json.loads(body)
                    return found
                assert answer.status in (500, 503), (answer.status, body)
            except (OSError, http.client.HTTPException):
                pass  # cut off: nobody knows whether it was done
            time.sleep(0.1)
        raise AssertionError(f"{path} was never answered")

    def _headers(self, key: str) -> dict[str, str]:
        headers = {"Authorization": f"Bearer {self.token}"}
        return headers | ({"Idempotency-Key": key, "Content-Type": "application/json"} if key else {})

    def _send_and_leave(self, path: str, key: str) -> None:
        headers = {"Host": "localhost", "Content-Length": "2", **self._headers(key)}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n{}").encode())


def cut_off(url: str) -> None:
    """End all connections to the database, as a restart or a broken network does."""
    parsed = make_url(url)
    others = "datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(
        host=parsed.host, port=parsed.port, user=parsed.username, dbname=parsed.database
    ) as connection:
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")


@pytest.mark.parametrize("fault", ["kill", "freeze", "lose"])
def test_what_was_acknowledged_is_stored_once(
    fault: str, settings: Settings, services: Services, world: World, tmp_path: Path
) -> None:
    check_oracle(fault, settings, services, world, tmp_path)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_it_is_when_the_database_cuts_all_connections(
    settings: Settings, services: Services, world: World, tmp_path: Path
) -> None:
    check_oracle("cut", settings, services, world, tmp_path)


def check_oracle(
    fault: str | Callable[[], object], settings: Settings, services: Services, world: World, folder: Path
) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("garis.bpmn", LINE.encode())])
    with services.action(world.ani) as action:
        numbers = [cases.start(action, "garis").number for _ in range(CLIENTS * CASES_EACH)]
    with services.action() as action:
        token = signing_in.create_token(action, "ani", "uji")
    server = Server(settings, folder)
    shares = [numbers[n::CLIENTS] for n in range(CLIENTS)]
    clients = [Client(server.port, token, share, loses_answers=fault == "lose") for share in shares]
    threads = [threading.Thread(target=client.run) for client in clients]
    try:
        for thread in threads:
            thread.start()
        for _ in range(FAULTS):
            time.sleep(0.4)
            if fault in ("kill", "freeze"):
                getattr(server, fault)()
            elif fault == "cut":
                cut_off(settings.database_url)
            elif callable(fault):
                fault()
        for thread in threads:
            thread.join(120)
    finally:
        server.stop()
    services.sessions.kw["bind"].dispose()  # our own connections were cut, too
    assert [client.failure for client in clients] == [None] * CLIENTS
    acknowledged = {key: task for client in clients for key, task in client.acknowledged.items()}
    assert len(acknowledged) == CLIENTS * CASES_EACH * len(STEPS)
    with services.reading() as action:
        session = action.session
        completed = session.scalars(select(CaseEvent.task_id).where(CaseEvent.kind == "task_completed")).all()
        states = {row.id: row.state for row in session.execute(select(Task.id, Task.state))}
        keys = {
            row.key: row.status for row in session.execute(select(IdempotencyKey.key, IdempotencyKey.status))
        }
        statuses = session.scalars(select(Case.status)).all()
    assert Counter(str(task) for task in completed) == Counter(acknowledged.values())
    assert {str(task) for task, state in states.items() if state == "completed"} == set(acknowledged.values())
    assert keys == dict.fromkeys(acknowledged, 200)
    assert Counter(statuses) == {"completed": len(numbers)}
