"""Where does it hurt? The manager's overview: figures, the heat map, and the way to the cases behind each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import definitions as definition_queries
from service.db.queries import figures, overview, people
from service.db.queries.counting import minute
from service.db.queries.figures import Chosen
from service.db.queries.overview import Overview
from service.domain import months
from service.domain.errors import NotFound
from service.engine.definitions import Definition
from service.operations import definitions
from service.operations import figures as counting
from service.operations.action import Action
from service.web import charts, context, diagrams, exports, tables
from service.web.common import number
from service.web.diagrams import Diagrams
from service.web.kept import part

blueprint = Blueprint("overview", __name__)

MOST_UNITS = 500
MOST_ROWS = 12
HEAT_LEVELS = 4
MONTH = re.compile(r"\d{4}-\d{2}")


class Names:
    """What processes, steps and stages are called on the latest diagrams, in the reader's language."""

    def __init__(self, action: Action) -> None:
        self.versions = definition_queries.latest(action.session)
        self.compiled: dict[str, Definition] = {}
        self._stages: dict[str, str] = {}
        for key, version_id in self.versions.items():
            self.compiled[key] = definitions.compiled(action.session, action.engine, version_id)
        for definition in self.compiled.values():
            for node in definition.elements.values():
                if node.kind in diagrams.STAGE_KINDS:
                    self._stages[node.name] = context.in_language(node.name, node.name_en)

    def definition(self, key: str) -> str:
        found = self.compiled.get(key)
        return context.in_language(found.name, found.name_en) if found else key

    def process(self, process: str) -> str:
        for definition in self.compiled.values():
            if process in definition.models:
                return diagrams.process_name(definition, process)
        return process

    def step(self, process: str, element: str) -> str:
        for definition in self.compiled.values():
            node = definition.elements.get((process, element))
            if node is not None and node.name:
                return context.in_language(node.name, node.name_en)
        return element

    def stage(self, stage: str) -> str:
        return self._stages.get(stage, stage) or gettext("No stage yet")


@blueprint.get("/overview")
@login_required
def page() -> ResponseReturnValue:
    """All figures of what was chosen, each with the way to its cases."""
    counting.check_may_see(context.actor())
    with context.reading() as action:
        chosen = chosen_of_request(action)
        key = ("overview", chosen, figures.as_of(action.session))
        return render_template(
            "overview/page.html", figures=part(action, key, lambda: _figures(action, chosen))
        )


def _figures(action: Action, chosen: Chosen) -> str:
    found = overview.overview(action.session, chosen, action.now, action.calendar)
    names = Names(action)
    shown, heat_of = _heat_map(found, names, chosen, minute(action.now))
    return render_template(
        "overview/figures.html",
        found=found,
        chosen=chosen,
        kept=kept(chosen),
        names=names,
        sentence=_sentence(found, names),
        diagrams=shown,
        heat_of=heat_of,
        units=people.unit_names(action.session, MOST_UNITS),
        plans=figures.plans(action.session, chosen),
        months=month_choices(action, chosen),
        totals=_totals(found),
        stage_rates=figures.by_process(found.steps),
        month_name=charts.month_name,
        last_day=lambda month: (months.add(month, 1) - timedelta(days=1)).isoformat(),
        authority=tables.authority,
        throughput=charts.throughput(found.months),
        cycles=charts.cycles(found.months),
        most=MOST_ROWS,
        cases_url=cases_url(chosen),
        span=span,
        share=share,
        table_url=lambda name: url_for(".table", name=name, **kept(chosen)),
    )


@blueprint.get("/overview/<name>.csv")
@login_required
def table(name: str) -> ResponseReturnValue:
    """One of the page's tables, whole, as CSV."""
    counting.check_may_see(context.actor())
    if name not in tables.OVERVIEW:
        raise NotFound("There is no such table.")
    with context.reading() as action:
        chosen = chosen_of_request(action)
        found = overview.overview(action.session, chosen, action.now, action.calendar)
        rows = list(tables.OVERVIEW[name](found, Names(action)))
    return exports.csv_answer(f"{name}-{chosen.first:%Y%m}-{chosen.last:%Y%m}", rows)


def chosen_of_request(action: Action) -> Chosen:
    """What the address asks for; what it says wrongly is as if it were not said."""
    present = months.of(action.now, action.calendar.timezone)
    said = {name: request.args.get(name, "").strip()[:200] for name in ("definition", "unit", "plan")}
    return figures.chosen(present, _month("from"), _month("to"), **said)


def kept(chosen: Chosen) -> dict[str, Any]:
    """The choice as an address says it."""
    said = {"definition": chosen.definition, "unit": chosen.unit, "plan": chosen.plan}
    return {"from": f"{chosen.first:%Y-%m}", "to": f"{chosen.last:%Y-%m}"} | {
        name: value for name, value in said.items() if value
    }


def cases_url(chosen: Chosen) -> Any:
    """The list of cases behind a figure: the page's own filters, and what the figure adds."""
    said = {"definition": chosen.definition, "unit": chosen.unit, "plan": chosen.plan}

    def url(**filters: str) -> str:
        wanted: dict[str, Any] = {name: value for name, value in (said | filters).items() if value}
        return url_for("cases.page", **wanted)

    return url


def span(minutes: float | None) -> str:
    """How long, as people say it: `40 menit`, `5 jam`, `3,2 hari`; an en dash for None."""
    if minutes is None:
        return "–"
    if minutes < 60:
        return gettext("%(number)s min", number=number(minutes, 0))
    if minutes < 48 * 60:
        return gettext("%(number)s h", number=number(minutes / 60, 1))
    return gettext("%(number)s days", number=number(minutes / 1440, 1))


def share(part: int, whole: int) -> str:
    """`12%`; an en dash of nothing."""
    return f"{number(100 * part / whole, 0)}%" if whole else "–"


def _month(name: str) -> date | None:
    text = request.args.get(name, "")
    return months.parse(text) if MONTH.fullmatch(text) else None


def month_choices(action: Action, chosen: Chosen) -> list[date]:
    present = months.of(action.now, action.calendar.timezone)
    return months.between(min(chosen.first, months.add(present, 1 - figures.MOST_MONTHS)), present)[::-1]


def _totals(found: Overview) -> dict[str, Any]:
    cycles = sorted(row.median for row in found.variants if row.median is not None)
    return {
        "running": sum(row.total for row in found.stages),
        "late": sum(row.late for row in found.stages),
        "soon": sum(row.soon for row in found.stages),
        "started": sum(row.started for row in found.months),
        "completed": sum(row.completed for row in found.months),
        "fastest": cycles[0] if cycles else None,
        "slowest": cycles[-1] if cycles else None,
        "waiting": sum(row.count for row in found.waiting),
        "late_tasks": sum(row.late for row in found.waiting),
    }


def _sentence(found: Overview, names: Names) -> str:
    """The bottleneck of the week in a sentence."""
    worst = found.bottleneck
    if worst is None:
        return gettext("No step keeps cases longer than is usual for it.")
    step = worst.step
    return gettext(
        "Most is waited for at “%(step)s”: %(count)s tasks, half of them for more than %(median)s (usually %(usual)s).",
        step=names.step(step.process, step.element),
        count=step.count,
        median=span(step.median),
        usual=span(step.usual),
    )


def _heat_map(found: Overview, names: Names, chosen: Chosen, now: int) -> tuple[Diagrams | None, str]:
    """The diagrams of the chosen definition, else of the one with most open tasks, with what waits on each element."""
    counts: dict[str, int] = {}
    for row in found.open_tasks:
        counts[row["definition_key"]] = counts.get(row["definition_key"], 0) + len(row["tasks"])
    busiest = max(sorted(counts), key=lambda key: counts[key], default=next(iter(names.compiled), ""))
    key = chosen.definition if chosen.definition in names.compiled else busiest
    definition = names.compiled.get(key)
    if definition is None:
        return None, ""
    tasks = figures.heat((row for row in found.open_tasks if row["definition_key"] == key), now)
    heats = {
        place: heat
        for place in definition.elements
        if (heat := figures.pooled(_below(definition, place, tasks)))
    }
    most = max((heat.count * heat.median for heat in heats.values()), default=0) or 1
    url = cases_url(Chosen(chosen.first, chosen.last, key, chosen.unit, chosen.plan))
    marks: dict[str, dict[str, Any]] = {process: {} for process in definition.processes}
    for (process, element), heat in heats.items():
        level = max(1, -(-HEAT_LEVELS * heat.count * heat.median // most))
        called = definition.elements[process, element].called
        marks[process][element] = {
            "level": int(level),
            "text": f"{heat.count} · {span(heat.median)}",
            "title": gettext(
                "%(step)s: %(count)s waiting, half of them %(median)s or more, one in ten %(p90)s or more; %(late)s late",
                step=names.step(process, element),
                count=heat.count,
                median=span(heat.median),
                p90=span(heat.p90),
                late=heat.late,
            ),
            "url": "" if called else url(status="running", element=f"{process}/{element}"),
        }
    return diagrams.with_heat(definition, names.versions[key], marks), key


def _below(
    definition: Definition, place: tuple[str, str], tasks: dict[tuple[str, str], list[tuple[int, bool]]]
) -> Iterator[tuple[int, bool]]:
    """The open tasks of an element, or of the whole process that it calls, and of those that one calls."""
    called = definition.elements[place].called
    if not called:
        yield from tasks.get(place, ())
        return
    reached, todo = set(), [called]
    while todo:
        process = todo.pop()
        if process in reached:
            continue
        reached.add(process)
        todo += [
            node.called
            for (owner, _), node in definition.elements.items()
            if owner == process and node.called
        ]
    for (process, _), found in tasks.items():
        if process in reached:
            yield from found
