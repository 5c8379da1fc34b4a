"""Taking data out of the system leaves a trace: who, when, what was asked for, and in which form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from service.domain.errors import NotAllowed
from service.operations.action import Action
from service.operations.recording import write_event


def note(action: Action, form: str, filters: Mapping[str, str], columns: Sequence[str]) -> None:
    """Say in the audit log that a list of cases was exported."""
    write_event(
        action,
        "cases_exported",
        name=form,
        data={"filters": dict(filters), "columns": list(columns)},
    )


def note_log(action: Action, form: str, filters: Mapping[str, str]) -> None:
    """Who takes which part of the log away, before the first line leaves."""
    if not action.actor.may("audit.view"):
        raise NotAllowed("Only administrators may see this.")
    write_event(action, "audit_exported", name=form, data={"filters": dict(filters)})
