"""Many tasks of one kind decided at once, over the API."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response
from pydantic import BaseModel, Field

from service.api.common import Problem, Strict, as_id, once, part
from service.domain.decisions import Verdict
from service.operations import batches
from service.operations.action import Action
from service.operations.batches import Look
from service.operations.deciding import Answer

blueprint = part("task_batches", tag="tasks")


class BatchBody(Strict):
    """Tasks of one kind and form version, and what all of them are answered with: `verdict` and `reason`, or `data`.

    Beside a verdict, `data` answers the fields that the forms still need for it.
    """

    tasks: list[str] = Field(min_length=1, max_length=batches.MOST)
    verdict: Verdict | None = Field(None, description="Sets the form's deciding field")
    reason: str = Field("", max_length=2000, examples=["Formasi belum tersedia"])
    data: dict[str, Any] = Field(
        default_factory=dict, description="The form's answers, or beside a verdict what it still needs"
    )
    dry_run: bool = Field(False, description="Only say what would come of it")


class RemarkOut(BaseModel):
    """Why a task should be looked at first. `detail` names who, which task, which fields or which rules."""

    code: str = Field(examples=["rule_warns"])
    detail: str = Field(examples=["R03"])


class BatchItem(BaseModel):
    """What came of one task. With `look_first` nothing was changed."""

    task: str
    result: Literal["will_pass", "done", "look_first", "incident"]
    remarks: list[RemarkOut]


class BatchOut(BaseModel):
    """A result for each task, in the order of their ids."""

    items: list[BatchItem]


@blueprint.post("/task-batches", responses={200: BatchOut, 403: Problem, 409: Problem, 422: Problem})
def decide(body: BatchBody) -> Response:
    """Decide tasks of one kind at once, each for itself; those that need a look are left alone.

    Idempotency-Key is honoured.
    """
    ids = sorted(
        {as_id(task, "task") for task in body.tasks}
    )  # in one order, so that batches never wait in a ring
    answer = Answer(body.verdict, body.reason, body.data)

    def change(action: Action) -> dict[str, Any]:
        done = batches.rehearse if body.dry_run else batches.decide_all
        passed = "will_pass" if body.dry_run else "done"
        return {"items": [_item(seen, passed) for seen in done(action, ids, answer)]}

    return once(200, change)


def _item(seen: Look, passed: str) -> dict[str, Any]:
    failed = any(remark.code == "incident" for remark in seen.remarks)
    return {
        "task": str(seen.task_id),
        "result": passed if seen.passes else "incident" if failed else "look_first",
        "remarks": [{"code": remark.code, "detail": remark.detail} for remark in seen.remarks],
    }
