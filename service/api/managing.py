"""What a manager does with a case over the API: let it stand still, let it go on, give more time."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field

from service.api.cases import CaseOut, CasePath, case_body
from service.api.common import BEARER, PREFIX, Problem, Strict, as_id, moment, once, reading
from service.api.tasks import ReasonBody, TaskPath
from service.db.cases import Case
from service.db.queries import cases as queries
from service.db.queries import tasks as task_queries
from service.operations import extending, outlining, suspending
from service.operations.action import Action

blueprint = APIBlueprint(
    "api_managing", __name__, url_prefix=PREFIX, abp_tags=[Tag(name="managing")], abp_security=BEARER
)

MANAGED: dict[Any, Any] = {403: Problem, 404: Problem, 409: Problem, 422: Problem}


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


@blueprint.post("/cases/<case>/suspend", responses={200: CaseOut, **MANAGED})
def suspend(path: CasePath, body: ReasonBody) -> Response:
    """Let a case stand still: its tasks cannot be completed (409 `suspended`), and nothing that is due is done."""

    def stop(action: Action) -> dict[str, Any]:
        row = queries.get(action.session, action.actor, path.case)
        suspending.suspend(action, row.id, body.reason)
        return case_body(queries.get(action.session, action.actor, row.id))

    return once(200, stop)


@blueprint.post("/cases/<case>/resume", responses={200: CaseOut, **MANAGED})
def resume(path: CasePath, body: ResumeBody) -> Response:
    """Let a suspended case go on; its deadlines move by the working days it stood still."""

    def go_on(action: Action) -> dict[str, Any]:
        row = queries.get(action.session, action.actor, path.case)
        suspending.resume(action, row.id, body.reason or "")
        return case_body(queries.get(action.session, action.actor, row.id))

    return once(200, go_on)


@blueprint.post("/tasks/<task>/extend", responses={200: ExtendedOut, **MANAGED})
def extend(path: TaskPath, body: ExtendBody) -> Response:
    """Give an open task another deadline; its reminder and escalation follow."""
    task_id = as_id(path.task, "task")

    def give_time(action: Action) -> dict[str, Any]:
        task_queries.get(action.session, action.actor, task_id)
        task = extending.extend(action, task_id, body.until, body.reason)
        return {"id": str(task.id), "due_at": moment(task.due_at), "version": task.version}

    return once(200, give_time)
