"""The filters of the inbox: how they stand in the address, and what they mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext

from service.db.queries.task_filters import TONES, TaskFilter, account_named
from service.db.queries.tasks import Scope
from service.operations.action import Action

NAMES = (
    *("view", "q", "role", "definition", "kind", "stage", "from", "to", "person", "who", "rules"),
    *("due", "due_from", "due_to", "age"),
)
OPEN_ONLY = ("who", "due", "due_from", "due_to", "age")
"""Filters that mean nothing for what is done."""
SCOPES: Mapping[str, Scope] = {"": "offered", "mine": "mine", "all": "all", "done": "offered"}
LONGEST = 255
SOON_WORKING_DAYS = 5
OLDEST_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was chosen, by the names of the address; unknown names and empty values are left out."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def done(self) -> bool:
        return self["view"] == "done"

    @property
    def scope(self) -> Scope:
        return SCOPES[self["view"]]

    @property
    def narrowed(self) -> dict[str, str]:
        """The filters without the scope."""
        return {name: value for name, value in self.values.items() if name != "view"}


def chosen(arguments: Mapping[str, str]) -> Chosen:
    """The filters of an address."""
    values = {name: arguments.get(name, "").strip()[:LONGEST] for name in NAMES}
    if values["view"] not in SCOPES:
        values["view"] = ""
    unmeant = OPEN_ONLY if values["view"] == "done" else ()
    return Chosen({name: value for name, value in values.items() if value and name not in unmeant})


def meaning(action: Action, wanted: Chosen, zone: ZoneInfo) -> TaskFilter:
    """The filters as conditions; days are the reader's. What cannot be understood narrows nothing."""
    due_from, due_before = _due(action, wanted, zone)
    days = int(wanted["age"]) if wanted["age"].isdecimal() else 0
    who = wanted["who"]
    return TaskFilter(
        role=wanted["role"] or None,
        definition=wanted["definition"] or None,
        kind=wanted["kind"] or None,
        stage=wanted["stage"] or None,
        origin=wanted["from"] or None,
        target=wanted["to"] or None,
        person=wanted["person"] or None,
        search=wanted["q"] or None,
        due_from=due_from,
        due_before=due_before,
        no_deadline=wanted["due"] == "none",
        opened_before=action.now - timedelta(days=min(days, OLDEST_DAYS)) if days else None,
        tone=wanted["rules"] if wanted["rules"] in TONES else None,
        nobody=who == "nobody",
        assignee=action.actor.holder
        if who == "me"
        else account_named(action.session, who)
        if who and who != "nobody"
        else None,
    )


def summary(wanted: Chosen) -> int:
    """How many filters beside the search narrow the list."""
    return sum(1 for name in wanted.narrowed if name != "q")


def dues() -> list[tuple[str, str]]:
    return [
        ("late", gettext("Overdue")),
        ("today", gettext("Due today")),
        ("soon", gettext("Due in %(count)s working days", count=SOON_WORKING_DAYS)),
        ("none", gettext("Without a deadline")),
    ]


def ages() -> list[tuple[str, str]]:
    return [(str(days), gettext("Longer than %(count)s days", count=days)) for days in (3, 7, 14, 30, 90)]


def tones() -> list[tuple[str, str]]:
    return [
        ("bad", gettext("Something blocks")),
        ("warn", gettext("Something to weigh")),
        ("good", gettext("Rules passed")),
    ]


def _due(action: Action, wanted: Chosen, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
    """From (inclusive) and until (exclusive)."""
    today = action.now.astimezone(zone).date()
    until = {
        "late": action.now,
        "today": _midnight(today + timedelta(days=1), zone),
        "soon": _midnight(
            action.calendar.add_working_days(today, SOON_WORKING_DAYS) + timedelta(days=1), zone
        ),
    }
    begin = action.now if wanted["due"] in ("today", "soon") else None
    first, last = _day(wanted["due_from"]), _day(wanted["due_to"])
    return (
        _midnight(first, zone) if first else begin,
        _midnight(last + timedelta(days=1), zone) if last else until.get(wanted["due"]),
    )


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 1900 < found.year < 9999 else None
