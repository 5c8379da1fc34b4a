"""Taking the log out of the system is itself in the log."""

from __future__ import annotations

from collections.abc import Mapping

from service.domain.errors import NotAllowed
from service.operations.action import Action
from service.operations.recording import write_event


def note_export(action: Action, form: str, filters: Mapping[str, str]) -> None:
    """Who takes which part of the log away, before the first line leaves."""
    if not action.actor.may("audit.view"):
        raise NotAllowed("Only administrators may see this.")
    write_event(action, "audit_exported", name=form, data={"filters": dict(filters)})
