"""The ruling on an objection: whoever objected hears that it was dismissed. That it was upheld is told by the effect which
revokes the decree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.db.cases import Case, Task
from service.operations import notices
from service.operations.action import Action

RULING = "jawab_keberatan"
DISMISSED = "ditolak"


def tell_ruling(action: Action, case: Case, task: Task, answers: Mapping[str, Any]) -> None:
    """The task was completed: a dismissal leaves the decree as it is, so nothing else in the case says so."""
    if task.form == RULING and answers.get("putusan_keberatan") == DISMISSED:
        notices.plan(action, "decision", f"dismissed:{task.id}", case=case)


def tell_withdrawn(action: Action, case: Case, task: Task) -> None:
    """The completed task was taken back: of rulings only a dismissal can be."""
    if task.form == RULING:
        notices.plan(action, "decision", f"ruling_withdrawn:{task.id}", case=case, revoked=True)
