"""Handing a task on, sending it back, taking a decision back: each a form on the task's page."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.cases import Task
from service.domain.errors import Conflict, Invalid
from service.operations import handing, holding, returning, withdrawing
from service.operations.action import Action
from service.web import context, wording
from service.web.tasks import back_to, following, second

blueprint = Blueprint("task_moves", __name__, url_prefix="/tasks")

LONGEST = 2000


@blueprint.post("/<uuid:task_id>/delegate")
@login_required
def delegate(task_id: uuid.UUID) -> ResponseReturnValue:
    """Give one's own task to a colleague, with a note."""
    return _moved(task_id, lambda action: handing.delegate(action, task_id, _whom(), _text("note")), _given)


@blueprint.post("/<uuid:task_id>/assign")
@login_required
def assign(task_id: uuid.UUID) -> ResponseReturnValue:
    """Say who does a task: for who may assign work."""
    return _moved(task_id, lambda action: handing.assign(action, task_id, _whom(), _text("note")), _given)


@blueprint.post("/<uuid:task_id>/send-back")
@login_required
def send_back(task_id: uuid.UUID) -> ResponseReturnValue:
    """Give a task back to an earlier step, with a reason."""
    element = request.form.get("element", "")[:255]
    return _moved(
        task_id,
        lambda action: returning.send_back(action, task_id, element, _text("reason")),
        lambda _: gettext("It was sent back."),
    )


@blueprint.post("/<uuid:task_id>/withdraw")
@login_required
def withdraw(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take one's own decision back while nobody has acted on it."""
    return _moved(
        task_id,
        lambda action: withdrawing.withdraw(action, task_id, _text("reason")),
        lambda _: gettext("Your decision was taken back; the task is open again."),
    )


@blueprint.post("/<uuid:task_id>/undo")
@login_required
def undo(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take back a decision that is still held: the form is back with its text."""
    try:
        with context.services().action(context.actor()) as action:
            holding.undo(action, task_id)
    except Conflict as refused:
        flash(wording.said(refused), "warn")
    else:
        flash(gettext("Taken back. Nothing has happened, and your answers are in the form."), "good")
    return redirect(back_to(task_id), 303)


@blueprint.get("/held")
@login_required
def held() -> ResponseReturnValue:
    """What can still be taken back, as a fragment for pages that decide without loading anew."""
    return render_template("tasks/held.html")


def _moved(
    task_id: uuid.UUID, do: Callable[[Action], Task], say: Callable[[str], str]
) -> ResponseReturnValue:
    try:
        with context.services().action(context.actor()) as action:
            task = do(action)
            case_id, name = task.case_id, context.in_language(task.name, task.name_en)
    except Conflict as conflict:
        return second(task_id, {}, conflict)
    except Invalid as refused:
        flash(wording.said(next(iter(refused.fields.values()), refused)), "bad")
        return redirect(back_to(task_id), 303)
    flash(say(name), "good")
    return redirect(following(case_id), 303)


def _given(name: str) -> str:
    return gettext("%(task)s: handed over.", task=name)


def _whom() -> uuid.UUID:
    try:
        return uuid.UUID(request.form.get("to", ""))
    except ValueError:
        raise Invalid("Choose somebody who may do this task.") from None


def _text(name: str) -> str:
    return request.form.get(name, "").strip()[:LONGEST]
