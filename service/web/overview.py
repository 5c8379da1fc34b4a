"""Where does it hurt? The manager's overview: figures, the heat map, and the way to the cases behind each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import overview
from service.db.queries.figures import steps
from service.db.queries.figures.choosing import Chosen
from service.db.queries.overview import Overview
from service.domain import months
from service.domain.figures import minute
from service.engine.definitions import Definition
from service.operations.action import Action
from service.web import charts, diagrams, figures, overview_tables
from service.web.diagrams import Diagrams
from service.web.step_names import Names
from service.web.words import number

blueprint = Blueprint("overview", __name__)

MOST_ROWS = 12
HEAT_LEVELS = 4


@blueprint.get("/overview")
@login_required
def page() -> ResponseReturnValue:
    """All figures of what was chosen, each with the way to its cases."""
    return figures.page("overview/page.html", _figures)


@blueprint.get("/overview/<name>.csv")
@login_required
def table(name: str) -> ResponseReturnValue:
    """One of the page's tables, whole, as CSV."""
    return figures.table(name, overview_tables.TABLES, _read)


def _read(action: Action, chosen: Chosen) -> Overview:
    return overview.overview(action.session, chosen, action.now, action.calendar)


def _figures(action: Action, chosen: Chosen) -> str:
    found = _read(action, chosen)
    names = Names(action)
    shown, heat_of = _heat_map(found, names, chosen, minute(action.now))
    return render_template(
        "overview/figures.html",
        found=found,
        names=names,
        sentence=_sentence(found, names),
        diagrams=shown,
        heat_of=heat_of,
        totals=_totals(found),
        stage_rates=steps.by_process(found.steps),
        last_day=lambda month: (months.add(month, 1) - timedelta(days=1)).isoformat(),
        authority=overview_tables.authority,
        tasks_url=_tasks_url(chosen),
        all_cases_url=figures.cases_url(Chosen(chosen.first, chosen.last)),
        usual_url=figures.cases_url(
            overview.usual_period(chosen, months.of(action.now, action.calendar.timezone))
        ),
        opened_before=lambda age: minute(action.now) - int(age),
        throughput=charts.throughput(found.months),
        cycles=charts.cycles(found.months),
        most=MOST_ROWS,
        span=span,
        share=share,
        **figures.around(action, chosen),
    )


def _tasks_url(chosen: Chosen) -> Callable[..., str]:
    """The inbox of all tasks; of a unit or plan, which the inbox does not know, the cases with open tasks."""

    def url(due: str = "") -> str:
        if chosen.unit or chosen.plan:
            return str(figures.cases_url(chosen)(figure="waiting_late" if due else "waiting"))
        said: dict[str, Any] = {"definition": chosen.definition, "due": due}
        return url_for("inbox.page", view="all", **{name: value for name, value in said.items() if value})

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
    tasks = steps.heat((row for row in found.open_tasks if row["definition_key"] == key), now)
    heats = {
        place: heat
        for place in definition.elements
        if (heat := steps.pooled(_below(definition, place, tasks)))
    }
    most = max((heat.count * heat.median for heat in heats.values()), default=0) or 1
    url = figures.cases_url(Chosen(chosen.first, chosen.last, key, chosen.unit, chosen.plan))
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
