"""Letters: the draft before the decision, the letter after it, and its signatures."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.cases import Case, Task
from service.db.drafts import Draft as TaskDraft
from service.db.letters import Letter
from service.db.queries import cases as case_queries
from service.db.queries import letters as queries
from service.db.queries import tasks as task_queries
from service.db.queries.letters import LetterRow
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.letters import SK, LetterKind
from service.operations import cases, tasks
from service.operations.action import Action
from service.operations.letters import by_hand, files, issuing, rendering, signing
from service.operations.letters.rules import read_rules
from service.web import context, wording
from service.web.saying import saying

blueprint = Blueprint("letters", __name__)

LONGEST_SECRET = 200


@dataclass(frozen=True, slots=True)
class Letters:
    """What the letters' panel of a case or task shows; `decree`: the number of the one in force."""

    rows: tuple[LetterRow, ...] = ()
    decree: str = ""
    draft_url: str = ""
    kinds: tuple[LetterKind, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.draft_url or self.kinds)


def around(action: Action, case: Case, data: Mapping[str, Any], task: Task | None = None) -> Letters:
    """The letters of a case that the reader may see, the draft they may look at, and what they may write."""
    rows = queries.of_case(action.session, action.actor, case.id)
    decree = next((row.number for row in rows if row.kind == SK and row.state == "issued"), "")
    draft_url = ""
    if not decree and _may_preview(action, case, data):
        draft_url = url_for("letters.draft", case_id=case.id, task=task.id if task else None)
    writes = task is None and action.actor.may(by_hand.ISSUE)
    return Letters(tuple(rows), decree, draft_url, tuple(issuing.writable(action, data)) if writes else ())


def _may_preview(action: Action, case: Case, data: Mapping[str, Any]) -> bool:
    """Those who decide, once somebody was chosen: the draft names the employee."""
    if not action.actor.decides or case.status != "running":
        return False
    return not issuing.lacking(read_rules(action.settings).kinds[SK], data)


# -- the draft


@blueprint.get("/cases/<uuid:case_id>/letter")
@login_required
def draft(case_id: uuid.UUID) -> ResponseReturnValue:
    """How the decree would look now: without a number, marked as a draft."""
    with context.reading() as action:
        case, _, row = _draft_of(action, case_id)
    return render_template(
        "letters/draft.html",
        case=case,
        row=row,
        task=request.args.get("task", type=uuid.UUID),
        missing=rendering.missing_libraries(),
    )


@blueprint.get("/cases/<uuid:case_id>/letter/pages")
@login_required
def draft_pages(case_id: uuid.UUID) -> ResponseReturnValue:
    """The pictures of the draft's pages, as a part of a page."""
    with context.reading() as action:
        _, made, _ = _draft_of(action, case_id)
    task = request.args.get("task")
    return _pages(
        files.of_draft(made).pdf,
        lambda page: url_for("letters.draft_page", case_id=case_id, page=page, task=task),
    )


@blueprint.get("/cases/<uuid:case_id>/letter/pages/<int:page>.png")
@login_required
def draft_page(case_id: uuid.UUID, page: int) -> ResponseReturnValue:
    """One page of the draft as a picture."""
    with context.reading() as action:
        _, made, _ = _draft_of(action, case_id)
    return _picture(files.of_draft(made).pdf, page)


@blueprint.get("/cases/<uuid:case_id>/letter/file")
@login_required
def draft_file(case_id: uuid.UUID) -> ResponseReturnValue:
    """The draft as PDF."""
    with context.reading() as action:
        case, made, _ = _draft_of(action, case_id)
    return _file(files.of_draft(made).pdf, files.filename("draf", case.number))


def _draft_of(action: Action, case_id: uuid.UUID) -> tuple[Case, issuing.Draft, Any]:
    row = case_queries.get(action.session, action.actor, case_id)
    case = action.session.get_one(Case, case_id)
    data = cases.data(action, case) | _typed(action, case)
    if not _may_preview(action, case, data):
        raise NotFound("There is no such letter.")
    return case, issuing.draft(action, case, SK, data), row


def _typed(action: Action, case: Case) -> dict[str, Any]:
    """What the reader has typed at the task that decides, as kept in their draft."""
    task_id = request.args.get("task", type=uuid.UUID)
    task = action.session.get(Task, task_id) if task_id else None
    if task is None or task.case_id != case.id:
        return {}
    task_queries.get(action.session, action.actor, task.id)
    known = tasks.data(action, task.id) if task.state == "open" else {}
    kept = action.session.get(TaskDraft, (task.id, action.actor.id))
    return known | {key: value for key, value in (kept.answers if kept else {}).items() if value}


# -- the letter


@blueprint.get("/letters/<uuid:letter_id>")
@login_required
def page(letter_id: uuid.UUID) -> ResponseReturnValue:
    """A letter: its number, its signatures, its pages."""
    with context.reading() as action:
        return _letter_page(action, letter_id)


def _letter_page(action: Action, letter_id: uuid.UUID, problem: str = "") -> str:
    row = queries.get(action.session, action.actor, letter_id)
    case = action.session.get_one(Case, row.case_id)
    try:
        case_queries.get(action.session, action.actor, row.case_id)
        sees_case = True
    except NotFound:
        sees_case = False
    to_sign = signing.to_sign(action.actor, row)
    return render_template(
        "letters/page.html",
        letter=row,
        case=case,
        sees_case=sees_case,
        to_sign=to_sign,
        asks_secret=row.mode == "bsre",
        may_retry=_may_retry(action, row),
        problem=problem,
        missing=rendering.missing_libraries(),
    )


@blueprint.get("/letters/<uuid:letter_id>/file")
@login_required
def file(letter_id: uuid.UUID) -> ResponseReturnValue:
    """The letter as PDF."""
    row, pdf = _content(letter_id)
    return _file(pdf, files.filename(row.kind, row.number))


@blueprint.get("/letters/<uuid:letter_id>/pages")
@login_required
def pages(letter_id: uuid.UUID) -> ResponseReturnValue:
    """The pictures of the letter's pages, as a part of a page."""
    _, pdf = _content(letter_id)
    return _pages(pdf, lambda page: url_for("letters.picture", letter_id=letter_id, page=page))


@blueprint.get("/letters/<uuid:letter_id>/pages/<int:page>.png")
@login_required
def picture(letter_id: uuid.UUID, page: int) -> ResponseReturnValue:
    """One page of the letter as a picture."""
    return _picture(_content(letter_id)[1], page)


@blueprint.post("/letters/<uuid:letter_id>/sign")
@login_required
def sign(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Sign one's slot. NIK and passphrase go to the certificate service and stay nowhere."""
    try:
        failed = signing.sign(
            context.services(),
            context.actor(),
            letter_id,
            secret=request.form.get("passphrase", "")[:LONGEST_SECRET],
            identity=request.form.get("nik", "")[:LONGEST_SECRET],
        )
    except (Invalid, NotAllowed, Conflict) as refused:
        with context.reading() as action:
            return _letter_page(action, letter_id, wording.said(refused)), 422
    if failed:
        flash(gettext("It was not signed: %(reason)s", reason=gettext(failed)), "bad")
    else:
        flash(gettext("The letter was signed."), "good")
    return redirect(url_for(".page", letter_id=letter_id), 303)


@blueprint.post("/letters/<uuid:letter_id>/retry")
@login_required
def retry(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Have a letter that failed printed and signed once more."""
    with saying(gettext("The letter will be signed in a moment."), Conflict, tone="note") as action:
        signing.retry(action, letter_id)
    return redirect(url_for(".page", letter_id=letter_id), 303)


@blueprint.post("/cases/<uuid:case_id>/letters")
@login_required
def write(case_id: uuid.UUID) -> ResponseReturnValue:
    """Write a letter beside the decree."""
    try:
        with context.services().action(context.actor()) as action:
            case_queries.get(action.session, action.actor, case_id)
            letter = by_hand.write(action, case_id, request.form.get("kind", "")[:32])
            letter_id = letter.id
    except Invalid as refused:
        flash(wording.said(refused), "bad")
        return redirect(url_for("cases.case", case_id=case_id), 303)
    flash(gettext("The letter has its number; it will be signed in a moment."), "good")
    return redirect(url_for(".page", letter_id=letter_id), 303)


def _may_retry(action: Action, row: LetterRow) -> bool:
    if row.signing != "failed" or row.state != "issued" or row.mode == "bsre":
        return False
    theirs = action.actor.id in {slot.account_id for slot in row.slots}
    return theirs or action.actor.may(by_hand.ISSUE) or action.actor.may(cases.REPAIR)


def _content(letter_id: uuid.UUID) -> tuple[LetterRow, bytes]:
    with context.reading() as action:
        row = queries.get(action.session, action.actor, letter_id)
        return row, files.content(action, action.session.get_one(Letter, letter_id))


def _pages(pdf: bytes, address: Any) -> str:
    count = rendering.page_count(pdf)
    return render_template(
        "letters/pages.html", pages=[(number, address(number)) for number in range(1, count + 1)]
    )


def _picture(pdf: bytes, page: int) -> ResponseReturnValue:
    try:
        picture, _ = rendering.pictures(pdf, page)
    except LookupError:
        raise NotFound("There is no such page.") from None
    return send_file(io.BytesIO(picture), mimetype="image/png", max_age=0)


def _file(pdf: bytes, name: str) -> ResponseReturnValue:
    return send_file(
        io.BytesIO(pdf), mimetype="application/pdf", as_attachment=True, download_name=name, max_age=0
    )
