"""Starting a case by hand: which process, by which trigger, about whom."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.drafts import StartDraft
from service.db.queries import definitions as queries
from service.domain.errors import Incident, Invalid, NotAllowed, NotFound
from service.operations import cases, definitions, start_drafts
from service.operations.action import Action
from service.web import context, moments, transfer_kinds, wording

blueprint = Blueprint("starting", __name__, url_prefix="/start")

REFERENCE = "transfer_lifecycle"
STAGES = frozenset(
    {
        "needs_analysis",
        "competency_mapping",
        "consultation",
        "socialization",
        "approval",
        "execution",
        "evaluation",
    }
)
FIELDS = (
    "definition",
    "element",
    "reason",
    "kind",
    "subject",
    "subject_text",
    "unit",
    "unit_text",
    "position",
    "position_text",
)


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """The form, with one's draft. `definition` in the query chooses a process at once; who comes with more than that
    (from the page of a person or a unit) begins anew.
    """
    given = {name: request.args.get(name, "") for name in FIELDS}
    with context.reading() as action:
        if any(given[name] for name in FIELDS if name != "definition"):
            return _page(action, given, {})
        draft = start_drafts.of(action, given["definition"])
        return _page(action, given | (draft.given if draft else {}), {}, draft)


@blueprint.post("/draft")
@login_required
def save_draft() -> ResponseReturnValue:
    """Keep what was filled in, unchecked: called by the page while somebody types."""
    given = _given()
    with context.services().action(context.actor()) as action:
        draft = start_drafts.save(
            action, given["definition"], given, instead_of=request.form.get("instead_of", "")
        )
        return jsonify(saved=moments.clock(draft.saved_at))


@blueprint.post("/draft/discard")
@login_required
def discard_draft() -> ResponseReturnValue:
    """Throw one's draft away."""
    with context.services().action(context.actor()) as action:
        start_drafts.discard(action, request.form.get("definition", ""))
    flash(gettext("Your draft was thrown away."), "note")
    return redirect(url_for("starting.page"), 303)


@blueprint.post("")
@login_required
def start() -> ResponseReturnValue:
    """Start the case and go to its page."""
    given = _given()
    errors = _errors(given)
    if not errors:
        try:
            with context.services().action(context.actor()) as action:
                case = cases.start(
                    action,
                    given["definition"],
                    subject=given["subject"] or None,
                    data=_data(given),
                    element=given["element"] or None,
                )
                start_drafts.discard(action, given["definition"])
                case_id, number = case.id, case.number
        except NotFound as refused:
            errors["definition"] = wording.said(refused)
        except Invalid as refused:
            errors |= {key: wording.said(text) for key, text in refused.fields.items()} or {
                "": wording.said(refused)
            }
        except Incident as incident:
            errors[""] = gettext("The process could not begin: %(reason)s", reason=str(incident))
        else:
            flash(gettext("Case %(number)s was started.", number=number), "good")
            return redirect(url_for("cases.case", case_id=case_id), 303)
    with context.reading() as action:
        return _page(action, given, errors), 422


def _given() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[:2000] for name in FIELDS}


def _errors(given: dict[str, str]) -> dict[str, str]:
    errors = {}
    if not given["definition"]:
        errors["definition"] = gettext("Choose a process.")
    if not given["reason"]:
        errors["reason"] = gettext("Say in a sentence why.")
    if given["kind"] not in transfer_kinds.CODES:
        errors["kind"] = gettext("Choose the kind of transfer.")
    if given["kind"] == "M7" and not given["subject"]:
        errors["subject"] = gettext("An own request needs the employee who asks.")
    for name in ("subject", "unit", "position"):
        if given[f"{name}_text"] and not given[name]:
            errors[name] = gettext("Choose one from the list, or leave it empty.")
    return errors


def _data(given: dict[str, str]) -> dict[str, Any]:
    """The case's first variables."""
    return {
        "pemicu": {"jenis": "manual", "keterangan": given["reason"]},
        "jenis_mutasi": given["kind"],
        "unit_tujuan": given["unit"] or None,
        "jabatan_tujuan": given["position"] or None,
    }


def _page(
    action: Action, given: dict[str, str], errors: dict[str, str], draft: StartDraft | None = None
) -> str:
    if not action.actor.may("case.start"):
        raise NotAllowed("Your roles do not allow you to start a case.")
    rows = [
        row for row in queries.page(action.session, limit=100, cursor=None).items if row.key not in STAGES
    ]
    choices = []
    for row in rows:
        version = definitions.latest(action.session, row.key)
        compiled = definitions.compiled(action.session, action.engine, version.id)
        model = compiled.models[compiled.key]
        choices.append(
            {
                "key": row.key,
                "name": context.in_language(compiled.name, compiled.name_en),
                "version": version.version,
                "about": context.in_language(model.documentation, model.documentation_en),
            }
        )
    choices.sort(key=lambda choice: choice["key"] != REFERENCE)
    return render_template(
        "starting/page.html",
        choices=choices,
        given=given,
        errors=errors,
        kinds=transfer_kinds.named().items(),
        draft=draft,
    )
