"""One's own decision taken back while nobody has acted on it: the case stands again where it stood before it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from service.db.cases import Case, CaseEvent, LastDecision, Task
from service.db.drafts import HeldDecision
from service.db.queries import tasks as queries
from service.domain.errors import Conflict, NotAllowed
from service.operations import accounts, cases, definitions, drafts, last_decision, notices, objections, tasks
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.effects import LASTING
from service.operations.recording import open_tasks
from service.operations.suspending import need_reason

WITHOUT_CONSEQUENCE = frozenset(
    {
        "element_completed",
        "element_cancelled",
        "case_completed",
        "task_due_soon",
        "task_overdue",
        "task_reminded",
        "commented",
        "comment_edited",
        "comment_deleted",
    }
)
"""Kinds of events that may follow a decision without anybody having acted on it."""
ENDED_FOR_WORKING_DAYS = 1
"""How long a decision that ended its case can be taken back: its end is told and counted."""
GONE_ON = "The case has gone on since: this can no longer be taken back."


def withdraw(action: Action, task_id: uuid.UUID, reason: str) -> Task:
    """Take back one's own decision while nobody has acted on it, and answer the task that is open again in its place.

    Its answers are a draft of who takes it back. Raises Conflict, which says who went on with the case.
    """
    task = tasks.existing(action, task_id)
    queries.get(action.session, action.actor, task.id)  # NotFound for who may not know that it exists
    case = cases.locked(action, task.case_id)
    action.session.refresh(task)
    if not _is_own(action, task):
        raise NotAllowed("Only who completed a task can take it back.")
    cases.check_not_suspended(case)
    need_reason(reason)
    completion, following = _completion(action, task), _opened_by(action, case, task)
    last = _before(action, case, task, completion, following)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    step = action.engine.reopened(definition, last.snapshot, action.now)
    last_decision.restore(case, last)
    tasks.write(action, "task_withdrawn", task, {"reason": reason.strip()})
    advance(action, case, definition, step)
    action.session.delete(last)
    again = open_tasks(action, case)[task.engine_key]
    drafts.save(action, again.id, completion.data["answers"])
    for one in following:
        notices.plan(action, "withdrawn", f"withdrawn:{one.id}", case=case, task_id=one.id)
    objections.tell_withdrawn(action, case, task)
    return again


def may_withdraw(action: Action, case: Case, task: Task) -> bool:
    """Whether the actor can take back the completion of this task now."""
    if not _is_own(action, task) or case.suspended_at is not None:
        return False
    try:
        _before(action, case, task, _completion(action, task), _opened_by(action, case, task))
    except Conflict:
        return False
    return True


def _is_own(action: Action, task: Task) -> bool:
    return task.state == "completed" and action.actor.holder == (task.closed_for or task.closed_by)


def _completion(action: Action, task: Task) -> CaseEvent:
    """The row of the log about it. Raises Conflict where there is none, as for cases taken over from elsewhere."""
    query = select(CaseEvent).where(
        CaseEvent.case_id == task.case_id, CaseEvent.task_id == task.id, CaseEvent.kind == "task_completed"
    )
    found = action.session.scalars(query).one_or_none()
    if found is None:
        raise Conflict(GONE_ON)
    return found


def _before(
    action: Action, case: Case, task: Task, completion: CaseEvent, following: Sequence[Task]
) -> LastDecision:
    """What the case was before the decision. Raises Conflict when something has come of it, saying whose doing."""
    since = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.id > completion.id)
    for event in action.session.scalars(since.order_by(CaseEvent.id)):
        if event.kind not in WITHOUT_CONSEQUENCE or _lasts(action, case, event):
            raise Conflict(GONE_ON, by=event.actor_name, at=event.at)
    held = select(HeldDecision).where(HeldDecision.task_id.in_([task.id for task in following]))
    for decision in action.session.scalars(held):
        raise Conflict(GONE_ON, by=accounts.name_of(action, decision.account_id), at=decision.decided_at)
    last = action.session.get(LastDecision, case.id)
    if last is None or (last.task_id, last.case_version) != (task.id, case.version):
        raise Conflict(GONE_ON)
    if any(one.kind == "external" for one in following):
        raise Conflict(GONE_ON)
    if case.ended_at and action.calendar.deadline(case.ended_at, ENDED_FOR_WORKING_DAYS) < action.now:
        raise Conflict("The case ended more than a working day ago: this can no longer be taken back.")
    return last


def _lasts(action: Action, case: Case, event: CaseEvent) -> bool:
    """Whether an effect ran that leaves something outside of the case."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    element = definition.elements.get((event.process or "", event.element or ""))
    return element is not None and element.effect in LASTING


def _opened_by(action: Action, case: Case, task: Task) -> Sequence[Task]:
    """The open tasks that the completion of a task opened."""
    query = select(Task).where(
        Task.case_id == case.id, Task.state == "open", Task.opened_at == task.closed_at
    )
    return action.session.scalars(query).all()
