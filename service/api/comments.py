"""Talk about cases over the API."""

from __future__ import annotations

import uuid
from typing import Any, Literal

from flask import jsonify
from pydantic import BaseModel, Field

from service.api.cases import CasePath
from service.api.common import Problem, Strict, as_id, moment, once, part, reading
from service.db.cases import Case
from service.db.comments import Comment
from service.db.queries import cases as case_queries
from service.db.queries import comments as queries
from service.db.queries.comments import CommentRow
from service.operations import comments
from service.operations.action import Action

blueprint = part("comments")


class CommentBody(Strict):
    """What to say, to whom. `@username` names somebody who may read it, and tells them."""

    body: str = Field(min_length=1, max_length=4000, examples=["@citra.bkpsdm, mohon cek formasi."])
    audience: Literal["workers", "everyone"] = Field(
        "workers", description="Those who decide and work on the case, or everyone who may see it"
    )
    task: str | None = Field(None, max_length=64, description="A task of the case that it is about")


class CommentOut(BaseModel):
    """A comment. One that was taken back has no words any more."""

    id: str
    at: str = Field(examples=["2026-11-23T01:00:00+00:00"])
    author: str
    audience: Literal["workers", "everyone"]
    body: str
    mentions: list[str] = Field(description="User names")
    task: str | None = None
    edited_at: str | None = None
    deleted_at: str | None = None


class CommentsOut(BaseModel):
    """What may be read of what was said about a case, oldest first: the latest 200."""

    items: list[CommentOut]


@blueprint.get("/cases/<case>/comments", responses={200: CommentsOut, 404: Problem})
def page(path: CasePath) -> Any:
    """What was said about a case."""
    with reading() as action:
        row = case_queries.get(action.session, action.actor, path.case)
        case = action.session.get_one(Case, row.id)
        found = queries.of_case(action.session, action.actor, case, action.now)
        return jsonify({"items": [_comment(comment) for comment in found]})


@blueprint.post(
    "/cases/<case>/comments", responses={201: CommentOut, 404: Problem, 409: Problem, 422: Problem}
)
def write(path: CasePath, body: CommentBody) -> Any:
    """Say something about a running case."""

    def say(action: Action) -> dict[str, Any]:
        row = case_queries.get(action.session, action.actor, path.case)
        task: uuid.UUID | None = as_id(body.task, "task") if body.task else None
        said = comments.write(action, row.id, body.body, audience=body.audience, task_id=task)
        return _written(action, said)

    return once(201, say)


def _written(action: Action, comment: Comment) -> dict[str, Any]:
    return {
        "id": str(comment.id),
        "at": moment(comment.created_at),
        "author": action.actor.name,
        "audience": comment.audience,
        "body": comment.body,
        "mentions": [mention["username"] for mention in comment.mentions],
        "task": str(comment.task_id) if comment.task_id else None,
        "edited_at": None,
        "deleted_at": None,
    }


def _comment(row: CommentRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "at": moment(row.at),
        "author": row.author,
        "audience": row.audience,
        "body": row.body,
        "mentions": [mention["username"] for mention in row.mentions],
        "task": str(row.task_id) if row.task_id else None,
        "edited_at": moment(row.edited_at),
        "deleted_at": moment(row.deleted_at),
    }
