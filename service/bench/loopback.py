"""Does a case get slower with its history? CPU and bytes of one completion after 1 to 1,000 loop-backs."""

from __future__ import annotations

import statistics
import time
from datetime import UTC, datetime
from pathlib import Path

from service.engine.definitions import Definition
from service.engine.runner import Engine
from service.engine.steps import Bundle, SourceFile, Step

DIAGRAM = Path(__file__).with_name("consultation_bench.bpmn")
ROUNDS = (1, 10, 100, 1000)


def bundle() -> Bundle:
    """The measured process: three lanes, eight tasks, a loop back, a parallel consultation, a script, a timer."""
    return Bundle("consultation_bench", (SourceFile(DIAGRAM.name, DIAGRAM.read_bytes()),))


def answers(element: str, *, again: bool) -> dict[str, object]:
    """What is answered at a task: the decision at the eighth task leads back, or on."""
    return {"ulang": again} if element == "putuskan" else {"catatan": "Sesuai dengan hasil konsultasi."}


def measure() -> list[dict[str, float]]:
    """One row per round: loop-backs so far, CPU milliseconds per completion (median), bytes of the snapshot."""
    engine = Engine()
    definition = engine.definition(bundle())
    now = datetime(2026, 1, 5, tzinfo=UTC)
    step = engine.start(definition, {"nip": "198001012005011001"}, now)
    rows = []
    for done in range(1, max(ROUNDS) + 1):
        step, costs = _round(engine, definition, step, now)
        if done in ROUNDS:
            for _ in range(2):
                step, more = _round(engine, definition, step, now)
                costs += more
            rows.append(
                {
                    "loop_backs": done,
                    "cpu_ms": statistics.median(costs) * 1000,
                    "bytes": len(step.snapshot),
                }
            )
    return rows


def _round(engine: Engine, definition: Definition, step: Step, now: datetime) -> tuple[Step, list[float]]:
    """Complete the eight tasks once and lead back to the first."""
    costs = []
    while True:
        task = step.open[0]
        begun = time.process_time()
        step = engine.complete(definition, step.snapshot, task.key, answers(task.element, again=True), now)
        costs.append(time.process_time() - begun)
        if task.element == "putuskan":
            return step, costs
