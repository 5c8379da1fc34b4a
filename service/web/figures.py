"""What the pages of figures share: what they are asked about, the form to choose it, their links and their tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from service.db.queries import people
from service.db.queries.figures import choosing
from service.db.queries.figures.choosing import Chosen
from service.domain import months
from service.domain.errors import NotFound
from service.operations import figures as counting
from service.operations.action import Action
from service.web import charts, context, exports
from service.web.exports import Rows
from service.web.kept import part
from service.web.step_names import Names

MOST_UNITS = 500
MONTH = re.compile(r"\d{4}-\d{2}")

Found = TypeVar("Found")


def page(template: str, figures: Callable[[Action, Chosen], str]) -> str:
    """A page with the figures of what was chosen, kept for a minute."""
    counting.check_may_see(context.actor())
    with context.reading() as action:
        chosen = chosen_of_request(action)
        key = (template, chosen, choosing.as_of(action.session))
        return render_template(template, figures=part(action, key, lambda: figures(action, chosen)))


def table(
    name: str,
    tables: Mapping[str, Callable[[Found, Names], Rows]],
    read: Callable[[Action, Chosen], Found],
) -> ResponseReturnValue:
    """One of a page's tables, whole, as CSV."""
    counting.check_may_see(context.actor())
    if name not in tables:
        raise NotFound("There is no such table.")
    with context.reading() as action:
        chosen = chosen_of_request(action)
        rows = list(tables[name](read(action, chosen), Names(action)))
    return exports.csv_answer(f"{name}-{chosen.first:%Y%m}-{chosen.last:%Y%m}", rows)


def around(action: Action, chosen: Chosen) -> dict[str, Any]:
    """What the template of every page needs around its own figures: what was chosen, what there is to choose, and links."""
    said = kept(chosen)
    return {
        "chosen": chosen,
        "kept": said,
        "units": people.unit_names(action.session, MOST_UNITS),
        "plans": choosing.plans(action.session, chosen),
        "months": _months(action, chosen),
        "month_name": charts.month_name,
        "cases_url": cases_url(chosen),
        "table_url": lambda name: url_for(".table", name=name, **said),
    }


def chosen_of_request(action: Action) -> Chosen:
    """What the address asks for; what it says wrongly is as if it were not said."""
    present = months.of(action.now, action.calendar.timezone)
    said = {name: request.args.get(name, "").strip()[:200] for name in ("definition", "unit", "plan")}
    return choosing.chosen(present, _month("from"), _month("to"), **said)


def kept(chosen: Chosen) -> dict[str, Any]:
    """The choice as an address says it."""
    return {**_period(chosen), **_filters(chosen)}


def cases_url(chosen: Chosen) -> Any:
    """The list of cases behind a figure: the page's own filters, and what the figure adds.

    A page has hundreds of these links: the address itself is looked up once.
    """
    page = url_for("cases.page")

    def url(figure: str = "", of: str = "", **added: str) -> str:
        wanted: dict[str, Any] = _filters(chosen) | added
        if (
            figure or chosen.unit
        ):  # a unit's figures count who left it only once that is decided, the list at once
            wanted |= {"figure": figure or "cases", "figure_of": of}
            wanted |= {f"figure_{name}": value for name, value in _period(chosen).items()}
        return f"{page}?{urlencode({name: value for name, value in wanted.items() if value})}"

    return url


def _period(chosen: Chosen) -> dict[str, str]:
    return {"from": f"{chosen.first:%Y-%m}", "to": f"{chosen.last:%Y-%m}"}


def _filters(chosen: Chosen) -> dict[str, str]:
    said = {"definition": chosen.definition, "unit": chosen.unit, "plan": chosen.plan}
    return {name: value for name, value in said.items() if value}


def _month(name: str) -> date | None:
    text = request.args.get(name, "")
    return months.parse(text) if MONTH.fullmatch(text) else None


def _months(action: Action, chosen: Chosen) -> list[date]:
    present = months.of(action.now, action.calendar.timezone)
    return months.between(min(chosen.first, months.add(present, 1 - choosing.MOST_MONTHS)), present)[::-1]
