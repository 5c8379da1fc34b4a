"""The columns of the list of cases: on the page, in CSV and in XLSX the same, in the order somebody chose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask_babel import gettext

from service.db.queries.cases import CaseRow, Turn
from service.domain.tables import Cell
from service.operations.action import Action
from service.web import context, moments, views
from service.web.words import role_label, word

USUAL = ("number", "title", "subject", "target", "stage", "turn", "due", "age", "status")


@dataclass(frozen=True, slots=True)
class Listed:
    """A case as the list shows it: with whose turn it is, stage and process in the reader's language."""

    row: CaseRow
    turns: Sequence[Turn]
    stage: str
    process: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is text, a whole number, a day or None. `sort`: the order of the query that it names;
    `backwards`: its values fall where that order rises."""

    key: str
    title: Callable[[], str]
    value: Callable[[Listed], Cell]
    sort: str | None = None
    number: bool = False
    backwards: bool = False


def of(text: str | None) -> list[Column]:
    """The columns that an address names (`number,due`), each once, in its order; else the usual ones."""
    keys = dict.fromkeys((text or "").split(","))
    return [COLUMNS[key] for key in keys if key in COLUMNS] or [COLUMNS[key] for key in USUAL]


def listed(action: Action, rows: Sequence[CaseRow], turns: dict[Any, list[Turn]]) -> list[Listed]:
    """Cases with what the columns need beside them."""
    stages, processes = views.stage_names(action, rows), views.process_names(action, rows)
    return [
        Listed(
            row,
            turns.get(row.id, ()),
            stages[row.definition_version_id, row.stage],
            processes[row.definition_version_id],
        )
        for row in rows
    ]


def shown(value: Cell) -> str:
    """A cell on the page."""
    if isinstance(value, date):
        return moments.day(value)
    return "" if value is None else str(value)


def status_word(row: CaseRow) -> str:
    """The status in words."""
    if row.suspended_at is not None:
        return str(gettext("Suspended"))
    words = {
        "running": lambda: gettext("Running"),
        "completed": lambda: gettext("Completed"),
        "cancelled": lambda: gettext("Cancelled"),
    }
    return str(words.get(row.status, lambda: gettext("Failed"))())


def turn(case: Listed) -> str:
    """Whose turn it is: who has taken the most urgent task, else the role it is offered to."""
    if not case.turns:
        return ""
    first, others = case.turns[0], len(case.turns) - 1
    who = first.assignee or role_label(first.role)
    step = context.in_language(first.name, first.name_en)
    return " · ".join(part for part in (who, step) if part) + (f" +{others}" if others else "")


def _subject(case: Listed) -> str:
    if case.row.names_hidden:
        return str(gettext("Name secret until the decision"))
    return case.row.subject_name or ""


def _age(case: Listed) -> int:
    """Since it started, as the filter means it: an ended case grows older too."""
    return (context.now() - case.row.started_at).days


def _lasted(case: Listed) -> int | None:
    return (case.row.ended_at - case.row.started_at).days if case.row.ended_at else None


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(context.zone()).date() if moment else None


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("number", lambda: gettext("Number"), lambda case: case.row.number, "number"),
        Column("title", lambda: gettext("Case"), lambda case: views.case_title(case.row, case.process)),
        Column("subject", lambda: gettext("Who"), _subject),
        Column("nip", lambda: "NIP", lambda case: case.row.subject_nip),
        Column("kind", lambda: gettext("Kind of transfer"), lambda case: case.row.transfer_kind),
        Column("origin", lambda: gettext("From"), lambda case: case.row.origin_unit_name),
        Column("target", lambda: gettext("To"), lambda case: case.row.target_unit_name),
        Column("position", lambda: gettext("Position"), lambda case: case.row.target_position_name),
        Column("stage", lambda: gettext("Stage"), lambda case: case.stage),
        Column("status", lambda: gettext("Status"), lambda case: status_word(case.row)),
        Column("turn", lambda: gettext("Whose turn"), turn),
        Column("due", lambda: gettext("Next deadline"), lambda case: _day(case.row.due_at), "due"),
        Column("age", lambda: gettext("Age in days"), _age, "started", number=True, backwards=True),
        Column("started", lambda: gettext("Started"), lambda case: _day(case.row.started_at), "started"),
        Column("changed", lambda: gettext("Last changed"), lambda case: _day(case.row.changed_at), "changed"),
        Column("ended", lambda: gettext("Ended"), lambda case: _day(case.row.ended_at)),
        Column("lasted", lambda: gettext("Days from start to end"), _lasted, number=True),
        Column("decided", lambda: gettext("Decided"), lambda case: _day(case.row.decided_at)),
        Column("effective", lambda: gettext("Effective from"), lambda case: _day(case.row.effective_on)),
        Column("outcome", lambda: gettext("Outcome"), lambda case: word(case.row.outcome or "")),
        Column("plan", lambda: gettext("Plan"), lambda case: case.row.plan),
        Column("process", lambda: gettext("Process"), lambda case: case.process),
        Column("version", lambda: gettext("Version"), lambda case: case.row.definition_version, number=True),
        Column("starter", lambda: gettext("Started by"), lambda case: case.row.started_by),
        Column("incidents", lambda: gettext("Failed steps"), lambda case: case.row.incidents, number=True),
        Column("suspended", lambda: gettext("Suspended since"), lambda case: _day(case.row.suspended_at)),
    )
}
