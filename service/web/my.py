"""My transfer: the employee's own pages. Whoever one acts for, these are about oneself."""

from __future__ import annotations

import uuid
from datetime import date

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required

from service.db.queries import letters
from service.db.queries import own_cases as queries
from service.domain.access import Actor
from service.domain.errors import Conflict, NotAllowed, NotFound
from service.operations import own_requests
from service.operations.action import Action
from service.web import context, my_story, wording, words

blueprint = Blueprint("my", __name__, url_prefix="/my")

HR_HEAD = "kepala_bkpsdm"


def employee() -> Actor:
    """Who is signed in, as an employee. Raises NotAllowed for accounts that are nobody's."""
    own = context.own()
    if own.nip is None:
        raise NotAllowed("This page is for employees: your account is not tied to one.")
    return own


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """What is under way for me, then what was."""
    own = employee()
    assert own.id is not None
    with context.services().reading(own) as action:
        found = queries.of(action.session, own.nip or "", own.id)
        tasks = queries.tasks(action.session, [case.id for case in found])
        stories = [
            my_story.tell(action, own, case, tasks.get(case.id, []), brief=case.status != "running")
            for case in found
        ]
        now = [story for story in stories if not story.over]
        return render_template(
            "my/page.html",
            running=sorted(now, key=lambda story: (story.mine is None, story.level != "decided")),
            past=[story for story in stories if story.over],
            ask=_whom_to_ask(action),
            has_request=any(story.level == "own" for story in now),
        )


@blueprint.get("/cases/<uuid:case_id>")
@login_required
def case(case_id: uuid.UUID) -> ResponseReturnValue:
    """One transfer of mine in plain words."""
    own = employee()
    assert own.id is not None
    with context.services().reading(own) as action:
        found = next(
            (one for one in queries.of(action.session, own.nip or "", own.id) if one.id == case_id), None
        )
        if found is None:
            raise NotFound("There is no such case.")
        tasks = queries.tasks(action.session, [found.id]).get(found.id, [])
        return render_template(
            "my/case.html",
            story=my_story.tell(action, own, found, tasks),
            letters=[
                row for row in letters.of_person(action.session, own.nip or "") if row.case_id == found.id
            ],
            ask=_whom_to_ask(action),
            days_left=lambda moment: days_left(action, moment),
        )


@blueprint.post("/request")
@login_required
def request_transfer() -> ResponseReturnValue:
    """Begin a request of my own; its form comes next."""
    own = employee()
    try:
        with context.services().action(own) as action:
            begun = own_requests.start(action)
            case_id = begun.id
    except Conflict as refused:
        flash(wording.said(refused), "warn")
        return redirect(url_for(".page"), 303)
    with context.services().reading(own) as action:
        task = next(iter(queries.tasks(action.session, [case_id]).get(case_id, [])), None)
    flash(gettext("Your request has begun. Complete it here."), "good")
    return redirect(
        url_for("tasks.page", task_id=task.id) if task else url_for(".case", case_id=case_id), 303
    )


def days_left(action: Action, moment: object) -> int:
    """Calendar days until a moment, in the reader's zone; 0 on the day itself."""
    zone = context.zone()
    until: date = moment.astimezone(zone).date()  # type: ignore[attr-defined]
    return (until - action.now.astimezone(zone).date()).days


def _whom_to_ask(action: Action) -> str:
    """`Kepala BKPSDM (Citra Maharani)`."""
    names = queries.holders(action.session, HR_HEAD, 1)
    label = words.role_label(HR_HEAD)
    return f"{label} ({names[0]})" if names else label
