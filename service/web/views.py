"""Parts that the task page and the case page share: facts, timeline, documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from service.db.accounts import Account
from service.db.cases import Case, CaseDocument, Task
from service.db.queries import cases as queries
from service.db.queries.cases import CaseRow
from service.db.queries.tasks import TaskRow
from service.domain.errors import NotFound
from service.engine.definitions import Definition
from service.operations import definitions, documents, previews
from service.operations.action import Action
from service.web import context, letters, timeline, wording
from service.web.facts import Facts, gather, unjudged
from service.web.timeline import Entry

EVENTS = 200


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with who attached it (or took it away), and whether the reader may take it away."""

    document: CaseDocument
    who: str | None
    mine: bool

    @property
    def shown(self) -> bool:
        """Whether it can be looked at here; office files are downloads only."""
        return previews.is_shown(self.document)


def facts_of(action: Action, case: Case, data: Mapping[str, Any]) -> Facts:
    """The facts this person may know: before the decree, names are for those who decide and the one meant; who is meant
    learns only then how they were judged.
    """
    actor = action.actor
    decided = case.decided_at is not None
    subject = case.subject_nip is not None and case.subject_nip == actor.nip
    names = actor.decides or subject or (decided and actor.sees != "own")
    found = gather(data, names=names, others=actor.decides or (decided and actor.sees == "all"))
    return unjudged(found) if subject and not decided and not actor.decides else found


def latest(action: Action, case: Case, definition: Definition, data: Mapping[str, Any]) -> list[Entry]:
    """The latest of what happened in a case, for who may see it."""
    if not _visible(action, case):
        return []
    events = queries.events(action.session, action.actor, case.id, limit=EVENTS, newest_first=True).items
    answered = action.actor.decides or (case.decided_at is not None and action.actor.sees != "own")
    return timeline.entries(events, definition, data, answered=answered)


def around(action: Action, case: Case, data: Mapping[str, Any], task: Task | None = None) -> dict[str, Any]:
    """Documents, letters and the case's version, as templates use them."""
    visible = _visible(action, case)
    return {
        "documents": _papers(action, case) if visible else [],
        "removed_documents": _papers(action, case, removed=True) if visible else [],
        "letters": letters.around(action, case, data, task),
        "may_attach": visible,
        "case_visible": visible,
    }


def stage_names(action: Action, rows: Iterable[Any]) -> dict[tuple[uuid.UUID, str], str]:
    """(version id, stage) -> the stage in the reader's language, for rows of tasks or cases."""
    names: dict[tuple[uuid.UUID, str], str] = {}
    for row in rows:
        key = (row.definition_version_id, row.stage)
        if key not in names:
            names[key] = _stage_name(action, *key)
    return names


def process_names(action: Action, rows: Iterable[CaseRow]) -> dict[uuid.UUID, str]:
    """Version id -> the process in the reader's language."""
    names = {row.definition_version_id: row.definition_name for row in rows}
    if context.language() != "en":
        return names
    found = {version: definitions.compiled(action.session, action.engine, version) for version in names}
    return {version: definition.name_en or names[version] for version, definition in found.items()}


def case_title(row: CaseRow, process: str) -> str:
    """What a case is called in the reader's language; as its process is while its names are secret."""
    return process if row.title == row.definition_name else context.in_language(row.title, row.title_en)


def case_title_of(task: TaskRow) -> str:
    """What the case of a task is called in the reader's language; that it is secret, while its names are."""
    return wording.actor_name(context.in_language(task.case_title, task.case_title_en))


def _stage_name(action: Action, version_id: uuid.UUID, stage: str) -> str:
    if not stage or context.language() != "en":
        return stage
    definition = definitions.compiled(action.session, action.engine, version_id)
    found = (node for (process, _), node in definition.elements.items() if process == definition.key)
    return next((node.name_en for node in found if node.name == stage and node.name_en), stage)


def _papers(action: Action, case: Case, *, removed: bool = False) -> list[Paper]:
    rows = queries.documents(action.session, case.id, removed=removed)
    ids = {row.removed_by if removed else row.added_by for row in rows}
    named = {
        found.id: found.name for found in action.session.scalars(select(Account).where(Account.id.in_(ids)))
    }
    return [
        Paper(
            row,
            named.get(who) if (who := row.removed_by if removed else row.added_by) else None,
            documents.may_change(action, row),
        )
        for row in rows
    ]


def _visible(action: Action, case: Case) -> bool:
    """Whether the person may see the whole case, or only the task they were asked to do."""
    try:
        queries.get(action.session, action.actor, case.id)
    except NotFound:
        return False
    return True
