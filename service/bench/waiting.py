"""What cases that only wait cost: CPU of a minute of ticks with 10,000 timers that are not yet due."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from service import scheduler
from service.bench.databases import database_cpu_seconds
from service.bench.inbox import case_row
from service.db.bulk import insert_many
from service.db.cases import Case, DueWork
from service.operations import definitions
from service.wiring import Services

CASES = 10_000


def measure(services: Services) -> dict[str, Any]:
    """CPU milliseconds, application and database, of as many ticks as a minute has."""
    kind = services.sessions.kw["bind"].dialect.name
    due = datetime.now(UTC) + timedelta(days=90)
    with services.sessions.begin() as session:
        version = definitions.latest(session, "consultation_bench")
        rows = [case_row(version.id, 10_000_000 + number) for number in range(CASES)]
        insert_many(session, Case, rows)
        insert_many(
            session,
            DueWork,
            [
                {
                    "key": f"timer:{row['id']}",
                    "kind": "timer",
                    "case_id": row["id"],
                    "due_at": due,
                    "state": "pending",
                    "attempts": 0,
                    "payload": {},
                }
                for row in rows
            ],
        )
    scheduler.tick(services)
    ticks = 60 // services.settings.tick_seconds
    before = time.process_time(), database_cpu_seconds(kind)
    for _ in range(ticks):
        scheduler.tick(services)
    application = time.process_time() - before[0]
    database = database_cpu_seconds(kind) - before[1]
    return {
        "database": kind,
        "waiting_cases": CASES,
        "ticks": ticks,
        "cpu_ms_per_minute": (application + database) * 1000,
    }
