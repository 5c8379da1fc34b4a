"""What one completion over the API costs the database, from the bearer token to the answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Engine, event

from service.wiring import Services
from tests.api.building import open_task, start
from tests.asking import Program

MOST_STATEMENTS = 12


@dataclass
class Traffic:
    """What went to the database; BEGIN is SQLite's own and PostgreSQL's driver sends it unseen, so it is left out."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def traffic(engine: Engine) -> Iterator[Traffic]:
    seen = Traffic()

    def sent(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.statements.append(statement)

    def committed(connection: Any) -> None:
        seen.commits += 1

    event.listen(engine, "before_cursor_execute", sent)
    event.listen(engine, "commit", committed)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", sent)
        event.remove(engine, "commit", committed)


def test_a_completion_takes_few_statements_and_one_commit(ani: Program, services: Services) -> None:
    """With If-Match and Idempotency-Key, which cost most."""
    task = open_task(ani, start(ani)["id"])
    headers = {"If-Match": f'"{task["version"]}"', "Idempotency-Key": "sekali"}
    body = {"data": {"putusan": "setuju"}}

    with traffic(services.sessions.kw["bind"]) as seen:
        answer = ani.post(f"/tasks/{task['id']}/complete", body, headers=headers)

    assert answer.get_json()["state"] == "completed", answer.text
    assert seen.commits == 1
    assert len(seen.statements) <= MOST_STATEMENTS, "\n".join(seen.statements)


def test_answering_again_under_a_key_only_looks_it_up(ani: Program, services: Services) -> None:
    task = open_task(ani, start(ani)["id"])
    path, body = f"/tasks/{task['id']}/complete", {"data": {"putusan": "setuju"}}
    first = ani.post(path, body, headers={"Idempotency-Key": "sekali"})

    with traffic(services.sessions.kw["bind"]) as seen:
        again = ani.post(path, body, headers={"Idempotency-Key": "sekali"})

    assert (again.status_code, again.data) == (200, first.data)
    changing = [sent for sent in seen.statements if sent.lstrip().upper().startswith(("UPDATE", "DELETE"))]
    assert changing == []
