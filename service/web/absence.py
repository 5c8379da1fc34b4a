"""Absence: who stands in for me and for whom I can act; for administrators and heads, for other people."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from service.db.accounts import Account
from service.db.queries import accounts as account_queries
from service.db.queries import cases as case_queries
from service.db.queries import substitutions as queries
from service.db.queries import tasks as task_queries
from service.domain.access import Actor
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import acting, substitutes
from service.operations.action import Action
from service.web import common, context, moments, wording, words
from service.web.home import own_path
from service.web.step_names import Names

blueprint = Blueprint("absence", __name__)

PAGE = 50
MOST_WAITING = 100
SHORTEST = 2
MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits for an absent person, counted up to MOST_WAITING."""

    row: queries.Row
    count: int


@blueprint.before_app_request
def check_acting() -> None:
    """A session that acts by a substitution that is over acts for nobody: said once, and nothing is stored meanwhile."""
    if request.path.startswith("/static/") or not getattr(current_user, "acting_over", False):
        return
    with context.services().action(context.own()) as action:
        acting.switch(action, current_user.session, None)
    if request.method not in ("GET", "HEAD"):
        raise NotAllowed("You no longer stand in for this person. Nothing was stored.")
    flash(gettext("You no longer stand in for this person: you are yourself again."), "warn")


@blueprint.post("/acting")
@login_required
def switch() -> ResponseReturnValue:
    """Begin to act for somebody in this browser, or stop. Forms of pages opened before are worth nothing afterwards."""
    chosen = _id(request.form.get("substitution", ""))
    with context.services().action(context.own()) as action:
        actor = acting.switch(action, current_user.session, chosen)
    session.pop("csrf_token", None)
    if actor.acting_for:
        flash(gettext("From now on you act for %(name)s", name=actor.acting_for.name), "note")
        return redirect(own_path(request.form.get("then") or url_for("inbox.page")), 303)
    flash(gettext("You are yourself again."), "note")
    return redirect(own_path(request.form.get("next")), 303)


@blueprint.get("/account/absence")
@login_required
def page() -> ResponseReturnValue:
    """My absences and substitutes, and for whom I stand in."""
    return _own_page({})


@blueprint.post("/account/absence")
@login_required
def appoint() -> ResponseReturnValue:
    """Name my substitute."""
    try:
        _appoint(current_user.username)
    except (Invalid, Conflict) as refused:
        return _own_page(request.form, _errors(refused)), 422
    return redirect(url_for(".page"), 303)


@blueprint.get("/absences")
@login_required
def everyone() -> ResponseReturnValue:
    """All substitutions for administrators; a head's own units' for a head."""
    return _everyone({})


@blueprint.post("/absences")
@login_required
def appoint_for() -> ResponseReturnValue:
    """Name a substitute for somebody else, with a reason."""
    _check_arranger()
    try:
        _appoint(request.form.get("absent", "")[:64])
    except (Invalid, Conflict) as refused:
        return _everyone(request.form, _errors(refused)), 422
    return redirect(url_for(".everyone"), 303)


@blueprint.post("/absences/<uuid:substitution_id>/end")
@login_required
def end(substitution_id: uuid.UUID) -> ResponseReturnValue:
    """An early return, or calling it off."""
    with context.services().action(context.own()) as action:
        substitutes.end(action, substitution_id, request.form.get("reason", ""))
    flash(gettext("The substitution has ended."), "good")
    return redirect(own_path(request.form.get("next") or url_for(".page")), 303)


@blueprint.get("/account/absence/colleagues")
@login_required
def colleagues() -> ResponseReturnValue:
    """Accounts by a few letters of their name, to choose a substitute."""
    text = request.args.get("q", "").strip()[:100]
    if len(text) < SHORTEST:
        return jsonify(items=[])
    with context.reading() as action:
        found = account_queries.search(action.session, text, limit=MOST_FOUND)
    items = [
        {
            "value": row.username,
            "label": row.name,
            "detail": ", ".join(words.role_label(role) for role in row.roles) or row.username,
        }
        for row in found
    ]
    return jsonify(items=items)


@blueprint.app_context_processor
def helpers() -> dict[str, Any]:
    """What the inbox uses to say what waits for absent people, and a task or case that it is theirs."""
    return {"waiting_for_absent": waiting_for_absent, "absent_who_may": absent_who_may}


def waiting_for_absent() -> list[Waiting]:
    """How much waits for each absent person whom I could act for, while I am myself."""
    rows = [] if common.acting_for() else common.stands_in_for()
    if not rows:
        return []
    with context.services().reading(context.own()) as action:
        account = action.session.get_one(Account, context.own().id)
        actors = [(row, acting.actor_for(action, account, row.id, action.now)) for row in rows]
        return [
            Waiting(row, task_queries.count_open(action.session, actor, most=MOST_WAITING))
            for row, actor in actors
            if actor is not None
        ]


def absent_who_may(*, do: bool) -> list[queries.Row]:
    """For whom the reader could act to see the task or the case of this address; `do`: to work on the task."""
    now_for = common.acting_for()
    rows = [row for row in common.stands_in_for() if now_for is None or now_for.substitution != row.id]
    if not rows:
        return []
    given = request.view_args or {}
    with context.services().reading(context.own()) as action:
        account = action.session.get_one(Account, context.own().id)
        actors = [(row, acting.actor_for(action, account, row.id, action.now)) for row in rows]
        return [row for row, actor in actors if actor is not None and _may(action, actor, given, do=do)]


def _may(action: Action, actor: Actor, given: Mapping[str, Any], *, do: bool) -> bool:
    try:
        if "task_id" in given:
            task = task_queries.get(action.session, actor, given["task_id"])
            return not do or (task.offered and task.state == "open")
        return "case_id" in given and bool(case_queries.get(action.session, actor, given["case_id"]))
    except NotFound:
        return False


def _own_page(given: Any, errors: dict[str, str] | None = None) -> str:
    own = context.own()
    with context.services().reading(own) as action:
        rows = queries.of(action.session, own.id) if own.id else []
        return render_template(
            "absence/page.html",
            mine=[row for row in rows if row.absent_id == own.id],
            theirs=[row for row in rows if row.substitute_id == own.id],
            away={row.id: _warning(action, row) for row in rows},
            **_form(action, own, given, errors, personal=True),
        )


def _everyone(given: Any, errors: dict[str, str] | None = None) -> str:
    own = _check_arranger()
    state = request.args.get("state", "active")
    with context.services().reading(own) as action:
        units = None if own.may(substitutes.MANAGE) else own.units
        found = queries.page(
            action.session,
            action.now,
            state=state,
            units=units,
            limit=PAGE,
            cursor=request.args.get("cursor"),
        )
        return render_template(
            "absence/everyone.html",
            rows=found.items,
            state=state,
            all_units=units is None,
            away={row.id: _warning(action, row) for row in found.items},
            next_url=context.here(".everyone", {"state": state}, found.next_cursor)
            if found.next_cursor
            else "",
            **_form(action, own, given, errors, personal=False),
        )


def _form(
    action: Action, own: Actor, given: Any, errors: dict[str, str] | None, *, personal: bool
) -> dict[str, Any]:
    """What the form and the list of both pages need."""
    today = action.now.astimezone(context.zone()).date().isoformat()
    known = Names(action).definitions()
    values = {key: given.get(key, "") for key in _FIELDS}
    values["processes"] = given.getlist("processes") if hasattr(given, "getlist") else []
    values["starts_on"] = values["starts_on"] or today
    return {
        "own": own,
        "given": values,
        "errors": errors or {},
        "definitions": known,
        "names": dict(known),
        "with_personal": personal,
        "today": today,
        "now": action.now,
    }


_FIELDS = (
    "absent",
    "absent_text",
    "substitute",
    "substitute_text",
    "starts_on",
    "ends_on",
    "which",
    "personal",
    "reason",
)


def _appoint(absent: str) -> None:
    form = request.form
    first, last = _day(form.get("starts_on", ""), "starts_on"), _day(form.get("ends_on", ""), "ends_on")
    with context.services().action(context.own()) as action:
        made = substitutes.appoint(
            action,
            absent,
            form.get("substitute", "")[:64],
            first,
            last,
            processes=form.getlist("processes") if form.get("which") == "some" else None,
            personal=bool(form.get("personal")),
            reason=form.get("reason", "")[: substitutes.LONGEST_REASON + 1],
        )
        row = queries.get(action.session, made.id)
        warning = _warning(action, row) if row else ""
    flash(gettext("The substitution is set."), "good")
    if warning:
        flash(warning, "warn")


def _warning(action: Action, row: queries.Row) -> str:
    """A substitute who is away himself on some of the days."""
    if row.state(action.now) == "over" or not substitutes.is_away(
        action, row.substitute_id, row.starts_at, row.ends_at
    ):
        return ""
    return gettext(
        "%(name)s is absent on some of these days, too: whoever stands in then does not stand in for %(absent)s",
        name=row.substitute,
        absent=row.absent,
    )


def _check_arranger() -> Actor:
    own = context.own()
    if not (own.may(substitutes.MANAGE) or own.may(substitutes.ARRANGE)):
        raise NotAllowed("Only administrators and heads of units may arrange other people's absence.")
    return own


def _errors(refused: Invalid | Conflict) -> dict[str, str]:
    if isinstance(refused, Conflict):
        text = gettext(
            "%(name)s stands in on some of these days already (from %(day)s). End that first, or choose other days.",
            name=refused.by or "",
            day=moments.day(refused.at),
        )
        return {"": text, "starts_on": text}
    return {"": wording.said(refused)} | {key: wording.said(text) for key, text in refused.fields.items()}


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("Some answers need to be corrected.", {field: "This field is required."}) from None


def _id(text: str) -> uuid.UUID | None:
    if not text:
        return None
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotAllowed("You do not stand in for this person now.") from None
