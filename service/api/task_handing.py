"""Drafts of tasks over the API, and giving tasks to somebody in person."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify
from pydantic import BaseModel, Field

from service.api.common import REFUSALS, Problem, Strict, as_id, moment, once, part, reading, whom
from service.api.tasks import MOVED, TaskPath, changed
from service.db.drafts import Draft
from service.db.queries import tasks as queries
from service.domain.errors import NotFound
from service.operations import drafts, handing

blueprint = part("task_handing", tag="tasks")


class DraftBody(Strict):
    """What was typed so far, by field; never checked."""

    data: dict[str, Any] = Field(default_factory=dict, examples=[{"putusan_ppk": "setuju"}])


class DraftOut(BaseModel):
    """The asker's own draft at a task. `trouble`: why a decision came back as a draft."""

    task: str
    data: dict[str, Any]
    saved_at: str = Field(examples=["2026-11-28T03:41:00+00:00"])
    trouble: str | None = None


class GiveBody(Strict):
    """To whom (a user name), and a note for them and the log."""

    to: str = Field(min_length=1, max_length=64, examples=["siti.analis"])
    note: str = Field("", max_length=2000, examples=["Saya cuti sampai Senin"])


@blueprint.get("/tasks/<task>/draft", responses={200: DraftOut, 404: Problem})
def draft(path: TaskPath) -> Response:
    """The asker's own draft; 404 when there is none."""
    with reading() as action:
        task_id = queries.get(action.session, action.actor, as_id(path.task, "task")).id
        found = drafts.of(action, task_id)
        if found is None:
            raise NotFound("There is no draft.")
        return jsonify(_draft(found))


@blueprint.put(
    "/tasks/<task>/draft",
    responses={200: DraftOut, **REFUSALS},
)
def save_draft(path: TaskPath, body: DraftBody) -> Response:
    """Keep what was typed, unchecked. 409 with who was first and when, once the task is no longer open."""
    task_id = as_id(path.task, "task")
    return once(200, lambda action: _draft(drafts.save(action, task_id, body.data)))


@blueprint.post("/tasks/<task>/delegate", responses=MOVED)
def delegate(path: TaskPath, body: GiveBody) -> Response:
    """Give one's own task to a colleague who may do it. It stays theirs until they release it."""
    return changed(
        path, lambda action, task_id: handing.delegate(action, task_id, whom(action, body.to), body.note)
    )


@blueprint.post("/tasks/<task>/assign", responses=MOVED)
def assign(path: TaskPath, body: GiveBody) -> Response:
    """Say who does a task, whoever has it now: for those who may assign work."""
    return changed(
        path, lambda action, task_id: handing.assign(action, task_id, whom(action, body.to), body.note)
    )


def _draft(found: Draft) -> dict[str, Any]:
    return {
        "task": str(found.task_id),
        "data": dict(found.answers),
        "saved_at": moment(found.saved_at),
        "trouble": found.trouble,
    }
