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
from service.web.common import role_label, word

USUAL = ("number", "title", "subject", "target", "stage", "turn", "due", "age", "status")


@dataclass(frozen=True, slots=True)
class Listed:
    """A case as the list shows it: with whose turn it is and the stage in the reader's language."""

    row: CaseRow
    turns: Sequence[Turn]
    stage: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `value` is text, a whole number, a day or None. `sort`: the order of the query that it names."""

    key: str
    title: Callable[[], str]
    value: Callable[[Listed], Cell]
    sort: str | None = None
    number: bool = False


def of(text: str | None) -> list[Column]:
    """The columns that an address names (`number,due`), each once, in its order; else the usual ones."""
    keys = dict.fromkeys((text or "").split(","))
    return [COLUMNS[key] for key in keys if key in COLUMNS] or [COLUMNS[key] for key in USUAL]


def listed(action: Action, rows: Sequence[CaseRow], turns: dict[Any, list[Turn]]) -> list[Listed]:
    """Cases with what the columns need beside them."""
    names = views.stage_names(action, rows)
    return [Listed(row, turns.get(row.id, ()), names[row.definition_version_id, row.stage]) for row in rows]


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
    return ((case.row.ended_at or context.now()) - case.row.started_at).days


def _day(moment: datetime | None) -> date | None:
    return moment.astimezone(context.zone()).date() if moment else None


COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("number", lambda: gettext("Number"), lambda case: case.row.number, "number"),
        Column("title", lambda: gettext("Case"), lambda case: case.row.title),
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
        Column("age", lambda: gettext("Age in days"), _age, number=True),
        Column("started", lambda: gettext("Started"), lambda case: _day(case.row.started_at), "started"),
        Column("changed", lambda: gettext("Last changed"), lambda case: _day(case.row.changed_at), "changed"),
        Column("ended", lambda: gettext("Ended"), lambda case: _day(case.row.ended_at)),
        Column("decided", lambda: gettext("Decided"), lambda case: _day(case.row.decided_at)),
        Column("effective", lambda: gettext("Effective from"), lambda case: _day(case.row.effective_on)),
        Column("outcome", lambda: gettext("Outcome"), lambda case: word(case.row.outcome or "")),
        Column("plan", lambda: gettext("Plan"), lambda case: case.row.plan),
        Column("process", lambda: gettext("Process"), lambda case: case.row.definition_name),
        Column("version", lambda: gettext("Version"), lambda case: case.row.definition_version, number=True),
        Column("starter", lambda: gettext("Started by"), lambda case: case.row.started_by),
        Column("incidents", lambda: gettext("Failed steps"), lambda case: case.row.incidents, number=True),
        Column("suspended", lambda: gettext("Suspended since"), lambda case: _day(case.row.suspended_at)),
    )
}
