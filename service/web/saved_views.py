"""Saved views on list pages: the bar of chips, and what can be done with them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import saved_views as queries
from service.domain.errors import Invalid
from service.operations import saved_views
from service.web import context
from service.web.home import own_path

blueprint = Blueprint("saved_views", __name__, url_prefix="/views")

ENDPOINTS = {"inbox": "inbox.page", "cases": "cases.page"}


@blueprint.app_template_global("views_of")
def views_of(page: str) -> list[queries.View]:
    """The views of a page that the reader may use."""
    with context.reading() as action:
        return queries.of(action.session, action.actor, page)


@blueprint.app_template_global("view_url")
def view_url(page: str, query: Mapping[str, Any]) -> str:
    """Where a view leads: the page with its filters."""
    return url_for(ENDPOINTS[page], **query)


@blueprint.app_template_global("roles_to_share_with")
def roles_to_share_with() -> list[str]:
    return sorted(context.services().roles)


@blueprint.post("")
@login_required
def save() -> ResponseReturnValue:
    """Keep the filters of a page; then the page with them."""
    page = request.form.get("page", "")
    try:
        query = json.loads(request.form.get("query") or "{}")
        if not isinstance(query, dict):
            raise ValueError
    except ValueError:
        raise Invalid("This view cannot be kept.") from None
    shared, role = _sharing()
    with context.services().action(context.actor()) as action:
        view = saved_views.save(action, page, request.form.get("name", ""), query)
        if shared != view.shared or role != view.role:
            saved_views.share(action, view.id, shared, role)
        address = view_url(view.page, view.query)
        name = view.name
    flash(gettext("The view “%(name)s” is kept.", name=name), "good")
    return redirect(address, 303)


@blueprint.post("/<uuid:view_id>")
@login_required
def change(view_id: uuid.UUID) -> ResponseReturnValue:
    """Rename and share one's own view."""
    with context.services().action(context.actor()) as action:
        saved_views.rename(action, view_id, request.form.get("name", ""))
        saved_views.share(action, view_id, *_sharing())
    flash(gettext("The view is changed."), "good")
    return redirect(own_path(request.form.get("next")), 303)


@blueprint.post("/<uuid:view_id>/delete")
@login_required
def delete(view_id: uuid.UUID) -> ResponseReturnValue:
    with context.services().action(context.actor()) as action:
        saved_views.delete(action, view_id)
    flash(gettext("The view is deleted."), "note")
    return redirect(own_path(request.form.get("next")), 303)


def _sharing() -> tuple[str, str | None]:
    """`nobody`, `everybody` or `role:<id>` as (with whom, role)."""
    chosen = request.form.get("shared", "nobody")
    kind, _, role = chosen.partition(":")
    return kind, role or None
