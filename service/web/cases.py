"""Cases: where is it, where was it, whose turn is it?"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dateutil.relativedelta import relativedelta
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.queries import cases as queries
from service.db.queries import incidents as incident_queries
from service.db.queries import tasks as task_queries
from service.db.queries.tasks import TaskRow
from service.domain.reviews import INTERVALS
from service.operations import cases, definitions, handing, notices, outlining, suspending
from service.operations.action import Action
from service.web import (
    case_steps,
    case_timeline,
    context,
    diagrams,
    named,
    timeline,
    transfer_kinds,
    views,
    why,
)

blueprint = Blueprint("cases", __name__, url_prefix="/cases")


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody typed in a dialog of the page that was refused, and why: the dialog opens again with it."""

    dialog: str
    refused: str
    values: Mapping[str, str]


@blueprint.get("/<uuid:case_id>")
@login_required
def case(case_id: uuid.UUID) -> ResponseReturnValue:
    """One case: header, diagram, timeline, open tasks, documents, what is known."""
    return shown(case_id)


def shown(case_id: uuid.UUID, typed: Typed | None = None) -> str:
    """The page of a case."""
    with context.reading() as action:
        row = queries.get(action.session, action.actor, case_id)
        record = action.session.get_one(Case, case_id)
        definition = definitions.compiled(action.session, action.engine, record.definition_version_id)
        all_tasks = task_queries.of_case(action.session, action.actor, case_id)
        open_tasks = [task for task in all_tasks if task.state == "open"]
        data = cases.data(action, record)
        walked = queries.walked(action.session, case_id)
        waits = queries.waits(action.session, case_id)
        current = [(task.process, task.element) for task in open_tasks]
        places = outlining.stands_at(definition, [wait.element for wait in waits], record.stage_element)
        current += places
        completed = queries.completions(action.session, case_id)
        standing = (
            {*current, (definition.key, record.stage_element or "")} if record.status == "running" else set()
        )
        spans = case_steps.took(definition, all_tasks, completed, standing, action.now)
        drawn = diagrams.of_case(
            definition,
            record.definition_version_id,
            walked=walked,
            current=current,
            stage_element=record.stage_element if record.status == "running" else None,
            took=case_steps.in_words(spans),
        )
        process = context.in_language(definition.name, definition.name_en)
        timers, _ = action.engine.waits_of(definition, record.snapshot)
        facts = views.facts_of(action, record, data)
        return render_template(
            "cases/case.html",
            row=row,
            case=record,
            open_tasks=open_tasks,
            asked=named.asked,
            suspension=queries.suspension(action.session, case_id) if row.suspended_at else None,
            waits=[
                (wait.kind, timeline.name_of(definition, *place))
                for wait, place in zip(waits, places, strict=False)
            ],
            stage=views.stage_names(action, [row])[row.definition_version_id, row.stage],
            incidents=incident_queries.page(action.session, action.actor, case_id=case_id).items,
            element_name=lambda element: timeline.name_anywhere(definition, element),
            may_repair=action.actor.may(cases.REPAIR),
            next_due=min((task.due_at for task in open_tasks if task.due_at), default=None),
            diagrams=drawn,
            typed=typed,
            process=process,
            title=views.case_title(row, process),
            kind=transfer_kinds.named().get(row.transfer_kind or "", row.transfer_kind),
            milestones=diagrams.milestones(
                definition, walked.get(definition.key, {}), record.stage_element, record.status == "running"
            ),
            facts=facts,
            others=why.others(facts),
            timeline_page=case_timeline.page(action, record, definition, data),
            timeline_kinds=case_timeline.names(),
            coming=case_timeline.coming(
                action, record, definition, {timer.key: timer.element for timer in timers}, open_tasks
            ),
            reviews=_reviews(record, action.now),
            may=_may(action, record, open_tasks),
            may_cancel=action.actor.may("case.cancel") and record.status == "running",
            **views.around(action, record, data),
        )


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
    return render_template("cases/timeline.html", timeline=found)


@dataclass(frozen=True, slots=True)
class May:
    """What the reader may do with the case and its open tasks. `colleagues`: task -> who could do it instead."""

    manage: bool
    remind: bool
    colleagues: Mapping[uuid.UUID, Sequence[Account]]


def _may(action: Action, case: Case, tasks: Sequence[TaskRow]) -> May:
    actor, running = action.actor, case.status == "running"
    going = running and case.suspended_at is None
    found = [(task, action.session.get_one(Task, task.id)) for task in tasks] if going else []
    rows = [row for task, row in found if task.unit_id == row.unit_id]  # those of a secret unit would name it
    return May(
        running and actor.may(suspending.MANAGE),
        going and bool(actor.permissions & notices.REMINDERS),
        {task.id: handing.colleagues(action, task) for task in rows if handing.may_assign(actor, task)},
    )


def _reviews(case: Case, now: datetime) -> list[tuple[int, datetime, bool]]:
    """(month, when, whether that is past) of the reviews after the transfer took effect."""
    if case.effective_on is None:
        return []
    days = [(month, case.effective_on + relativedelta(months=month)) for month in INTERVALS]
    return [(month, at, at < now) for month, at in days]
