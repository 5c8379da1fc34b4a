"""How long the inbox takes with many open tasks in the database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import text

from service.bench.world import actor
from service.db.bulk import insert_many
from service.db.cases import Case, Task
from service.domain.ids import new_id
from service.operations import definitions
from service.wiring import Services

TASKS_PER_CASE = 10
ROLES = ("analis_sdm", "ppk", "tpk", "pyb", "kepala_unit")


def grow(services: Services, present: int, wanted: int) -> None:
    """Add open tasks, spread over roles and cases, until there are `wanted`."""
    with services.sessions.begin() as session:
        version = definitions.latest(session, "consultation_bench")
        cases = [
            case_row(version.id, present + number) for number in range(0, wanted - present, TASKS_PER_CASE)
        ]
        insert_many(session, Case, cases)
        insert_many(session, Task, _tasks([case["id"] for case in cases], present, wanted))
    with services.sessions.kw["bind"].connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()


def measure(services: Services, token: str, rounds: int = 25) -> dict[str, float]:
    """Milliseconds of the first page of 50 tasks, over the API and as a page (without the network)."""
    from service.app import create_app
    from service.operations import signing_in

    app = create_app(services)
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}
    api = _times(lambda: client.get("/api/v1/tasks?limit=50", headers=headers).status_code, rounds)
    with services.action(actor(services)) as action:
        from service.operations import accounts

        secret = signing_in.open_session(action, accounts.named(action.session, "ukur"), "127.0.0.1", "bench")
    with client.session_transaction() as session:
        session["_user_id"] = secret
        session["_fresh"] = True
    page = _times(lambda: client.get("/inbox").status_code, rounds)
    return {
        "api_p50_ms": statistics.median(api),
        "api_p95_ms": sorted(api)[int(len(api) * 0.95) - 1],
        "page_p50_ms": statistics.median(page),
        "page_p95_ms": sorted(page)[int(len(page) * 0.95) - 1],
    }


def _times(request: Any, rounds: int) -> list[float]:
    times = []
    for number in range(rounds + 3):
        begun = time.perf_counter()
        status = request()
        if status != 200:
            raise RuntimeError(f"the inbox answered {status}")
        if number >= 3:
            times.append((time.perf_counter() - begun) * 1000)
    return times


def case_row(version_id: Any, number: int) -> dict[str, Any]:
    now = datetime.now(UTC) - timedelta(minutes=number % 500_000)
    return {
        "id": new_id(),
        "number": f"UKUR-{number:09d}",
        "definition_key": "consultation_bench",
        "definition_version_id": version_id,
        "title": "Konsultasi (ukur)",
        "status": "running",
        "stage": "Periksa berkas",
        "started_at": now,
        "changed_at": now,
        "version": 1,
        "snapshot": b"{}",
    }


def _tasks(cases: list[Any], present: int, wanted: int) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    for number in range(present, wanted):
        due = now + timedelta(minutes=(number * 7919) % 40_000 - 10_000)
        yield {
            "id": new_id(),
            "case_id": cases[(number - present) // TASKS_PER_CASE],
            "engine_key": str(number),
            "element": "periksa_berkas",
            "process": "consultation_bench",
            "name": "Periksa berkas",
            "name_en": "Check the files",
            "kind": "user",
            "role": ROLES[number % len(ROLES)],
            "unit_id": f"unor-{number % 400}" if number % len(ROLES) == 4 else None,
            "state": "open",
            "opened_at": now,
            "due_at": due,
            "due_order": due,
            "version": 1,
        }
