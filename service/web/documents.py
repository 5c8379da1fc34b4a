"""Documents of a case: attached, and handed out as downloads only, never shown as pages of ours."""

from __future__ import annotations

import uuid
from typing import BinaryIO, cast

from flask import Blueprint, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.cases import CaseDocument
from service.db.queries import cases as queries
from service.domain.errors import Invalid, NotFound
from service.operations import documents
from service.web import context
from service.web.home import own_path

blueprint = Blueprint("documents", __name__)


@blueprint.post("/cases/<uuid:case_id>/documents")
@login_required
def attach(case_id: uuid.UUID) -> ResponseReturnValue:
    """Attach a file to a case one may see."""
    back = own_path(request.form.get("next") or url_for("cases.case", case_id=case_id))
    file = request.files.get("file")
    if file is None or not file.filename:
        flash(gettext("Choose a file first."), "bad")
        return redirect(back, 303)
    try:
        with context.services().action(context.actor()) as action:
            queries.get(action.session, action.actor, case_id)
            documents.attach(
                action,
                case_id,
                request.form.get("kind", "").strip() or "lampiran",
                file.filename,
                cast("BinaryIO", file.stream),
                number=request.form.get("number", "").strip()[:100] or None,
            )
    except Invalid as refused:
        flash(gettext(str(refused)), "bad")
        return redirect(back, 303)
    flash(gettext("%(name)s was attached.", name=file.filename), "good")
    return redirect(back, 303)


@blueprint.get("/documents/<uuid:document_id>")
@login_required
def download(document_id: uuid.UUID) -> ResponseReturnValue:
    """A document of a case one may see, as a download."""
    with context.reading() as action:
        document = action.session.get(CaseDocument, document_id)
        if document is None or document.kind.startswith(documents.LETTER):
            raise NotFound("There is no such document.")
        queries.get(action.session, action.actor, document.case_id)
        path = documents.path_of(action, document)
        if not path.is_file():
            raise NotFound("The document's file is missing.")
        return send_file(
            path, mimetype=document.media_type, as_attachment=True, download_name=document.filename, max_age=0
        )
