"""Notices as the bell, the list and the timeline show them, and what a message that leaves carries."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.comments import Comment
from service.db.notices import Notice
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.db.queries.substitutions import active
from service.db.substitutions import Substitution
from service.domain.access import Actor
from service.domain.notices import ABOUT_OPEN_TASKS, ABOUT_SUBSTITUTIONS, Channel

MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class StandsIn:
    """Who stands in for whom, on which days."""

    substitute: str
    absent: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """Something one person was told. `over`: it was about a task that is closed by now.

    `acting_for`: in whose place. `stands_in`: the substitution that it is about.
    """

    id: uuid.UUID
    kind: str
    created_at: datetime
    read_at: datetime | None
    case_id: uuid.UUID | None
    case_number: str | None
    task_id: uuid.UUID | None
    task_name: str
    task_name_en: str
    due_at: datetime | None
    over: bool
    said_by: str | None
    said: str
    comment_id: uuid.UUID | None
    acting_for: str | None
    stands_in: StandsIn | None


def unread(session: Session, actor: Actor, most: int = MOST_COUNTED) -> int:
    """How many unread notices that still say something, counted up to `most`."""
    query = (
        select(Notice.id)
        .outerjoin(Task, Task.id == Notice.task_id)
        .where(Notice.account_id == actor.id, Notice.read_at.is_(None), Notice.in_app, _says_something())
        .limit(most)
    )
    return len(session.scalars(query).all())


def page(
    session: Session, actor: Actor, *, unread: bool = False, limit: int = 30, cursor: str | None = None
) -> Page[NoticeRow]:
    """One's own notices, latest first."""
    query = _rows().where(Notice.account_id == actor.id, Notice.in_app)
    if unread:
        query = query.where(Notice.read_at.is_(None), _says_something())
    if cursor is not None:
        query = query.where(behind(cursor, Notice.id, descending=True))
    found = session.execute(query.order_by(Notice.id.desc()).limit(limit + 1)).all()
    rows = tuple(_row(*row) for row in found[:limit])
    return Page(rows, encode_cursor(rows[-1].id) if len(found) > limit else None)


def carried(session: Session, channel: Channel, key: str, now: datetime) -> list[NoticeRow]:
    """What a message of the outbox carries: its notices that are unread and still say something, oldest first.

    What was told in somebody's place leaves only while the substitution holds.
    """
    column = Notice.mail_key if channel == "mail" else Notice.push_key
    still_lent = or_(Notice.substitution_id.is_(None), Notice.kind.in_(ABOUT_SUBSTITUTIONS), active(now))
    query = _rows().where(column == key, Notice.read_at.is_(None), _says_something(), still_lent)
    return [_row(*row) for row in session.execute(query.order_by(Notice.id))]


def comments_of(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, Comment]:
    """The comments that notices are about, by id."""
    rows = session.scalars(select(Comment).where(Comment.id.in_(ids), Comment.deleted_at.is_(None)))
    return {row.id: row for row in rows}


def _says_something() -> ColumnElement[bool]:
    """Not about a task that was closed meanwhile (to be used where `task` is joined)."""
    return or_(Notice.kind.not_in(ABOUT_OPEN_TASKS), Task.state == "open")


def _rows() -> Any:
    absent, substitute = aliased(Account), aliased(Account)
    return (
        select(Notice, Case.number, Task, Substitution, absent.name, substitute.name)
        .outerjoin(Case, Case.id == Notice.case_id)
        .outerjoin(Task, Task.id == Notice.task_id)
        .outerjoin(Substitution, Substitution.id == Notice.substitution_id)
        .outerjoin(absent, absent.id == Substitution.absent_id)
        .outerjoin(substitute, substitute.id == Substitution.substitute_id)
    )


def _row(
    notice: Notice,
    number: str | None,
    task: Task | None,
    substitution: Substitution | None,
    absent: str,
    substitute: str,
) -> NoticeRow:
    about = notice.kind in ABOUT_SUBSTITUTIONS
    return NoticeRow(
        id=notice.id,
        kind=notice.kind,
        created_at=notice.created_at,
        read_at=notice.read_at,
        case_id=notice.case_id,
        case_number=number,
        task_id=notice.task_id,
        task_name=task.name if task else "",
        task_name_en=task.name_en if task else "",
        due_at=task.due_at if task else None,
        over=notice.kind in ABOUT_OPEN_TASKS and (task is None or task.state != "open"),
        said_by=notice.said_by,
        said=notice.said,
        comment_id=notice.comment_id,
        acting_for=None if about else absent,
        stands_in=StandsIn(substitute, absent, substitution.starts_on, substitution.ends_on)
        if about and substitution
        else None,
    )
