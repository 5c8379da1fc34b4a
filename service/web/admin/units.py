"""Units as a tree: head, staff, positions, and who holds roles for each."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from service.db.queries import people
from service.db.queries.unit_tree import unit_tree
from service.domain.errors import MutasiError
from service.operations import units as operations
from service.web import context, wording
from service.web.admin import section

blueprint = section("admin_units", "/units", "account.manage")


@blueprint.get("")
def page() -> ResponseReturnValue:
    """The tree."""
    with context.reading() as action:
        tree = unit_tree(action.session)
    return render_template("admin/units.html", tree=tree)


@blueprint.get("/<unit_id>")
def unit(unit_id: str) -> ResponseReturnValue:
    """One unit, to set its head."""
    with context.reading() as action:
        row = people.unit(action.session, unit_id)
        head = people.employee(action.session, row.kepala_nip) if row.kepala and row.kepala_nip else None
    return render_template("admin/unit.html", row=row, head=head)


@blueprint.post("/<unit_id>/head")
def set_head(unit_id: str) -> ResponseReturnValue:
    """Say who heads the unit."""
    nip = request.form.get("nip", "")[:40]
    if not nip and request.form.get("nip_text", "").strip():
        nip = request.form["nip_text"].strip()[:40]
    try:
        with context.services().action(context.actor()) as action:
            operations.set_head(action, unit_id, nip)
    except MutasiError as refused:
        flash(wording.said(refused), "bad")
        return redirect(url_for(".unit", unit_id=unit_id), 303)
    flash(gettext("Saved."), "good")
    return redirect(url_for(".page"), 303)
