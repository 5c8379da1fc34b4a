"""Going back: an earlier version deployed as the next one, after saying what that would change."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import definitions as queries
from service.domain.errors import Conflict, Invalid, InvalidDefinition
from service.operations import editing
from service.web import context, wording
from service.web.definitions import check_may_deploy, finding_words
from service.web.editing import change_words

blueprint = Blueprint("deploying_again", __name__, url_prefix="/definitions")


@blueprint.get("/<key>/<int:number>/again")
@login_required
def page(key: str, number: int) -> ResponseReturnValue:
    """What would change, and the reason asked for."""
    check_may_deploy()
    return _page(key, number)


@blueprint.post("/<key>/<int:number>/again")
@login_required
def deploy(key: str, number: int) -> ResponseReturnValue:
    """Deploy it: 303 to the new version, 422 with what stands against it, 409 when somebody deployed meanwhile."""
    latest, note = request.form.get("latest", 0, type=int), request.form.get("note", "")
    try:
        with context.services().action(context.actor()) as action:
            deployed = editing.deploy_again(action, key, number, latest, note).version
    except Conflict as conflict:
        flash(wording.said(conflict), "bad")
        return redirect(url_for("definitions.latest", key=key), 303)
    except InvalidDefinition as refused:
        return _page(key, number, 422, note=note, findings=[finding_words(one) for one in refused.findings])
    except Invalid as refused:
        return _page(key, number, 422, problem=wording.said(refused))
    flash(
        gettext("%(key)s version %(number)s is deployed. New cases begin on it.", key=key, number=deployed),
        "good",
    )
    return redirect(url_for("definitions.version", key=key, number=deployed), 303)


def _page(key: str, number: int, status: int = 200, **more: object) -> ResponseReturnValue:
    try:
        with context.reading() as action:
            version = queries.get(action.session, key, number)
            again = editing.changes_again(action, key, number)
    except Conflict as conflict:
        flash(wording.said(conflict), "note")
        return redirect(url_for("definitions.version", key=key, number=number), 303)
    shown = render_template(
        "definitions/again.html",
        version=version,
        latest=again.latest,
        changes=[change_words(change) for change in again.changes],
        others=again.others,
        **more,
    )
    return shown, status
