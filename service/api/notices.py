"""What one was told, over the API."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from service.api.common import (
    PageInfo,
    PageQuery,
    Problem,
    Strict,
    as_id,
    moment,
    once,
    paged,
    part,
    reading,
)
from service.db.queries import notices as queries
from service.db.queries.notices import NoticeRow
from service.operations import notices
from service.operations.action import Action

blueprint = part("notices")


class NoticePath(Strict):
    """A notice by its id."""

    notice: str = Field(max_length=64)


class NoticesQuery(PageQuery):
    """Which notices."""

    unread: bool = Field(False, description="Only what is unread and still says something")


class NoticeOut(BaseModel):
    """Something one was told."""

    id: str
    kind: str = Field(examples=["mention"])
    at: str
    read_at: str | None = None
    case: str | None = None
    case_number: str | None = Field(None, examples=["MUT-2026-000123"])
    task: str | None = None
    task_name: str = ""
    due_at: str | None = None
    over: bool = Field(description="It was about a task that is closed by now")
    by: str | None = None
    said: str = ""
    comment: str | None = None
    acting_for: str | None = Field(None, description="The absent person in whose place one was told")


class NoticesOut(BaseModel):
    """A page of notices, latest first."""

    items: list[NoticeOut]
    page: PageInfo


class ReadOut(BaseModel):
    """When a notice was read."""

    id: str
    read_at: str


@blueprint.get("/notices", responses={200: NoticesOut})
def page(query: NoticesQuery) -> Any:
    """One's own notices, latest first. Work offered to a role is not among them: that is what /tasks lists."""
    with reading() as action:
        found = queries.page(
            action.session, action.actor, unread=query.unread, limit=query.limit, cursor=query.cursor
        )
        return paged(found, _notice)


@blueprint.post("/notices/<notice>/read", responses={200: ReadOut, 404: Problem})
def read(path: NoticePath) -> Any:
    """Mark one's own notice as read; again changes nothing."""

    def mark(action: Action) -> dict[str, Any]:
        found = notices.mark_read(action, as_id(path.notice, "notice"))
        return {"id": str(found.id), "read_at": moment(found.read_at)}

    return once(200, mark)


def _notice(row: NoticeRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "at": moment(row.created_at),
        "read_at": moment(row.read_at),
        "case": str(row.case_id) if row.case_id else None,
        "case_number": row.case_number,
        "task": str(row.task_id) if row.task_id else None,
        "task_name": row.task_name,
        "due_at": moment(row.due_at),
        "over": row.over,
        "by": row.said_by,
        "said": row.said,
        "comment": str(row.comment_id) if row.comment_id else None,
        "acting_for": row.acting_for,
    }
