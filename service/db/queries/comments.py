"""Comments as their readers see them, and who may read them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.comments import Comment
from service.domain.access import Actor, may_see_case

Audience = Literal["workers", "everyone"]
AUDIENCES: tuple[Audience, ...] = ("workers", "everyone")
EDITABLE = timedelta(minutes=15)
MOST_SHOWN = 200
MOST_LOOKED_AT = 60


@dataclass(frozen=True, slots=True)
class CommentRow:
    """A comment. `changeable`: by the reader, who wrote it a short while ago."""

    id: uuid.UUID
    at: datetime
    author: str
    own: bool
    audience: str
    body: str
    mentions: Sequence[dict[str, Any]]
    task_id: uuid.UUID | None
    task_name: str
    task_name_en: str
    edited_at: datetime | None
    deleted_at: datetime | None
    changeable: bool


class Readers:
    """Who may read what is said about one case. The case and its tasks are read once, however many people are asked for."""

    def __init__(self, session: Session, case: Case) -> None:
        self.case = case
        columns = (
            Task.closed_by,
            Task.closed_for,
            Task.assignee_id,
            Task.person_nip,
            Task.role,
            Task.unit_id,
        )
        self._tasks = session.execute(select(*columns).where(Task.case_id == case.id)).all()

    def may_read(self, actor: Actor, audience: str) -> bool:
        """Whether this person may read comments for this audience."""
        return self.sees(actor) and (audience == "everyone" or self.works(actor))

    def sees(self, actor: Actor) -> bool:
        """Whether the case may be seen: the same rules as of its page."""
        case = self.case
        return may_see_case(
            actor,
            subject=case.subject_nip,
            units=frozenset(filter(None, (case.origin_unit, case.target_unit))),
            started_by=case.started_by,
            took_part=any(self._had(actor, task) for task in self._tasks),
            decided=case.decided_at is not None,
        )

    def works(self, actor: Actor) -> bool:
        """Whether this person decides, or has or had a task by their role; being asked in person is not that."""
        return actor.decides or any(
            task.person_nip is None and self._had(actor, task) for task in self._tasks
        )

    def _had(self, actor: Actor, task: Any) -> bool:
        if actor.holder is not None and actor.holder in (task.closed_for or task.closed_by, task.assignee_id):
            return True
        if task.person_nip is not None:
            return bool(task.person_nip == actor.nip)
        units = actor.grants.get(task.role)
        return bool(units) and task.unit_id in (units or ())


def of_case(
    session: Session, actor: Actor, case: Case, now: datetime, *, after: uuid.UUID | None = None
) -> list[CommentRow]:
    """What the actor may read of what was said about a case, oldest first: the latest so many."""
    readers = Readers(session, case)
    if not readers.sees(actor):
        return []
    query = (
        select(Comment, Account.name, Task.name.label("task"), Task.name_en.label("task_en"))
        .join(Account, Account.id == Comment.author_id)
        .outerjoin(Task, Task.id == Comment.task_id)
        .where(Comment.case_id == case.id)
        .order_by(Comment.id.desc())
        .limit(MOST_SHOWN)
    )
    if not readers.works(actor):
        query = query.where(or_(Comment.audience == "everyone", Comment.author_id == actor.id))
    if after is not None:
        query = query.where(Comment.id > after)
    return [_row(actor, now, *row) for row in reversed(session.execute(query).all())]


def by_name(session: Session, text: str) -> Sequence[Account]:
    """Active accounts whose user name or name begins with, or has a word that begins with, these letters."""
    start = text.strip().replace("%", "").replace("_", "")
    query = select(Account).where(Account.active).order_by(Account.name).limit(MOST_LOOKED_AT)
    if start:
        names = (Account.username.ilike(f"{start}%"), Account.name.ilike(f"{start}%"))
        query = query.where(
            or_(*names, Account.name.ilike(f"% {start}%"), Account.username.ilike(f"%.{start}%"))
        )
    return session.scalars(query).all()


def _row(actor: Actor, now: datetime, comment: Comment, author: str, task: str, task_en: str) -> CommentRow:
    own = comment.author_id == actor.id
    return CommentRow(
        id=comment.id,
        at=comment.created_at,
        author=author,
        own=own,
        audience=comment.audience,
        body=comment.body,
        mentions=comment.mentions,
        task_id=comment.task_id,
        task_name=task or "",
        task_name_en=task_en or "",
        edited_at=comment.edited_at,
        deleted_at=comment.deleted_at,
        changeable=own and comment.deleted_at is None and now - comment.created_at < EDITABLE,
    )
