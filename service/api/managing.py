"""What a manager does with a case over the API: let it stand still, let it go on, give more time."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify
from pydantic import BaseModel, Field

from service.api.cases import CaseOut, CasePath, changed
from service.api.common import REFUSALS, Problem, Strict, as_id, moment, once, part, reading
from service.api.tasks import ReasonBody, TaskPath
from service.db.cases import Case
from service.db.queries import cases as queries
from service.db.queries import tasks as task_queries
from service.operations import extending, outlining, suspending
from service.operations.action import Action

blueprint = part("managing")


class ResumeBody(Strict):
    """Why the case goes on; may be left out."""

    reason: str | None = Field(None, max_length=2000, examples=["Audit selesai"])


class ExtendBody(ReasonBody):
    """Until the close of business of which working day, and why."""

    until: date = Field(examples=["2026-12-11"])


class ExtendedOut(BaseModel):
    """The task with its new deadline."""

    id: str
    due_at: str = Field(examples=["2026-12-11T09:00:00+00:00"])
    version: int


class OutlineOut(BaseModel):
    """A process as nested steps, in the order of its flows: for who cannot see the diagram.

    A step has process, element, kind (as BPMN names it), name, name_en, lane, state (done, current, ahead), times,
    events, loop, goes_to; and under it branches (why: condition, otherwise, always, event, undo), borders, inside and
    called, which is an outline again.
    """

    process: str = Field(examples=["transfer_lifecycle"])
    name: str
    name_en: str | None = None
    steps: list[dict[str, Any]]
    besides: list[dict[str, Any]] = Field(description="What no flow from the beginning leads to")


@blueprint.get("/cases/<case>/outline", responses={200: OutlineOut, 404: Problem})
def outline(path: CasePath) -> Any:
    """The diagram of a case as nested text, with where the case was and is."""
    with reading() as action:
        row = queries.get(action.session, action.actor, path.case)
        return jsonify(outlining.of_case(action, action.session.get_one(Case, row.id)))


@blueprint.post("/cases/<case>/suspend", responses={200: CaseOut, **REFUSALS})
def suspend(path: CasePath, body: ReasonBody) -> Response:
    """Let a case stand still: its tasks cannot be completed (409 `suspended`), and nothing that is due is done."""
    return changed(path, lambda action, case_id: suspending.suspend(action, case_id, body.reason))


@blueprint.post("/cases/<case>/resume", responses={200: CaseOut, **REFUSALS})
def resume(path: CasePath, body: ResumeBody) -> Response:
    """Let a suspended case go on; its deadlines move by the working days it stood still."""
    return changed(path, lambda action, case_id: suspending.resume(action, case_id, body.reason or ""))


@blueprint.post("/tasks/<task>/extend", responses={200: ExtendedOut, **REFUSALS})
def extend(path: TaskPath, body: ExtendBody) -> Response:
    """Give an open task another deadline; its reminder and escalation follow."""
    task_id = as_id(path.task, "task")

    def give_time(action: Action) -> dict[str, Any]:
        task_queries.get(action.session, action.actor, task_id)
        task = extending.extend(action, task_id, body.until, body.reason)
        return {"id": str(task.id), "due_at": moment(task.due_at), "version": task.version}

    return once(200, give_time)
