"""A real server in a process of its own, measured from outside over HTTP."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Server:
    """A running `mutasi serve`: its port, process id, and the token its clients use."""

    port: int
    pid: int
    token: str
    started_in: float


def free_port() -> int:
    """A TCP port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(database_url: str, token: str) -> Iterator[Server]:
    """Start `mutasi serve` on a database that is set up, and stop it afterwards."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="mutasi-bench-var-") as var_dir:
        environment = os.environ | {
            "MUTASI_DATABASE_URL": database_url,
            "MUTASI_PORT": str(port),
            "MUTASI_VAR_DIR": var_dir,
            "MUTASI_CONFIG": "",
        }
        begun = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "service", "serve"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            _wait_until_it_answers(port, process)
            yield Server(port, process.pid, token, time.perf_counter() - begun)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=30)


def _wait_until_it_answers(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with exit code {process.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not answer within 60 s")


class Client:
    """One keep-alive connection that speaks JSON with a bearer token."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self._headers = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/json"}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Status and parsed answer."""
        content = None if body is None else json.dumps(body)
        self._connection.request(method, f"/api/v1{path}", content, self._headers)
        response = self._connection.getresponse()
        answer = response.read()
        return response.status, json.loads(answer) if answer else None

    def expect(self, status: int, method: str, path: str, body: Any = None) -> Any:
        """The answer, when the status is the expected one; else RuntimeError with what came."""
        got, answer = self.call(method, path, body)
        if got != status:
            raise RuntimeError(f"{method} {path}: {got} {answer}")
        return answer
