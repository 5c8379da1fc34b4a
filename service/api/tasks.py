"""Tasks over the API."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from service.api.common import (
    REFUSALS,
    PageInfo,
    PageQuery,
    Problem,
    Strict,
    account_named,
    as_id,
    expected_version,
    moment,
    once,
    paged,
    part,
    reading,
)
from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.queries import cases as case_queries
from service.db.queries import tasks as queries
from service.db.queries.task_filters import TaskFilter
from service.db.queries.tasks import TaskRow
from service.domain.access import shown_data
from service.operations import returning, tasks, withdrawing
from service.operations.action import Action

blueprint = part("tasks")


class TaskPath(Strict):
    """A task by its id."""

    task: str = Field(max_length=64)


class TasksQuery(PageQuery):
    """Which tasks. Without `case` or `scope`, those the asker can work on."""

    state: Literal["open", "completed", "cancelled"] = "open"
    assignee: str | None = Field(None, max_length=64, description="`me` or a user name")
    role: str | None = Field(None, max_length=64)
    case: str | None = Field(None, max_length=64, description="A case's id or number")
    definition: str | None = Field(None, max_length=255)
    search: str | None = Field(None, max_length=100)
    scope: Literal["offered", "mine", "all"] | None = None


class CompleteBody(Strict):
    """The answers of the task's form, by field."""

    data: dict[str, Any] = Field(default_factory=dict, examples=[{"putusan_ppk": "setuju"}])


class TaskState(BaseModel):
    """What a change of a task can change. `version` is its ETag."""

    id: str
    case: str = Field(description="The case's id")
    case_number: str = Field(examples=["MUT-2026-000123"])
    element: str = Field(examples=["keputusan_ppk"])
    name: str = Field(examples=["Keputusan PPK"])
    state: Literal["open", "completed", "cancelled"]
    role: str | None = Field(None, examples=["ppk"])
    assignee: str | None = Field(None, description="User name")
    due_at: str | None = Field(None, examples=["2026-11-30T09:59:59+00:00"])
    version: int = Field(examples=[1])


class ChangedOut(TaskState):
    """A task after a change, and where its case now is."""

    case_status: Literal["running", "completed", "failed", "cancelled"]
    case_stage: str


class TaskOut(TaskState):
    """A task. `offered`: the asker can work on it."""

    title: str = Field(description="The case's title; the secret's text where the reader may not know it")
    title_en: str = Field(description="The case's title in English, where it has one")
    definition: str
    process: str
    name_en: str
    unit: str | None = None
    form_id: str | None = None
    opened_at: str
    closed_at: str | None = None
    offered: bool


class ReasonBody(Strict):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000, examples=["Data belum lengkap"])


class SendBackBody(ReasonBody):
    """To which earlier step, and why."""

    element: str = Field(min_length=1, max_length=255, examples=["susun_rencana"])


class SkipBody(ReasonBody):
    """What the task would have answered, as far as later steps need it, and why it is left out."""

    data: dict[str, Any] = Field(default_factory=dict)


class TaskWithFormOut(TaskOut):
    """A task with its form (a form-js schema; null when it has none) and the variables that the reader may know."""

    form: dict[str, Any] | None = None
    data: dict[str, Any]


class TasksOut(BaseModel):
    """A page of tasks, most urgent first."""

    items: list[TaskOut]
    page: PageInfo


MOVED: dict[Any, Any] = {200: ChangedOut, **REFUSALS}


@blueprint.get("/tasks", responses={200: TasksOut})
def page(query: TasksQuery) -> Any:
    """Tasks, most urgent first; finished ones latest first."""
    with reading() as action:
        case_id = case_queries.get(action.session, action.actor, query.case).id if query.case else None
        found = queries.inbox(
            action.session,
            action.actor,
            scope=query.scope or ("all" if query.case else "offered"),
            state=query.state,
            wanted=TaskFilter(
                role=query.role,
                assignee=account_named(action, query.assignee),
                case_id=case_id,
                definition=query.definition,
                search=query.search,
            ),
            limit=query.limit,
            cursor=query.cursor,
        )
        return paged(found, _task)


@blueprint.get("/tasks/<task>", responses={200: TaskWithFormOut, 404: Problem})
def get(path: TaskPath) -> Any:
    """A task with its form and the data needed to decide. The ETag is for If-Match."""
    with reading() as action:
        row = queries.get(action.session, action.actor, as_id(path.task, "task"))
        stored = action.session.get_one(Task, row.id)
        body = _task(row)
        body["form"] = tasks.form(action, stored, action.session.get_one(Case, row.case_id))
        data = tasks.data(action, row.id) if row.state == "open" else {}
        body["data"] = shown_data(action.actor, data, names=not row.names_hidden)
        response = jsonify(body)
        response.set_etag(str(row.version))
        return response


@blueprint.post(
    "/tasks/<task>/claim", responses={200: ChangedOut, 403: Problem, 404: Problem, 409: Problem, 412: Problem}
)
def claim(path: TaskPath) -> Response:
    """Take a task."""
    version = expected_version()
    return changed(path, lambda action, task_id: tasks.claim(action, task_id, version))


@blueprint.post(
    "/tasks/<task>/release",
    responses={200: ChangedOut, 403: Problem, 404: Problem, 409: Problem, 412: Problem},
)
def release(path: TaskPath) -> Response:
    """Give a task back."""
    version = expected_version()
    return changed(path, lambda action, task_id: tasks.release(action, task_id, version))


@blueprint.post(
    "/tasks/<task>/complete",
    responses={200: ChangedOut, 403: Problem, 404: Problem, 409: Problem, 412: Problem, 422: Problem},
)
def complete(path: TaskPath, body: CompleteBody) -> Response:
    """Complete a task with its answers. Idempotency-Key and If-Match are honoured."""
    version = expected_version()
    return changed(path, lambda action, task_id: tasks.complete(action, task_id, body.data, version))


@blueprint.post("/tasks/<task>/send-back", responses=MOVED)
def send_back(path: TaskPath, body: SendBackBody) -> Response:
    """Give a task back to an earlier step, with a reason; what was decided since then will be asked again."""
    return changed(
        path, lambda action, task_id: returning.send_back(action, task_id, body.element, body.reason)
    )


@blueprint.post("/tasks/<task>/skip", responses=MOVED)
def skip(path: TaskPath, body: SkipBody) -> Response:
    """Go on without the work of a task, with a reason: for those who may repair cases."""
    return changed(path, lambda action, task_id: returning.skip(action, task_id, body.data, body.reason))


@blueprint.post("/tasks/<task>/withdraw", responses=MOVED)
def withdraw(path: TaskPath, body: ReasonBody) -> Response:
    """Take back one's own decision while nobody has acted on it."""
    return changed(path, lambda action, task_id: withdrawing.withdraw(action, task_id, body.reason))


def changed(path: TaskPath, do: Any) -> Response:
    """Change a task in one transaction (`do` of the action and the task's id), and answer how it is then."""
    task_id = as_id(path.task, "task")

    def change(action: Action) -> dict[str, Any]:
        task: Task = do(action, task_id)
        case = action.session.get_one(Case, task.case_id)
        return {
            "id": str(task.id),
            "case": str(task.case_id),
            "case_number": case.number,
            "element": task.element,
            "name": task.name,
            "state": task.state,
            "role": task.role,
            "assignee": _user_name(action, task.assignee_id),
            "due_at": moment(task.due_at),
            "version": task.version,
            "case_status": case.status,
            "case_stage": case.stage,
        }

    response = once(200, change)
    response.set_etag(str(response.get_json()["version"]))
    return response


def _user_name(action: Action, account_id: uuid.UUID | None) -> str | None:
    return action.session.get_one(Account, account_id).username if account_id else None


def _task(row: TaskRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "case": str(row.case_id),
        "case_number": row.case_number,
        "title": row.case_title,
        "title_en": row.case_title_en,
        "definition": row.definition_key,
        "element": row.element,
        "process": row.process,
        "name": row.name,
        "name_en": row.name_en,
        "state": row.state,
        "role": row.role,
        "unit": row.unit_id,
        "assignee": row.assignee_username,
        "form_id": row.form,
        "opened_at": moment(row.opened_at),
        "due_at": moment(row.due_at),
        "closed_at": moment(row.closed_at),
        "version": row.version,
        "offered": row.offered,
    }
