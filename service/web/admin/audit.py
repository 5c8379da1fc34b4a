"""The audit log: search it, look at a line, take a part of it away."""

from __future__ import annotations

import csv
import io
import tempfile
import uuid
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import (
    Response,
    jsonify,
    redirect,
    render_template,
    request,
    send_file,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from service.db.queries import Page
from service.db.queries import administration as accounts
from service.db.queries import audit as queries
from service.domain.errors import Invalid
from service.domain.wording import N_, Message
from service.operations import definitions, exporting
from service.operations.action import Action
from service.web import context, wording
from service.web.admin import details, section, words
from service.web.step_names import Names

blueprint = section("admin_audit", "/audit", "audit.view")

PAGE = 50
MOST_PEOPLE = 12
NAMES = ("who", "who_text", "for", "for_text", "kind", "since", "until", "case", "person")
MOST_IN_A_SHEET = 200_000
SYSTEM = "system"
SEVERAL = Message(N_("Several people fit. Choose one from the list."))
FORMULA = ("=", "+", "-", "@", "\t", "\r")
HEAD = (
    "id",
    "at_utc",
    "at",
    "who",
    "acting_for",
    "kind",
    "happened",
    "what",
    "case",
    "element",
    "task",
    "details",
)
"""`at` and `happened` read as on the page: in the reader's zone and language; `at_utc` and `kind` are for programs."""


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Lines of the log that fit the filters, latest first."""
    chosen = _chosen()
    found: Page[queries.EventRow] = Page((), None)
    problems: Mapping[str, str] = {}
    cursor = request.args.get("cursor")
    with context.reading() as action:
        try:
            found = queries.page(
                action.session, action.actor, _wanted(action, chosen), limit=PAGE, cursor=cursor
            )
        except Invalid as refused:
            problems = {field: wording.said(text) for field, text in refused.fields.items()}
        names = Names(action)
        about = {row.id: details.about(row, names) for row in found.items}
    kept = {key: value for key, value in chosen.items() if value}
    page = render_template(
        "admin/audit.html",
        problems=problems,
        rows=found.items,
        chosen=chosen,
        kept=kept,
        kinds=sorted(((kind, words.kind_words(kind)) for kind in words.KINDS), key=lambda pair: pair[1]),
        kind_words=words.kind_words,
        about=about,
        details=details.in_short,
        system=SYSTEM,
        next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
        first_url=context.here(".page", kept) if cursor else "",
    )
    return page, 422 if problems else 200


@blueprint.get("/<int:event_id>")
def event(event_id: int) -> ResponseReturnValue:
    """One line with all that it holds."""
    with context.reading() as action:
        row = queries.get(action.session, action.actor, event_id)
        about = details.about(row, Names(action))
        return render_template(
            "admin/event.html",
            row=row,
            about=about,
            answers=_answers(action, row),
            kind_words=words.kind_words,
            details=details.pairs(row.kind, {key: row.data[key] for key in row.data if key != "answers"}),
        )


@blueprint.post("/export")
def export() -> ResponseReturnValue:
    """All lines that fit, as CSV (streamed) or XLSX; who took what is in the log before the first line leaves."""
    form = "xlsx" if request.form.get("form") == "xlsx" else "csv"
    chosen = _chosen(request.form)
    services, actor = context.services(), context.actor()
    with services.action(actor) as action:
        wanted = _wanted(action, chosen)
        exporting.note_log(action, form, {key: value for key, value in chosen.items() if value})
        day = action.calendar.local_date(action.now).isoformat()
    name = f"audit-{day}.{form}"

    def lines(most: int | None = None) -> Iterator[list[str]]:
        yield list(HEAD)
        rows = queries.every(lambda: services.reading(actor), actor, wanted, most=most)
        yield from (_cells(row) for row in rows)

    if form == "xlsx":
        return send_file(
            _workbook(lines(MOST_IN_A_SHEET)),
            mimetype="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            as_attachment=True,
            download_name=name,
        )
    return Response(
        stream_with_context(_csv(lines())),
        mimetype="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@blueprint.get("/people")
def people() -> ResponseReturnValue:
    """Accounts by name, to search for what they did."""
    text = request.args.get("q", "").strip()[:100]
    if len(text) < 2:
        return jsonify(items=[])
    with context.reading() as action:
        rows = accounts.page(action.session, search=text, limit=MOST_PEOPLE).items
    return jsonify(items=[{"value": row.username, "label": row.name, "detail": row.username} for row in rows])


@blueprint.get("/who/<uuid:account_id>")
def who(account_id: uuid.UUID) -> ResponseReturnValue:
    """What an account did."""
    with context.reading() as action:
        row = accounts.get(action.session, account_id)
    return redirect(url_for(".page", who=row.username, who_text=row.name), 303)


def _answers(action: Action, row: queries.EventRow) -> list[tuple[str, str]]:
    if row.definition_version_id is None or not row.data.get("answers"):
        return []
    return details.answered(
        row, definitions.compiled(action.session, action.engine, row.definition_version_id)
    )


def _chosen(source: Any = None) -> dict[str, str]:
    given = request.args if source is None else source
    return {name: given.get(name, "").strip()[:100] for name in NAMES}


def _wanted(action: Action, chosen: dict[str, str]) -> queries.Wanted:
    """The filters as a search. Raises Invalid for a name that is nobody's, or several people's."""
    return queries.Wanted(
        who=_account(action, chosen, "who"),
        acting_for=_account(action, chosen, "for"),
        system=(chosen["who"] or chosen["who_text"]).lower() == SYSTEM,
        kind=chosen["kind"] or None,
        since=_midnight(chosen["since"]),
        until=_midnight(chosen["until"], days=1),
        case=chosen["case"] or None,
        person=chosen["person"] or None,
    )


def _account(action: Action, chosen: Mapping[str, str], field: str) -> uuid.UUID | None:
    """Whoever was chosen, or the one person whom what was typed fits."""
    text = chosen[field] or chosen[f"{field}_text"]
    if not text or text.lower() == SYSTEM:
        return None
    fitting = accounts.page(action.session, search=text, limit=MOST_PEOPLE).items
    exact = [row for row in fitting if row.username == text.lower()] or fitting
    if len(exact) != 1:
        said = SEVERAL if exact else Message(N_("There is no account %(name)s."), name=text)
        raise Invalid(said, {field: said})
    return exact[0].id


def _midnight(text: str, days: int = 0) -> datetime | None:
    """The beginning of a day in the reader's zone; None for what is no day."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day + timedelta(days=days), time(), context.zone())


def _cells(row: queries.EventRow) -> list[str]:
    held = "; ".join(f"{key}: {value}" for key, value in details.pairs(row.kind, row.data))
    return [
        str(row.id),
        row.at.isoformat(timespec="seconds"),
        row.at.astimezone(context.zone()).isoformat(" ", "seconds"),
        row.actor_name,
        row.acting_for or "",
        row.kind,
        words.kind_words(row.kind),
        row.name,
        row.case_number or "",
        row.element or "",
        str(row.task_id or ""),
        held,
    ]


def _csv(lines: Iterator[list[str]]) -> Iterator[str]:
    yield "\ufeff"  # spreadsheets then read it as UTF-8
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for number, cells in enumerate(lines):
        writer.writerow([_harmless(cell) for cell in cells])
        if number % 200 == 199:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _harmless(cell: str) -> str:
    """Text that a spreadsheet would take for a formula is marked as text."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _workbook(lines: Iterator[list[str]]) -> Any:
    """A file on disk, so that its size does not lie in memory."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("audit")
    for cells in lines:
        row = []
        for text in cells:
            cell = WriteOnlyCell(sheet, "".join(c for c in text if c.isprintable())[:32_000])
            cell.data_type = "s"
            row.append(cell)
        sheet.append(row)
    file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the answer that sends it
    book.save(file)
    file.seek(0)
    return file
