"""What a manager does at a case: let it stand still, go on, give more time, remind, give the task to somebody else."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import login_required

from service.db.cases import Case, Task
from service.db.queries import cases as queries
from service.db.queries import tasks as task_queries
from service.domain.errors import Conflict, Invalid, NotFound
from service.operations import cases, definitions, extending, handing, notices, suspending
from service.operations.action import Action
from service.web import case_timeline, context, moments
from service.web.case_list import blueprint

LONGEST = 2_000


@blueprint.get("/<string:number>")
@login_required
def numbered(number: str) -> ResponseReturnValue:
    """The address that people write: the case's number leads to its page, for whoever may see it."""
    with context.reading() as action:
        found = queries.get(action.session, action.actor, number[:64])
    query = request.query_string.decode("ascii", "replace")
    return redirect(url_for(".case", case_id=found.id) + (f"?{query}" if query else ""), 302)


@blueprint.get("/<uuid:case_id>/timeline")
@login_required
def more_timeline(case_id: uuid.UUID) -> ResponseReturnValue:
    """A page of the timeline, for the page that shows it."""
    with context.reading() as action:
        queries.get(action.session, action.actor, case_id)
        record = action.session.get_one(Case, case_id)
        definition = definitions.compiled(action.session, action.engine, record.definition_version_id)
        found = case_timeline.page(action, record, definition, cases.data(action, record))
    return render_template(
        "cases/timeline.html", timeline=found, case_id=case_id, kinds=case_timeline.names()
    )


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


def _managed(case_id: uuid.UUID, do: Callable[[Action], str]) -> ResponseReturnValue:
    """Do it for who may see the case, say what came of it, and show the case again."""
    try:
        with context.services().action(context.actor()) as action:
            queries.get(action.session, action.actor, case_id)
            said = do(action)
    except (Invalid, Conflict) as refused:
        flash(gettext(str(refused)), "bad")
    else:
        flash(said, "good")
    return redirect(url_for(".case", case_id=case_id), 303)


def _check_belongs(action: Action, case_id: uuid.UUID, task_id: uuid.UUID) -> None:
    task_queries.get(action.session, action.actor, task_id)
    if action.session.get_one(Task, task_id).case_id != case_id:
        raise NotFound("There is no such task.")


def _reason() -> str:
    return request.form.get("reason", "").strip()[:LONGEST]
