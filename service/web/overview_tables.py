"""The tables of the overview as rows for CSV, first the heads. Times are in days, so that programs can add them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask_babel import gettext

from service.db.queries.overview import Overview
from service.web.exports import Rows
from service.web.step_names import Names
from service.web.words import role_label


def days(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes / 1440, 2)


def stages(found: Overview, names: Names) -> Rows:
    yield [gettext("Stage"), gettext("On time"), gettext("Due soon"), gettext("Late"), gettext("No deadline")]
    for row in found.stages:
        yield [names.stage(row.stage), row.on_time, row.soon, row.late, row.resting]


def waiting(found: Overview, names: Names) -> Rows:
    yield [
        gettext("Stage"),
        gettext("Step"),
        gettext("Role"),
        gettext("Waiting"),
        gettext("Late"),
        gettext("Median age (days)"),
        gettext("p90 age (days)"),
        gettext("Usual (days)"),
    ]
    for row in found.waiting:
        yield [
            names.process(row.process),
            names.step(row.process, row.element),
            role_label(row.role),
            row.count,
            row.late,
            days(row.median),
            days(row.p90),
            days(row.usual),
        ]


def steps(found: Overview, names: Names) -> Rows:
    yield [
        gettext("Stage"),
        gettext("Step"),
        gettext("Finished"),
        gettext("With a deadline"),
        gettext("Finished late"),
        gettext("Decisions"),
        gettext("Returned"),
        gettext("Rejected"),
        gettext("Median (days)"),
        gettext("p90 (days)"),
        gettext("Taken first"),
        gettext("Lay before (days)"),
        gettext("Worked on (days)"),
    ]
    for row in found.steps:
        yield [
            names.process(row.process),
            names.step(row.process, row.element),
            row.done,
            row.timed,
            row.late,
            row.judged,
            row.returned,
            row.rejected,
            days(row.median),
            days(row.p90),
            row.touched,
            days(row.untouched_minutes),
            days(row.touch_minutes),
        ]


def months(found: Overview, names: Names) -> Rows:
    yield [
        gettext("Month"),
        gettext("Begun"),
        gettext("Completed"),
        gettext("Stopped"),
        gettext("Median (days)"),
        gettext("p90 (days)"),
    ]
    for row in found.months:
        yield [
            row.month.isoformat()[:7],
            row.started,
            row.completed,
            row.stopped,
            days(row.median),
            days(row.p90),
        ]


def variants(found: Overview, names: Names) -> Rows:
    yield [
        gettext("Variant"),
        gettext("Begun"),
        gettext("Completed"),
        gettext("Median (days)"),
        gettext("p90 (days)"),
    ]
    for row in found.variants:
        yield [names.definition(row.definition), row.started, row.completed, days(row.median), days(row.p90)]


def outside(found: Overview, names: Names) -> Rows:
    yield [gettext("Waited for"), gettext("Cases"), gettext("Median (days)"), gettext("p90 (days)")]
    for row in found.outside:
        yield [authority(row.authority), row.cases, days(row.median), days(row.p90)]


def people(found: Overview, names: Names) -> Rows:
    yield [
        gettext("Person"),
        gettext("Open"),
        gettext("Late"),
        gettext("Done in 30 days"),
        gettext("Done late"),
    ]
    for row in found.people:
        yield [row.name, row.open, row.late, row.done, row.done_late]


def roles(found: Overview, names: Names) -> Rows:
    yield [gettext("Role"), gettext("Open"), gettext("Late"), gettext("People")]
    for row in found.roles:
        yield [role_label(row.role), row.open, row.late, row.holders]


def authority(code: str) -> str:
    """Who was waited for outside."""
    return {"bkn": "BKN", "mendagri": "Mendagri"}.get(code) or gettext("Others outside")


TABLES: Mapping[str, Callable[[Overview, Names], Rows]] = {
    "stages": stages,
    "waiting": waiting,
    "steps": steps,
    "months": months,
    "variants": variants,
    "outside": outside,
    "people": people,
    "roles": roles,
}
