"""Messages and signals: to the cases that wait for them, and to the definitions that begin with them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select

from service.db.cases import Case, WaitingFor
from service.db.definitions import Definition as DefinitionRow
from service.domain.access import SYSTEM
from service.domain.errors import NotAllowed, NotFound
from service.domain.ids import new_id
from service.domain.wording import N_, Message
from service.operations import cases, definitions
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.attempts import attempting, settle
from service.operations.recording import add_due_work, due_row, write_event


def send(
    action: Action, name: str, correlation: str | None = None, data: Mapping[str, Any] | None = None
) -> list[uuid.UUID]:
    """Hand a message to the cases that wait for it; when none does, to the definitions that begin with it.

    `correlation` is what the waiting event asks for, or the case's number or id. Who may only start cases (a unit's
    officer) reaches no waiting one: a permit is not theirs to announce. Raises NotFound when nobody wants it.
    """
    if not _may_send(action) and not action.actor.may("case.start"):
        raise NotAllowed("Your roles do not allow you to send messages.")
    waiting = _waiting(action, name, correlation) if _may_send(action) else []
    reached = [give(action, case_id, keys, name, correlation, data or {}) for case_id, keys in waiting]
    if not reached:
        reached = _begin(action, "message", name, data or {})
    if not reached:
        raise NotFound(Message(N_("Nothing waits for the message %(name)s."), name=name))
    return reached


def signal(
    action: Action, name: str, data: Mapping[str, Any] | None = None, only: uuid.UUID | None = None
) -> list[uuid.UUID]:
    """Tell everybody: every case that waits for the signal, and every definition that begins with it.

    A suspended case hears it when it is resumed. `only`: tell this one case.
    """
    if not _may_send(action):
        raise NotAllowed("Your roles do not allow you to send signals.")
    waiting = (
        select(WaitingFor.case_id)
        .distinct()
        .where(WaitingFor.kind == "signal", WaitingFor.name == name)
        .order_by(WaitingFor.case_id)  # always the same order: two signals at once must not deadlock
    )
    if only is not None:
        waiting = waiting.where(WaitingFor.case_id == only)
    reached = []
    for case_id in action.session.scalars(waiting).all():
        case = cases.locked(action, case_id)
        if case.status != "running":
            continue
        if case.suspended_at is not None:
            _keep(action, case, name, data or {})
            continue
        definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
        step = action.engine.signal(definition, case.snapshot, name, data or {}, action.now)
        write_event(action, "signal_received", case=case, name=name)
        advance(action, case, definition, step)
        reached.append(case.id)
    return reached if only is not None else reached + _begin(action, "signal", name, data or {})


def _keep(action: Action, case: Case, name: str, data: Mapping[str, Any]) -> None:
    """A signal for a suspended case waits with its other due work."""
    payload = {"kind": "signal", "name": name, "data": dict(data), "only": str(case.id)}
    row = due_row(f"deliver:{new_id()}", "deliver", action.now, case_id=case.id)
    add_due_work(action, [row | {"state": "paused", "payload": payload}])


def _may_send(action: Action) -> bool:
    return action.actor == SYSTEM or action.actor.may("message.send")


def _waiting(action: Action, name: str, correlation: str | None) -> list[tuple[uuid.UUID, list[str]]]:
    """The cases that wait for the message with this correlation, and the keys of their waits."""
    query = (
        select(WaitingFor.case_id, WaitingFor.engine_key)
        .join(Case, Case.id == WaitingFor.case_id)
        .where(WaitingFor.kind == "message", WaitingFor.name == name, Case.status == "running")
    )
    if correlation is not None:
        fits = [WaitingFor.correlation == correlation, Case.number == correlation]
        with suppress(ValueError):
            fits.append(Case.id == uuid.UUID(correlation))
        query = query.where(or_(*fits))
    else:
        query = query.where(WaitingFor.correlation.is_(None))
    found: dict[uuid.UUID, list[str]] = {}
    for case_id, key in action.session.execute(query.order_by(WaitingFor.case_id)):
        found.setdefault(case_id, []).append(key)
    return list(found.items())


def give(
    action: Action,
    case_id: uuid.UUID,
    keys: list[str],
    name: str,
    correlation: str | None,
    data: Mapping[str, Any],
) -> uuid.UUID:
    """Hand a message to a case in which these wait for it."""
    case = cases.locked(action, case_id)
    cases.check_not_suspended(case)
    definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
    asked = action.session.scalar(
        select(WaitingFor.correlation)
        .where(WaitingFor.case_id == case_id, WaitingFor.engine_key.in_(keys))
        .limit(1)
    )
    subject = f"message:{name}"
    said = {"keys": keys, "name": name, "correlation": correlation, "data": dict(data)}
    with attempting(case.id, "message", subject, **said):
        step = action.engine.message(
            definition, case.snapshot, name, data, action.now, correlation=asked or correlation, keys=keys
        )
        write_event(action, "message_received", case=case, name=name)
        advance(action, case, definition, step)
    settle(action, case, subject)
    return case.id


def _begin(action: Action, kind: str, name: str, data: Mapping[str, Any]) -> list[uuid.UUID]:
    """Start a case of every definition whose latest version begins with this message or signal."""
    begun = []
    for key in action.session.scalars(select(DefinitionRow.key).order_by(DefinitionRow.key)).all():
        version = definitions.latest(action.session, key)
        definition = definitions.compiled(action.session, action.engine, version.id)
        for trigger in definition.triggers:
            if trigger.kind == kind and trigger.value == name:
                starter = action if action.actor.may("case.start") else replace(action, actor=SYSTEM)
                begun.append(cases.start(starter, key, data=data, element=trigger.element).id)
    return begun
