"""Errors and escalations: looked up from where they are thrown outwards, to the nearest event that catches them."""

from __future__ import annotations

from typing import Any

from service.engine.case import Case, Part, Scope, Token
from service.engine.model import EventKind
from service.engine.steps import Event


def throw_error(case: Case, scope: Scope, code: str | None, data: dict[str, Any]) -> None:
    """An error ends its scope and goes on at the nearest event that catches it; else the case fails."""
    within: Token | None = None
    while True:
        guard = _guard(scope, within, "error", code)
        if guard is not None:
            guard.begin(scope, data)
            return
        if not isinstance(scope, Part):
            break
        within = case.token(scope.parent_task_id)
        if within is None or caught(case, within, code, data):
            return
        scope = within.workflow
    case.end_case("failed", data)
    case.happened.append(Event("case_failed", name=code or "", data={"code": code}))


def caught(case: Case, host: Token, code: str | None, data: dict[str, Any]) -> bool:
    """Whether an activity has a boundary event for this error code (or for all); then it goes on there."""
    owner = _owner(case, host)
    boundary = None if owner is None else _boundary(owner, "error", code)
    if owner is None or boundary is None:
        return False
    leave_host(case, owner, boundary, dict(data))
    return True


def caught_failure(case: Case, host: Token, reason: str) -> bool:
    """Whether an activity that cannot be worked out has a boundary event for all errors; then it goes on there."""
    data = {**host.data, "kesalahan": {"kode": None, "pesan": reason}}
    owner = _owner(case, host)
    if owner is None or not any(_catches(one, "error", None) for one in owner.task_spec.boundaries):
        return False
    return caught(case, host, None, data)


def escalate(case: Case, token: Token, code: str | None) -> None:
    """An escalation is told to the nearest event that catches it; uncaught it does nothing."""
    scope: Scope = token.workflow
    within: Token | None = None
    case.record("escalation_thrown", token, name=code or "")
    while True:
        guard = _guard(scope, within, "escalation", code)
        if guard is not None:
            guard.begin(scope, dict(token.data))
            return
        if not isinstance(scope, Part):
            return
        within = case.token(scope.parent_task_id)
        owner = None if within is None else _owner(case, within)
        if within is None or owner is None:
            return
        boundary = _boundary(owner, "escalation", code)
        if boundary is not None:
            leave_host(case, owner, boundary, dict(token.data))
            return
        scope = within.workflow


def leave_host(case: Case, host: Token, boundary: Any, data: dict[str, Any]) -> None:
    """A boundary event fires: the activity stops (interrupting) or goes on beside it."""
    scope = host.workflow
    forks = host.forks
    if boundary.node.interrupting:
        case.cancel_token(host)
    else:
        forks = (*forks, case.fork(host.data))
        host.forks = forks
    passing = Token(scope, boundary, case.key(), data, forks)
    case.act(boundary, passing.complete)


def _owner(case: Case, host: Token) -> Token | None:
    """The activity on whose border events sit: for an instance, the activity it is an instance of."""
    body = host.internal_data.get("of")
    return case.token(body) if body is not None else host


def _boundary(owner: Token, kind: EventKind, code: str | None) -> Any:
    return _nearest([one for one in owner.task_spec.boundaries if _catches(one, kind, code)], code)


def _guard(scope: Scope, within: Token | None, kind: EventKind, code: str | None) -> Any:
    """The event subprocess of a scope that catches this; none for what one of them threw itself."""
    if within is not None and within.task_spec.node.event_subprocess:
        return None
    return _nearest([one for one in scope.spec.guards if _catches(one, kind, code)], code)


def _catches(spec: Any, kind: EventKind, code: str | None) -> bool:
    return any(event.kind == kind and event.name in (None, code) for event in spec.triggers)


def _nearest(found: list[Any], code: str | None) -> Any:
    """One that names the code before one that takes all."""
    named = [one for one in found if any(event.name == code for event in one.triggers)]
    return next(iter(named + found), None)
