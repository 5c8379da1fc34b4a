"""What figures are called in the list of the cases behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from flask_babel import gettext

from service.db.accounts import Account
from service.db.queries.figures.counted import Counted
from service.domain import ids
from service.operations.action import Action
from service.web import charts, context, moments
from service.web.overview_tables import authority
from service.web.step_names import Names
from service.web.words import review_label, role_label, word

NAMES: Mapping[str, Callable[[], str]] = {
    "cases": lambda: gettext("Cases of the unit"),
    "waiting": lambda: gettext("Open tasks"),
    "waiting_late": lambda: gettext("Late tasks"),
    "held": lambda: gettext("Tasks in hand"),
    "held_late": lambda: gettext("Late tasks in hand"),
    "done_by": lambda: gettext("Done in 30 days"),
    "done_late_by": lambda: gettext("Done late in 30 days"),
    "stopped": lambda: gettext("Stopped"),
    "bkn": lambda: _waited_for("bkn"),
    "mendagri": lambda: _waited_for("mendagri"),
    "other": lambda: _waited_for("other"),
    "finished": lambda: gettext("Finished tasks"),
    "timed": lambda: gettext("Tasks with a deadline"),
    "late": lambda: gettext("Finished late"),
    "touched": lambda: gettext("Taken first"),
    "judged": lambda: gettext("Decisions"),
    "returned": lambda: gettext("Returned"),
    "rejected": lambda: gettext("Rejected"),
    "refused": lambda: gettext("Returned or rejected"),
    "transfers": lambda: gettext("Transfers that took effect"),
    "rated": lambda: gettext("Rated before and after"),
    "agreed": lambda: gettext("Agreed at the consultation"),
    "wished": lambda: gettext("Moved to where they had wished"),
    "objections": lambda: gettext("Objections"),
    "upheld": lambda: gettext("Objections upheld"),
    "reached": lambda: gettext("Target reached at the last review"),
    "followed": lambda: gettext("Follow-up decided"),
    "carried_out": lambda: gettext("Follow-up carried out"),
    "reached_then": lambda: gettext("Follow-up carried out, target reached then"),
    "review_late": lambda: gettext("Review overdue"),
    "review_in_hand": lambda: gettext("Review in hand"),
    "review_ahead": lambda: gettext("Review in the next 90 days"),
}
REVIEWS = ("review_late", "review_in_hand", "review_ahead")
OPEN = ("waiting", "waiting_late")
OF_PERSON = ("held", "held_late", "done_by", "done_late_by")
NOW = ("cases", *OPEN, *OF_PERSON, *REVIEWS)
"""Figures of the present, whatever the months."""
OF_KIND = ("followed", "carried_out", "reached_then")


def name(action: Action, counted: Counted) -> str:
    """The figure, what it is of, and its months: `Returned, Approval, May 2026 – June 2026`."""
    parts = [NAMES[counted.figure](), _of(action, counted)]
    if counted.figure not in NOW:
        first, last = counted.chosen.first, counted.chosen.last
        parts.append(" – ".join(dict.fromkeys((charts.month_name(first), charts.month_name(last)))))
    return ", ".join(filter(None, parts))


def _of(action: Action, counted: Counted) -> str:
    if counted.figure in REVIEWS and counted.of.isdecimal():
        return review_label(int(counted.of))
    if counted.figure in OF_KIND or not counted.of:
        return word(counted.of)
    if counted.figure in OF_PERSON:
        return _person(action, counted.of)
    process, element, role, opened = counted.place
    names = Names(action)
    step = names.step(process, element) if element else names.process(process) if process else ""
    return ", ".join(filter(None, (step, role_label(role), _since(opened))))


def _person(action: Action, text: str) -> str:
    account = ids.parsed(text)
    found = action.session.get(Account, account) if account else None
    return found.name if found else ""


def _since(opened: datetime | None) -> str:
    """Since when the tasks have been open at least."""
    if opened is None:
        return ""
    day = moments.day(opened.astimezone(context.zone()).date())
    return gettext("open since %(day)s %(time)s or longer", day=day, time=moments.clock(opened))


def _waited_for(code: str) -> str:
    return gettext("Waited for %(authority)s", authority=authority(code))
