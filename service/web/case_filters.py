"""The filters of the list of cases as its address says them. What it says wrongly is as if it were not said."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from service.db.queries.case_list import NONE, STATUSES, CaseFilter
from service.db.queries.figures import choosing
from service.db.queries.figures.counted import FIGURES, Counted
from service.domain import ids, months
from service.domain.access import Actor
from service.operations import figures
from service.operations.action import Action
from service.web import moments, words

TEXTS = ("stage", "definition", "unit", "origin", "target", "plan", "kind", "role", "element")
DAYS = ("started_from", "started_to", "ended_from", "ended_to")
NAMES = ("q", "status", *TEXTS, "outcome", "holder", "overdue", "due", "incidents", "older", *DAYS)
FIGURE = ("figure", "figure_of", "figure_from", "figure_to")
"""The cases behind a figure: which one, of what, from which month to which."""
UNIT_TEXTS = ("unit_text", "origin_text", "target_text")
DUE = ("late", "soon", "on_time", "none")
"""How the next deadline of a running case stands, as the overview counts it."""
ME = "me"
YES = "yes"
MOST_DAYS = 36_500


def chosen(arguments: Mapping[str, str], actor: Actor) -> dict[str, str]:
    """What the address asks for, by name; empty where it asks for nothing. Figures are for those who may see them."""
    figure = FIGURE if arguments.get("figure") in FIGURES and actor.may(figures.SEE) else ()
    said = {name: arguments.get(name, "").strip()[:200] for name in (*NAMES, *UNIT_TEXTS, *figure)}
    found = {name: value for name, value in said.items() if value and _sensible(name, value)}
    return found | {"outcome": words.alike(found["outcome"])[0]} if "outcome" in found else found


def wanted(action: Action, said: Mapping[str, str]) -> CaseFilter:
    """The cases that are asked for."""
    calendar = action.calendar

    def day(name: str, later: int = 0) -> datetime | None:
        found = moments.as_date(said.get(name))
        return calendar.start_of_day(found + timedelta(days=later), hour=0) if found else None

    started_to = day("started_to", 1)
    if older := said.get("older"):
        before = action.now - timedelta(days=int(older))
        started_to = min(started_to or before, before)
    due_from, due_before = _due(action, said)
    return CaseFilter(
        **{name: said.get(name) for name in TEXTS},
        status=said.get("status"),
        outcomes=words.alike(said["outcome"]) if "outcome" in said else (),
        holder=_holder(action, said.get("holder")),
        due_from=due_from,
        due_before=due_before,
        no_deadline=said.get("due") == "none",
        started_from=day("started_from"),
        started_to=started_to,
        ended_from=day("ended_from"),
        ended_to=day("ended_to", 1),
        incidents="incidents" in said,
        search=said.get("q"),
        counted=counted(action, said),
    )


def _due(action: Action, said: Mapping[str, str]) -> tuple[datetime | None, datetime | None]:
    """From (inclusive) and until (exclusive)."""
    after_near = action.calendar.near_until(action.now) + timedelta.resolution
    first = {"soon": action.now, "on_time": after_near}.get(said.get("due", ""))
    after = {"late": action.now, "soon": after_near}.get(said.get("due", ""))
    if "overdue" in said:
        after = min(after or action.now, action.now)
    return first, after


def counted(action: Action, said: Mapping[str, str]) -> Counted | None:
    """The figure whose cases are asked for."""
    if "figure" not in said:
        return None
    zone = action.calendar.timezone
    about = {name: said.get(name, "") for name in ("definition", "unit", "plan")}
    if about["plan"] == NONE:
        about["plan"] = ""
    first, last = (months.parse(said.get(name, "")) for name in ("figure_from", "figure_to"))
    period = choosing.chosen(months.of(action.now, zone), first, last, **about)
    return Counted(said["figure"], period, zone, action.now, said.get("figure_of", ""))


def _sensible(name: str, value: str) -> bool:
    if name == "status":
        return value in STATUSES
    if name == "due":
        return value in DUE
    if name == "older":
        return value.isascii() and value.isdigit() and 0 < int(value[:9]) <= MOST_DAYS
    if name == "holder":
        return value == ME or ids.parsed(value) is not None
    if name in DAYS:
        found = moments.as_date(value)
        return found is not None and 1900 < found.year < 9000
    return value == YES if name in ("overdue", "incidents") else "\0" not in value


def _holder(action: Action, text: str | None) -> uuid.UUID | None:
    if text == ME:
        return action.actor.holder
    return ids.parsed(text or "")
