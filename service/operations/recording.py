"""Writing a step down: the snapshot, opened and closed tasks, what is due, what is waited for, what happened."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, delete, insert, or_, select

from service.db.base import Base
from service.db.cases import NO_DEADLINE, Case, CaseEvent, DueWork, Task, WaitingFor
from service.db.incidents import ExternalTask
from service.domain.access import Role
from service.domain.ids import new_id
from service.engine.steps import Event, OpenTask, Step, Timer, Wait
from service.operations import clock
from service.operations.action import Action

DEFAULT_REMIND_WORKING_DAYS = 1
OPEN_TASKS = "open tasks by case"
FOR_PEOPLE = frozenset({"user", "manual"})
EventRow = dict[str, Any]
Waits = tuple[Sequence[Timer], Sequence[Wait]]


def record(
    action: Action,
    case: Case,
    before: Waits,
    step: Step,
    events: Sequence[Event],
    said: Sequence[EventRow] = (),
) -> None:
    """Make the stored case what the step says it is. The case's row is locked by the caller.

    `before`: what the stored case waited for. `said`: rows of the log that come before those of the step, such as who
    completed a task.
    """
    timers, waits = before
    open_before = open_tasks(action, case)
    _set_case(action, case, step)
    closed, opened = _set_tasks(action, case, step, open_before)
    action.session.flush()
    _record_outside(action, closed, opened)
    _record_due_work(action, case, timers, step, closed, opened)
    _record_waits(action, case, waits, step)
    _record_events(action, case, events, said)
    _deliver_thrown(action, case, events)


def open_tasks(action: Action, case: Case) -> dict[str, Task]:
    """The open tasks of a locked case by their keys in the engine, read once for each transaction.

    Nobody else can open or close one meanwhile: that takes the lock.
    """
    known: dict[uuid.UUID, dict[str, Task]] = action.session.info.setdefault(OPEN_TASKS, {})
    if case.id not in known:
        query = select(Task).where(Task.case_id == case.id, Task.state == "open")
        rows = action.session.scalars(query.execution_options(populate_existing=True))
        known[case.id] = {task.engine_key: task for task in rows}
    return known[case.id]


def write_event(action: Action, kind: str, *, case: Case | None = None, **values: Any) -> None:
    """Add one row to the append-only log: who (the actor), when (the action's moment), what."""
    _insert(action, CaseEvent, [event_row(action, kind, case.id if case else None, **values)])


def event_row(action: Action, kind: str, case_id: uuid.UUID | None, **values: Any) -> EventRow:
    """A row of the log, to be written with the others of a step."""
    row: EventRow = {
        "case_id": case_id,
        "task_id": None,
        "at": action.now,
        "actor_id": action.actor.id,
        "actor_name": action.actor.name,
        "acting_for_id": action.actor.acting_for.id if action.actor.acting_for else None,
        "acting_for_name": action.actor.acting_for.name if action.actor.acting_for else None,
        "kind": kind,
        "element": None,
        "process": None,
        "name": "",
        "data": {},
    }
    return row | values


def _insert(action: Action, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows with all their columns: past the unit of work, which would cost more than the database does."""
    if rows:
        action.session.connection().execute(insert(cast(Table, model.__table__)), rows)


def role_of(roles: Mapping[str, Role], name: str | None) -> str | None:
    """The role id that a role id or a lane's name means."""
    if name is None or name in roles:
        return name
    return next((role.id for role in roles.values() if name in role.lanes), name)


def _set_case(action: Action, case: Case, step: Step) -> None:
    if step.status == "failed":
        case.failed_from = case.snapshot
    case.snapshot = step.snapshot
    case.status = step.status
    if case.stage_since is None or (case.stage, case.stage_element) != (step.stage, step.stage_element):
        case.stage_since = action.now
    case.stage = step.stage
    case.stage_element = step.stage_element
    case.wake_at = min((timer.due for timer in step.timers), default=None)
    case.changed_at = action.now
    case.version = (case.version or 0) + 1
    if step.status != "running" and case.ended_at is None:
        case.ended_at = action.now


def _set_tasks(
    action: Action, case: Case, step: Step, before: dict[str, Task]
) -> tuple[list[Task], list[tuple[Task, OpenTask]]]:
    """Close what is no longer open, open what is new. A task the caller has closed itself is left as it is."""
    present = {task.key: task for task in step.open}
    closed = [before.pop(key) for key in list(before) if key not in present]
    for row in closed:
        if row.state == "open":
            row.state = "cancelled"
            row.closed_at = action.now
            row.version += 1
    opened = [(_new_task(action, case, task), task) for key, task in present.items() if key not in before]
    action.session.add_all([row for row, _ in opened])
    before.update({row.engine_key: row for row, _ in opened})
    set_next_deadline(case, before.values())
    return closed, opened


def set_next_deadline(case: Case, tasks: Iterable[Task]) -> None:
    """Keep with the case the earliest deadline of its open tasks, so that lists sort and filter by it."""
    case.due_order = min((task.due_order for task in tasks), default=NO_DEADLINE)


def _record_outside(action: Action, closed: Sequence[Task], opened: Sequence[tuple[Task, OpenTask]]) -> None:
    """Work for programs outside: offered when its task opens, gone when it closes."""
    gone = [task.id for task in closed if task.kind == "external"]
    if gone:
        action.session.execute(delete(ExternalTask).where(ExternalTask.task_id.in_(gone)))
    new = [(row, task) for row, task in opened if task.topic is not None]
    if new:
        free = {"free_at": clock.read(action.session)[0], "retries": 3, "worker": None, "error": None}
        _insert(action, ExternalTask, [{"task_id": row.id, "topic": task.topic, **free} for row, task in new])


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


def _record_due_work(
    action: Action,
    case: Case,
    before: Sequence[Timer],
    step: Step,
    closed: Sequence[Task],
    opened: Sequence[tuple[Task, OpenTask]],
) -> None:
    """Timers, reminders and escalations are rows; those that no longer hold are deleted, new ones inserted."""
    present = {_timer_key(case, timer) for timer in before}
    wanted = {_timer_key(case, timer): timer.due for timer in step.timers}
    stale = [DueWork.key.in_(gone)] if (gone := present - wanted.keys()) else []
    timed = [task.id for task in closed if task.due_at is not None]
    late = [f"{kind}:{task}" for task in timed for kind in ("reminder", "escalation")]
    stale += [DueWork.key.in_(late)] if late else []
    if stale:
        pending = DueWork.state.in_(("pending", "paused"))
        action.session.execute(
            delete(DueWork).where(pending, or_(*stale)).execution_options(synchronize_session=False)
        )
    new = [due_row(key, "timer", due, case_id=case.id) for key, due in wanted.items() if key not in present]
    for row, task in opened:
        new += _reminders(action, row, task)
    new += [_to_be_told(action, row) for row, _ in opened if row.kind in FOR_PEOPLE]
    _insert(action, DueWork, new)


def _timer_key(case: Case, timer: Timer) -> str:
    return f"timer:{case.id}:{timer.key}:{timer.due.isoformat()}"


def _reminders(action: Action, row: Task, task: OpenTask) -> list[dict[str, Any]]:
    if row.due_at is None or task.due_working_days is None:
        return []
    before = task.remind_working_days if task.remind_working_days is not None else DEFAULT_REMIND_WORKING_DAYS
    rows = [due_row(f"escalation:{row.id}", "escalation", row.due_at, case_id=row.case_id, task_id=row.id)]
    if before < task.due_working_days:
        remind_at = action.calendar.deadline(action.now, task.due_working_days - before)
        rows.append(due_row(f"reminder:{row.id}", "reminder", remind_at, case_id=row.case_id, task_id=row.id))
    return rows


def due_row(key: str, kind: str, due_at: datetime, **values: Any) -> dict[str, Any]:
    """A row of due work with all its columns."""
    return {
        "key": key,
        "kind": kind,
        "due_at": due_at,
        "state": "pending",
        "attempts": 0,
        "payload": {},
        "task_id": None,
        "lease_until": None,
        "lease_token": None,
        "error": None,
        **values,
    }


def add_due_work(action: Action, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of due work made by `due_row`."""
    _insert(action, DueWork, rows)


def _to_be_told(action: Action, row: Task) -> dict[str, Any]:
    """That a task is there is told after the commit: to whom, and how, is worked out then."""
    return tell_row(action, "opened", f"tell:{row.id}", row.case_id, row.id)


def tell_row(
    action: Action, kind: str, key: str, case_id: uuid.UUID, task_id: uuid.UUID | None, **more: Any
) -> dict[str, Any]:
    """Due work that tells people what happened in a case. It names the case in its payload only: it goes on while the
    case is suspended or has ended, and does not wait for the case's lock."""
    by = str(action.actor.id) if action.actor.id else None
    payload = {"kind": kind, "by": by, "case": str(case_id), "task": str(task_id) if task_id else None}
    return due_row(key, "tell", action.now, case_id=None) | {"payload": payload | more}


def _record_waits(action: Action, case: Case, before: Sequence[Wait], step: Step) -> None:
    present = {wait.key for wait in before}
    wanted = {wait.key: wait for wait in step.waits}
    if gone := present - wanted.keys():
        action.session.execute(
            delete(WaitingFor)
            .where(WaitingFor.case_id == case.id, WaitingFor.engine_key.in_(gone))
            .execution_options(synchronize_session=False)
        )
    new = [
        {
            "case_id": case.id,
            "engine_key": wait.key,
            "element": wait.element,
            "kind": wait.kind,
            "name": wait.name,
            "correlation": wait.correlation,
        }
        for key, wait in wanted.items()
        if key not in present
    ]
    _insert(action, WaitingFor, new)


def _record_events(action: Action, case: Case, events: Sequence[Event], said: Sequence[EventRow]) -> None:
    rows = [
        event_row(
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
    _insert(action, CaseEvent, [*said, *rows])


def _deliver_thrown(action: Action, case: Case, events: Sequence[Event]) -> None:
    """Messages and signals thrown by a case reach others through due work, after the commit."""
    rows = [
        due_row(f"deliver:{new_id()}", "deliver", action.now - timedelta(seconds=1), case_id=case.id)
        | {
            "payload": {
                "kind": event.kind.removesuffix("_thrown"),
                "name": event.name,
                "correlation": event.correlation,
                "data": dict(event.data),
            }
        }
        for event in events
        if event.kind in ("message_thrown", "signal_thrown")
    ]
    _insert(action, DueWork, rows)
