"""Telling people: one row per person and occasion, and what leaves by mail and push, in the caller's transaction.

Everything that people are told passes `tell` (or, for work offered to roles, `announce`): it asks each person's wishes and
writes the deliveries to the outbox under keys that let each notice leave once per channel.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_, select, update

from service.db.accounts import Account, Grant
from service.db.base import insert_new
from service.db.cases import Case, CaseEvent, DueWork, Outbox, Task
from service.db.comments import Comment
from service.db.notices import Notice, NoticeSettings, PushSubscription
from service.db.people import Unit
from service.db.queries import substitutions as substitution_queries
from service.db.queries import tasks as task_queries
from service.db.substitutions import Substitution
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.domain.notices import (
    ABOUT_OPEN_TASKS,
    CHANNELS,
    DEFAULTS,
    NEVER_LENT,
    OFFERED,
    RHYTHMS,
    Channel,
    Wishes,
)
from service.operations.action import Action
from service.operations.recording import tell_row, write_event

TELL = "tell"
MOST_TOLD = 25
"""So many holders of a role are told in person of a deadline; the others find it in the inbox."""
MOST_ANNOUNCED = 500
STALE = timedelta(days=2)
"""What happened longer ago (a catch-up, sample data) is shown, but not sent any more."""
BETWEEN_REMINDERS = timedelta(hours=1)
LONGEST_SAID = 500
REMINDERS = frozenset({"case.view_all", "case.repair"})


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody to be told, with their wishes and whether a browser of theirs takes pushes."""

    id: uuid.UUID
    wishes: Wishes
    pushes: bool


# -- telling


def tell(
    action: Action,
    kind: str,
    accounts: Iterable[uuid.UUID | None],
    *,
    key: str,
    case_id: uuid.UUID | None = None,
    task: Task | None = None,
    comment: Comment | None = None,
    about: Substitution | None = None,
    by: str | None = None,
    said: str = "",
    at: datetime | None = None,
) -> int:
    """Tell these accounts something, and whoever stands in for them now; nobody twice under the same `key`, and never the
    actor. Answers how many were told.

    `by`, `said`: who says it and in which words; shown in the app only. `at`: when it happened, if not now.
    """
    whom = {found for found in accounts if found}
    case_id = case_id or (task.case_id if task else None)
    in_place = {} if kind in NEVER_LENT else substitutes_of(action, whom, case_id, task)
    people = recipients(action, (whom | in_place.keys()) - {action.actor.id})
    known = set(
        action.session.scalars(
            select(Notice.account_id).where(
                Notice.key == key, Notice.account_id.in_([person.id for person in people])
            )
        )
    )
    happened = at or action.now
    fresh = happened > action.now - STALE
    notices: list[dict[str, Any]] = []
    outgoing: dict[str, dict[str, Any]] = {}
    for person in people:
        if person.id in known:
            continue
        notice: dict[str, Any] = {
            "id": new_id(),
            "account_id": person.id,
            "key": key,
            "kind": kind,
            "case_id": case_id,
            "task_id": task.id if task else None,
            "comment_id": comment.id if comment else None,
            "substitution_id": about.id if about else in_place.get(person.id),
            "said_by": by,
            "said": said,
            "created_at": happened,
            "read_at": None,
            "in_app": person.wishes.wants(kind, "app"),
            "mail_key": None,
            "push_key": None,
        }
        for channel in _ways(action, person, kind) if fresh else ():
            delivery = _delivery(action, person, kind, channel, notice["id"])
            notice[f"{channel}_key"] = delivery["key"]
            outgoing[delivery["key"]] = delivery
        notices.append(notice)
    insert_new(action.session, Notice, notices)
    insert_new(action.session, Outbox, list(outgoing.values()))
    return len(notices)


def announce(action: Action, task: Task) -> None:
    """Work offered to a role: those who want to hear of that by mail or push get a letter planned that counts what is
    there when it leaves. One letter however many tasks, and no row per member in the app: that is what the inbox is for.
    """
    outgoing: dict[str, dict[str, Any]] = {}
    whom = set(holders(action, task, most=MOST_ANNOUNCED))
    in_place = substitutes_of(action, whom, task.case_id, task)
    for person in recipients(action, whom | in_place.keys()):
        for channel in _ways(action, person, OFFERED):
            delivery = _delivery(action, person, OFFERED, channel, None)
            outgoing[delivery["key"]] = delivery
    planned = set(action.session.scalars(select(Outbox.key).where(Outbox.key.in_(outgoing))))
    insert_new(action.session, Outbox, [row for key, row in outgoing.items() if key not in planned])


def plan(
    action: Action, kind: str, key: str, *, case: Case, task_id: uuid.UUID | None = None, **payload: Any
) -> None:
    """Have a notice told after the commit, by due work: for whoever need not know of it within this transaction."""
    insert_new(
        action.session, DueWork, [tell_row(action, kind, f"{TELL}:{key}", case.id, task_id, **payload)]
    )


def substitutes_of(
    action: Action, absent: Iterable[uuid.UUID], case_id: uuid.UUID | None, task: Task | None
) -> dict[uuid.UUID, uuid.UUID]:
    """Who stands in now for any of these accounts in this case -> the substitution; nobody who is told for himself.

    What is asked of somebody in person concerns only a substitute to whom they lent that.
    """
    whom = set(absent)
    case = action.session.get(Case, case_id) if case_id else None
    if case is None:
        return {}
    asked_in_person = task is not None and task.person_nip is not None and task.assignee_id is None
    found: dict[uuid.UUID, uuid.UUID] = {}
    for row in substitution_queries.of_absent(action.session, whom, action.now):
        covered = row.acting_for.covers(case.definition_key, case.subject_nip)
        if covered and (row.personal or not asked_in_person) and row.substitute_id not in whom:
            found.setdefault(row.substitute_id, row.id)
    return found


def recipients(action: Action, ids: Iterable[uuid.UUID]) -> list[Recipient]:
    """Active accounts with their wishes, in the order of their ids."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    query = (
        select(
            Account.id,
            Account.timezone,
            NoticeSettings,
            select(PushSubscription.id).where(PushSubscription.account_id == Account.id).exists(),
        )
        .outerjoin(NoticeSettings, NoticeSettings.account_id == Account.id)
        .where(Account.id.in_(wanted), Account.active)
        .order_by(Account.id)
    )
    return [
        Recipient(account_id, wishes_of(zone, row), pushes)
        for account_id, zone, row, pushes in action.session.execute(query)
    ]


def wishes_of(zone: str, row: NoticeSettings | None) -> Wishes:
    """A person's wishes: what they set, else the defaults."""
    if row is None:
        return Wishes(zone=zone)
    chosen = {kind: frozenset(ways) for kind, ways in row.chosen.items() if kind in DEFAULTS}
    return Wishes(zone, row.rhythm, row.offered_rhythm, row.hour, row.quiet_from, row.quiet_to, chosen)


def holders(action: Action, task: Task, *, most: int = MOST_TOLD) -> list[uuid.UUID]:
    """Whom a task concerns: who has taken it, whom it is meant for, else who holds its role (and, overdue, the role
    above), up to so many."""
    if task.assignee_id is not None:
        found = [task.assignee_id]
    elif task.person_nip is not None:
        found = _accounts(action, Account.nip == task.person_nip, most)
    else:
        held = Grant.role == task.role
        if task.unit_id is not None:
            held = held & or_(Grant.unit_id == task.unit_id, Grant.unit_id.is_(None))
        found = _accounts(action, Account.id.in_(select(Grant.account_id).where(held)), most)
    if task.escalated_at is not None and task.escalate_to is not None:
        above = select(Grant.account_id).where(Grant.role == task.escalate_to)
        found += _accounts(action, Account.id.in_(above), most)
    return list(dict.fromkeys(found))


def holders_of(action: Action, roles: Iterable[str]) -> list[uuid.UUID]:
    """Those who hold one of these roles, up to so many."""
    held = select(Grant.account_id).where(Grant.role.in_(list(roles)))
    return _accounts(action, Account.id.in_(held), MOST_TOLD)


def heads_of(action: Action, unit_id: str | None) -> list[uuid.UUID]:
    """The account of who leads a unit, if there is one."""
    led = select(Unit.kepala_nip).where(Unit.id == unit_id)
    return _accounts(action, Account.nip.in_(led), MOST_TOLD)


def _accounts(action: Action, which: ColumnElement[bool], most: int) -> list[uuid.UUID]:
    query = select(Account.id).where(which, Account.active).order_by(Account.id).limit(most)
    return list(action.session.scalars(query))


def _ways(action: Action, person: Recipient, kind: str) -> list[Channel]:
    """The channels by which something leaves for this person: those wanted that lead somewhere."""
    open_ways: list[Channel] = []
    if action.mail and person.wishes.wants(kind, "mail"):
        open_ways.append("mail")
    if person.pushes and person.wishes.wants(kind, "push"):
        open_ways.append("push")
    return open_ways


def _delivery(
    action: Action, person: Recipient, kind: str, channel: Channel, notice_id: uuid.UUID | None
) -> dict[str, Any]:
    """The row of the outbox that carries a notice: one of its own, or the one that collects until its moment."""
    leaves = person.wishes.moment(kind, channel, action.now)
    at_once = leaves <= action.now and notice_id is not None
    part = str(notice_id) if at_once else leaves.strftime("%Y%m%dT%H%M%SZ")
    return {
        "id": new_id(),
        "key": f"{channel}:{person.id}:{part}",
        "kind": channel,
        "case_id": None,
        "payload": {"account": str(person.id), "collected": not at_once},
        "created_at": action.now,
        "next_at": leaves,
        "attempts": 0,
        "state": "pending",
    }


# -- what people do about notices


def remind(action: Action, task_id: uuid.UUID, text: str = "") -> int:
    """Remind those an open task waits for, with a few words; answers how many were told.

    The words stand in the notices, where they are forgotten in time; the log, which keeps for ever, says only who and when.
    For who oversees cases. Raises NotFound, NotAllowed, Invalid, and Conflict within an hour of the last reminder.
    """
    task_queries.get(action.session, action.actor, task_id)
    if not action.actor.permissions & REMINDERS:
        raise NotAllowed("Your roles do not allow you to remind others.")
    if len(text.strip()) > LONGEST_SAID:
        raise Invalid("A reminder has up to 500 characters.", {"text": "Too long."})
    task = action.session.get_one(Task, task_id, with_for_update=True, populate_existing=True)
    if task.state != "open":
        raise Conflict("The task is no longer open: the case went on without it.", at=task.closed_at)
    last = action.session.execute(
        select(CaseEvent.actor_name, CaseEvent.at)
        .where(
            CaseEvent.case_id == task.case_id,
            CaseEvent.task_id == task.id,
            CaseEvent.kind == "task_reminded",
            CaseEvent.at > action.now - BETWEEN_REMINDERS,
        )
        .limit(1)
    ).first()
    if last is not None:
        raise Conflict("This task was reminded of within the last hour.", by=last.actor_name, at=last.at)
    key = f"reminder:{task.id}:{action.now.isoformat(timespec='seconds')}"
    told = tell(
        action, "reminder", holders(action, task), key=key, task=task, by=action.actor.name, said=text.strip()
    )
    write_event(
        action,
        "task_reminded",
        case=action.session.get_one(Case, task.case_id),
        task_id=task.id,
        element=task.element,
        process=task.process,
        name=task.name,
        data={"told": told},
    )
    return told


def assigned(action: Action, task: Task, text: str = "") -> int:
    """Tell who was given a task (assigned, delegated, left to a substitute) that it is theirs now."""
    key = f"assigned:{task.id}:{task.assignee_id or task.person_nip}:{task.version}"
    by = action.actor.name if action.actor.id else None
    return tell(action, "assigned", holders(action, task), key=key, task=task, by=by, said=text.strip())


def mark_read(action: Action, notice_id: uuid.UUID) -> Notice:
    """One's own notice is read. Raises NotFound for those of others."""
    notice = action.session.get(Notice, notice_id)
    if notice is None or notice.account_id != action.actor.id:
        raise NotFound("There is no such notice.")
    if notice.read_at is None:
        notice.read_at = action.now
    return notice


def mark_all_read(action: Action) -> None:
    """Everything the actor was told so far is read."""
    action.session.execute(
        update(Notice)
        .where(Notice.account_id == action.actor.id, Notice.read_at.is_(None))
        .values(read_at=action.now)
        .execution_options(synchronize_session=False)
    )


def choose(action: Action, wanted: Mapping[str, Any], channels: Mapping[str, Sequence[str]]) -> None:
    """Set how the actor wants to be told: rhythm, offered_rhythm, hour, quiet_from, quiet_to (minutes), and channels by
    kind. Raises Invalid. What is on its way already leaves as it was planned."""
    account_id = action.actor.id
    assert account_id is not None
    row = action.session.get(NoticeSettings, account_id)
    if row is None:
        default = Wishes()
        row = NoticeSettings(
            account_id=account_id,
            rhythm=default.rhythm,
            offered_rhythm=default.offered_rhythm,
            hour=default.hour,
            quiet_from=default.quiet_from,
            quiet_to=default.quiet_to,
            chosen={},
        )
        action.session.add(row)
    rhythms = (wanted.get("rhythm", row.rhythm), wanted.get("offered_rhythm", row.offered_rhythm))
    hour = wanted.get("hour", row.hour)
    quiet = (wanted.get("quiet_from", row.quiet_from), wanted.get("quiet_to", row.quiet_to))
    if not (set(rhythms) <= set(RHYTHMS) and 0 <= hour <= 23 and all(0 <= end < 1440 for end in quiet)):
        raise Invalid("These settings cannot be used.")
    row.rhythm, row.offered_rhythm = rhythms
    row.hour, (row.quiet_from, row.quiet_to) = hour, quiet
    chosen = {kind: sorted(set(ways) & set(CHANNELS)) for kind, ways in channels.items() if kind in DEFAULTS}
    row.chosen = {kind: ways for kind, ways in chosen.items() if set(ways) != DEFAULTS[kind]}


def forget(action: Action) -> None:
    """Notices of tasks that were closed meanwhile say nothing any more: they are read."""
    closed = select(Task.id).where(Task.id == Notice.task_id, Task.state != "open").exists()
    action.session.execute(
        update(Notice)
        .where(Notice.read_at.is_(None), Notice.kind.in_(ABOUT_OPEN_TASKS), closed)
        .values(read_at=action.now)
        .execution_options(synchronize_session=False)
    )
