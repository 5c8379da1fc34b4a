"""How long the pages take in a city after years of use: milliseconds of the server, statements, and bytes."""

from __future__ import annotations

import gzip
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from service.db.cases import Case, Task
from service.operations import demo
from service.web.kept import Kept
from service.wiring import Services

Address = str | Callable[[Session], str]


def _running_case(session: Session) -> str:
    return f"/cases/{session.scalar(select(Case.id).where(Case.status == 'running').limit(1))}"


def _finished_case(session: Session) -> str:
    found = select(Case.id).where(Case.status == "completed").order_by(Case.started_at).limit(1)
    return f"/cases/{session.scalar(found)}"


def _task(session: Session) -> str:
    found = select(Task.id).where(Task.state == "open", Task.role == "analis_sdm").limit(1)
    return f"/tasks/{session.scalar(found)}"


def _busiest_unit(session: Session) -> str | None:
    """The unit with most cases."""
    most = (
        select(Case.target_unit)
        .where(Case.target_unit.is_not(None))
        .group_by(Case.target_unit)
        .order_by(func.count().desc(), Case.target_unit)
    )
    return session.scalar(most.limit(1))


PAGES: tuple[tuple[str, str, Address], ...] = (
    ("inbox, analyst", "ani.analis", "/inbox"),
    ("inbox, mine", "ani.analis", "/inbox?view=mine"),
    ("inbox, all", "ani.analis", "/inbox?view=all"),
    ("inbox, done", "ani.analis", "/inbox?view=done"),
    ("inbox, head of unit", "budi.kepala", "/inbox"),
    ("inbox, employee", "gita.pegawai", "/inbox"),
    ("inbox, overdue", "ani.analis", "/inbox?due=late"),
    ("inbox, filtered", "ani.analis", "/inbox?view=all&rules=warn&due=soon&definition=transfer_lifecycle"),
    ("inbox, news", "ani.analis", "/inbox/news?since=2026-01-01T00:00:00%2B00:00"),
    ("palette", "ani.analis", "/palette?q=Puskesmas"),
    ("inbox, search", "ani.analis", "/inbox?q=Puskesmas"),
    ("task", "ani.analis", _task),
    ("cases, manager", "hadi.manajer", "/cases"),
    ("cases, running", "hadi.manajer", "/cases?status=running"),
    ("cases, search", "hadi.manajer", "/cases?q=UKUR-000012"),
    ("cases, head of unit", "budi.kepala", "/cases"),
    ("case, running", "hadi.manajer", _running_case),
    ("case, finished", "hadi.manajer", _finished_case),
    ("overview", "hadi.manajer", "/overview"),
    ("overview, variant", "hadi.manajer", "/overview?definition=umum_vacancy"),
    ("overview, unit", "hadi.manajer", lambda session: f"/overview?unit={_busiest_unit(session)}"),
    ("overview, 36 months", "hadi.manajer", "/overview?from=2020-01"),
    ("overview, table", "hadi.manajer", "/overview/steps.csv"),
    ("outcomes", "hadi.manajer", "/outcomes"),
    ("outcomes, 36 months", "hadi.manajer", "/outcomes?from=2020-01"),
    (
        "outcomes, 36 months, unit",
        "hadi.manajer",
        lambda session: f"/outcomes?from=2020-01&unit={_busiest_unit(session)}",
    ),
    ("notices", "ani.analis", "/notices"),
    ("start", "ani.analis", "/start"),
    ("my transfer", "gita.pegawai", "/my"),
    ("my wishes", "gita.pegawai", "/my/wishes"),
    ("my data", "gita.pegawai", "/my/data"),
    ("corrections", "ani.analis", "/corrections"),
    ("absence", "ani.analis", "/account/absence"),
    ("absences", "joko.admin", "/absences"),
    ("account", "ani.analis", "/account"),
    ("definitions", "intan.proses", "/definitions"),
    ("definition", "intan.proses", "/definitions/transfer_lifecycle/1"),
    ("administration, state", "joko.admin", "/admin"),
    ("administration, accounts", "joko.admin", "/admin/accounts"),
    ("administration, accounts searched", "joko.admin", "/admin/accounts?q=kepala&state=active"),
    ("administration, roles", "joko.admin", "/admin/roles"),
    ("administration, units", "joko.admin", "/admin/units"),
    ("administration, sessions", "joko.admin", "/admin/sessions"),
    ("administration, holidays", "joko.admin", "/admin/calendar"),
    ("audit", "joko.admin", "/admin/audit"),
    ("audit, by kind", "joko.admin", "/admin/audit?kind=task_completed"),
    (
        "audit, by person and day",
        "joko.admin",
        "/admin/audit?who=ani.analis&since=2025-01-01&until=2025-12-31",
    ),
    ("audit, one case", "joko.admin", "/admin/audit?case=UKUR-000012"),
    ("audit, about an account", "joko.admin", "/admin/audit?person=ani.analis"),
)


def measure(services: Services, rounds: int = 9) -> Iterator[dict[str, Any]]:
    """A row for each page, asked for by who uses it, without the network."""
    from service.app import create_app

    app = create_app(services)
    app.config["WTF_CSRF_ENABLED"] = False
    engine = services.sessions.kw["bind"]
    sent = [0]
    event.listen(engine, "before_cursor_execute", lambda *_: sent.__setitem__(0, sent[0] + 1))
    clients: dict[str, FlaskClient] = {}
    kept = app.extensions.setdefault("kept", Kept())
    for name, username, address in PAGES:
        if username not in clients:
            clients[username] = app.test_client()
            clients[username].post("/sign-in", data={"username": username, "password": demo.PASSWORD})
        if not isinstance(address, str):
            with services.reading() as action:
                address = address(action.session)
        yield {
            "page": name,
            "database": engine.dialect.name,
            **_measured(clients[username], address, sent, kept, rounds),
        }


def _measured(client: FlaskClient, address: str, sent: list[int], kept: Kept, rounds: int) -> dict[str, Any]:
    """As the first reader in a minute gets it: nothing that was counted for others is kept."""
    times: list[float] = []
    cpu: list[float] = []
    for number in range(rounds + 2):
        sent[0] = 0
        kept.forget()
        begun, used = time.perf_counter(), time.process_time()
        answer = client.get(address)
        if number >= 2:
            times.append((time.perf_counter() - begun) * 1000)
            cpu.append((time.process_time() - used) * 1000)
    body = answer.get_data()
    return {
        "status": answer.status_code,
        "p50_ms": round(statistics.median(times), 1),
        "worst_ms": round(max(times), 1),
        "cpu_ms": round(statistics.median(cpu), 1),
        "statements": sent[0],
        "kilobytes": round(len(body) / 1024, 1),
        "gzipped": round(len(gzip.compress(body)) / 1024, 1),
    }
