"""What is done at a case: let it stand still, go on, give more time, remind, give a task to another, cancel, repair."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import login_required

from service.db.cases import Task
from service.db.queries import cases as queries
from service.db.queries import incidents as incident_queries
from service.db.queries import tasks as task_queries
from service.domain.errors import Conflict, Incident, Invalid, NotFound
from service.operations import cases, extending, handing, incidents, notices, suspending
from service.operations.action import Action
from service.web import context, moments, wording
from service.web.case_list import blueprint
from service.web.cases import Typed, shown
from service.web.saying import saying

LONGEST = 2_000


@blueprint.post("/<uuid:case_id>/suspend")
@login_required
def suspend(case_id: uuid.UUID) -> ResponseReturnValue:
    def do(action: Action) -> str:
        suspending.suspend(action, case_id, _reason())
        return str(gettext("The case is suspended. Nothing in it moves until you resume it."))

    return _managed(case_id, do)


@blueprint.post("/<uuid:case_id>/resume")
@login_required
def resume(case_id: uuid.UUID) -> ResponseReturnValue:
    def do(action: Action) -> str:
        suspending.resume(action, case_id, _reason())
        return str(gettext("The case goes on; its deadlines have moved."))

    return _managed(case_id, do)


@blueprint.post("/<uuid:case_id>/tasks/<uuid:task_id>/extend")
@login_required
def extend(case_id: uuid.UUID, task_id: uuid.UUID) -> ResponseReturnValue:
    def do(action: Action) -> str:
        _check_belongs(action, case_id, task_id)
        until = moments.as_date(request.form.get("until"))
        if until is None:
            raise Invalid("Choose a day.", {"until": "This field is required."})
        task = extending.extend(action, task_id, until, _reason())
        return str(gettext("“%(task)s” is now due on %(day)s.", task=task.name, day=moments.day(until)))

    return _managed(case_id, do)


@blueprint.post("/<uuid:case_id>/tasks/<uuid:task_id>/remind")
@login_required
def remind(case_id: uuid.UUID, task_id: uuid.UUID) -> ResponseReturnValue:
    def do(action: Action) -> str:
        _check_belongs(action, case_id, task_id)
        told = notices.remind(action, task_id, request.form.get("text", "")[:LONGEST])
        return str(ngettext("%(num)d person was reminded.", "%(num)d people were reminded.", told))

    return _managed(case_id, do)


@blueprint.post("/<uuid:case_id>/tasks/<uuid:task_id>/assign")
@login_required
def assign(case_id: uuid.UUID, task_id: uuid.UUID) -> ResponseReturnValue:
    def do(action: Action) -> str:
        _check_belongs(action, case_id, task_id)
        try:
            to = uuid.UUID(request.form.get("to", ""))
        except ValueError:
            raise Invalid("Choose a person.", {"to": "This field is required."}) from None
        handing.assign(action, task_id, to, _reason())
        return str(gettext("The task was given to somebody else."))

    return _managed(case_id, do)


@blueprint.post("/<uuid:case_id>/cancel")
@login_required
def cancel(case_id: uuid.UUID) -> ResponseReturnValue:
    def do(action: Action) -> str:
        cases.cancel(action, case_id, _reason())
        return str(gettext("The case was cancelled."))

    return _managed(case_id, do)


@blueprint.post("/<uuid:case_id>/incidents/<uuid:incident_id>/retry")
@login_required
def retry(case_id: uuid.UUID, incident_id: uuid.UUID) -> ResponseReturnValue:
    """Do a step that failed once more."""
    try:
        with saying(gettext("It worked now: the case goes on."), Conflict) as action:
            cases.check_may_repair(action)
            incident_queries.get(action.session, action.actor, incident_id)
            incidents.retry(action, incident_id)
    except Incident as failed:
        flash(gettext("It failed again: %(reason)s", reason=failed.reason), "bad")
    return redirect(url_for(".case", case_id=case_id), 303)


@blueprint.post("/<uuid:case_id>/variables")
@login_required
def variables(case_id: uuid.UUID) -> ResponseReturnValue:
    """Repair a case: set a variable, with a reason."""
    name = request.form.get("name", "").strip()[:255]
    done = gettext("The variable was changed. Try the failed step again.")
    try:
        with saying(done, Invalid, Conflict) as action:
            queries.get(action.session, action.actor, case_id)
            value = action.engine.evaluate(request.form.get("value", "")[:10_000], {}, action.now)
            cases.change_variables(
                action, case_id, {name: value} if name else {}, request.form.get("reason", "")
            )
    except Incident as failed:
        flash(gettext("The value is no FEEL expression: %(reason)s", reason=failed.reason), "bad")
    return redirect(url_for(".case", case_id=case_id), 303)


def _managed(case_id: uuid.UUID, do: Callable[[Action], str]) -> ResponseReturnValue:
    """Do it for who may see the case, say what came of it, and show the case again: with the dialog when it is refused."""
    try:
        with context.services().action(context.actor()) as action:
            queries.get(action.session, action.actor, case_id)
            said = do(action)
    except (Invalid, Conflict) as refused:
        typed = Typed(request.form.get("dialog", ""), wording.said(refused), request.form)
        return shown(case_id, typed), 422 if isinstance(refused, Invalid) else 409
    flash(said, "good")
    return redirect(url_for(".case", case_id=case_id), 303)


def _check_belongs(action: Action, case_id: uuid.UUID, task_id: uuid.UUID) -> None:
    task_queries.get(action.session, action.actor, task_id)
    if action.session.get_one(Task, task_id).case_id != case_id:
        raise NotFound("There is no such task.")


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST]
