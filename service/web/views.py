"""Parts that the task page and the case page share: facts, timeline, documents."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from service.db.cases import Case
from service.db.queries import cases as queries
from service.domain.errors import NotFound
from service.engine.definitions import Definition
from service.operations import definitions
from service.operations.action import Action
from service.web import context, timeline
from service.web.facts import Facts, gather

EVENTS = 200


def facts_of(action: Action, case: Case, data: Mapping[str, Any]) -> Facts:
    """The facts this person may know: before the decree, names are for those who decide and the one meant."""
    actor = action.actor
    decided = case.decided_at is not None
    subject = case.subject_nip is not None and case.subject_nip == actor.nip
    names = actor.decides or subject or (decided and actor.sees != "own")
    return gather(data, names=names, others=actor.decides or (decided and actor.sees == "all"))


def around(action: Action, case: Case, definition: Definition, data: Mapping[str, Any]) -> dict[str, Any]:
    """Timeline, documents and the case's version, as templates use them."""
    actor = action.actor
    answered = actor.decides or (case.decided_at is not None and actor.sees != "own")
    visible = _visible(action, case)
    events = (
        queries.events(action.session, actor, case.id, limit=EVENTS, newest_first=True).items
        if visible
        else ()
    )
    return {
        "entries": timeline.entries(events, definition, data, answered=answered),
        "documents": queries.documents(action.session, case.id) if visible else [],
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


def _stage_name(action: Action, version_id: uuid.UUID, stage: str) -> str:
    if not stage or context.language() != "en":
        return stage
    definition = definitions.compiled(action.session, action.engine, version_id)
    found = (node for (process, _), node in definition.elements.items() if process == definition.key)
    return next((node.name_en for node in found if node.name == stage and node.name_en), stage)


def _visible(action: Action, case: Case) -> bool:
    """Whether the person may see the whole case, or only the task they were asked to do."""
    try:
        queries.get(action.session, action.actor, case.id)
    except NotFound:
        return False
    return True
