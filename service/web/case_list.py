"""The list of cases: filters, columns, order, all in its address; and the same as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.cases import Case
from service.db.queries import case_list as queries
from service.db.queries import cases as case_queries
from service.db.queries import people
from service.db.queries.figures.counted import Counted
from service.domain.tables import Cell
from service.operations import exporting
from service.operations.action import Action
from service.web import case_columns, case_filters, context, exports, figure_names, transfer_kinds
from service.web.case_columns import Column
from service.web.cases import blueprint
from service.web.step_names import Names
from service.web.words import alike, role_label, word

PAGE = 25
MOST_UNITS = 500
MOST_EXPORTED = 10_000
AT_ONCE = 500
AGES = (30, 90, 180, 365)


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """The cases one may see, as a table of any columns; on a phone as cards."""
    said, columns, (sort, descending) = _asked()
    kept = _kept(said, columns, sort, descending)
    with context.reading() as action:
        wanted = case_filters.wanted(action, said)
        found = queries.page(
            action.session,
            action.actor,
            wanted,
            sort=sort,
            descending=descending,
            limit=PAGE,
            cursor=request.args.get("cursor"),
        )
        turns = case_queries.turns(action.session, [row.id for row in found.items])
        rows = case_columns.listed(action, found.items, turns)
        count = queries.count(action.session, action.actor, wanted)
        choices = _choices(action, said)
        figure_chip = _figure_chip(action, wanted.counted, kept)
    return render_template(
        "cases/page.html",
        cases=rows,
        columns=columns,
        other_columns=[column for column in case_columns.COLUMNS.values() if column not in columns],
        sort=sort,
        descending=descending,
        falls=lambda column: descending != column.backwards,
        sort_url=lambda column: _sort_url(kept, column, sort, descending),
        count=count,
        most_counted=queries.MOST_COUNTED,
        most_exported=MOST_EXPORTED,
        chosen=said,
        chips=_chips(said, kept, choices) + figure_chip,
        kept=kept,
        may_start=action.actor.may("case.start"),
        shown=case_columns.shown,
        next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
        first_url=context.here(".page", kept) if request.args.get("cursor") else "",
        **choices,
    )


@blueprint.get("/export.<form>")
@login_required
def export(form: str) -> ResponseReturnValue:
    """What the page shows, as a file: the same filters, columns and order. It is noted in the audit log."""
    if form not in ("csv", "xlsx"):
        abort(404)
    said, columns, (sort, descending) = _asked()
    with context.services().action(context.actor()) as action:
        exporting.note(action, form, said, [column.key for column in columns])
    rows = _all_rows(said, columns, sort, descending)
    if form == "csv":
        return exports.csv_answer("kasus", rows)
    return exports.file_answer("kasus.xlsx", exports.xlsx_of(rows, gettext("Cases")), exports.XLSX)


def _all_rows(
    said: Mapping[str, str], columns: list[Column], sort: str, descending: bool
) -> Iterator[list[Cell]]:
    """The head, then every case; where there are too many, a last line that says so."""
    yield [column.title() for column in columns]
    written, cursor = 0, None
    with context.reading() as action:
        wanted = case_filters.wanted(action, said)
        while written < MOST_EXPORTED:
            found = queries.page(
                action.session,
                action.actor,
                wanted,
                sort=sort,
                descending=descending,
                limit=min(AT_ONCE, MOST_EXPORTED - written),
                cursor=cursor,
            )
            turns = case_queries.turns(action.session, [row.id for row in found.items])
            for case in case_columns.listed(action, found.items, turns):
                yield [column.value(case) for column in columns]
            written += len(found.items)
            cursor = found.next_cursor
            action.session.expunge_all()
            if cursor is None:
                return
    yield [gettext("Cut off: only the first %(count)s cases are in this file.", count=written)]


def _asked() -> tuple[dict[str, str], list[Column], tuple[str, bool]]:
    """The filters, the columns and the order that the address asks for."""
    said = case_filters.chosen(request.args, context.actor())
    chosen = request.args.getlist("column")
    columns = case_columns.of(",".join(chosen) if chosen else request.args.get("columns"))
    sort = request.args.get("sort", "")
    descending = not sort or sort.startswith("-")
    name = sort.removeprefix("-")
    return said, columns, (name, descending) if name in queries.SORTS else ("started", True)


def _kept(said: Mapping[str, str], columns: list[Column], sort: str, descending: bool) -> dict[str, str]:
    """The address of this list without its place in it: what is as usual is left out."""
    kept = dict(said)
    keys = tuple(column.key for column in columns)
    if keys != case_columns.USUAL:
        kept["columns"] = ",".join(keys)
    if (sort, descending) != ("started", True):
        kept["sort"] = f"-{sort}" if descending else sort
    return kept


def _sort_url(kept: Mapping[str, str], column: Column, sort: str, descending: bool) -> str:
    """The list sorted by a column: the first time upwards (the latest and the oldest first), then the other way."""
    by = str(column.sort)
    downwards = not descending if by == sort else column.key in ("started", "changed")
    others = {name: value for name, value in kept.items() if name != "sort"}
    return context.here(".page", others | {"sort": f"-{by}" if downwards else by})


def _choices(action: Action, said: Mapping[str, str]) -> dict[str, Any]:
    """What the filters offer. Whoever sees only some cases is not told what others there are."""
    everything = action.actor.sees == "all"
    names = Names(action)
    process, _, element = said.get("element", "").rpartition("/")
    return {
        "elements": [(said.get("element", ""), names.step(process, element))],
        "stages": [(stage, names.stage(stage)) for stage in queries.stages(action.session, action.actor)],
        "definitions": names.definitions(),
        "units": people.unit_names(action.session, MOST_UNITS),
        "roles": [(role, role_label(role)) for role in context.services().roles if role != "program"],
        "holders": [(str(key), name) for key, name in queries.holders(action.session)] if everything else [],
        "plans": [(plan, plan) for plan in queries.values(action.session, Case.plan)[::-1]]
        if everything
        else [],
        "outcomes": _outcomes(action) if everything else [],
        "kinds": list(transfer_kinds.named().items()),
        "dues": [
            ("late", gettext("Late")),
            ("soon", gettext("Due soon")),
            ("on_time", gettext("On time")),
            ("none", gettext("No deadline")),
        ],
        "ages": [(str(days), gettext("%(days)s days", days=days)) for days in AGES],
    }


def _outcomes(action: Action) -> list[tuple[str, str]]:
    """The outcomes that occur, each name once."""
    codes = dict.fromkeys(alike(code)[0] for code in queries.values(action.session, Case.outcome))
    return [(code, word(code)) for code in codes]


def _figure_chip(action: Action, counted: Counted | None, kept: Mapping[str, str]) -> list[tuple[str, str]]:
    """The figure whose cases are listed, and the address without it."""
    if counted is None:
        return []
    others = {name: value for name, value in kept.items() if name not in case_filters.FIGURE}
    shown = gettext("Behind the figure: %(figure)s", figure=figure_names.name(action, counted))
    return [(shown, context.here(".page", others))]


def _chips(
    said: Mapping[str, str], kept: Mapping[str, str], choices: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """(what is filtered by, the address without it) for every filter that is set beside the first row of them."""
    labels = {
        "unit": (gettext("Unit"), dict(choices["units"])),
        "origin": (gettext("From"), dict(choices["units"])),
        "target": (gettext("To"), dict(choices["units"])),
        "definition": (gettext("Process"), dict(choices["definitions"])),
        "holder": (gettext("Held by"), dict(choices["holders"]) | {case_filters.ME: gettext("me")}),
        "plan": (gettext("Plan"), {queries.NONE: gettext("none")}),
        "kind": (gettext("Kind of transfer"), dict(choices["kinds"])),
        "outcome": (gettext("Outcome"), dict(choices["outcomes"])),
        "due": (gettext("Next deadline"), dict(choices["dues"])),
        "older": (
            gettext("Older than"),
            {said.get("older", ""): gettext("%(days)s days", days=said.get("older"))},
        ),
        "started_from": (gettext("Started from"), {}),
        "started_to": (gettext("Started until"), {}),
        "ended_from": (gettext("Ended from"), {}),
        "ended_to": (gettext("Ended until"), {}),
        "element": (gettext("Waits at"), dict(choices["elements"])),
        "incidents": (gettext("With failed steps"), {case_filters.YES: ""}),
    }
    found = []
    for name, (label, words) in labels.items():
        if name in said:
            shown = words.get(said[name], said[name])
            others = {key: value for key, value in kept.items() if key not in (name, f"{name}_text")}
            found.append((f"{label}: {shown}" if shown else label, context.here(".page", others)))
    return found
