"""What the person decided a moment ago and can still take back, and what came back: shown on every page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import has_request_context, request

from service.db.cases import Case, Task
from service.operations import drafts, holding
from service.web import context


@dataclass(frozen=True, slots=True)
class Pending:
    """A decision of the person's. `seconds`: for how long it can be taken back; `trouble`: why it came back instead."""

    task_id: uuid.UUID
    name: str
    number: str
    seconds: float = 0.0
    trouble: str = ""


def pending() -> list[Pending]:
    """Decisions that can be taken back, the latest first, then those that could not be carried out."""
    if not has_request_context() or context.actor().id is None:
        return []
    here = (request.view_args or {}).get("task_id")
    with context.services().reading(context.actor()) as action:
        held = [
            (row.task_id, (row.until - action.now).total_seconds(), "") for row in holding.held_by(action)
        ]
        held += [
            (draft.task_id, 0.0, draft.trouble or "")
            for draft in drafts.troubled(action)
            if draft.task_id != here  # its own page says it at length
        ]
        found = []
        for task_id, seconds, trouble in held:
            task = action.session.get_one(Task, task_id)
            case = action.session.get_one(Case, task.case_id)
            name = context.in_language(task.name, task.name_en)
            found.append(Pending(task_id, name, case.number, seconds, trouble))
    return found
