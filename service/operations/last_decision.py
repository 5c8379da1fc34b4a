"""What a case was before its latest decision, kept so that this one can be withdrawn while nothing has come of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import delete, select

from service.db.base import upsert
from service.db.cases import Case, LastDecision
from service.operations.action import Action

FILED_UNDER = (
    "title",
    "stage",
    "stage_element",
    "outcome",
    "transfer_kind",
    "subject_nip",
    "origin_unit",
    "target_unit",
    "target_position",
    "plan",
    "rule_tone",
    "rule_count",
)
"""Columns of a case that a step or its effects set."""
KEPT_AFTER_THE_END = timedelta(days=30)
"""Longer than the working day for which the decision that ended a case can be withdrawn."""


@contextmanager
def kept(action: Action, case: Case, task_id: uuid.UUID) -> Iterator[None]:
    """Keep a locked case as it is now, when what is done inside is a person's decision."""
    if action.actor.id is None:
        yield
        return
    before = {
        "task_id": task_id,
        "snapshot": case.snapshot,
        "filed_under": {name: getattr(case, name) for name in FILED_UNDER},
        "stage_since": case.stage_since,
    }
    yield
    before["case_version"] = case.version
    row = upsert(action.session, LastDecision).values(case_id=case.id, **before)
    action.session.execute(row.on_conflict_do_update(index_elements=["case_id"], set_=before))


def restore(case: Case, last: LastDecision) -> None:
    """File the case as it was; its snapshot is the engine's to take up again."""
    for name, value in last.filed_under.items():
        setattr(case, name, value)
    case.stage_since = last.stage_since
    case.ended_at = None


def forget(action: Action) -> None:
    """Delete what cases were before the decision that ended them some time ago."""
    ended = select(Case.id).where(Case.ended_at < action.now - KEPT_AFTER_THE_END)
    action.session.execute(delete(LastDecision).where(LastDecision.case_id.in_(ended)))
