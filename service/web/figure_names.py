"""What figures are called in the list of the cases behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext

from service.db.queries.figures.counted import Counted
from service.operations.action import Action
from service.web import charts
from service.web.common import review_label, word
from service.web.overview_tables import authority
from service.web.step_names import Names

NAMES: Mapping[str, Callable[[], str]] = {
    "cases": lambda: gettext("Cases of the unit"),
    "waiting": lambda: gettext("Open tasks"),
    "waiting_late": lambda: gettext("Late tasks"),
    "stopped": lambda: gettext("Stopped"),
    "bkn": lambda: _waited_for("bkn"),
    "mendagri": lambda: _waited_for("mendagri"),
    "other": lambda: _waited_for("other"),
    "finished": lambda: gettext("Finished tasks"),
    "timed": lambda: gettext("Tasks with a deadline"),
    "late": lambda: gettext("Finished late"),
    "judged": lambda: gettext("Decisions"),
    "returned": lambda: gettext("Returned"),
    "rejected": lambda: gettext("Rejected"),
    "refused": lambda: gettext("Returned or rejected"),
    "transfers": lambda: gettext("Transfers that took effect"),
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
NOW = ("cases", "waiting", "waiting_late", *REVIEWS)
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
    process, _, element = counted.of.partition("/")
    names = Names(action)
    return names.step(process, element) if element else names.process(process)


def _waited_for(code: str) -> str:
    return gettext("Waited for %(authority)s", authority=authority(code))
