"""What the person decided a moment ago and can still take back, and what came back: shown on every page."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import has_request_context, request

from service.db.cases import Case, Task
from service.db.drafts import HeldDecision
from service.operations import drafts, holding
from service.operations.action import Action
from service.web import context


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision of the person's, or several taken together (`batch_id`), by their tasks.

    `seconds`: for how long it can be taken back; `trouble`: why it came back instead.
    """

    task_ids: tuple[uuid.UUID, ...]
    name: str
    number: str
    batch_id: uuid.UUID | None = None
    seconds: float = 0.0
    trouble: str = ""


def pending() -> list[Pending]:
    """Decisions that can be taken back, the latest first, then those that could not be carried out."""
    if not has_request_context() or context.actor().id is None:
        return []
    here = (request.view_args or {}).get("task_id")
    with context.services().reading(context.actor()) as action:
        troubled = [
            _pending(action, [draft.task_id], trouble=draft.trouble or "")
            for draft in drafts.troubled(action)
            if draft.task_id != here  # its own page says it at length
        ]
        return _held(action) + troubled


def _held(action: Action) -> list[Pending]:
    together: dict[uuid.UUID, list[HeldDecision]] = {}
    for row in holding.held_by(action):
        together.setdefault(row.batch_id or row.task_id, []).append(row)
    return [
        _pending(
            action,
            [row.task_id for row in rows],
            batch_id=rows[0].batch_id,
            seconds=(rows[0].until - action.now).total_seconds(),
        )
        for rows in together.values()
    ]


def _pending(action: Action, task_ids: Sequence[uuid.UUID], **more: Any) -> Pending:
    """With the name that the tasks have in common, and the number of the first one's case."""
    task = action.session.get_one(Task, task_ids[0])
    case = action.session.get_one(Case, task.case_id)
    return Pending(tuple(task_ids), context.in_language(task.name, task.name_en), case.number, **more)
