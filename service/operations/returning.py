"""Back and forth by hand: sending a task back, skipping one. Each with a reason."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from service.db.cases import Case, Task
from service.db.queries import tasks as queries
from service.domain.errors import Invalid, NotAllowed
from service.operations import cases, definitions, notices, tasks
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.recording import open_tasks
from service.operations.suspending import need_reason


def send_back(action: Action, task_id: uuid.UUID, element: str, reason: str) -> Task:
    """Give a task back to an earlier step, with a reason. Who works on the case may, and who may repair cases.

    What was decided since then is withdrawn and will be asked again; what was answered stays known.
    """
    case, task = _to_move(action, task_id, reason)
    if _is_asked_only(action, task):
        raise NotAllowed("A question to you is answered; the case is not sent back by it.")
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    if element not in action.engine.earlier_steps(definition, case.snapshot, task.engine_key):
        raise Invalid("Not an earlier step.", {"element": "Not an earlier step."})
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


def _to_move(action: Action, task_id: uuid.UUID, reason: str) -> tuple[Case, Task]:
    need_reason(reason)
    if not action.actor.may(cases.REPAIR):
        case, task = tasks.locked_open(action, task_id)
        if task.assignee_id is not None and task.assignee_id != action.actor.holder:
            raise tasks.taken(action, task)
        return case, task
    task = tasks.existing(action, task_id)
    queries.get(action.session, action.actor, task.id)
    return tasks.lock_open(action, task), task


def steps_back(action: Action, case: Case, task: Task) -> list[str]:
    """The earlier steps by people that the actor can send a task back to, by their ids, the nearest first."""
    if _is_asked_only(action, task):
        return []
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    return action.engine.earlier_steps(definition, case.snapshot, task.engine_key)


def _is_asked_only(action: Action, task: Task) -> bool:
    """Whether the task is a question to one person, such as the employee: who is asked does not steer the case."""
    return task.person_nip is not None and not action.actor.may(cases.REPAIR)
