"""Changing the records of employees: what a row said before, who changed it and when stay in its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from service.db.base import Base
from service.db.people import RecordChange
from service.operations.action import Action


def change(
    action: Action, row: Base, values: Mapping[str, Any], *, kind: str, key: str, nip: str, source: str
) -> dict[str, list[Any]]:
    """Set columns of a row; answers {column: [before, after]} of those that differ, which is kept."""
    changes = {}
    for column, value in values.items():
        before = getattr(row, column)
        if before != value:
            changes[column] = [plain(before), plain(value)]
            setattr(row, column, value)
    if changes:
        action.session.add(
            RecordChange(
                kind=kind,
                key=key,
                nip=nip,
                at=action.now,
                actor_id=action.actor.id,
                actor_name=action.actor.name,
                source=source,
                changes=changes,
            )
        )
        action.session.flush()
    return changes


def plain(value: Any) -> Any:
    """A value of a column as JSON holds it."""
    return value.isoformat() if isinstance(value, date) else value
