"""A task: its page, taking and releasing it, and deciding it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import tasks as queries
from service.domain import json_text
from service.domain.errors import Conflict, Incident, InvalidForm
from service.operations import drafts, holding, tasks
from service.web import answers, context, task_page
from service.web.task_page import Typed

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

INBOX = "inbox"


@blueprint.get("/<uuid:task_id>")
@login_required
def page(task_id: uuid.UUID) -> ResponseReturnValue:
    """The form beside the facts."""
    with context.reading() as action:
        return task_page.page(action, task_id)


@blueprint.get("/<uuid:task_id>/panes")
@login_required
def panes(task_id: uuid.UUID) -> ResponseReturnValue:
    """The same as a fragment, for the inbox."""
    with context.reading() as action:
        return task_page.panes(action, task_id)


@blueprint.post("/<uuid:task_id>/complete")
@login_required
def complete(task_id: uuid.UUID) -> ResponseReturnValue:
    """Decide the task: 303 to what comes next, 422 with messages on fields, 409 when somebody was first.

    The decision can be taken back for some seconds (holding.decide) before the case goes on.
    """
    given = given_answers()
    version = request.form.get("version", type=int)
    try:
        with context.services().action(context.actor()) as action:
            row = queries.get(action.session, action.actor, task_id)
            held = holding.decide(action, task_id, given, version)
    except InvalidForm as refused:
        with context.reading() as action:
            return task_page.page(action, task_id, Typed(given, answers.messages(refused.fields))), 422
    except Incident as incident:
        with context.reading() as action:
            return task_page.page(action, task_id, Typed(given, {}, incident)), 422
    except Conflict as conflict:
        return second(task_id, given, conflict)
    if held is None:
        flash(gettext("%(task)s: completed.", task=context.in_language(row.name, row.name_en)), "good")
    return redirect(following(row.case_id), 303)


@blueprint.post("/<uuid:task_id>/claim")
@login_required
def claim(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take the task, so that colleagues see who is on it."""
    try:
        with context.services().action(context.actor()) as action:
            tasks.claim(action, task_id)
    except Conflict as conflict:
        return second(task_id, {}, conflict)
    return redirect(back_to(task_id), 303)


@blueprint.post("/<uuid:task_id>/release")
@login_required
def release(task_id: uuid.UUID) -> ResponseReturnValue:
    """Give the task back to those it is offered to."""
    with context.services().action(context.actor()) as action:
        tasks.release(action, task_id)
    flash(gettext("The task is open to your colleagues again."), "note")
    return redirect(url_for("inbox.page"), 303)


def second(task_id: uuid.UUID, given: Mapping[str, Any], conflict: Conflict) -> ResponseReturnValue:
    """Somebody was first: 409 with who and when; what was typed is shown beside it and kept."""
    with context.services().action(context.actor()) as action:
        drafts.keep_typed(action, task_id, given)
    with context.reading() as action:
        return task_page.conflict(action, task_id, given, conflict), 409


def following(case_id: uuid.UUID) -> str:
    """Where to go on: the person's next task in the same case, else the next in their inbox, else where they work."""
    with context.reading() as action:
        found = queries.inbox(action.session, action.actor, state="open", case_id=case_id, limit=1)
        if not found.items:
            found = queries.inbox(action.session, action.actor, state="open", limit=1)
    if found.items:
        return back_to(found.items[0].id)
    return url_for("inbox.page" if request.form.get("from") == INBOX else "home.start")


def back_to(task_id: uuid.UUID) -> str:
    """A task where the person works: in the panes of the inbox with its filters, or on a page of its own."""
    if request.form.get("from") == INBOX:
        return context.here("inbox.page", _filters() | {"task": str(task_id)})
    return url_for("tasks.page", task_id=task_id)


@blueprint.app_template_global("back_to_inbox")
def back_to_inbox() -> str:
    """The inbox with the filters with which the reader came from there."""
    return context.here("inbox.page", {name: value for name, value in _filters().items() if name != "task"})


def _filters() -> dict[str, str]:
    page = urlsplit(context.sent_from(""))
    return dict(parse_qsl(page.query)) if page.path == url_for("inbox.page") else {}


def given_answers() -> Mapping[str, Any]:
    """The answers as JSON in one field, as the form's script posts them; anything else is no answer."""
    try:
        found = json_text.loads(request.form.get("answers") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
