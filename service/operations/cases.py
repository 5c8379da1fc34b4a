"""Starting, waking and cancelling cases."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from service.db.base import upsert
from service.db.cases import Case, Counter
from service.db.definitions import DefinitionVersion
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.domain.wording import N_, Message
from service.engine.definitions import Definition
from service.operations import definitions, notices
from service.operations.action import Action
from service.operations.advancing import advance, check_not_suspended
from service.operations.attempts import attempting, settle, settle_all
from service.operations.recording import write_event

REPAIR = "case.repair"
PLANNED_BY = ("nama_program", "periode")


def start(
    action: Action,
    definition_key: str,
    *,
    subject: str | None = None,
    data: Mapping[str, Any] | None = None,
    element: str | None = None,
    title: tuple[str, str] | None = None,
) -> Case:
    """Begin a case of a definition's latest version.

    `subject` is the NIP of the employee who asks to be moved; it becomes the variable `pegawai_nip`. `element` names the
    start event; without it the case begins at the plain one. `title`: what the case is called in Indonesian and in
    English, else as its process is. Raises NotFound, NotAllowed, Invalid, Incident.
    """
    if not action.actor.may("case.start"):
        raise NotAllowed("Your roles do not allow you to start a case.")
    if not action.actor.covers(definition_key, subject):
        raise NotAllowed("The absent person has not lent you this process.")
    version = definitions.latest(action.session, definition_key)
    definition = definitions.compiled(action.session, action.engine, version.id)
    if element is not None and element not in {trigger.element for trigger in definition.triggers}:
        raise Invalid(
            Message(
                N_("%(definition)s has no start event %(element)s."),
                definition=definition_key,
                element=element,
            ),
            {"element": "There is no such start event."},
        )
    given = dict(data or {})
    if subject is not None:
        given.setdefault("pegawai_nip", subject)
    case = _new_case(action, version, definition, subject, title, given)
    given.setdefault("nomor_kasus", case.number)
    step = action.engine.start(definition, given, action.now, element=element)
    case.snapshot = step.snapshot
    action.session.add(case)
    action.session.flush()
    write_event(action, "case_created", case=case, name=definition_key, data={"version": version.version})
    advance(action, case, definition, step)
    return case


def cancel(action: Action, case_id: uuid.UUID, reason: str) -> Case:
    """End a case by hand, with a reason that stays in its log."""
    if not reason.strip():
        raise Invalid("Say why the case is cancelled.", {"reason": "This field is required."})
    if not action.actor.may("case.cancel"):
        raise NotAllowed("Your roles do not allow you to cancel a case.")
    case = locked(action, case_id)
    if case.status != "running":
        raise Conflict("The case has ended already.")
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    step = action.engine.cancel(definition, case.snapshot, action.now)
    case.outcome = "dibatalkan"
    case.suspended_at = None
    write_event(action, "case_cancelled", case=case, data={"reason": reason.strip()})
    advance(action, case, definition, step)
    said = reason.strip()[: notices.LONGEST_SAID]
    notices.plan(action, "cancelled", f"cancelled:{case.id}", case=case, reason=said)
    settle_all(action, case)
    return case


def wake(action: Action, case_id: uuid.UUID) -> None:
    """Fire the timers of a case that are due at the action's moment; nothing when it has ended or none is due."""
    case = locked(action, case_id)
    if case.status != "running" or case.suspended_at is not None:
        return
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    with attempting(case.id, "wake", "wake"):
        step = action.engine.wake(definition, case.snapshot, action.now)
        advance(action, case, definition, step)
    settle(action, case, "wake")


def change_variables(action: Action, case_id: uuid.UUID, values: Mapping[str, Any], reason: str) -> Case:
    """Repair a running case: set variables in all its branches, with a reason. Old and new values stay in its log."""
    check_may_repair(action)
    if not reason.strip():
        raise Invalid("Say why the data is changed.", {"reason": "This field is required."})
    if not values:
        raise Invalid("Name at least one variable.", {"set": "This field is required."})
    case = locked(action, case_id)
    check_not_suspended(case)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    before = action.engine.case_data(definition, case.snapshot)
    with attempting(case.id, "variables", "variables"):
        step = action.engine.assign(definition, case.snapshot, values, action.now)
        old = {name: before.get(name) for name in values}
        changes = {"reason": reason.strip(), "before": old, "after": dict(values)}
        write_event(action, "variables_changed", case=case, data=changes)
        advance(action, case, definition, step)
    return case


def reopen(action: Action, case: Case) -> None:
    """A case that an error ended goes on from before the step in which it failed."""
    if case.status != "failed" or case.failed_from is None:
        raise Conflict("Only a case that has failed can be begun again from there.")
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    step = action.engine.reopened(definition, case.failed_from, action.now)
    case.ended_at = None
    case.failed_from = None
    write_event(action, "case_reopened", case=case)
    advance(action, case, definition, step)


def check_may_repair(action: Action) -> None:
    if not action.actor.may(REPAIR):
        raise NotAllowed("Your roles do not allow you to repair cases.")


def data(action: Action, case: Case) -> dict[str, Any]:
    """What the case knows at present, as plain JSON."""
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    return action.engine.case_data(definition, case.snapshot)


def locked(action: Action, case_id: uuid.UUID) -> Case:
    """The case's row, locked until the transaction ends and read anew. Raises NotFound."""
    case = action.session.get(Case, case_id, with_for_update=True, populate_existing=True)
    if case is None:
        raise NotFound("There is no such case.")
    check_covered(action, case)
    return hold(action, case)


def check_covered(action: Action, case: Case) -> None:
    """A substitution may leave a process out, and never lends what is about the substitute. Raises NotFound."""
    if not action.actor.covers(case.definition_key, case.subject_nip):
        raise NotFound("There is no such case.")


def hold(action: Action, case: Case) -> Case:
    """Keep a locked case at hand until the transaction ends: the session forgets what nobody holds, and would read it
    once more."""
    action.session.info.setdefault("locked cases", {})[case.id] = case
    return case


def _new_case(
    action: Action,
    version: DefinitionVersion,
    definition: Definition,
    subject: str | None,
    title: tuple[str, str] | None,
    given: Mapping[str, Any],
) -> Case:
    called, in_english = title or (definition.name or version.key, definition.name_en)
    return Case(
        id=new_id(),
        number=_next_number(action),
        definition_key=version.key,
        definition_version_id=version.id,
        title=called,
        title_en=in_english,
        status="running",
        stage="",
        subject_nip=subject,
        started_at=action.now,
        started_by=action.actor.holder,
        changed_at=action.now,
        version=0,
        plan=plan_of(given) or str(action.calendar.local_date(action.now).year),
    )


def plan_of(data: Mapping[str, Any]) -> str | None:
    """What a case is planned with: a named programme, else the period of the annual plan; None when neither is said."""
    found = (data.get(name) for name in PLANNED_BY)
    named = next((value for value in found if isinstance(value, str | int) and str(value).strip()), None)
    return None if named is None else str(named).strip()[:200]


def _next_number(action: Action) -> str:
    """MUT-2026-000123: a series per year of the city, without gaps within committed cases."""
    year = action.calendar.local_date(action.now).year
    statement = upsert(action.session, Counter).values(name=f"case-{year}", value=1)
    value = action.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Counter.name], set_={"value": Counter.value + 1}
        ).returning(Counter.value)
    ).scalar_one()
    return f"MUT-{year}-{value:06d}"
