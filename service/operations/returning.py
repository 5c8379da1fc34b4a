"""Back and forth by hand: sending a task back, skipping one, taking one's own decision back. Each with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from service.db.cases import Case, CaseEvent, Task
from service.db.queries import tasks as queries
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import cases, definitions, notices, tasks
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.recording import open_tasks
from service.operations.suspending import need_reason

WITHOUT_CONSEQUENCE = frozenset({"element_completed", "element_cancelled"})
ACTING = frozenset({"serviceTask", "sendTask", "endEvent", "intermediateThrowEvent"})
"""Elements that may have changed something outside of the case."""


def send_back(action: Action, task_id: uuid.UUID, element: str, reason: str) -> Task:
    """Give a task back to an earlier step, with a reason. Whoever the task is offered to may, and who may repair cases.

    What was decided since then is withdrawn and will be asked again; what was answered stays known.
    """
    case, task = _to_move(action, task_id, reason)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    if element not in action.engine.earlier_steps(definition, case.snapshot, task.engine_key):
        raise Invalid(f"{element} is no earlier step of this task.", {"element": "Not an earlier step."})
    step = action.engine.move(definition, case.snapshot, task.engine_key, element, action.now)
    tasks.write(action, "task_sent_back", task, {"to": element, "reason": reason.strip()})
    advance(action, case, definition, step)
    _tell_sent_back(action, case, task, element, reason.strip())
    return task


def _tell_sent_back(action: Action, case: Case, task: Task, element: str, reason: str) -> None:
    """Whoever had done the earlier step last hears that it is asked for again."""
    again = next((one for one in open_tasks(action, case).values() if one.element == element), None)
    done = select(Task.closed_by).where(
        Task.case_id == case.id, Task.element == element, Task.state == "completed"
    )
    before = action.session.scalar(done.order_by(Task.closed_at.desc()).limit(1))
    if before is not None:
        notices.plan(
            action,
            "sent_back",
            f"sent_back:{task.id}",
            case=case,
            task_id=again.id if again else None,
            accounts=[str(before)],
            reason=reason[: notices.LONGEST_SAID],
        )


def skip(action: Action, task_id: uuid.UUID, values: Mapping[str, Any], reason: str) -> Task:
    """Go on without the work of a task, with a reason: for who may repair cases. The values join the data."""
    cases.check_may_repair(action)
    case, task = _to_move(action, task_id, reason)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    step = action.engine.skip(definition, case.snapshot, task.engine_key, values, action.now)
    tasks.write(action, "task_skipped", task, {"reason": reason.strip(), "values": tasks.plain(values)})
    advance(action, case, definition, step)
    return task


def withdraw(action: Action, task_id: uuid.UUID, reason: str) -> Task:
    """Take back one's own decision while nobody has acted on it: the task is open again, with its answers known."""
    task = action.session.get(Task, task_id)
    if task is None:
        raise NotFound("There is no such task.")
    queries.get(action.session, action.actor, task.id)  # NotFound for who may not know that it exists
    case = cases.locked(action, task.case_id)
    action.session.refresh(task)
    if task.state != "completed" or action.actor.holder != (task.closed_for or task.closed_by):
        raise NotAllowed("Only who completed a task can take it back.")
    cases.check_not_suspended(case)
    need_reason(reason)
    following = _untouched_since(action, case, task)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    step = action.engine.move(definition, case.snapshot, following.engine_key, task.element, action.now)
    tasks.write(action, "task_withdrawn", task, {"reason": reason.strip()})
    advance(action, case, definition, step)
    notices.plan(action, "withdrawn", f"withdrawn:{following.id}", case=case, task_id=following.id)
    return task


def _untouched_since(action: Action, case: Case, task: Task) -> Task:
    """An open task that the completion of this one opened, when nothing else has come of it."""
    completed = action.session.scalar(
        select(CaseEvent.id)
        .where(CaseEvent.case_id == case.id, CaseEvent.task_id == task.id, CaseEvent.kind == "task_completed")
        .order_by(CaseEvent.id.desc())
        .limit(1)
    )
    since = action.session.scalars(
        select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.id > (completed or 0))
    )
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    for event in since:
        element = definition.elements.get((event.process or "", event.element or ""))
        if event.kind not in WITHOUT_CONSEQUENCE or (element is not None and element.kind in ACTING):
            raise Conflict(
                "The case has gone on since: this can no longer be taken back.",
                by=event.actor_name,
                at=event.at,
            )
    following = action.session.scalar(
        select(Task)
        .where(Task.case_id == case.id, Task.state == "open", Task.opened_at == task.closed_at)
        .limit(1)
    )
    if following is None or following.assignee_id is not None:
        raise Conflict("The case has gone on since: this can no longer be taken back.")
    return following


def _to_move(action: Action, task_id: uuid.UUID, reason: str) -> tuple[Case, Task]:
    need_reason(reason)
    if not action.actor.may(cases.REPAIR):
        case, task = tasks.locked_open(action, task_id)
        if task.assignee_id is not None and task.assignee_id != action.actor.holder:
            raise tasks.taken(action, task)
        return case, task
    found = action.session.get(Task, task_id)
    if found is None:
        raise NotFound("There is no such task.")
    task = found
    queries.get(action.session, action.actor, task.id)
    case = cases.locked(action, task.case_id)
    action.session.refresh(task)
    if task.state != "open":
        raise tasks.too_late(action, task)
    cases.check_not_suspended(case)
    return case, task


def steps_back(action: Action, case: Case, task: Task) -> list[str]:
    """The earlier steps by people that a task can be sent back to, by their ids, the nearest first."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    return action.engine.earlier_steps(definition, case.snapshot, task.engine_key)


def may_withdraw(action: Action, case: Case, task: Task) -> bool:
    """Whether the actor can take back the completion of this task now."""
    own = action.actor.holder == (task.closed_for or task.closed_by)
    if task.state != "completed" or not own or case.status != "running" or case.suspended_at is not None:
        return False
    try:
        _untouched_since(action, case, task)
    except Conflict:
        return False
    return True
