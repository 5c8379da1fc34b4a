"""Deciding from the list: one task with a key or a button, and many at once. JSON for the inbox's script."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import login_required

from service.db.queries import tasks as queries
from service.domain import forms
from service.domain.decisions import Missing, Verdict
from service.domain.errors import Conflict, Incident, Invalid, MutasiError, NotAllowed, NotFound
from service.domain.ids import new_id
from service.operations import batches, deciding, holding, tasks
from service.operations.action import Action
from service.operations.batches import Look, Remark
from service.operations.deciding import Answer
from service.web import context, moments, shared_fields, wording

blueprint = Blueprint("deciding", __name__, url_prefix="/inbox")

LONGEST_REASON = 2000
STATUS = {NotFound: 404, NotAllowed: 403, Conflict: 409}


@blueprint.post("/<uuid:task_id>/decide")
@login_required
def decide(task_id: uuid.UUID) -> ResponseReturnValue:
    """Decide one task by a verdict: 200 when it is decided; 422 with the fields that it lacks.

    `ask`: the label of the one text that is all it lacks. Else what is answered so far has become a draft.
    """
    answer = _answer()
    try:
        with context.services().action(context.actor()) as action:
            ask = _asks(action, task_id, answer)
            done = (
                None
                if ask
                else deciding.quick(action, task_id, answer, request.form.get("version", type=int))
            )
    except Conflict as refused:
        at = moments.clock(refused.at) if refused.at else ""
        return jsonify(said=_who_was_first(refused, at)), 409
    except Incident:
        said = gettext("The diagram could not go on, so nothing was changed.")
        return jsonify(said=said), 409
    except MutasiError as refused:
        status = next((code for kind, code in STATUS.items() if isinstance(refused, kind)), 422)
        return jsonify(said=wording.said(refused)), status
    if ask:
        return jsonify(ask=ask.label or gettext("Reason"), missing=[]), 422
    if done is not None and done.missing:
        return jsonify(missing=[field.key for field in done.missing]), 422
    return jsonify(held=done is not None and done.held is not None)


@blueprint.post("/batch/rehearsal")
@login_required
def rehearsal() -> ResponseReturnValue:
    """What will pass and what needs a look, of the tasks chosen, and what their forms still need, as a fragment."""
    ids, answer = _tasks(), _answer()
    try:
        with context.reading() as action:
            looks = batches.rehearse(action, ids, answer)
            rows = {row.id: row for row in queries.these(action.session, action.actor, ids)}
            schema = _form(action, rows.values())
    except Invalid as refused:
        return render_template("inbox/rehearsal.html", refused=wording.said(refused), passing=[], looks=[])
    labels = shared_fields.labels(schema)
    shown = [(rows.get(look.task_id), look, said(look, labels)) for look in looks]
    return render_template(
        "inbox/rehearsal.html",
        refused="",
        fields=shared_fields.shared(schema, looks, answer.data),
        batch_id=new_id(),
        passing=[entry for entry in shown if entry[1].passes],
        looks=[entry for entry in shown if not entry[1].passes],
    )


@blueprint.post("/batch")
@login_required
def batch() -> ResponseReturnValue:
    """Decide some of the tasks chosen, each in a transaction of its own: `{"items": [{"task", "done", "said"}]}`.

    `batch`: an id that the rehearsal gave, the same for all that can be taken back together.
    """
    ids, answer, together = _tasks(), _answer(), request.form.get("batch", type=uuid.UUID)
    with context.reading() as action:
        batches.check_one_kind(action, ids)
    return jsonify(items=[_one(task_id, answer, together) for task_id in ids])


@blueprint.post("/batch/<uuid:batch_id>/undo")
@login_required
def undo(batch_id: uuid.UUID) -> ResponseReturnValue:
    """Take back together what was decided together, as far as it is still held."""
    with context.reading() as action:
        ids = holding.of_batch(action, batch_id)
    back = sum(_took_back(task_id) for task_id in ids)
    if back:
        flash(
            ngettext("%(num)d decision was taken back.", "%(num)d decisions were taken back.", back), "good"
        )
    if back < len(ids) or not ids:
        flash(gettext("What was carried out already can no longer be taken back here."), "warn")
    return redirect(context.sent_from(url_for("inbox.page")), 303)


def said(look: Look, labels: Mapping[str, str] | None = None) -> list[str]:
    """Why a task should be looked at first, in words. `labels`: how the form calls its fields in the reader's language."""
    lacks = ", ".join((labels or {}).get(lack.key, lack.label) for lack in look.lacks)
    return [
        gettext("The form needs more: %(fields)s.", fields=lacks) if look.lacks else _words(remark)
        for remark in look.remarks
    ]


def _form(action: Action, rows: Iterable[queries.TaskRow]) -> Mapping[str, Any] | None:
    """The one form of tasks of one kind, in the reader's language."""
    row = next(iter(rows), None)
    schema = tasks.form_of_version(action, row.definition_version_id, row.form) if row else None
    return forms.localized(schema, context.language()) if schema else None


def _took_back(task_id: uuid.UUID) -> bool:
    try:
        with context.services().action(context.actor()) as action:
            holding.undo(action, task_id)
    except Conflict:
        return False
    return True


def _one(task_id: uuid.UUID, answer: Answer, together: uuid.UUID | None) -> dict[str, Any]:
    try:
        with context.services().action(context.actor()) as action:
            seen = batches.decide(action, task_id, answer, batch=together)
    except Incident as incident:
        seen = Look(task_id, (Remark("incident", incident.reason),))
    return {"task": str(task_id), "done": seen.passes, "said": " ".join(said(seen))}


def _asks(action: Any, task_id: uuid.UUID, answer: Answer) -> Missing | None:
    """The one text without which this answer is not complete, asked for before anything is written."""
    if answer.reason:
        return None
    missing = deciding.lacking(action, task_id, answer)
    return missing[0] if len(missing) == 1 and missing[0].text else None


def _answer() -> Answer:
    verdict = request.form.get("verdict", "")
    if verdict not in get_args(Verdict):
        raise Invalid("Choose a decision.")
    reason = request.form.get("reason", "").strip()[:LONGEST_REASON]
    return Answer(verdict, reason, shared_fields.given())  # type: ignore[arg-type]


def _tasks() -> list[uuid.UUID]:
    try:
        return [uuid.UUID(text) for text in request.form.getlist("task")[: batches.MOST + 1]]
    except ValueError:
        raise NotFound("There is no such task.") from None


def _who_was_first(refused: Conflict, at: str) -> str:
    if refused.by and at:
        return gettext("%(name)s was first (%(time)s).", name=refused.by, time=at)
    if refused.by:
        return gettext("%(name)s has taken this task.", name=refused.by)
    return wording.said(refused)


def _words(remark: Remark) -> str:
    detail = remark.detail
    return {
        "not_found": lambda: gettext("There is no such task."),
        "not_offered": lambda: gettext("This task is not offered to you."),
        "closed": lambda: (
            gettext("%(name)s completed this task first.", name=detail)
            if detail
            else gettext("This task is no longer open: the case went on without it.")
        ),
        "deciding": lambda: gettext("%(name)s is deciding it", name=detail or gettext("Somebody")),
        "taken": lambda: gettext("%(name)s has taken this task.", name=detail or gettext("Somebody")),
        "four_eyes": lambda: gettext(
            "You completed “%(task)s” in this case: somebody else has to do this.", task=detail
        ),
        "form": lambda: gettext("The form needs more: %(fields)s.", fields=detail),
        "conflict_of_interest": lambda: gettext("There may be a conflict of interest."),
        "missing_document": lambda: gettext("A document is missing."),
        "rule_blocks": lambda: gettext("Blocked by %(rules)s.", rules=detail),
        "rule_warns": lambda: gettext("To weigh: %(rules)s.", rules=detail),
        "incident": lambda: gettext("The diagram could not go on, so nothing was changed."),
    }.get(remark.code, lambda: gettext(detail))()
