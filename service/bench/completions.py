"""What a completed task costs over HTTP: throughput, latency, CPU of application and database."""

from __future__ import annotations

import statistics
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from service.bench.databases import database_cpu_seconds, process_cpu_seconds
from service.bench.loopback import answers
from service.bench.server import Client, Server

TASKS_IN_A_ROW = 8


def measure(server: Server, kind: str, clients: int, completions: int) -> dict[str, Any]:
    """Let `clients` complete about `completions` tasks of their own cases. Only completions are in the figures:
    starting cases and finding their next tasks happens between the measured rounds."""
    share = max(1, completions // clients // TASKS_IN_A_ROW)
    workers = [_Worker(Client(server)) for _ in range(clients)]
    _together([worker.warm_up for worker in workers])
    _together([lambda worker=worker: worker.start_cases(share) for worker in workers])
    wall = application = database = 0.0
    for _ in range(TASKS_IN_A_ROW):
        _together([worker.find_tasks for worker in workers])
        before = process_cpu_seconds(server.pid), database_cpu_seconds(kind), time.perf_counter()
        _together([worker.complete for worker in workers])
        wall += time.perf_counter() - before[2]
        application += process_cpu_seconds(server.pid) - before[0]
        database += database_cpu_seconds(kind) - before[1]
    times = sorted(seconds * 1000 for worker in workers for seconds in worker.times)
    return {
        "database": kind,
        "clients": clients,
        "completions": len(times),
        "per_second": len(times) / wall,
        "p50_ms": statistics.median(times),
        "p95_ms": times[int(len(times) * 0.95) - 1],
        "application_cpu_ms": application / len(times) * 1000,
        "database_cpu_ms": database / len(times) * 1000,
        "cpu_ms": (application + database) / len(times) * 1000,
    }


@dataclass
class _Worker:
    """One client with cases of its own. Only completions are timed."""

    client: Client
    times: list[float] = field(default_factory=list)
    cases: list[str] = field(default_factory=list)
    open: list[dict[str, Any]] = field(default_factory=list)

    def warm_up(self) -> None:
        self.start_cases(3)
        for _ in range(3):
            self.find_tasks()
            self.complete()
        self.times.clear()
        self.cases.clear()

    def start_cases(self, count: int) -> None:
        body = {"definition": "consultation_bench", "data": {"nip": "198001012005011001"}}
        self.cases += [self.client.expect(201, "POST", "/cases", body)["id"] for _ in range(count)]

    def find_tasks(self) -> None:
        self.open = []
        for case in self.cases:
            self.open += self.client.expect(200, "GET", f"/tasks?case={case}&state=open")["items"]

    def complete(self) -> None:
        for task in self.open:
            body = {"data": answers(task["element"], again=True)}
            begun = time.perf_counter()
            self.client.expect(200, "POST", f"/tasks/{task['id']}/complete", body)
            self.times.append(time.perf_counter() - begun)


def _together(works: list[Any]) -> None:
    """Run in threads; the first error of any is raised."""
    errors: list[Exception] = []

    def run(work: Any) -> None:
        try:
            work()
        except (RuntimeError, OSError) as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
