"""Deciding many tasks of one kind at once, first as a rehearsal: what will pass is told apart from what needs a look."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import select

from service.db.cases import Case, Task
from service.db.drafts import HeldDecision
from service.db.queries import tasks as queries
from service.domain.decisions import Missing
from service.domain.errors import Conflict, Incident, Invalid, InvalidForm, MutasiError, NotAllowed, NotFound
from service.domain.rules import FAILED, NEEDS_PERMIT, WARNING
from service.domain.wording import N_, Message
from service.operations import attempts, holding, tasks
from service.operations.action import Action
from service.operations.deciding import Answer, filled, present
from service.operations.recording import OPEN_TASKS

MOST = 200
CONFLICT_OF_INTEREST, DOCUMENTS = "R16", "R20"
SPEAKING = frozenset({FAILED, WARNING, NEEDS_PERMIT})


@dataclass(frozen=True, slots=True)
class Remark:
    """Why a task should be looked at first; `detail` names who, which task, or which fields."""

    code: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """What the rehearsal says about one task; `lacks`: what its form still needs."""

    task_id: uuid.UUID
    remarks: tuple[Remark, ...] = ()
    lacks: tuple[Missing, ...] = ()

    @property
    def passes(self) -> bool:
        return not self.remarks


def kinds(action: Action, rows: Iterable[tuple[uuid.UUID, str, str, str | None]]) -> list[str]:
    """(version, process, element, form) -> a key that is the same for tasks of one kind and form version."""
    return [
        f"{process}/{element}/{_digest(action, version, form)}" for version, process, element, form in rows
    ]


def check_one_kind(action: Action, task_ids: Sequence[uuid.UUID]) -> None:
    """Raises Invalid unless these are 1 to MOST tasks of one kind and form version; unknown ones are left out."""
    if not task_ids or len(task_ids) > MOST:
        raise Invalid(
            Message(N_("Choose 1 to %(most)s tasks."), most=MOST),
            {"tasks": Message(N_("Choose 1 to %(most)s tasks."), most=MOST)},
        )
    rows = action.session.execute(
        select(Case.definition_version_id, Task.process, Task.element, Task.form)
        .join(Case, Case.id == Task.case_id)
        .where(Task.id.in_(list(task_ids)))
        .distinct()
    )
    if len(set(kinds(action, rows))) > 1:
        raise Invalid("Choose tasks of one kind and form version.", {"tasks": "More than one kind."})


def rehearse(action: Action, task_ids: Sequence[uuid.UUID], answer: Answer) -> list[Look]:
    """What would come of deciding these tasks so, task by task, without changing or locking anything."""
    check_one_kind(action, task_ids)
    return [look(action, task_id, answer) for task_id in dict.fromkeys(task_ids)]


def look(action: Action, task_id: uuid.UUID, answer: Answer) -> Look:
    """Whether one task will pass, or why to look at it first."""
    try:
        row = queries.get(action.session, action.actor, task_id)
    except NotFound:
        return Look(task_id, (Remark("not_found"),))
    task, case = present(action, task_id)
    if in_the_way := _in_the_way(action, row, task, case):
        return Look(task_id, (in_the_way,))
    try:
        _, lacks = filled(action, task, case, answer)
    except MutasiError as refused:
        return Look(task_id, (Remark("refused", str(refused)),))
    if lacks:
        fields = ", ".join(lack.label or lack.key for lack in lacks)
        return Look(task_id, (Remark("form", fields),), tuple(lacks))
    return Look(task_id, tuple(_to_weigh(action, task_id, case)))


def decide(
    action: Action,
    task_id: uuid.UUID,
    answer: Answer,
    *,
    batch: uuid.UUID | None = None,
    at_once: bool = False,
) -> Look:
    """Decide one task of many, unless it should be looked at first; held with its `batch`, or carried out `at_once`.

    What goes wrong after all is a remark too (a colleague was faster); an Incident is raised.
    """
    seen = look(action, task_id, answer)
    if not seen.passes:
        return seen
    task, case = present(action, task_id)
    try:
        values, _ = filled(action, task, case, answer)
        if at_once:
            tasks.complete(action, task_id, values)
        else:
            holding.decide(action, task_id, values, batch=batch)
    except Conflict as refused:
        return Look(task_id, (Remark("taken", refused.by or ""),))
    except InvalidForm as refused:
        return Look(task_id, (Remark("form", ", ".join(refused.fields)),))
    except (Invalid, NotAllowed, NotFound) as refused:
        return Look(task_id, (Remark("refused", str(refused)),))
    return seen


def decide_all(action: Action, task_ids: Sequence[uuid.UUID], answer: Answer) -> list[Look]:
    """Decide tasks of one kind at once in one transaction, each for itself: what fails in its diagram undoes that task
    only, and stays as an incident."""
    check_one_kind(action, task_ids)
    return [_on_its_own(action, task_id, answer) for task_id in dict.fromkeys(task_ids)]


def _on_its_own(action: Action, task_id: uuid.UUID, answer: Answer) -> Look:
    try:
        with action.session.begin_nested():
            return decide(action, task_id, answer, at_once=True)
    except Incident as incident:
        action.session.info.pop(OPEN_TASKS, None)  # they were read before the savepoint was undone
        attempts.note(action, incident)
        return Look(task_id, (Remark("incident", str(incident)),))


def _in_the_way(action: Action, row: queries.TaskRow, task: Task, case: Case) -> Remark | None:
    if task.state != "open":
        return Remark("closed", row.closed_by or "")
    if action.session.get(HeldDecision, task.id) is not None:
        return Remark("deciding", row.assignee or "")
    if not row.offered:
        return Remark("not_offered")
    if task.assignee_id not in (None, action.actor.holder):
        return Remark("taken", row.assignee or "")
    if done := tasks.apart(action, case, task):
        return Remark("four_eyes", done)
    return None


def _to_weigh(action: Action, task_id: uuid.UUID, case: Case) -> list[Remark]:
    """Conflict of interest, missing documents, and every other rule that blocks or is to be weighed."""
    found = tasks.data(action, task_id).get("aturan")
    entries = [entry for entry in found if isinstance(entry, Mapping)] if isinstance(found, list) else []
    speaking = [entry for entry in entries if entry.get("hasil") in SPEAKING]
    named = {str(entry.get("id")): entry for entry in speaking}
    remarks = []
    if CONFLICT_OF_INTEREST in named or (action.actor.nip and action.actor.nip == case.subject_nip):
        remarks.append(Remark("conflict_of_interest"))
    if DOCUMENTS in named:
        remarks.append(Remark("missing_document"))
    others = [entry for rule, entry in named.items() if rule not in (CONFLICT_OF_INTEREST, DOCUMENTS)]
    for code, blocking in (("rule_blocks", True), ("rule_warns", False)):
        ids = [
            str(entry["id"])
            for entry in others
            if (entry["hasil"] == FAILED and entry.get("tingkat") == "B") is blocking
        ]
        if ids:
            remarks.append(Remark(code, ", ".join(ids)))
    return remarks


def _digest(action: Action, version: uuid.UUID, form: str | None) -> str:
    """A form's content in a word; `-` without a form."""
    schema = tasks.form_of_version(action, version, form)
    return sha256(json.dumps(schema, sort_keys=True).encode()).hexdigest()[:12] if schema else "-"
