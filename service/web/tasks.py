"""The page on which a task is decided, and what can be done with it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.cases import Case, Task
from service.db.queries import cases as case_queries
from service.db.queries import tasks as queries
from service.domain import forms, json_text
from service.domain.errors import Conflict, Incident, InvalidForm
from service.operations import definitions, tasks
from service.operations.action import Action
from service.web import answers, context, views

blueprint = Blueprint("tasks", __name__, url_prefix="/tasks")

EXPANDED = {
    "analisis_kebutuhan": "needs",
    "survei_kebutuhan": "needs",
    "pemetaan_kompetensi": "profiles",
    "susun_rencana": "ranking",
}
"""Form id -> the part of the facts that its decision is about."""


@blueprint.get("/<uuid:task_id>")
@login_required
def page(task_id: uuid.UUID) -> ResponseReturnValue:
    """The form beside the facts."""
    with context.reading() as action:
        return _page(action, task_id)


@blueprint.post("/<uuid:task_id>/complete")
@login_required
def complete(task_id: uuid.UUID) -> ResponseReturnValue:
    """Complete the task: 303 to what comes next, 422 with messages on fields, 409 when somebody was first."""
    given = _answers()
    version = request.form.get("version", type=int)
    try:
        with context.services().action(context.actor()) as action:
            done = tasks.complete(action, task_id, given, version)
            case_id, name = done.case_id, context.in_language(done.name, done.name_en)
    except InvalidForm as refused:
        with context.reading() as action:
            return _page(action, task_id, typed=given, errors=answers.messages(refused.fields)), 422
    except Incident as incident:
        with context.reading() as action:
            return _page(action, task_id, typed=given, incident=incident), 422
    except Conflict as conflict:
        with context.reading() as action:
            return _conflict(action, task_id, given, conflict), 409
    flash(gettext("%(task)s: completed.", task=name), "good")
    return redirect(_next(case_id), 303)


@blueprint.post("/<uuid:task_id>/claim")
@login_required
def claim(task_id: uuid.UUID) -> ResponseReturnValue:
    """Take the task, so that colleagues see who is on it."""
    try:
        with context.services().action(context.actor()) as action:
            tasks.claim(action, task_id)
    except Conflict as conflict:
        with context.reading() as action:
            return _conflict(action, task_id, {}, conflict), 409
    return redirect(url_for(".page", task_id=task_id), 303)


@blueprint.post("/<uuid:task_id>/release")
@login_required
def release(task_id: uuid.UUID) -> ResponseReturnValue:
    """Give the task back to those it is offered to."""
    with context.services().action(context.actor()) as action:
        tasks.release(action, task_id)
    flash(gettext("The task is open to your colleagues again."), "note")
    return redirect(url_for("inbox.page"), 303)


def _page(
    action: Action,
    task_id: uuid.UUID,
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, str] | None = None,
    incident: Incident | None = None,
) -> str:
    row = queries.get(action.session, action.actor, task_id)
    task = action.session.get_one(Task, task_id)
    case = action.session.get_one(Case, task.case_id)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    is_open = task.state == "open"
    data = tasks.data(action, task_id) if is_open else {}
    schema = tasks.form(action, task, case) if is_open else None
    kept_apart = tasks.apart(action, case, task) if row.offered and is_open else None
    drawn = None
    if schema is not None:
        localized = forms.localized(schema, context.language())
        drawn = {
            "schema": localized,
            "data": answers.for_the_form(localized, data, typed),
            "errors": dict(errors or {}),
        }
    return render_template(
        "tasks/page.html",
        row=row,
        task=task,
        case=case,
        offered=row.offered and is_open and not kept_apart,
        kept_apart=kept_apart,
        mine=task.assignee_id is not None and task.assignee_id == action.actor.holder,
        drawn=drawn,
        label_of=lambda key: _label_of(drawn, key),
        answered_words=_answered(action, case, task, row),
        expand=EXPANDED.get(task.form or "", ""),
        errors=errors or {},
        incident=incident,
        element=definition.elements.get((task.process, task.element)),
        facts=views.facts_of(action, case, data),
        **views.around(action, case, definition, data),
    )


def _label_of(drawn: Mapping[str, Any] | None, key: str) -> str:
    """`Keputusan: ` of a field's key, for the list of what is wrong."""
    for field in forms.fields(drawn["schema"]) if drawn else ():
        if ".".join(field.path) == key:
            return f"{field.component.get('label') or field.component.get('dateLabel') or key}: "
    return ""


def _answered(action: Action, case: Case, task: Task, row: queries.TaskRow) -> list[tuple[str, str]]:
    """What was answered in a finished task, for those who may know."""
    if task.state != "completed" or row.names_hidden:
        return []
    if not (
        action.actor.decides or action.actor.holder == (task.closed_for or task.closed_by) or case.decided_at
    ):
        return []
    event = case_queries.completion(action.session, task)
    schema = tasks.form(action, task, case)
    localized = forms.localized(schema, context.language()) if schema else None
    return answers.in_words(localized, event or {}, {})


def _conflict(action: Action, task_id: uuid.UUID, given: Mapping[str, Any], conflict: Conflict) -> str:
    """Who was first and when, with what was typed kept in plain words."""
    task = action.session.get_one(Task, task_id)
    case = action.session.get_one(Case, task.case_id)
    schema = tasks.form(action, task, case)
    localized = forms.localized(schema, context.language()) if schema else None
    return render_template(
        "tasks/conflict.html",
        task=task,
        conflict=conflict,
        typed=answers.in_words(localized, given, {}),
    )


def _answers() -> Mapping[str, Any]:
    """The answers as JSON in one field, as the form's script posts them; anything else is no answer."""
    try:
        found = json_text.loads(request.form.get("answers") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _next(case_id: uuid.UUID) -> str:
    """The person's next task in the same case, else the inbox."""
    with context.reading() as action:
        found = queries.inbox(action.session, action.actor, state="open", case_id=case_id, limit=1)
    if found.items:
        return url_for(".page", task_id=found.items[0].id)
    return url_for("inbox.page")
