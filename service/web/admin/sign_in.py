"""How people may sign in: the identity provider and its groups, and which roles need a second step."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from service.db.administration import GroupRole
from service.db.queries import administration as queries
from service.domain.errors import MutasiError
from service.operations import identities, oidc, second_factor
from service.web import context, wording
from service.web.admin import section
from service.web.saying import saying
from service.web.sign_in_elsewhere import own_address

blueprint = section("admin_sign_in", "/sign-in", "account.manage")


@blueprint.get("")
def page() -> ResponseReturnValue:
    """The provider as it is configured, the rules for groups, the roles with a second step."""
    settings = context.services().settings
    with context.reading() as action:
        mapped = action.session.scalars(
            select(GroupRole).order_by(GroupRole.group_name, GroupRole.role, GroupRole.unit_id)
        ).all()
        units = queries.unit_names(action.session, {row.unit_id for row in mapped if row.unit_id})
        required = second_factor.required_roles(action)
    return render_template(
        "admin/sign_in.html",
        settings=settings,
        on=oidc.is_on(settings),
        address=own_address("sign_in_elsewhere.back"),
        mapped=mapped,
        units=units,
        roles=context.services().roles,
        required=required,
    )


@blueprint.post("/check")
def check() -> ResponseReturnValue:
    """Ask the provider who it is, now."""
    settings = context.services().settings
    try:
        oidc.discover(settings, anew=True)
    except oidc.Refused as refused:
        flash(f"{wording.said(refused)} ({refused.reason})", "bad")
    else:
        flash(gettext("The identity provider answers, and says the name that is expected."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.post("/second-factor")
def require() -> ResponseReturnValue:
    """Say which roles need a second step."""
    roles = request.form.getlist("role")
    with saying(gettext("Saved. It holds from the next sign-in on."), MutasiError) as action:
        second_factor.require(action, roles)
    return redirect(url_for(".page"), 303)


@blueprint.post("/groups")
def add() -> ResponseReturnValue:
    """Members of a group hold a role."""
    form = request.form
    unit = form.get("unit", "") or None
    if unit is None and form.get("unit_text", "").strip():
        flash(gettext("Choose the unit from the list."), "bad")
        return redirect(url_for(".page"), 303)
    with saying(gettext("The rule was added. It holds from the next sign-in on."), MutasiError) as action:
        identities.map_group(action, form.get("group", ""), form.get("role", ""), unit)
    return redirect(url_for(".page"), 303)


@blueprint.post("/groups/<uuid:mapping_id>/remove")
def remove(mapping_id: uuid.UUID) -> ResponseReturnValue:
    """The group no longer gives the role."""
    with saying(gettext("The rule was removed. It holds from the next sign-in on."), MutasiError) as action:
        identities.unmap_group(action, mapping_id)
    return redirect(url_for(".page"), 303)
