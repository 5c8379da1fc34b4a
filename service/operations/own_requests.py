"""An employee's own request to be moved (M7), begun by themselves."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from service.db.cases import Case
from service.domain.errors import Conflict, NotAllowed
from service.operations import cases
from service.operations.action import Action

DEFINITION = "transfer_lifecycle"
STARTED_BY = "permohonan"


def start(action: Action) -> Case:
    """Begin the lifecycle with one's own request; its first task is the employee's. One at a time."""
    actor = action.actor
    if actor.nip is None or actor.acting_for is not None:
        raise NotAllowed("Only employees ask to be moved, each for themselves.")
    running = select(Case.id).where(
        Case.started_by == actor.id,
        Case.subject_nip == actor.nip,
        Case.definition_key == DEFINITION,
        Case.status == "running",
    )
    if action.session.scalar(running.limit(1)) is not None:
        raise Conflict("Your request is under way already.")
    may_start = replace(actor, permissions=actor.permissions | {"case.start"})
    return cases.start(
        replace(action, actor=may_start),
        DEFINITION,
        subject=actor.nip,
        element=STARTED_BY,
        title=("Permohonan mutasi", "Request to be moved"),
    )
