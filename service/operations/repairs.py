"""What an administrator does with background work that gave up: let it be tried again, or give it up for good."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from service.db.cases import Case, DueWork, Outbox
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import clock
from service.operations.action import Action
from service.operations.recording import write_event


def retry_work(action: Action, key: str, reason: str) -> None:
    """Do a dead piece of due work again, with all its attempts anew."""
    row = _work(action, key, reason)
    row.state, row.attempts = "pending", 0
    row.lease_until = row.lease_token = None
    _note(action, "work_retried", row, reason)


def discard_work(action: Action, key: str, reason: str) -> None:
    """Give a dead piece up for good. A timer given up never wakes its case: say so before."""
    row = _work(action, key, reason)
    row.state = "done"
    _note(action, "work_discarded", row, reason)


def retry_notice(action: Action, notice_id: uuid.UUID, reason: str) -> None:
    """Send a dead notice again."""
    row = _notice(action, notice_id, reason)
    row.state, row.attempts, row.lease_token = "pending", 0, None
    row.next_at = clock.now(action.session)
    data = {"reason": reason.strip()[:500], "key": row.key}
    write_event(action, "notice_retried", case=_case(action, row.case_id), name=row.kind, data=data)


def discard_notice(action: Action, notice_id: uuid.UUID, reason: str) -> None:
    """Never send a dead notice: it stays for the record, marked as given up."""
    row = _notice(action, notice_id, reason)
    row.state, row.sent_at = "sent", None
    row.error = f"discarded {datetime.now(UTC).date().isoformat()}: {row.error or ''}"[:500]
    data = {"reason": reason.strip()[:500], "key": row.key}
    write_event(action, "notice_discarded", case=_case(action, row.case_id), name=row.kind, data=data)


def _work(action: Action, key: str, reason: str) -> DueWork:
    _check(action, reason)
    row = action.session.get(DueWork, key, with_for_update=True)
    if row is None:
        raise NotFound("There is no such piece of work.")
    if row.state != "dead":
        raise Conflict("This piece of work is not given up.")
    return row


def _notice(action: Action, notice_id: uuid.UUID, reason: str) -> Outbox:
    _check(action, reason)
    row = action.session.get(Outbox, notice_id, with_for_update=True)
    if row is None:
        raise NotFound("There is no such notice.")
    if row.state != "dead":
        raise Conflict("This notice is not given up.")
    return row


def _note(action: Action, kind: str, row: DueWork, reason: str) -> None:
    data = {"reason": reason.strip()[:500], "key": row.key, "error": (row.error or "")[:300]}
    write_event(action, kind, case=_case(action, row.case_id), task_id=row.task_id, name=row.kind, data=data)


def _case(action: Action, case_id: uuid.UUID | None) -> Case | None:
    return action.session.get(Case, case_id) if case_id is not None else None


def _check(action: Action, reason: str) -> None:
    if not action.actor.may("system.manage"):
        raise NotAllowed("Only an administrator may do this.")
    if not reason.strip():
        raise Invalid("Say why.", {"reason": "This field is required."})
