"""Work for programs outside: service tasks with a topic, fetched and locked, done, failed, tried again.

A program names itself as a *worker*. What it fetched is its own until the lock ends; then others may have it. Who may:
`external.work`. Locks are measured by the database's clock, as leases of due work are.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from service.db.cases import Case, Task
from service.db.incidents import ExternalTask
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import cases, clock, definitions
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.attempts import Attempt, attempting, open_again, settle
from service.operations.recording import write_event

WORK = "external.work"
MOST_FETCHED = 100
LONGEST_LOCK = timedelta(hours=24)
RETRIES = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """A piece of work as a worker sees it; `data` is what the case knows there."""

    id: uuid.UUID
    topic: str
    case: str
    element: str
    retries: int
    locked_until: Any
    data: dict[str, Any]


def fetch(action: Action, worker: str, topics: Sequence[str], seconds: int, most: int) -> list[Fetched]:
    """Lock up to `most` free pieces of these topics for a worker, the longest waiting first."""
    _check(action)
    if not 1 <= most <= MOST_FETCHED or not 0 < seconds <= LONGEST_LOCK.total_seconds():
        raise Invalid(f"1 to {MOST_FETCHED} tasks are fetched, for at most {LONGEST_LOCK}.")
    real, _ = clock.read(action.session)
    free = (
        select(ExternalTask.task_id)
        .join(Task, Task.id == ExternalTask.task_id)
        .join(Case, Case.id == Task.case_id)
        .where(ExternalTask.topic.in_(topics), ExternalTask.free_at <= real, ExternalTask.retries > 0)
        .where(Case.suspended_at.is_(None))
        .order_by(ExternalTask.free_at)
        .limit(most)
        .with_for_update(skip_locked=True, of=ExternalTask)
    )
    until = real + timedelta(seconds=seconds)
    ids = action.session.scalars(
        update(ExternalTask)
        .where(ExternalTask.task_id.in_(free))
        .values(worker=worker, free_at=until)
        .returning(ExternalTask.task_id)
        .execution_options(synchronize_session=False)
    ).all()
    rows = action.session.execute(
        select(Task, ExternalTask, Case)
        .join(ExternalTask, ExternalTask.task_id == Task.id)
        .join(Case, Case.id == Task.case_id)
        .where(Task.id.in_(ids))
        .order_by(Task.opened_at, Task.id)
    ).all()
    return [_fetched(action, row.Task, row.ExternalTask, row.Case) for row in rows]


def _fetched(action: Action, task: Task, held: ExternalTask, case: Case) -> Fetched:
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    data = action.engine.task_data(definition, case.snapshot, task.engine_key)
    return Fetched(task.id, held.topic, case.number, task.element, held.retries, held.free_at, data)


def complete(action: Action, task_id: uuid.UUID, worker: str, data: Mapping[str, Any]) -> None:
    """The work is done; its results join the data of the case."""
    case, task, held = _held(action, task_id, worker)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    with attempting(case.id, "external", f"external:{task.id}", task=str(task.id)):
        step = action.engine.complete(definition, case.snapshot, task.engine_key, data, action.now)
        _close(action, case, task, held, {"worker": worker})
        advance(action, case, definition, step)
    settle(action, case, f"external:{task.id}")


def raise_error(action: Action, task_id: uuid.UUID, worker: str, code: str, message: str) -> None:
    """The work ended in an error that the diagram foresees: the case goes on at its error event, or fails."""
    case, task, held = _held(action, task_id, worker)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    step = action.engine.fail(definition, case.snapshot, task.engine_key, code, message, action.now)
    _close(action, case, task, held, {"worker": worker, "error": code})
    advance(action, case, definition, step)


def fail(
    action: Action, task_id: uuid.UUID, worker: str, error: str, retries: int | None, wait_seconds: int
) -> None:
    """The work did not succeed. It is offered again after a while; with no retries left it is an incident."""
    case, task, held = _held(action, task_id, worker)
    real, _ = clock.read(action.session)
    held.retries = max(held.retries - 1 if retries is None else retries, 0)
    held.error = error[:2000]
    held.worker = None
    held.free_at = real + timedelta(seconds=min(max(wait_seconds, 0), 30 * 86400))
    if held.retries == 0:
        attempt = Attempt(case.id, "external", f"external:{task.id}", {"task": str(task.id)})
        open_again(action, case, attempt, task.element, held.error or "the work outside gave up")


def extend(action: Action, task_id: uuid.UUID, worker: str, seconds: int) -> None:
    """Keep the lock for so many seconds from now; 0 gives the work back."""
    _, _, held = _held(action, task_id, worker)
    real, _ = clock.read(action.session)
    held.free_at = real + timedelta(seconds=min(max(seconds, 0), int(LONGEST_LOCK.total_seconds())))
    if seconds <= 0:
        held.worker = None


def offer_again(action: Action, task_id: uuid.UUID) -> None:
    """Work that had been given up may be fetched again."""
    held = action.session.get(ExternalTask, task_id)
    if held is None:
        raise Conflict("The work is no longer waited for: the case went on without it.")
    held.retries, held.error, held.worker = RETRIES, None, None
    held.free_at = clock.read(action.session)[0]


def _held(action: Action, task_id: uuid.UUID, worker: str) -> tuple[Case, Task, ExternalTask]:
    """The case (locked), the task and its lock, when this worker holds it."""
    _check(action)
    task = action.session.get(Task, task_id)
    if task is None or task.kind != "external":
        raise NotFound("There is no such task.")
    case = cases.locked(action, task.case_id)
    held = action.session.get(ExternalTask, task_id, populate_existing=True)
    if held is None:
        raise Conflict("This work is no longer waited for.", at=task.closed_at)
    real, _ = clock.read(action.session)
    if held.worker != worker or held.free_at <= real:
        raise Conflict("Another worker has this task, or the lock has ended.", by=held.worker)
    cases.check_not_suspended(case)
    return case, task, held


def _close(action: Action, case: Case, task: Task, held: ExternalTask, data: dict[str, Any]) -> None:
    task.state = "completed"
    task.closed_at = action.now
    task.closed_by = action.actor.id
    task.version += 1
    action.session.delete(held)
    place = {"task_id": task.id, "element": task.element, "process": task.process, "name": task.name}
    write_event(action, "task_completed", case=case, data=data, **place)


def _check(action: Action) -> None:
    if not action.actor.may(WORK):
        raise NotAllowed("Your roles do not allow you to work on tasks for programs.")
