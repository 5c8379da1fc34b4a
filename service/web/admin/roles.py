"""Roles: what each may see and do, and who holds it."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from service.db.queries import administration as queries
from service.operations import second_factor
from service.web import context
from service.web.admin import section, words

blueprint = section("admin_roles", "/roles", "account.manage")


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Every role of config/roles.toml, in words, with its first holders."""
    with context.reading() as action:
        holders = queries.holders(action.session)
        names = {unit for _, first in holders.values() for _, _, unit in first if unit}
        units = queries.unit_names(action.session, names)
        required = second_factor.required_roles(action)
    return render_template(
        "admin/roles.html",
        roles=context.services().roles,
        holders=holders,
        units=units,
        abilities=words.abilities,
        required=required,
    )
