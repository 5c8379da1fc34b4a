"""The timeline of a case: one list of all that happened, by day, narrowed to a kind, a page at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from flask import request, url_for
from flask_babel import gettext

from service.db.cases import Case
from service.db.queries import cases as queries
from service.db.queries import comments as comment_queries
from service.db.queries.cursors import LONGEST_NUMBER
from service.db.queries.tasks import TaskRow
from service.engine.definitions import Definition
from service.operations.action import Action
from service.web import context, named, timeline

PAGE = 40
KINDS: Mapping[str, tuple[str, ...]] = {
    "decisions": (
        "task_completed", "task_sent_back", "task_skipped", "task_withdrawn", "task_delegated", "task_assigned",
        "task_claimed", "task_released",
        "case_created", "case_cancelled", "case_completed", "case_suspended", "case_resumed",
    ),
    "comments": ("commented", "comment_edited", "comment_deleted"),
    "documents": (
        "document_attached", "document_removed", "document_replaced",
        "letter_issued", "letter_signed", "letter_failed", "letter_void",
    ),
    "notices": ("task_due_soon", "task_overdue", "task_reminded", "task_extended", "deadline_moved"),
}  # fmt: skip
"""What the timeline can be narrowed to."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A page of it: (day, entries) latest first, and where it goes on."""

    days: tuple[tuple[date, tuple[timeline.Entry, ...]], ...]
    only: str
    more_url: str


@dataclass(frozen=True, slots=True)
class Coming:
    """What will happen by itself if nothing else does, and how many times at that moment."""

    at: datetime
    text: str
    paused: bool
    times: int


def page(action: Action, case: Case, definition: Definition, data: Mapping[str, Any]) -> Timeline:
    """The page that the request asks for: `only` of a kind, from a `cursor` on, or down to an `event`."""
    actor = action.actor
    only = request.args.get("only", "")
    event = request.args.get("event", "")
    shown = {node.id for node in definition.elements.values() if node.kind in timeline.SHOWN_KINDS}
    events = queries.events(
        action.session,
        actor,
        case.id,
        limit=PAGE,
        cursor=request.args.get("cursor"),
        newest_first=True,
        kinds=KINDS.get(only, ()),
        unwanted=timeline.UNSHOWN,
        elements=shown,
        since=int(event) if event.isascii() and event.isdigit() and len(event) < LONGEST_NUMBER else None,
    )
    answered = actor.decides or (case.decided_at is not None and actor.sees != "own")
    entries = timeline.entries(
        events.items, definition, data, answered=answered, comments=_comments(action, case, events.items)
    )
    days = groupby(entries, lambda entry: entry.at.astimezone(context.zone()).date())
    narrowed = only if only in KINDS else None
    return Timeline(
        tuple((day, tuple(group)) for day, group in days),
        only if only in KINDS else "",
        url_for("cases.more_timeline", case_id=case.id, only=narrowed, cursor=events.next_cursor)
        if events.next_cursor
        else "",
    )


def _comments(action: Action, case: Case, events: Iterable[Any]) -> dict[str, str]:
    """The words of the comments among these events that the reader may read."""
    if not any(event.kind == "commented" for event in events):
        return {}
    rows = comment_queries.of_case(action.session, action.actor, case, action.now)
    return {str(row.id): row.body for row in rows}


def names() -> list[tuple[str, str]]:
    """(kind, its name) of what the timeline can be narrowed to."""
    return [
        ("", gettext("Everything")),
        ("decisions", gettext("Decisions")),
        ("comments", gettext("Comments")),
        ("documents", gettext("Documents")),
        ("notices", gettext("Deadlines and notices")),
    ]


def coming(
    action: Action,
    case: Case,
    definition: Definition,
    timers: Mapping[str, str],
    open_tasks: Iterable[TaskRow],
) -> list[Coming]:
    """What is due in the case, the earliest first; what is the same at the same moment once, with how often.

    `timers`: key of a timer -> its element.
    """
    tasks = {task.id: task for task in open_tasks}
    found: Counter[tuple[datetime, str, bool]] = Counter()
    for row in queries.coming(action.session, case.id):
        task = tasks.get(row.task_id) if row.task_id else None
        name = _task_name(task) if task else ""
        if row.kind == "timer":
            element = timers.get(row.key.split(":")[2] if row.key.count(":") > 2 else "")
            text = (
                timeline.name_anywhere(definition, element)
                if element
                else gettext("The case goes on by itself")
            )
        elif row.kind == "reminder":
            text = gettext("%(task)s: a reminder", task=name)
        else:
            text = gettext("%(task)s: deadline; then one more role is asked", task=name)
        found[row.due_at.replace(second=0, microsecond=0), str(text), row.state == "paused"] += 1
    return [Coming(at, text, paused, times) for (at, text, paused), times in found.items()]


def _task_name(task: TaskRow) -> str:
    name, whose = context.in_language(task.name, task.name_en), named.asked(task)
    return f"{name} ({whose})" if whose else name
