"""My data as used: what is stored about me, and how to say that a datum is wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import BinaryIO, cast

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import own_cases
from service.domain.errors import Conflict, Invalid
from service.operations import corrections, exporting_own
from service.web import context, own_records, wording
from service.web.my import employee

blueprint = Blueprint("own_data", __name__, url_prefix="/my/data")


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """Everything stored about me that rules and scores read."""
    own = employee()
    with context.services().reading(own) as action:
        asked = own_cases.corrections(action.session, own.nip or "")
        waiting = {(row.kind, row.key, row.field) for row in asked if row.state == "open"}
        return render_template(
            "my/data.html",
            sections=own_records.sections(action, own.nip or "", waiting),
            requests=asked,
            name_of=own_records.name_of,
            changed=own_records.changed,
            hours=corrections.hours(action.calendar.local_date(action.now)),
            law=corrections.law(action.calendar.local_date(action.now)),
        )


@blueprint.get("/export")
@login_required
def export() -> ResponseReturnValue:
    """All data about me as JSON (UU 27/2022 Pasal 32: access and a copy)."""
    own = employee()
    with context.services().action(own) as action:
        found = exporting_own.export(action)
    text = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True)
    return Response(
        text,
        mimetype="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="data-{own.nip}.json"',
            "Cache-Control": "no-store",
        },
    )


@blueprint.get("/wrong")
@login_required
def wrong() -> ResponseReturnValue:
    """The form to say that a datum is wrong."""
    return _wrong(request.args, {})


@blueprint.post("/wrong")
@login_required
def ask() -> ResponseReturnValue:
    """Ask for a correction."""
    form = request.form
    file = request.files.get("evidence")
    evidence = (file.filename, cast("BinaryIO", file.stream)) if file is not None and file.filename else None
    try:
        with context.services().action(employee()) as action:
            kind, key, column = (form.get(name, "")[:200] for name in ("kind", "key", "field"))
            corrections.ask(action, kind, key, column, form.get("wanted", ""), evidence)
    except (Invalid, Conflict) as refused:
        fields = refused.fields if isinstance(refused, Invalid) else {}
        errors = {"": wording.said(refused)} | {name: wording.said(text) for name, text in fields.items()}
        return _wrong(form, errors), 422
    flash(gettext("Your request was sent to the HR agency. The answer appears here."), "good")
    return redirect(url_for(".page") + "#requests", 303)


def _wrong(given: Mapping[str, str], errors: Mapping[str, str]) -> str:
    own = employee()
    kind, key, column = given.get("kind", ""), given.get("key", ""), given.get("field", "")
    with context.services().reading(own) as action:
        day = action.calendar.local_date(action.now)
        datum = next(
            (
                (section, record, datum)
                for section in own_records.sections(action, own.nip or "", set())
                for record in section.records
                for datum in record.data
                if (datum.kind, datum.key, datum.field) == (kind, key, column)
            ),
            None,
        )
        return render_template(
            "my/wrong.html",
            found=datum,
            given=given,
            errors=errors,
            hours=corrections.hours(day),
            law=corrections.law(day),
        )
