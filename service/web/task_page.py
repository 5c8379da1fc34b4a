"""What the page of a task shows: the form beside the facts, and what can be done with it. Drawn as a page or as panes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import render_template
from flask_babel import gettext

from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.drafts import Draft, HeldDecision
from service.db.queries import cases as case_queries
from service.db.queries import tasks as queries
from service.domain import decisions, forms
from service.domain.errors import Conflict, Incident
from service.engine.definitions import Definition
from service.operations import cases, definitions, drafts, handing, returning, tasks, withdrawing
from service.operations.action import Action
from service.web import answers, context, named, timeline, views

EXPANDED = {
    "analisis_kebutuhan": "needs",
    "survei_kebutuhan": "needs",
    "pemetaan_kompetensi": "profiles",
    "susun_rencana": "ranking",
}
"""Form id -> the part of the facts that its decision is about."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a form begins with beyond the case's data: just refused by the server, or a draft. `errors` by field."""

    answers: Mapping[str, Any]
    errors: Mapping[str, str]
    incident: Incident | None = None


def page(action: Action, task_id: uuid.UUID, typed: Typed | None = None) -> str:
    """The whole page."""
    return render_template("tasks/page.html", **described(action, task_id, typed))


def panes(action: Action, task_id: uuid.UUID) -> str:
    """The same without the page around it: for the inbox, which puts it beside its list."""
    return render_template("tasks/body.html", **described(action, task_id) | {"in_inbox": True})


def described(action: Action, task_id: uuid.UUID, typed: Typed | None = None) -> dict[str, Any]:
    """Everything that the templates of a task use. Raises NotFound for who may not know of it."""
    row = queries.get(action.session, action.actor, task_id)
    task = action.session.get_one(Task, task_id)
    case = action.session.get_one(Case, task.case_id)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    is_open = task.state == "open"
    data = tasks.data(action, task_id) if is_open else {}
    kept_apart = tasks.apart(action, case, task) if row.offered and is_open else None
    held = action.session.get(HeldDecision, task_id) if is_open else None
    stands_still = is_open and case.suspended_at is not None
    offered = row.offered and is_open and not kept_apart and not stands_still
    mine = task.assignee_id is not None and task.assignee_id == action.actor.holder
    draft = drafts.of(action, task_id) if row.offered else None
    drawn = _drawn(action, case, task, data, typed, draft) if offered and held is None else None
    return {
        "row": row,
        "task": task,
        "case": case,
        "in_inbox": False,
        "offered": offered,
        "kept_apart": kept_apart,
        "stands_still": stands_still,
        "suspension": case_queries.suspension(action.session, case.id) if stands_still else None,
        "mine": mine,
        "held": held,
        "time_is_over": _time_is_over(action, case, task),
        "cancellation": case_queries.cancellation(action.session, case.id)
        if task.state == "cancelled" and case.status == "cancelled" and task.closed_at == case.ended_at
        else None,
        "held_seconds": (held.until - action.now).total_seconds() if held else 0,
        "drawn": drawn,
        "draft": draft,
        "draft_words": _in_words(action, case, task, draft.answers)
        if draft and not drawn and not held
        else [],
        "left": drafts.left(action, task_id) if offered and draft is None and typed is None else None,
        "quick": _quick(drawn),
        "label_of": lambda key: label_of(drawn, key),
        "answered_words": answered(action, case, task, row),
        "expand": EXPANDED.get(task.form or "", ""),
        "errors": typed.errors if typed else {},
        "incident": typed.incident if typed else None,
        "element": definition.elements.get((task.process, task.element)),
        "facts": views.facts_of(action, case, data),
        **_ways_on(action, case, task, definition, free=offered and (mine or task.assignee_id is None)),
        "entries": views.latest(action, case, definition, data),
        **views.around(action, case, data, task),
    }


def conflict(action: Action, task_id: uuid.UUID, given: Mapping[str, Any], refused: Conflict) -> str:
    """Who was first and when, beside what was typed."""
    row = queries.get(action.session, action.actor, task_id)
    task = action.session.get_one(Task, task_id)
    case = action.session.get_one(Case, task.case_id)
    return render_template(
        "tasks/conflict.html",
        task=task,
        case=case,
        conflict=refused,
        typed=_in_words(action, case, task, given),
        answered_words=answered(action, case, task, row),
        time_is_over=_time_is_over(action, case, task),
        own=case.decided_at is not None and case.subject_nip == action.actor.nip,
    )


def _time_is_over(action: Action, case: Case, task: Task) -> bool:
    """Whether the task was closed unanswered because its term had ended."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    borders = [
        element.id
        for element in definition.elements.values()
        if element.kind == "boundaryEvent" and element.process == task.process
    ]
    return case_queries.border_crossed(action.session, task, borders)


def answered(action: Action, case: Case, task: Task, row: queries.TaskRow) -> list[tuple[str, str]]:
    """What was answered in a finished task, for those who may know."""
    if task.state != "completed" or row.names_hidden:
        return []
    own = action.actor.holder == (task.closed_for or task.closed_by)
    if not (action.actor.decides or own or case.decided_at):
        return []
    return _in_words(action, case, task, case_queries.completion(action.session, task) or {})


def label_of(drawn: Mapping[str, Any] | None, key: str) -> str:
    """`Keputusan: ` of a field's key (`anggota.0.nama`: of the list), for the list of what is wrong."""
    for field in forms.fields(drawn["schema"]) if drawn else ():
        if key == field.name or key.startswith(f"{field.name}."):
            return f"{field.label}: "
    return ""


def _drawn(
    action: Action, case: Case, task: Task, data: Mapping[str, Any], typed: Typed | None, draft: Draft | None
) -> dict[str, Any] | None:
    """What the form's script draws from; None when the task has no form."""
    schema = tasks.form(action, task, case)
    if schema is None:
        return None
    localized = forms.localized(schema, context.language())
    begun = typed.answers if typed else draft.answers if draft else None
    values = answers.for_the_form(localized, data, begun)
    return {
        "schema": localized,
        "data": values,
        "named": named.in_form(localized, values),
        "errors": dict(typed.errors) if typed else {},
        "words": words(),
    }


def _quick(drawn: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The two buttons of a form that is a plain decision: to agree, and to refuse or send back."""
    found = decisions.decision(drawn["schema"]) if drawn else None
    if found is None:
        return None
    no: decisions.Verdict = "reject" if "reject" in found.answers else "back"
    return {
        "key": ".".join(found.path),
        "yes": found.answers["approve"],
        "verdict": no,
        "no": found.answers[no],
    }


def words() -> dict[str, str]:
    """What the form's script says."""
    return {
        "saved": gettext("Draft saved %(time)s", time="{time}"),
        "unsaved": gettext("The draft is not saved: no connection. It is tried again."),
        "signedOut": gettext("You are signed out: sign in again in another tab, then go on here."),
        "first": gettext("%(name)s was first (%(time)s).", name="{name}", time="{time}"),
        "closed": gettext("This task is no longer open."),
        "nothing": gettext("Nothing found"),
        "choose": gettext("Choose one from the list."),
        "photo": gettext("Take a photo"),
        "attaching": gettext("Sending {name} …"),
        "remove": gettext("Take out {name}"),
        "failed": gettext("{name} could not be sent. Try again."),
        "limit": gettext("PDF, picture, Word, Excel, ODT or plain text, up to 10 MB."),
    }


def _ways_on(action: Action, case: Case, task: Task, definition: Definition, *, free: bool) -> dict[str, Any]:
    """To whom the task can be given, where it can be sent back to, whether it can be taken back."""
    if case.suspended_at is not None:  # whatever moves it is refused
        return {"may_delegate": False, "may_assign": False, "steps_back": [], "may_withdraw": False}
    may_assign = task.state == "open" and handing.may_assign(action.actor, task)
    people: list[Account] = handing.colleagues(action, task) if free or may_assign else []
    back = returning.steps_back(action, case, task) if free else []
    return {
        "colleagues": people,
        "may_delegate": free and bool(people),
        "may_assign": may_assign and bool(people),
        "steps_back": [(step, timeline.name_anywhere(definition, step)) for step in back],
        "may_withdraw": withdrawing.may_withdraw(action, case, task),
    }


def _in_words(action: Action, case: Case, task: Task, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    schema = tasks.form(action, task, case)
    localized = forms.localized(schema, context.language()) if schema else None
    return answers.in_words(localized, given, cases.data(action, case))
