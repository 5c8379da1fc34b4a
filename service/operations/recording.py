"""Writing a step down: the snapshot, opened and closed tasks, what is due, what is waited for, what happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, insert, select, update

from service.db.cases import NO_DEADLINE, Case, CaseEvent, DueWork, Outbox, Task, WaitingFor
from service.db.incidents import ExternalTask
from service.domain.access import Role
from service.domain.ids import new_id
from service.engine.steps import Event, OpenTask, Step
from service.operations import clock
from service.operations.action import Action

DEFAULT_REMIND_WORKING_DAYS = 1


def record(action: Action, case: Case, step: Step, events: Sequence[Event]) -> None:
    """Make the stored case what the step says it is. The case's row is locked by the caller."""
    open_before = _open_tasks(action, case)
    _record_case(action, case, step)
    opened = _record_tasks(action, case, step, open_before)
    _record_due_work(action, case, step, opened)
    _record_waits(action, case, step)
    _record_events(action, case, events)
    _deliver_thrown(action, case, events)


def write_event(action: Action, kind: str, *, case: Case | None = None, **values: Any) -> None:
    """Add one row to the append-only log: who (the actor), when (the action's moment), what."""
    action.session.execute(insert(CaseEvent), [_event_row(action, kind, case.id if case else None, **values)])


def role_of(roles: Mapping[str, Role], name: str | None) -> str | None:
    """The role id that a role id or a lane's name means."""
    if name is None or name in roles:
        return name
    return next((role.id for role in roles.values() if name in role.lanes), name)


def _open_tasks(action: Action, case: Case) -> dict[str, Task]:
    rows = action.session.scalars(select(Task).where(Task.case_id == case.id, Task.state == "open"))
    return {task.engine_key: task for task in rows}


def _record_case(action: Action, case: Case, step: Step) -> None:
    if step.status == "failed":
        case.failed_from = case.snapshot
    case.snapshot = step.snapshot
    case.status = step.status
    case.stage = step.stage
    case.stage_element = step.stage_element
    case.wake_at = min((timer.due for timer in step.timers), default=None)
    case.changed_at = action.now
    case.version = (case.version or 0) + 1
    if step.status != "running" and case.ended_at is None:
        case.ended_at = action.now
    action.session.flush()


def _record_tasks(
    action: Action, case: Case, step: Step, before: Mapping[str, Task]
) -> list[tuple[Task, OpenTask]]:
    """Close what is no longer open, open what is new. A task the caller has closed itself is left as it is."""
    present = {task.key: task for task in step.open}
    gone = [task.id for key, task in before.items() if key not in present and task.state == "open"]
    if gone:
        action.session.execute(
            update(Task)
            .where(Task.id.in_(gone))
            .values(state="cancelled", closed_at=action.now, version=Task.version + 1)
            .execution_options(synchronize_session=False)
        )
        if any(task.kind == "external" for task in before.values()):
            action.session.execute(delete(ExternalTask).where(ExternalTask.task_id.in_(gone)))
    opened = [(_new_task(action, case, task), task) for key, task in present.items() if key not in before]
    if opened:
        action.session.add_all([row for row, _ in opened])
        action.session.flush()
        outside = [(row, task) for row, task in opened if task.topic is not None]
        if outside:
            free_at = clock.read(action.session)[0]
            action.session.execute(
                insert(ExternalTask),
                [
                    {"task_id": row.id, "topic": task.topic, "free_at": free_at, "retries": 3}
                    for row, task in outside
                ],
            )
    return opened


def _new_task(action: Action, case: Case, task: OpenTask) -> Task:
    due = (
        action.calendar.deadline(action.now, task.due_working_days)
        if task.due_working_days is not None
        else None
    )
    return Task(
        id=new_id(),
        case_id=case.id,
        engine_key=task.key,
        element=task.element,
        process=task.process,
        name=task.name,
        name_en=task.name_en,
        kind=task.kind,
        form=task.form,
        role=role_of(action.roles, task.role),
        unit_id=task.unit,
        person_nip=task.person,
        escalate_to=role_of(action.roles, task.escalate_to),
        assignee_id=case.started_by if _for_starter(task) else None,
        state="open",
        opened_at=action.now,
        due_at=due,
        due_order=due or NO_DEADLINE,
        version=1,
    )


def _for_starter(task: OpenTask) -> bool:
    """Whether a task names nobody at all: then it is the one's who started the case."""
    return task.kind in {"user", "manual"} and task.role is task.unit is task.person is None


def _record_due_work(action: Action, case: Case, step: Step, opened: list[tuple[Task, OpenTask]]) -> None:
    """Timers, reminders and escalations are rows; those that no longer hold are deleted, new ones inserted."""
    wanted = {f"timer:{case.id}:{timer.key}:{timer.due.isoformat()}": timer.due for timer in step.timers}
    still_open = {task.key for task in step.open}
    rows = action.session.execute(
        select(DueWork.key, DueWork.kind, DueWork.state, Task.engine_key)
        .outerjoin(Task, Task.id == DueWork.task_id)
        .where(DueWork.case_id == case.id, DueWork.state.in_(("pending", "dead")))
    ).all()
    present = {row.key for row in rows}
    stale = [
        row.key
        for row in rows
        if row.state == "pending"
        and (
            (row.kind == "timer" and row.key not in wanted)
            or (row.kind in ("reminder", "escalation") and row.engine_key not in still_open)
        )
    ]
    if stale:
        action.session.execute(
            delete(DueWork).where(DueWork.key.in_(stale)).execution_options(synchronize_session=False)
        )
    new = [_due_row(key, "timer", due, case_id=case.id) for key, due in wanted.items() if key not in present]
    for row, task in opened:
        new += _reminders(action, row, task)
    if new:
        action.session.execute(insert(DueWork), new)
    if action.settings.mail_url and opened:
        action.session.execute(insert(Outbox), [notice(action, "task_opened", row) for row, _ in opened])


def _reminders(action: Action, row: Task, task: OpenTask) -> list[dict[str, Any]]:
    if row.due_at is None or task.due_working_days is None:
        return []
    before = task.remind_working_days if task.remind_working_days is not None else DEFAULT_REMIND_WORKING_DAYS
    rows = [_due_row(f"escalation:{row.id}", "escalation", row.due_at, case_id=row.case_id, task_id=row.id)]
    if before < task.due_working_days:
        remind_at = action.calendar.deadline(action.now, task.due_working_days - before)
        rows.append(
            _due_row(f"reminder:{row.id}", "reminder", remind_at, case_id=row.case_id, task_id=row.id)
        )
    return rows


def _due_row(key: str, kind: str, due_at: datetime, **values: Any) -> dict[str, Any]:
    return {
        "key": key,
        "kind": kind,
        "due_at": due_at,
        "state": "pending",
        "attempts": 0,
        "payload": {},
        **{"task_id": None},
        **values,
    }


def notice(action: Action, kind: str, task: Task) -> dict[str, Any]:
    """An outbox row about a task; the recipients are worked out when it is sent."""
    return {
        "id": new_id(),
        "key": f"{kind}:{task.id}",
        "kind": kind,
        "case_id": task.case_id,
        "payload": {"task": str(task.id)},
        "created_at": action.now,
        "next_at": action.now,
        "attempts": 0,
        "state": "pending",
    }


def _record_waits(action: Action, case: Case, step: Step) -> None:
    present = set(action.session.scalars(select(WaitingFor.engine_key).where(WaitingFor.case_id == case.id)))
    wanted = {wait.key: wait for wait in step.waits}
    if gone := present - wanted.keys():
        action.session.execute(
            delete(WaitingFor)
            .where(WaitingFor.case_id == case.id, WaitingFor.engine_key.in_(gone))
            .execution_options(synchronize_session=False)
        )
    new = [wait for key, wait in wanted.items() if key not in present]
    if new:
        action.session.execute(
            insert(WaitingFor),
            [
                {
                    "case_id": case.id,
                    "engine_key": wait.key,
                    "element": wait.element,
                    "kind": wait.kind,
                    "name": wait.name,
                    "correlation": wait.correlation,
                }
                for wait in new
            ],
        )


def _record_events(action: Action, case: Case, events: Sequence[Event]) -> None:
    rows = [
        _event_row(
            action,
            event.kind,
            case.id,
            element=event.element,
            process=event.process,
            name=event.name,
            data={"path": list(event.path)} if event.path else {},
        )
        for event in events
    ]
    if rows:
        action.session.execute(insert(CaseEvent), rows)


def _event_row(action: Action, kind: str, case_id: Any, **values: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "case_id": case_id,
        "task_id": None,
        "at": action.now,
        "actor_id": action.actor.id,
        "actor_name": action.actor.name,
        "kind": kind,
        "element": None,
        "process": None,
        "name": "",
        "data": {},
    }
    return row | values


def _deliver_thrown(action: Action, case: Case, events: Sequence[Event]) -> None:
    """Messages and signals thrown by a case reach others through due work, after the commit."""
    rows = [
        _due_row(f"deliver:{new_id()}", "deliver", action.now - timedelta(seconds=1), case_id=case.id)
        | {
            "payload": {
                "kind": event.kind.removesuffix("_thrown"),
                "name": event.name,
                "data": dict(event.data),
            }
        }
        for event in events
        if event.kind in ("message_thrown", "signal_thrown")
    ]
    if rows:
        action.session.execute(insert(DueWork), rows)
