"""What is attempted on a case, and what stays when it fails: an incident, until the same attempt has worked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, update

from service.db.cases import Case
from service.db.incidents import Incident
from service.domain.errors import Incident as Failure
from service.domain.ids import new_id
from service.operations import notices
from service.operations.action import Action
from service.operations.recording import write_event

SUBSTITUTION = "substitution"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was attempted on a case: its kind, what it was about, and all that is needed to do it again."""

    case_id: uuid.UUID
    kind: str
    subject: str
    command: Mapping[str, Any]


@contextmanager
def attempting(case_id: uuid.UUID, kind: str, subject: str, **command: Any) -> Iterator[None]:
    """Say with a failure inside what was attempted, for `note`."""
    try:
        yield
    except Failure as failure:
        if failure.attempt is None:
            failure.attempt = Attempt(case_id, kind, subject, command)
        raise


def note(action: Action, failure: Failure) -> None:
    """Keep a failure, in a transaction after the one that it undid. The same attempt again is counted."""
    attempt = failure.attempt
    if not isinstance(attempt, Attempt):
        return
    case = action.session.get(Case, attempt.case_id, with_for_update=True, populate_existing=True)
    if case is not None:
        open_again(action, case, attempt, failure.element, failure.reason)


def open_again(action: Action, case: Case, attempt: Attempt, element: str | None, reason: str) -> None:
    """Open an incident of a case, or count it once more. Kept with it: by which substitution it was attempted."""
    lent = action.actor.acting_for
    command = {**attempt.command, SUBSTITUTION: str(lent.substitution)} if lent else dict(attempt.command)
    found = action.session.execute(
        update(Incident)
        .where(Incident.case_id == case.id, Incident.subject == attempt.subject, Incident.state == "open")
        .values(
            attempts=Incident.attempts + 1,
            reason=reason,
            element=element,
            last_at=action.now,
            command=command,
        )
        .returning(Incident.id)
        .execution_options(synchronize_session=False)
    ).first()
    if found is None:
        row = {
            "id": new_id(),
            "case_id": case.id,
            "kind": attempt.kind,
            "subject": attempt.subject,
            "element": element,
            "reason": reason,
            "command": command,
            "attempts": 1,
            "state": "open",
            "opened_at": action.now,
            "opened_by": action.actor.id,
            "last_at": action.now,
        }
        action.session.execute(insert(Incident), [row])
        case.incidents += 1
        notices.plan(action, "incident", f"incident:{row['id']}", case=case)
        write_event(
            action, "incident", case=case, element=element, data={"reason": reason, "attempted": attempt.kind}
        )


def settle(action: Action, case: Case, subject: str) -> None:
    """What was attempted has worked now: its incident is over. Costs nothing for a case without one."""
    if case.incidents:
        _resolve(action, case, Incident.subject == subject)


def settle_all(action: Action, case: Case) -> None:
    """The case has ended or begun anew: nothing of it is left to be done again."""
    if case.incidents:
        _resolve(action, case, Incident.state == "open")


def _resolve(action: Action, case: Case, which: Any) -> None:
    resolved = action.session.execute(
        update(Incident)
        .where(Incident.case_id == case.id, Incident.state == "open", which)
        .values(state="resolved", resolved_at=action.now, resolved_by=action.actor.id)
        .returning(Incident.id)
        .execution_options(synchronize_session=False)
    ).all()
    case.incidents -= len(resolved)
