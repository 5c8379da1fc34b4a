"""How long each step of a case took: tasks from the log of tasks, stages and waits from what came before them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from service.db.queries.tasks import TaskRow
from service.engine.definitions import Definition
from service.web import moments

LASTING = frozenset({"callActivity", "subProcess", "transaction", "intermediateCatchEvent", "receiveTask"})
WORTH_SAYING = timedelta(minutes=1)

Place = tuple[str, str]


def took(
    definition: Definition,
    tasks: Iterable[TaskRow],
    completed: Mapping[Place, datetime],
    current: Collection[Place],
    now: datetime,
) -> dict[Place, timedelta]:
    """(process, element) -> how long; of a task done more than once all of it, of what is open until now."""
    spans: dict[Place, timedelta] = {}
    for task in tasks:
        place = (task.process, task.element)
        until = task.closed_at or now
        spans[place] = spans.get(place, timedelta()) + (until - task.opened_at)
    for process in definition.models.values():
        for node in process.all_nodes():
            place = (process.id, node.id)
            if node.kind not in LASTING or place in spans:
                continue
            ended = now if place in current else completed.get(place)
            before = [completed.get((process.id, flow.source)) for flow in node.incoming]
            begun = [at for at in before if at is not None and ended is not None and at <= ended]
            if ended is not None and begun:
                spans[place] = ended - max(begun)
    return {place: span for place, span in spans.items() if span >= WORTH_SAYING}


def in_words(spans: Mapping[Place, timedelta]) -> dict[Place, str]:
    return {place: moments.span(span) for place, span in spans.items()}
