"""Definitions that begin by themselves: the next moment of each timer start event, kept as due work."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from dateutil.relativedelta import relativedelta

from service.db.base import insert_new
from service.db.cases import DueWork
from service.engine.definitions import Definition
from service.engine.steps import Trigger
from service.operations.action import Action

_CYCLE = re.compile(r"R(?P<count>\d*)/(?:(?P<start>[^/P]+)/)?(?P<period>P[^/]+)")
_PERIOD = re.compile(
    r"P(?:(?P<years>\d+)Y)?(?:(?P<months>\d+)M)?(?:(?P<weeks>\d+)W)?(?:(?P<days>\d+)D)?"
    r"(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?"
)


def plan(action: Action, definition: Definition, element: str | None = None) -> None:
    """Write the next start of every timer start event of a definition's latest version, or of one of them."""
    rows = [
        {
            "key": f"start:{definition.key}:{trigger.element}:{due.isoformat()}",
            "kind": "start",
            "due_at": due,
            "state": "pending",
            "attempts": 0,
            "payload": {"definition": definition.key, "element": trigger.element},
        }
        for trigger in definition.triggers
        if trigger.kind == "timer"
        and element in (None, trigger.element)
        and (due := next_start(trigger, action.now)) is not None
    ]
    insert_new(action.session, DueWork, rows)


def next_start(trigger: Trigger, now: datetime) -> datetime | None:
    """The first moment after `now` at which the trigger begins a case; None when there is none any more.

    An ISO 8601 moment begins one case; a repeating interval (`R/2027-01-04T08:00:00+07:00/P1Y`) begins one each period.
    """
    text = (trigger.value or "").strip()
    match = _CYCLE.fullmatch(text)
    if match is None:
        moment = _moment(text)
        return moment if moment is not None and moment > now else None
    period = _period(match["period"])
    start = _moment(match["start"]) if match["start"] else now + period
    if start is None or now + period <= now:
        return None
    count = int(match["count"]) if match["count"] else 10_000
    for round_ in range(count):
        moment = start + period * round_
        if moment > now:
            return moment
    return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _period(text: str) -> relativedelta:
    match = _PERIOD.fullmatch(text)
    parts = {name: int(value) for name, value in match.groupdict().items() if value} if match else {}
    return relativedelta(**parts)  # type: ignore[arg-type]
