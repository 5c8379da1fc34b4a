"""What FEEL and decision tables cost once they are compiled, on one core."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime

from service.engine import decisions, feel

NOW = datetime(2026, 1, 5, tzinfo=UTC)
EVALUATIONS = 100_000
RULES = 10
Person = dict[str, object]
CONDITION = 'golongan >= 34 and status = "PNS"'


def measure() -> list[dict[str, object]]:
    """One row per subject: microseconds of CPU per evaluation, and how many a minute has room for."""
    condition = feel.compile_expression(CONDITION)
    model = decisions.load(_table().encode())
    people: list[Person] = [{"golongan": 30 + n % 10, "status": "PNS", "masa": n % 120} for n in range(1000)]
    return [
        _row("a condition", lambda person: condition.evaluate(person, now=NOW), people),
        _row(
            f"a table of {RULES} rules", lambda person: model.evaluate("tunjangan", person, now=NOW), people
        ),
    ]


def _row(subject: str, work: Callable[[Person], object], people: list[Person]) -> dict[str, object]:
    costs = []
    for _ in range(EVALUATIONS // len(people)):
        begun = time.process_time()
        for person in people:
            work(person)
        costs.append((time.process_time() - begun) / len(people))
    typical = statistics.median(costs)
    return {"subject": subject, "cpu_us": typical * 1e6, "evaluations_per_minute": int(60 / typical)}


def _table() -> str:
    inputs = "".join(
        f'<input id="input_{name}"><inputExpression id="expression_{name}"><text>{name}</text></inputExpression></input>'
        for name in ("golongan", "status", "masa")
    )
    rules = "".join(
        f'<rule id="rule_{n}">'
        + "".join(
            f'<inputEntry id="cell_{n}_{column}"><text>{cell}</text></inputEntry>'
            for column, cell in enumerate((f"[{30 + n}..{31 + n})", '"PNS", "CPNS"', f"&gt;= {n}"))
        )
        + f'<outputEntry id="answer_{n}"><text>{n} * 100000</text></outputEntry></rule>'
        for n in range(RULES)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="bench">'
        '<decision id="tunjangan" name="tunjangan"><decisionTable id="table" hitPolicy="UNIQUE">'
        f'{inputs}<output id="output" name="besar"/>{rules}</decisionTable></decision></definitions>'
    )
