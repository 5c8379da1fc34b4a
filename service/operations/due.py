"""Doing what is due: claimed with a lease and a fencing token, so that any number of processes may look.

A claim is one UPDATE. Each piece is then done in a transaction of its own that first checks its token again: a worker
that was frozen past its lease finds the token changed and does nothing. Leases are measured by the database's clock.
"""

from __future__ import annotations

import logging
import secrets
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from service.db.base import insert_new
from service.db.cases import Case, DueWork, Task
from service.domain.errors import InvalidForm, MutasiError, NotFound, Suspended
from service.operations import (
    cases,
    clock,
    definitions,
    figures,
    holding,
    messages,
    notices,
    telling,
    timer_starts,
    triggers,
)
from service.operations.action import Action
from service.operations.recording import write_event

if TYPE_CHECKING:
    from service.wiring import Services

BATCH = 20
BACK_OFF_SECONDS = (5, 30, 120, 600)
OF_ONE_CASE = ("timer", "reminder", "escalation", "decision")
WHILE_SUSPENDED = timedelta(hours=6)
"""How often a thrown message is offered to a case that is suspended."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A piece of due work held by this process until its lease ends."""

    key: str
    token: str


def run(services: Services, *, limit: int = 100) -> int:
    """Do up to `limit` pieces of what is due; answers how many were done or given up."""
    done = 0
    while done < limit:
        claimed = claim(services, min(BATCH, limit - done))
        if not claimed:
            break
        for piece in claimed:
            perform(services, piece)
            done += 1
    return done


def claim(services: Services, limit: int) -> list[Claimed]:
    """Take the earliest due pieces that nobody holds."""
    token = secrets.token_hex(16)
    with services.sessions.begin() as session:
        real, now = clock.read(session)
        free = (
            select(DueWork.key)
            .where(DueWork.state == "pending", DueWork.due_at <= now)
            .where(or_(DueWork.lease_until.is_(None), DueWork.lease_until < real))
            .order_by(DueWork.due_at)
            .limit(limit)
            .with_for_update(skip_locked=True)  # SQLite has one writer at a time and leaves this out
        )
        keys = session.scalars(
            update(DueWork)
            .where(DueWork.key.in_(free))
            .values(
                lease_token=token,
                lease_until=real + timedelta(seconds=services.settings.lease_seconds),
                attempts=DueWork.attempts + 1,
            )
            .returning(DueWork.key)
            .execution_options(synchronize_session=False)
        ).all()
    return [Claimed(key, token) for key in sorted(keys)]


def perform(services: Services, piece: Claimed) -> None:
    """Do one claimed piece in one transaction; a failure is noted, retried later, and given up after max_attempts.

    Raises only when the database is away.
    """
    try:
        with services.action() as action:
            row = _held(action.session, piece)
            if row is None:
                return
            row.state = "done"
            row.lease_token = None
            DOERS[row.kind](action, row)
    except InvalidForm as error:
        _refused(services, piece, " ".join(dict.fromkeys(error.fields.values())) or str(error))
    except MutasiError as error:
        _refused(services, piece, str(error))
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        _note_failure(services, piece, f"database: {type(error.orig).__name__}")
    except (
        Exception
    ) as error:  # Whatever one piece raises is its own failure: the others must not wait behind it.
        logger.exception("due work %s", piece.key)
        _note_failure(services, piece, f"{type(error).__name__}: {error}")


def _held(session: Session, piece: Claimed) -> DueWork | None:
    """The row, locked, if this process still holds it.

    Its case is locked before it, as completing a task does; the other order would deadlock with that.
    """
    case_id = session.scalar(
        select(DueWork.case_id).where(DueWork.key == piece.key, DueWork.kind.in_(OF_ONE_CASE))
    )
    if case_id is not None:
        session.execute(select(Case.id).where(Case.id == case_id).with_for_update())
    row = session.get(DueWork, piece.key, with_for_update=True, populate_existing=True)
    if row is None or row.state != "pending" or row.lease_token != piece.token:
        return None
    return row


def _refused(services: Services, piece: Claimed, reason: str) -> None:
    """A person's decision goes back to the person; anything else is tried again."""
    with services.action() as action:
        row = _held(action.session, piece)
        given_back = row is not None and row.kind == holding.KIND
        if row is not None and given_back:
            row.state, row.error, row.lease_token = "done", reason, None
            holding.give_back(action, row, reason)
    if not given_back:
        _note_failure(services, piece, reason)


def _note_failure(services: Services, piece: Claimed, reason: str) -> None:
    with services.action() as action:
        row = _held(action.session, piece)
        if row is None:
            return
        row.error = reason
        row.lease_token = None
        if row.attempts >= services.settings.max_attempts:
            row.state = "dead"
            case = action.session.get(Case, row.case_id) if row.case_id else None
            write_event(
                action,
                "incident",
                case=case,
                name=row.kind,
                data={"reason": reason, "attempts": row.attempts},
            )
        else:
            wait = BACK_OFF_SECONDS[min(row.attempts, len(BACK_OFF_SECONDS)) - 1]
            row.lease_until = clock.read(action.session)[0] + timedelta(seconds=wait)


def next_due(session: Session) -> datetime | None:
    """The earliest moment at which something is due for a case. Figures are counted every minute, whatever happens."""
    return session.scalar(
        select(DueWork.due_at)
        .where(DueWork.state == "pending", DueWork.kind != figures.KIND)
        .order_by(DueWork.due_at)
        .limit(1)
    )


# -- what each kind of work is


def _timer(action: Action, row: DueWork) -> None:
    if row.case_id is not None:
        cases.wake(action, row.case_id)


def _reminder(action: Action, row: DueWork) -> None:
    task = _open_task(action, row)
    if task is not None:
        _log(action, "task_due_soon", task)
        notices.tell(action, "due_soon", notices.holders(action, task), key=f"due_soon:{task.id}", task=task)


def _escalation(action: Action, row: DueWork) -> None:
    """The deadline was missed: the task is also offered to the role its diagram names."""
    task = _open_task(action, row)
    if task is None:
        return
    task.escalated_at = action.now
    task.version += 1
    _log(action, "task_overdue", task, data={"role": task.escalate_to} if task.escalate_to else {})
    notices.tell(action, "overdue", notices.holders(action, task), key=f"overdue:{task.id}", task=task)


def _start(action: Action, row: DueWork) -> None:
    key, element = row.payload["definition"], row.payload["element"]
    try:
        version = definitions.latest(action.session, key)
    except NotFound:
        return
    timer_starts.plan(action, definitions.compiled(action.session, action.engine, version.id), element)
    cases.start(action, key, element=element)


def _deliver(action: Action, row: DueWork) -> None:
    payload: Mapping[str, Any] = row.payload
    if payload["kind"] == "signal":
        only = payload.get("only")
        messages.signal(action, payload["name"], payload.get("data"), uuid.UUID(only) if only else None)
        return
    try:
        messages.send(action, payload["name"], payload.get("correlation"), payload.get("data"))
    except Suspended:
        row.state, row.attempts, row.due_at = "pending", 0, action.now + WHILE_SUSPENDED
    except NotFound:
        write_event(action, "message_unwanted", name=payload["name"])


def _scan(action: Action, row: DueWork) -> None:
    """Look in the data for what should begin a case, once a day."""
    triggers.scan(action)
    telling.reviews_coming(action)
    plan_scan(action)


def plan_scan(action: Action) -> None:
    """See to it that the data is looked through tomorrow."""
    tomorrow = action.calendar.local_date(action.now) + timedelta(days=1)
    key = f"scan:{tomorrow.isoformat()}"
    due = action.calendar.start_of_day(tomorrow)
    row = {"key": key, "kind": "scan", "due_at": due, "state": "pending", "attempts": 0, "payload": {}}
    insert_new(action.session, DueWork, [row])


DOERS: Mapping[str, Callable[[Action, DueWork], None]] = {
    "timer": _timer,
    "decision": holding.carry_out,
    "reminder": _reminder,
    "escalation": _escalation,
    "start": _start,
    "deliver": _deliver,
    "scan": _scan,
    notices.TELL: telling.tell,
    figures.KIND: figures.work,
}


def _open_task(action: Action, row: DueWork) -> Task | None:
    task = action.session.get(Task, row.task_id) if row.task_id else None
    return task if task is not None and task.state == "open" else None


def _log(action: Action, kind: str, task: Task, data: Mapping[str, Any] | None = None) -> None:
    case = action.session.get(Case, task.case_id)
    place = {"task_id": task.id, "element": task.element, "process": task.process, "name": task.name}
    write_event(action, kind, case=case, data=data or {}, **place)
