"""Deciding from the list: one task with a key or a button, and many at once. JSON for the inbox's script."""

from __future__ import annotations

import uuid
from typing import Any, get_args

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import tasks as queries
from service.domain.decisions import Missing, Verdict
from service.domain.errors import Conflict, Incident, Invalid, MutasiError, NotAllowed, NotFound
from service.operations import batches, deciding
from service.operations.batches import Look, Remark
from service.operations.deciding import Answer
from service.web import context, moments

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
        return jsonify(said=gettext(str(refused))), status
    if ask:
        return jsonify(ask=ask.label or gettext("Reason"), missing=[]), 422
    if done is not None and done.missing:
        return jsonify(missing=[field.key for field in done.missing]), 422
    return jsonify(held=done is not None and done.held is not None)


@blueprint.post("/batch/rehearsal")
@login_required
def rehearsal() -> ResponseReturnValue:
    """What will pass and what needs a look, of the tasks chosen, as a fragment."""
    ids, answer = _tasks(), _answer()
    try:
        with context.reading() as action:
            looks = batches.rehearse(action, ids, answer)
            rows = {row.id: row for row in queries.these(action.session, action.actor, ids)}
    except Invalid as refused:
        return render_template("inbox/rehearsal.html", refused=gettext(str(refused)), passing=[], looks=[])
    shown = [(rows.get(look.task_id), look, said(look)) for look in looks]
    return render_template(
        "inbox/rehearsal.html",
        refused="",
        passing=[entry for entry in shown if entry[1].passes],
        looks=[entry for entry in shown if not entry[1].passes],
    )


@blueprint.post("/batch")
@login_required
def batch() -> ResponseReturnValue:
    """Decide some of the tasks chosen, each in a transaction of its own: `{"items": [{"task", "done", "said"}]}`."""
    ids, answer = _tasks(), _answer()
    with context.reading() as action:
        batches.check_one_kind(action, ids)
    return jsonify(items=[_one(task_id, answer) for task_id in ids])


def said(look: Look) -> list[str]:
    """Why a task should be looked at first, in words."""
    return [_words(remark) for remark in look.remarks]


def _one(task_id: uuid.UUID, answer: Answer) -> dict[str, Any]:
    try:
        with context.services().action(context.actor()) as action:
            seen = batches.decide(action, task_id, answer)
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
    return Answer(verdict, request.form.get("reason", "").strip()[:LONGEST_REASON])  # type: ignore[arg-type]


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
    return gettext(str(refused))


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
