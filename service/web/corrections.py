"""Corrections: what employees say is wrong in their data, to be answered in time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from service.db.corrections import CorrectionRequest
from service.db.queries import corrections as queries
from service.domain import own_data as domain
from service.domain.errors import Conflict, Invalid, NotFound
from service.operations import corrections, documents
from service.web import context, own_records, wording

blueprint = Blueprint("corrections", __name__, url_prefix="/corrections")

PAGE = 30


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """Requests, those due first first."""
    state = request.args.get("state", "open")
    with context.reading() as action:
        corrections.check_may_answer(action)
        found = queries.page(action.session, state=state, limit=PAGE, cursor=request.args.get("cursor"))
        return render_template(
            "corrections/page.html",
            rows=found.items,
            state=state,
            name_of=own_records.name_of,
            now=action.now,
            next_url=context.here(".page", {"state": state}, found.next_cursor) if found.next_cursor else "",
        )


@blueprint.get("/<uuid:request_id>")
@login_required
def one(request_id: uuid.UUID) -> ResponseReturnValue:
    """One request beside what is stored."""
    return _one(request_id, {}, {})


@blueprint.post("/<uuid:request_id>")
@login_required
def answer(request_id: uuid.UUID) -> ResponseReturnValue:
    """Correct the datum, or leave it and say why."""
    form = request.form
    accepting = form.get("verdict") == "accept"
    try:
        with context.services().action(context.actor()) as action:
            if accepting:
                corrections.accept(action, request_id, form.get("value", "")[:500], form.get("answer", ""))
            else:
                corrections.decline(action, request_id, form.get("answer", ""))
    except Invalid as refused:
        errors = {"": wording.said(refused)} | {
            key: wording.said(text) for key, text in refused.fields.items()
        }
        return _one(request_id, form, errors), 422
    except Conflict as refused:
        flash(wording.said(refused), "warn")
    else:
        flash(
            gettext("The datum was corrected.") if accepting else gettext("The request was declined."), "good"
        )
    return redirect(url_for(".page"), 303)


@blueprint.get("/<uuid:request_id>/evidence")
@login_required
def evidence(request_id: uuid.UUID) -> ResponseReturnValue:
    """The file that was sent along: for who answers, and for who sent it."""
    with context.reading() as action:
        found = action.session.get(CorrectionRequest, request_id)
        if found is None or found.asked_by != current_user.account_id:
            corrections.check_may_answer(action)
        path = documents.kept_path(action, found.evidence_sha256) if found and found.evidence_sha256 else None
        if found is None or path is None or not path.is_file():
            raise NotFound("There is no such document.")
        return send_file(
            path,
            mimetype=found.evidence_type,
            as_attachment=True,
            download_name=found.evidence_name,
            max_age=0,
        )


def _one(request_id: uuid.UUID, given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with context.reading() as action:
        corrections.check_may_answer(action)
        row = queries.get(action.session, request_id)
        if row is None:
            raise NotFound("There is no such request.")
        asked = row.request
        kind = domain.KINDS.get(asked.kind)
        field = kind.fields[asked.field] if kind else None
        stored = corrections.row_of(action, asked)
        value = getattr(stored, asked.field, None) if stored is not None and field else None
        return render_template(
            "corrections/one.html",
            row=row,
            asked=asked,
            field=field,
            stored=own_records.in_words(field, value) if field else "",
            typed=given.get("value", _as_typed(value)),
            given=given,
            errors=errors,
            title=own_records.name_of(asked.kind, asked.field),
            changed=own_records.changed(asked.kind, asked.changes),
            used=[own_records.used(code) for code in field.used] if field else [],
            by_decree=(asked.kind, asked.field) in domain.MADE_BY_DECREE,
            own=asked.asked_by == current_user.account_id,
            now=action.now,
            law=corrections.law(action.calendar.local_date(action.now)),
        )


def _as_typed(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
