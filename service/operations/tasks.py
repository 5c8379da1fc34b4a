"""Claiming, releasing and completing tasks."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import or_, select

from service.db.cases import Case, CaseEvent, Task
from service.db.queries import tasks as queries
from service.domain import forms
from service.domain.errors import Conflict, Incident, InvalidForm, NotAllowed, NotFound, Stale
from service.domain.wording import N_, Message
from service.operations import accounts, cases, definitions, form_answers, last_decision, objections
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.attempts import attempting, settle
from service.operations.recording import event_row, open_tasks, write_event


def claim(action: Action, task_id: uuid.UUID, expected_version: int | None = None) -> Task:
    """Take a task, so that others of the role see who is on it. Taking one's own again changes nothing."""
    case, task = _locked(action, task_id, expected_version)
    if task.assignee_id == action.actor.holder:
        return task
    _check_apart(action, case, task)
    if task.assignee_id is not None:
        raise taken(action, task)
    task.assignee_id = action.actor.holder
    task.version += 1
    write(action, "task_claimed", task)
    return task


def release(action: Action, task_id: uuid.UUID, expected_version: int | None = None) -> Task:
    """Give a taken task back to those it is offered to."""
    _, task = _locked(action, task_id, expected_version)
    if task.assignee_id is None:
        return task
    if task.assignee_id != action.actor.holder:
        raise NotAllowed("Only the person who took the task can release it.")
    task.assignee_id = None
    task.version += 1
    write(action, "task_released", task)
    return task


def complete(
    action: Action, task_id: uuid.UUID, answers: Mapping[str, Any], expected_version: int | None = None
) -> Task:
    """Complete a task with the answers of its form; the case goes on to its next waiting points in the same transaction.

    Raises NotFound, NotAllowed, Conflict (who was first, and when), Stale, InvalidForm, Incident.
    """
    case, task = _to_complete(action, task_id, expected_version)
    return finish(action, case, task, answers)


def check(
    action: Action, task_id: uuid.UUID, answers: Mapping[str, Any], expected_version: int | None = None
) -> Task:
    """All that `complete` refuses before the engine is asked; the task and its case stay locked."""
    case, task = _to_complete(action, task_id, expected_version)
    _clean(action, case, task, answers)
    return task


def _to_complete(action: Action, task_id: uuid.UUID, expected_version: int | None) -> tuple[Case, Task]:
    case, task = _locked(action, task_id, expected_version)
    if task.assignee_id is not None and task.assignee_id != action.actor.holder:
        raise taken(action, task)
    _check_apart(action, case, task)
    return case, task


def finish(action: Action, case: Case, task: Task, answers: Mapping[str, Any]) -> Task:
    """Complete an open task of a locked case that the actor may work on."""
    subject = f"complete:{task.id}"
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    cleaned = _clean(action, case, task, answers)
    with (
        attempting(case.id, "complete", subject, task=str(task.id), answers=dict(answers)),
        _on_fields(answers),
        last_decision.kept(action, case, task.id),
    ):
        step = action.engine.complete(definition, case.snapshot, task.engine_key, cleaned, action.now)
        case.plan = cases.plan_of(cleaned) or case.plan
        task.state = "completed"
        task.closed_at = action.now
        task.closed_by = action.actor.id
        task.closed_for = action.actor.acting_for.id if action.actor.acting_for else None
        task.version += 1
        said = [event_row(action, "task_completed", case.id, data={"answers": plain(cleaned)}, **place(task))]
        advance(action, case, definition, step, said=said)
        objections.tell_ruling(action, case, task, cleaned)
    settle(action, case, subject)
    return task


@contextmanager
def _on_fields(answers: Mapping[str, Any]) -> Iterator[None]:
    """What an effect refuses of these answers is the person's to mend, at its field; not an incident of the case."""
    try:
        yield
    except Incident as refused:
        if refused.fields and refused.fields.keys() <= answers.keys():
            raise InvalidForm(forms.SUMMARY, refused.fields) from refused
        raise


def existing(action: Action, task_id: uuid.UUID) -> Task:
    """The task with an id, whoever may see it. Raises NotFound."""
    task = action.session.get(Task, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    return task


def lock_open(action: Action, task: Task) -> Case:
    """The case of an open task, locked; the task is as it is then, whoever it is offered to. Raises Conflict."""
    case = cases.locked(action, task.case_id)
    action.session.refresh(task)
    if task.state != "open":
        raise too_late(action, task)
    cases.check_not_suspended(case)
    return case


def locked_open(action: Action, task_id: uuid.UUID) -> tuple[Case, Task]:
    """The case (locked) and the open task, when it is offered to the actor."""
    return _locked(action, task_id, None)


def data(action: Action, task_id: uuid.UUID) -> dict[str, Any]:
    """What the case knows at an open task, as plain JSON."""
    task = action.session.get(Task, task_id)
    case = action.session.get(Case, task.case_id) if task else None
    if task is None or case is None:
        raise NotFound("There is no such task.")
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    return action.engine.task_data(definition, case.snapshot, task.engine_key)


def form(action: Action, task: Task, case: Case) -> dict[str, Any] | None:
    """The form-js schema of a task, from the version the case runs on; None when the task has no form."""
    return form_of_version(action, case.definition_version_id, task.form)


def form_of_version(action: Action, version_id: uuid.UUID, form_id: str | None) -> dict[str, Any] | None:
    """A form of a version of a definition; None without a name."""
    return _schema(definitions.bundle(action.session, version_id), form_id) if form_id else None


@lru_cache(maxsize=512)
def _schema(bundle: Any, form_id: str) -> dict[str, Any]:
    for file in bundle.files:
        if file.name == f"{form_id}.json":
            schema: dict[str, Any] = json.loads(file.content)
            return schema
    raise NotFound(Message(N_("The form %(form)s is not part of this definition."), form=form_id))


def _clean(action: Action, case: Case, task: Task, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """Only what the form asks for, checked; a task without a form takes what it is given, vetted by the engine."""
    schema = form(action, task, case)
    if schema is None:
        return answers
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    known = action.engine.task_data(definition, case.snapshot, task.engine_key)
    cleaned = forms.clean(
        schema,
        answers,
        known,
        lambda expression, values: action.engine.evaluate(expression, values, action.now),
    )
    form_answers.check(action.session, case.id, schema, cleaned)
    return cleaned


def _locked(action: Action, task_id: uuid.UUID, expected_version: int | None) -> tuple[Case, Task]:
    """The case (locked) and the open task, when the actor may work on it."""
    holder = select(Task.case_id).where(Task.id == task_id).scalar_subquery()
    locking = select(Case).where(Case.id == holder).with_for_update()
    case = action.session.scalar(locking.execution_options(populate_existing=True))
    if case is None:
        raise NotFound("There is no such task.")
    cases.check_covered(action, case)
    cases.hold(action, case)
    # Only now the task: joined to the case, it would be as it was before the lock was waited for.
    task = next((one for one in open_tasks(action, case).values() if one.id == task_id), None)
    task = task or action.session.get_one(Task, task_id, populate_existing=True)
    _check_access(action, task)
    if task.state != "open":
        raise too_late(action, task)
    cases.check_not_suspended(case)
    if expected_version is not None and expected_version != task.version:
        raise Stale(
            Message(
                N_("The task is at version %(present)s, not %(expected)s."),
                present=task.version,
                expected=expected_version,
            )
        )
    return case, task


def apart(action: Action, case: Case, task: Task) -> str | None:
    """The name of the task that the actor completed in this case and that keeps him from this one (four eyes).

    Who acts for somebody counts as both: neither may have done it, by himself or through another.
    """
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    element = definition.elements.get((task.process, task.element))
    if element is None or not element.different_from:
        return None
    both = [one for one in (action.actor.id, action.actor.holder) if one is not None]
    done = select(Task.name).where(
        Task.case_id == case.id,
        Task.element.in_(element.different_from),
        Task.state == "completed",
        or_(Task.closed_by.in_(both), Task.closed_for.in_(both)),
    )
    return action.session.scalar(done.limit(1))


def _check_apart(action: Action, case: Case, task: Task) -> None:
    done = apart(action, case, task)
    if done is not None:
        raise NotAllowed(
            Message(N_("You completed “%(task)s” in this case: somebody else has to do this."), task=done)
        )


def _check_access(action: Action, task: Task) -> None:
    actor = action.actor
    if queries.offered(actor, task):
        return
    queries.get(action.session, actor, task.id)  # NotFound for who may not know that it exists
    raise NotAllowed("This task is not offered to you.")


def too_late(action: Action, task: Task) -> Conflict:
    """Who was first, and when, from the log."""
    event = action.session.scalar(
        select(CaseEvent)
        .where(CaseEvent.case_id == task.case_id, CaseEvent.task_id == task.id)
        .order_by(CaseEvent.id.desc())
    )
    if task.state == "completed" and event is not None:
        return Conflict(
            Message(N_("%(name)s completed this task first."), name=event.actor_name),
            by=event.actor_name,
            at=event.at,
        )
    return Conflict("This task is no longer open: the case went on without it.", at=task.closed_at)


def taken(action: Action, task: Task) -> Conflict:
    """Who has taken the task, and since when, from the log."""
    since = action.session.scalar(
        select(CaseEvent.at)
        .where(
            CaseEvent.case_id == task.case_id,
            CaseEvent.task_id == task.id,
            CaseEvent.kind.in_(("task_claimed", "task_delegated", "task_assigned")),
        )
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    return Conflict(
        "Somebody else has taken this task.", by=accounts.name_of(action, task.assignee_id), at=since
    )


def write(action: Action, kind: str, task: Task, data: Mapping[str, Any] | None = None) -> None:
    """A row of the log about a task."""
    case = action.session.get(Case, task.case_id)
    write_event(action, kind, case=case, data=dict(data or {}), **place(task))


def place(task: Task) -> dict[str, Any]:
    """Where in its case a task stands, as a row of the log says it."""
    return {"task_id": task.id, "element": task.element, "process": task.process, "name": task.name}


def plain(value: Any) -> Any:
    """Answers as JSON for the log: dates as ISO text."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)
