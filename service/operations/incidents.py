"""Incidents: steps that failed. The case stands where it stood; the step can be done again, the data mended."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from sqlalchemy import update

from service.db.accounts import Account
from service.db.cases import Case, DueWork, Task
from service.db.incidents import Incident
from service.domain.access import SYSTEM
from service.domain.errors import Conflict, NotFound
from service.operations import acting, cases, external, messages, tasks
from service.operations.action import Action
from service.operations.attempts import SUBSTITUTION, settle
from service.operations.recording import write_event


def retry(action: Action, incident_id: uuid.UUID) -> Incident:
    """Do what failed once more, on behalf of who attempted it. Raises Incident when it fails again."""
    cases.check_may_repair(action)
    incident = action.session.get(Incident, incident_id)
    if incident is None:
        raise NotFound("There is no such incident.")
    case = cases.locked(action, incident.case_id)
    action.session.refresh(incident)
    if incident.state != "open":
        raise Conflict("This incident is over.", at=incident.resolved_at)
    write_event(
        action, "incident_retried", case=case, element=incident.element, data={"attempted": incident.kind}
    )
    _AGAIN[incident.kind](action, case, incident)
    settle(action, case, incident.subject)
    action.session.refresh(incident)
    return incident


def _complete(action: Action, case: Case, incident: Incident) -> None:
    task = action.session.get(Task, uuid.UUID(incident.command["task"]))
    if task is None or task.state != "open":
        raise Conflict("The task is no longer open: the case went on without it.")
    tasks.finish(_on_behalf(action, incident), case, task, incident.command["answers"])


def _wake(action: Action, case: Case, incident: Incident) -> None:
    action.session.execute(
        update(DueWork)
        .where(DueWork.case_id == case.id, DueWork.kind == "timer", DueWork.state == "dead")
        .values(state="pending", attempts=0, error=None)
        .execution_options(synchronize_session=False)
    )
    cases.wake(replace(action, actor=SYSTEM), case.id)


def _message(action: Action, case: Case, incident: Incident) -> None:
    command = incident.command
    sender = _on_behalf(action, incident)
    messages.give(sender, case.id, command["keys"], command["name"], command["correlation"], command["data"])


def _failed(action: Action, case: Case, incident: Incident) -> None:
    cases.reopen(action, case)


def _external(action: Action, case: Case, incident: Incident) -> None:
    external.offer_again(action, uuid.UUID(incident.command["task"]))


_AGAIN: Mapping[str, Callable[[Action, Case, Incident], None]] = {
    "complete": _complete,
    "wake": _wake,
    "message": _message,
    "failed": _failed,
    "external": _external,
}


def _on_behalf(action: Action, incident: Incident) -> Action:
    """The same transaction, for the one who attempted it, and for whom he acted then."""
    account = action.session.get(Account, incident.opened_by) if incident.opened_by else None
    if account is None:
        return replace(action, actor=SYSTEM)
    lent = incident.command.get(SUBSTITUTION)
    by = uuid.UUID(lent) if lent else None
    return replace(action, actor=acting.on_behalf(action, account, by, incident.last_at))
