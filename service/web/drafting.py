"""Drafts: saved by the form's script while somebody types, taken over from a colleague, thrown away."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, jsonify, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.domain.errors import Conflict, Invalid
from service.operations import drafts
from service.web import context, moments, wording
from service.web.tasks import back_to, given_answers, second

blueprint = Blueprint("drafting", __name__, url_prefix="/tasks")


@blueprint.post("/<uuid:task_id>/draft")
@login_required
def save(task_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what was typed, unchecked. 409 with who was first and when, once the task is no longer open."""
    try:
        with context.services().action(context.actor()) as action:
            draft = drafts.save(action, task_id, given_answers())
            saved = moments.clock(draft.saved_at)
    except Conflict as conflict:
        at = moments.clock(conflict.at) if conflict.at else ""
        return jsonify(by=conflict.by, at=at, said=wording.said(conflict)), 409
    except Invalid as refused:
        return jsonify(said=wording.said(refused)), 422
    return jsonify(saved=saved)


@blueprint.post("/<uuid:task_id>/draft/discard")
@login_required
def discard(task_id: uuid.UUID) -> ResponseReturnValue:
    """Throw one's own draft away."""
    with context.services().action(context.actor()) as action:
        drafts.discard(action, task_id)
    flash(gettext("Your draft was thrown away."), "note")
    return redirect(back_to(task_id), 303)


@blueprint.post("/<uuid:task_id>/draft/take-over")
@login_required
def take_over(task_id: uuid.UUID) -> ResponseReturnValue:
    """Go on with a colleague's draft; theirs stays."""
    try:
        whose = uuid.UUID(request.form.get("whose", ""))
    except ValueError:
        whose = uuid.UUID(int=0)
    try:
        with context.services().action(context.actor()) as action:
            drafts.take_over(action, task_id, whose)
    except Invalid:
        flash(gettext("There is no such draft."), "warn")
    except Conflict as conflict:
        return second(task_id, {}, conflict)
    return redirect(back_to(task_id), 303)
