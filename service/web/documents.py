"""Documents of a case: attached, looked at as pictures and text, handed out as downloads; never shown as pages of ours."""

from __future__ import annotations

import uuid
from typing import BinaryIO, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.accounts import Account
from service.db.cases import Case, CaseDocument
from service.db.queries import cases as queries
from service.domain.errors import Invalid, NotAllowed, NotFound
from service.operations import documents, previews
from service.operations.action import Action
from service.security import SANDBOX
from service.web import context, document_kinds
from service.web.home import own_path
from service.web.saying import saying

blueprint = Blueprint("documents", __name__)

UNATTACHED = "unattached"
"""Where the session keeps what was typed beside a file, until it is attached or the form is shown again."""


@blueprint.post("/cases/<uuid:case_id>/documents")
@login_required
def attach(case_id: uuid.UUID) -> ResponseReturnValue:
    """Attach a file to a case one may see."""
    back = own_path(request.form.get("next") or url_for("cases.case", case_id=case_id))
    file = request.files.get("file")
    kind, number = request.form.get("kind", "").strip()[:64], request.form.get("number", "").strip()[:100]
    session[UNATTACHED] = {"case": str(case_id), "kind": kind, "number": number}
    if file is None or not file.filename:
        flash(gettext("Choose a file first."), "bad")
        return redirect(back, 303)
    name = documents.shown_name(file.filename)
    with saying(gettext("%(name)s was attached.", name=name), Invalid) as action:
        queries.get(action.session, action.actor, case_id)
        documents.attach(
            action,
            case_id,
            document_kinds.code(kind) or "lampiran",
            file.filename,
            cast("BinaryIO", file.stream),
            number=number or None,
        )
        session.pop(UNATTACHED)
    return redirect(back, 303)


@blueprint.app_template_global()
def unattached(case_id: uuid.UUID) -> dict[str, str]:
    """What was typed with a file for this case that was refused; once, on the page that says so."""
    typed: dict[str, str] = session.get(UNATTACHED, {})
    return session.pop(UNATTACHED) if typed.get("case") == str(case_id) else {}


@blueprint.get("/documents/<uuid:document_id>")
@login_required
def download(document_id: uuid.UUID) -> ResponseReturnValue:
    """A document of a case one may see, or of one's own, as a download."""
    with context.reading() as action:
        document = _seen(action, document_id)
        path = documents.path_of(action, document)
        return send_file(
            path, mimetype=document.media_type, as_attachment=True, download_name=document.filename, max_age=0
        )


@blueprint.get("/documents/<uuid:document_id>/look")
@login_required
def look(document_id: uuid.UUID) -> ResponseReturnValue:
    """Look at a document: a picture, the first pages of a PDF, or text. Others are downloads only."""
    with context.reading() as action:
        document = _seen(action, document_id)
        text, shown, pages = "", 0, 0
        trouble = not previews.is_shown(document)
        try:
            if document.media_type == previews.TEXT:
                text = previews.text_of(action, document)
            elif document.media_type == previews.PDF:
                pictures, pages = previews.pages_of(action, document)
                shown = len(pictures)
        except Invalid:
            trouble = True
        by = action.session.get(Account, document.added_by) if document.added_by else None
        return render_template(
            "documents/look.html",
            document=document,
            case=action.session.get_one(Case, document.case_id),
            by=by.name if by else None,
            picture=document.media_type in previews.PICTURES,
            text=text,
            shown=shown,
            pages=pages,
            trouble=trouble,
            back=own_path(request.args.get("from") or url_for("cases.case", case_id=document.case_id)),
        )


@blueprint.get("/documents/<uuid:document_id>/picture")
@blueprint.get("/documents/<uuid:document_id>/pages/<int:page>")
@login_required
def picture(document_id: uuid.UUID, page: int | None = None) -> ResponseReturnValue:
    """The picture itself, or a page of a PDF as a picture: nothing else is ever shown inline."""
    with context.reading() as action:
        document = _seen(action, document_id)
        if page is None and document.media_type in previews.PICTURES:
            return _inline(send_file(documents.path_of(action, document), mimetype=document.media_type))
        if page is not None and document.media_type == previews.PDF:
            try:
                pictures, _ = previews.pages_of(action, document)
            except Invalid:
                pictures = []
            if 1 <= page <= len(pictures):
                return _inline(send_file(pictures[page - 1], mimetype="image/png"))
        raise NotFound("There is no such document.")


@blueprint.post("/documents/<uuid:document_id>/remove")
@login_required
def remove(document_id: uuid.UUID) -> ResponseReturnValue:
    """Take away what one has attached, with a reason."""
    return _changed(document_id, replacing=False)


@blueprint.post("/documents/<uuid:document_id>/replace")
@login_required
def replace(document_id: uuid.UUID) -> ResponseReturnValue:
    """Put another file in its place, with a reason."""
    return _changed(document_id, replacing=True)


def _changed(document_id: uuid.UUID, *, replacing: bool) -> ResponseReturnValue:
    back, reason = own_path(request.form.get("next")), request.form.get("reason", "")[:2000]
    file = request.files.get("file")
    if replacing and (file is None or not file.filename):
        flash(gettext("Choose a file first."), "bad")
        return redirect(back, 303)
    done = gettext("The document was replaced.") if replacing else gettext("The document was removed.")
    with saying(done, Invalid, NotAllowed) as action:
        _seen(action, document_id)
        if replacing and file is not None:
            documents.replace(action, document_id, file.filename or "", cast("BinaryIO", file.stream), reason)
        else:
            documents.remove(action, document_id, reason)
    return redirect(back, 303)


def _seen(action: Action, document_id: uuid.UUID) -> CaseDocument:
    """A document the person may read: of a case they may see, or attached by them. Raises NotFound.

    What was removed is for who removed or attached it, and for who may repair cases.
    """
    document = action.session.get(CaseDocument, document_id)
    if document is None or document.kind.startswith(documents.LETTER):
        raise NotFound("There is no such document.")
    own = document.added_by is not None and document.added_by == action.actor.id
    if not own:
        queries.get(action.session, action.actor, document.case_id)
        if document.removed_at is not None and not action.actor.may("case.repair"):
            raise NotFound("There is no such document.")
    if not documents.path_of(action, document).is_file():
        raise NotFound("The document's file is missing.")
    return document


def _inline(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["Content-Disposition"] = "inline"
    return response
