"""Deciding a task from a list, with a key or a button: the form's deciding field is set, the rest stays as it begins."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.db.cases import Case, Task
from service.db.drafts import HeldDecision
from service.db.queries import tasks as queries
from service.domain import decisions
from service.domain.decisions import Missing, Verdict
from service.domain.errors import NotAllowed
from service.operations import drafts, holding, tasks
from service.operations.action import Action


@dataclass(frozen=True, slots=True)
class Answer:
    """What all tasks are answered with: a verdict with its reason, or the fields themselves (`data`).

    Beside a verdict, `data` answers the fields that the form still needs for it.
    """

    verdict: Verdict | None = None
    reason: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quick:
    """A decision taken from the list (`held` until it is carried out), or what it still lacks, kept as a draft."""

    held: HeldDecision | None
    missing: tuple[Missing, ...] = ()


def quick(action: Action, task_id: uuid.UUID, answer: Answer, expected_version: int | None = None) -> Quick:
    """Decide one task by a verdict, held as any decision. Raises as holding.decide does.

    Where the form needs more, nothing is decided: the answers so far become a draft, to go on with in the form.
    """
    task, case = _open_and_offered(action, task_id)
    values, missing = filled(action, task, case, answer)
    if missing:
        draft = drafts.of(action, task_id)
        drafts.save(action, task_id, {**(draft.answers if draft else {}), **values})
        return Quick(None, tuple(missing))
    return Quick(holding.decide(action, task_id, values, expected_version))


def lacking(action: Action, task_id: uuid.UUID, answer: Answer) -> Sequence[Missing]:
    """What the form would still need for this answer. Raises as `quick` does."""
    task, case = _open_and_offered(action, task_id)
    return filled(action, task, case, answer)[1]


def _open_and_offered(action: Action, task_id: uuid.UUID) -> tuple[Task, Case]:
    task, case = present(action, task_id)
    if not queries.get(action.session, action.actor, task_id).offered:
        raise NotAllowed("This task is not offered to you.")
    if task.state != "open":
        raise tasks.too_late(action, task)
    return task, case


def filled(
    action: Action, task: Task, case: Case, answer: Answer
) -> tuple[dict[str, Any], Sequence[Missing]]:
    """The answers of one task's form, and what they lack. Raises InvalidForm when it has no such decision."""
    schema = tasks.form(action, task, case)
    if schema is None:
        return dict(answer.data), ()
    known = tasks.data(action, task.id)

    def evaluate(expression: str, values: Mapping[str, Any]) -> Any:
        return action.engine.evaluate(expression, values, action.now)

    if answer.verdict is None:
        return dict(answer.data), decisions.missing(schema, answer.data, known, evaluate)
    return decisions.decided(schema, known, answer.verdict, answer.reason, evaluate, answer.data)


def present(action: Action, task_id: uuid.UUID) -> tuple[Task, Case]:
    task = tasks.existing(action, task_id)
    return task, action.session.get_one(Case, task.case_id)
