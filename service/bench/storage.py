"""What the database holds: bytes per finished case, statements and commits per completion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Engine, event, select, text

from service.bench.loopback import answers
from service.bench.world import actor
from service.db.cases import Case, Task
from service.operations import cases, sample_clock, tasks
from service.wiring import Services


def statements_per_completion(services: Services) -> dict[str, Any]:
    """SQL statements and commits of one completion, as the operation sends them (over HTTP add the token's look-up)."""
    engine: Engine = services.sessions.kw["bind"]
    sent: list[str] = []
    commits: list[int] = []

    def on_statement(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append(statement)

    def on_commit(connection: Any) -> None:
        commits.append(1)

    who = actor(services)
    with services.action(who) as action:
        case = cases.start(action, "consultation_bench", data={"nip": "198001012005011001"})
    task = _open(services, case)[0]
    event.listen(engine, "before_cursor_execute", on_statement)
    event.listen(engine, "commit", on_commit)
    try:
        with services.action(who) as action:
            tasks.complete(action, task.id, answers(task.element, again=False))
    finally:
        event.remove(engine, "before_cursor_execute", on_statement)
        event.remove(engine, "commit", on_commit)
    return {"database": engine.dialect.name, "statements": len(sent), "commits": len(commits)}


def bytes_per_finished_case(services: Services, count: int) -> dict[str, Any]:
    """Run cases to their end, and divide what the database grew by."""
    who = actor(services)
    before = _size(services)
    for _ in range(count):
        with services.action(who) as action:
            case = cases.start(action, "consultation_bench", data={"nip": "198001012005011001"})
        while found := _open(services, case):
            with services.action(who) as action:
                tasks.complete(action, found[0].id, answers(found[0].element, again=False))
    sample_clock.advance(services, timedelta(days=91))
    with services.reading() as action:
        left = action.session.scalar(select(Case.id).where(Case.status == "running").limit(1))
    grown = _size(services) - before
    name = services.sessions.kw["bind"].dialect.name
    return {"database": name, "cases": count, "all_finished": left is None, "bytes_per_case": grown // count}


def _open(services: Services, case: Case) -> list[Task]:
    with services.reading() as action:
        return list(action.session.scalars(select(Task).where(Task.case_id == case.id, Task.state == "open")))


def _size(services: Services) -> int:
    engine: Engine = services.sessions.kw["bind"]
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())
        pages = connection.execute(text("PRAGMA page_count")).scalar_one()
        return int(pages * connection.execute(text("PRAGMA page_size")).scalar_one())
