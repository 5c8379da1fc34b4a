"""Work for programs outside: fetch and lock, complete, fail, give back."""

from __future__ import annotations

from typing import Any

from flask import Response
from pydantic import BaseModel, Field

from service.api.common import REFUSALS, Problem, Strict, as_id, moment, once, part
from service.operations import external
from service.operations.action import Action

blueprint = part("external", tag="external tasks")


class WorkPath(Strict):
    """A piece of work by its id."""

    task: str = Field(max_length=64)


class Worker(Strict):
    """Which program asks. Two copies of one program have two names."""

    worker: str = Field(min_length=1, max_length=255, examples=["siasn-jembatan-1"])


class FetchBody(Worker):
    """Which work to fetch, and for how long to lock it."""

    topics: list[str] = Field(min_length=1, max_length=50, examples=[["kirim-siasn"]])
    lock_seconds: int = Field(60, ge=1, le=86400)
    most: int = Field(10, ge=1, le=external.MOST_FETCHED)


class DoneBody(Worker):
    """The results of the work; they join the data of the case."""

    data: dict[str, Any] = Field(default_factory=dict)


class FailureBody(Worker):
    """Why the work did not succeed. Without `retries` one less is left; at 0 it becomes an incident."""

    error: str = Field(min_length=1, max_length=2000)
    retries: int | None = Field(None, ge=0, le=100)
    retry_in_seconds: int = Field(60, ge=0, le=30 * 86400)


class ErrorBody(Worker):
    """A BPMN error: the case goes on at the event that catches its code."""

    code: str = Field(min_length=1, max_length=255)
    message: str = Field("", max_length=2000)


class LockBody(Worker):
    """How long to keep the lock from now on; 0 gives the work back."""

    lock_seconds: int = Field(ge=0, le=86400)


class WorkOut(BaseModel):
    """A piece of work that the worker now holds, with what the case knows."""

    id: str
    topic: str
    case: str
    element: str
    retries: int
    locked_until: str
    data: dict[str, Any]


class FetchedOut(BaseModel):
    """The work that was fetched; empty when there is none."""

    items: list[WorkOut]


class DoneOut(BaseModel):
    """The work that this was about."""

    id: str


@blueprint.post("/external-tasks/fetch-and-lock", responses={200: FetchedOut, 403: Problem, 422: Problem})
def fetch(body: FetchBody) -> Response:
    """Lock free work of some topics for a worker."""

    def lock(action: Action) -> dict[str, Any]:
        found = external.fetch(action, body.worker, body.topics, body.lock_seconds, body.most)
        return {
            "items": [
                {
                    "id": str(piece.id),
                    "topic": piece.topic,
                    "case": piece.case,
                    "element": piece.element,
                    "retries": piece.retries,
                    "locked_until": moment(piece.locked_until),
                    "data": piece.data,
                }
                for piece in found
            ]
        }

    return once(200, lock)


@blueprint.post("/external-tasks/<task>/complete", responses={200: DoneOut, **REFUSALS})
def complete(path: WorkPath, body: DoneBody) -> Response:
    """The work is done."""
    return _done(path, lambda action, task: external.complete(action, task, body.worker, body.data))


@blueprint.post("/external-tasks/<task>/failure", responses={200: DoneOut, **REFUSALS})
def failure(path: WorkPath, body: FailureBody) -> Response:
    """The work did not succeed; it is offered again later, or becomes an incident."""
    return _done(
        path,
        lambda action, task: external.fail(
            action, task, body.worker, body.error, body.retries, body.retry_in_seconds
        ),
    )


@blueprint.post("/external-tasks/<task>/error", responses={200: DoneOut, **REFUSALS})
def error(path: WorkPath, body: ErrorBody) -> Response:
    """The work ended in an error that the diagram foresees."""
    return _done(
        path, lambda action, task: external.raise_error(action, task, body.worker, body.code, body.message)
    )


@blueprint.post("/external-tasks/<task>/lock", responses={200: DoneOut, **REFUSALS})
def lock(path: WorkPath, body: LockBody) -> Response:
    """Keep the lock longer, or give the work back."""
    return _done(path, lambda action, task: external.extend(action, task, body.worker, body.lock_seconds))


def _done(path: WorkPath, do: Any) -> Response:
    task = as_id(path.task, "task")

    def work(action: Action) -> dict[str, Any]:
        do(action, task)
        return {"id": str(task)}

    return once(200, work)
