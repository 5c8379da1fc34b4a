"""Private calendars: an address that only its owner knows shows the owner's deadlines to calendar programs."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, Timezone, Todo
from sqlalchemy import and_, func, or_, select

from service.db.accounts import Account
from service.db.cases import CaseEvent, Task
from service.db.notices import CalendarFeed
from service.db.queries import tasks as queries
from service.db.queries.tasks import TaskRow
from service.domain.errors import NotFound
from service.domain.notice_words import phrase
from service.operations.accounts import actor_of
from service.operations.action import Action
from service.operations.signing_in import digest

MOST = 300
DONE_SHOWN = timedelta(days=14)
LENGTH = timedelta(minutes=30)
SEEN_EVERY = timedelta(hours=1)
"""How exactly it is noted when a feed was last fetched: programs fetch often."""


def open_feed(action: Action) -> str:
    """Make the actor's feed, or give it a new address; the old one shows nothing any more. Answers the token, once."""
    assert action.actor.id is not None
    token = secrets.token_urlsafe(32)
    row = action.session.get(CalendarFeed, action.actor.id)
    if row is None:
        row = CalendarFeed(account_id=action.actor.id)
        action.session.add(row)
    row.token_hash, row.created_at, row.used_at = digest(token), action.now, None
    return token


def close_feed(action: Action) -> None:
    """The actor's feed shows nothing any more."""
    row = action.session.get(CalendarFeed, action.actor.id)
    if row is not None:
        action.session.delete(row)


def of_actor(action: Action) -> CalendarFeed | None:
    """The actor's feed, if there is one."""
    return action.session.get(CalendarFeed, action.actor.id)


def owner(action: Action, token: str) -> Account:
    """Whose feed a token opens. Raises NotFound for one that is unknown or was revoked, and for accounts that are closed."""
    row = action.session.scalar(select(CalendarFeed).where(CalendarFeed.token_hash == digest(token)))
    account = action.session.get(Account, row.account_id) if row else None
    if row is None or account is None or not account.active:
        raise NotFound("There is no such calendar.")
    return account


def note_use(action: Action, account: Account) -> None:
    """Keep when the feed was fetched last, so that its owner sees whether it is in use."""
    row = action.session.get(CalendarFeed, account.id)
    if row is not None and (row.used_at is None or action.now - row.used_at > SEEN_EVERY):
        row.used_at = action.now


def calendar(action: Action, account: Account, base: str) -> bytes:
    """The owner's deadlines as iCalendar (RFC 5545): a VTODO with its state, and a VEVENT for calendars without to-dos.

    Tasks that are the owner's, open or done lately; no names of people. The same tasks give the same bytes.
    """
    english = account.locale == "en"
    shown = Calendar()
    shown.add("prodid", "-//Mutasi//Deadlines//" + ("EN" if english else "ID"))
    shown.add("version", "2.0")
    shown.add("x-wr-calname", "Mutasi: " + ("my deadlines" if english else "tenggat saya"))
    shown.add("x-wr-timezone", account.timezone)
    shown.add("refresh-interval", timedelta(hours=1), parameters={"value": "DURATION"})
    zone = ZoneInfo(account.timezone)
    shown.add_component(Timezone.from_tzinfo(zone))
    rows = _tasks(action, account)
    moved = _moves(action, [row.id for row in rows])
    for row in rows:
        entries: list[Todo | Event] = [_todo(row, zone)]
        if row.state == "open":
            entries.append(_event(row, zone))
        for entry in entries:
            _describe(entry, row, account.locale, base)
            entry.add("sequence", row.version + moved.get(row.id, 0))
            shown.add_component(entry)
    return bytes(shown.to_ical())


def _tasks(action: Action, account: Account) -> Sequence[TaskRow]:
    actor = actor_of(action, account)
    session = action.session
    mine = [row for row in queries.inbox(session, actor, scope="mine", limit=MOST).items if row.due_at]
    since = action.now - DONE_SHOWN
    done = session.scalars(
        select(Task.id)
        .where(Task.closed_by == account.id, Task.closed_at > since, Task.due_at.is_not(None))
        .order_by(Task.closed_at.desc())
        .limit(MOST)
    ).all()
    return [*mine, *queries.these(session, actor, done)]


def _moves(action: Action, tasks: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    """Task -> how often its deadline was moved, which leaves its version as it was: programs that keep what they fetched
    take a moved entry for the old one unless its sequence grows."""
    query = (
        select(Task.id, func.count().label("moves"))
        .join(CaseEvent, CaseEvent.case_id == Task.case_id)
        .where(
            Task.id.in_(tasks),
            CaseEvent.at >= Task.opened_at,
            or_(
                CaseEvent.kind == "case_resumed",
                and_(CaseEvent.task_id == Task.id, CaseEvent.kind.in_(("task_extended", "deadline_moved"))),
            ),
        )
        .group_by(Task.id)
    )
    return {row.id: row.moves for row in action.session.execute(query)}


def _todo(row: TaskRow, zone: ZoneInfo) -> Todo:
    todo = Todo()
    todo.add("uid", f"{row.id}@mutasi")
    todo.add("due", _local(row.due_at, zone))
    todo.add("status", "NEEDS-ACTION" if row.state == "open" else "COMPLETED")
    if row.closed_at is not None:
        todo.add("completed", row.closed_at)
    return todo


def _event(row: TaskRow, zone: ZoneInfo) -> Event:
    event = Event()
    event.add("uid", f"{row.id}.due@mutasi")
    due = _local(row.due_at, zone)
    event.add("dtstart", due - LENGTH)
    event.add("dtend", due)
    event.add("transp", "TRANSPARENT")
    return event


def _describe(entry: Todo | Event, row: TaskRow, language: str, base: str) -> None:
    name = row.name_en if language == "en" and row.name_en else row.name
    entry.add("summary", f"{name} ({row.case_number})")
    entry.add("dtstamp", row.closed_at or row.opened_at)
    entry.add("url", f"{base}/tasks/{row.id}")
    entry.add("description", f"{phrase('case', language)} {row.case_number}\n{base}/tasks/{row.id}")
    entry.add("class", "PRIVATE")


def _local(moment: datetime | None, zone: ZoneInfo) -> datetime:
    assert moment is not None
    return moment.astimezone(zone)
