"""Moving all running cases of a version to the next as a job."""

from __future__ import annotations

import time
from typing import Any

from service.bench.databases import database_cpu_seconds
from service.bench.loopback import bundle
from service.bench.world import actor
from service.engine.steps import SourceFile
from service.operations import cases, definitions, migrating
from service.wiring import Services

CASES = 5_000
KEY = "consultation_bench"


def measure(services: Services) -> dict[str, Any]:
    """Cases moved per second and CPU per case, application and database."""
    kind = services.sessions.kw["bind"].dialect.name
    who = actor(services)
    with services.reading() as action:
        old = definitions.latest(action.session, KEY).version
    for number in range(0, CASES, 100):
        with services.action(who) as action:
            for _ in range(min(100, CASES - number)):
                cases.start(action, KEY, data={"nip": "198001012005011001"})
    files = [
        SourceFile(
            file.name, file.content.replace(b"</bpmn:definitions>", b"<!-- next --></bpmn:definitions>")
        )
        for file in bundle().files
    ]
    with services.action(who) as action:
        new = definitions.deploy(action, files)[0].version
        job = migrating.begin_job(action, KEY, old, new, {}, "keep").id
    before = time.process_time(), database_cpu_seconds(kind), time.perf_counter()
    for _ in migrating.run_jobs(services):
        pass
    seconds = time.perf_counter() - before[2]
    cpu = time.process_time() - before[0] + database_cpu_seconds(kind) - before[1]
    with services.reading(who) as action:
        done = migrating.get_job(action, job)
        return {
            "database": kind,
            "cases": CASES,
            "moved": done.moved,
            "blocked": len(done.blocked),
            "per_second": done.moved / seconds,
            "cpu_ms_per_case": cpu / CASES * 1000,
        }
