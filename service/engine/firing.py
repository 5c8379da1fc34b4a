"""What happens when a time, a message or a signal comes that a token waits for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.engine import timers
from service.engine.case import Case, Token
from service.engine.expressions import Failed
from service.engine.throwing import leave_host

ASIDE = frozenset({"host", "guard", "arm"})
MISSED_AT_MOST = 100  # repetitions that a late wake-up makes good; what lies further back is skipped


def fire(case: Case, token: Token, data: dict[str, Any]) -> None:
    """What the token waits for has come, with `data`."""
    spec, scope = token.task_spec, token.workflow
    if "arm" in token.internal_data:
        _fire_arm(case, token, data)
        return
    if "guard" in token.internal_data:
        spec.begin(scope, {**token.data, **data})
        _wait_again(token)
        return
    if "host" in token.internal_data:
        host = case.token(token.internal_data["host"])
        if host is not None:
            leave_host(case, host, spec, {**state_of(case, host), **token.data, **data})
            _wait_again(token)
        return
    race = token.internal_data.pop("race", None)
    if race is not None:
        gateway = case.token(race)
        if gateway is not None:
            case.record("element_completed", gateway)
            gateway.task_spec._on_cancel(gateway)
            case.drop(gateway)
    for arm in arms(token):
        case.cancel_token(arm)
    token.data = {**token.data, **data}
    if scope.tasks.get(token.id) is token and token.live:
        case.act(spec, token.complete)


def arms(token: Token) -> list[Token]:
    """The triggers of an event that waits for several."""
    return [one for one in token.workflow.tokens() if one.internal_data.get("arm") == token.id]


def _fire_arm(case: Case, arm: Token, data: dict[str, Any]) -> None:
    """One of several triggers has come: enough, or the others are waited for with what this one brought."""
    event = case.token(arm.internal_data["arm"])
    case.drop(arm)
    if event is None:
        return
    if event.task_spec.all_events and arms(event):
        event.data = {**event.data, **data}
        return
    fire(case, event, data)


def _wait_again(token: Token) -> None:
    """An event beside its activity or scope may happen any number of times."""
    if token.live and len(token.task_spec.wanted) > 1 and token.case.holds(token.workflow):
        for arm in arms(token):
            token.case.cancel_token(arm)
        token.data = {}
        token.task_spec.wait(token)


def state_of(case: Case, host: Token) -> dict[str, Any]:
    """The data an activity has come to: what its subprocess holds at present, else its own."""
    part = case.subprocesses.get(host.id)
    return case.present(part) if part is not None else dict(host.data)


def wake(case: Case) -> bool:
    """Fire all timers that are due, the earliest first; also those that this sets going. Whether any was."""
    fired = False
    while case.status == "running" and (waiting := due_timers(case)):
        fired = True
        _, token = waiting[0]
        every = token.internal_data.get("every")
        once = not every and _beside(token)
        how = _again if every else _fire_last if once else fire
        case.act(token.task_spec, how, case, token, {})
        case.settle()
    return fired


def postpone(case: Case, by: timedelta) -> None:
    """Move the timers that count from when they were entered. One that names a day stays on its day."""
    for scope in case.scopes():
        for token in scope.tokens():
            noted = token.internal_data
            if "due" not in noted:
                continue
            event = token.task_spec.wanted[noted.get("number", 0)].event
            if event.timer == "timeDuration" or (event.timer == "timeCycle" and "every" in noted):
                noted["due"] = (datetime.fromisoformat(noted["due"]) + by).isoformat()


def due_timers(case: Case) -> list[tuple[datetime, Token]]:
    found = [
        (datetime.fromisoformat(token.internal_data["due"]), token)
        for scope in case.scopes()
        for token in scope.tokens()
        if "due" in token.internal_data
    ]
    return sorted((item for item in found if item[0] <= case.now), key=lambda item: (item[0], item[1].id))


def _again(case: Case, token: Token, data: dict[str, Any]) -> None:
    """A repeating timer: set its next time, then fire. An interrupting or intermediate one fires once."""
    noted = token.internal_data
    left = noted.get("left")
    if _beside(token):
        if left == 0:
            _fire_last(case, token, data)
            return
        try:
            noted["due"] = _next(datetime.fromisoformat(noted["due"]), noted["every"], case.now).isoformat()
        except timers.BadTimer as error:
            raise Failed(str(error)) from error
        noted["left"] = None if left is None else left - 1
    fire(case, token, data)


def _beside(token: Token) -> bool:
    """Whether an event lets its activity or scope go on, and so may happen again."""
    return not getattr(token.task_spec, "interrupting", token.task_spec.node.interrupting) and bool(
        {"host", "guard"} & token.internal_data.keys()
    )


def _fire_last(case: Case, token: Token, data: dict[str, Any]) -> None:
    """Fire a timer beside its activity or scope for the only or the last time."""
    case.drop(token)
    if "guard" in token.internal_data:
        token.task_spec.begin(token.workflow, {})
        return
    host = case.token(token.internal_data["host"])
    if host is not None:
        leave_host(case, host, token.task_spec, state_of(case, host))


def _next(due: datetime, every: str, now: datetime) -> datetime:
    step = timers.next_of_cycle(due, every)
    behind = (now - step) / (step - due)
    if behind > MISSED_AT_MOST:
        step = timers.add(now, every)
    return step


def waiting(case: Case, kind: str) -> list[Token]:
    """The tokens that wait for a message or a signal: steps of a path before events beside one, oldest first.

    A message goes to the first. Were it the event beside, which may happen again and again, the path could wait for ever.
    """
    found = [
        token
        for scope in case.scopes()
        for token in scope.tokens()
        if token.internal_data.get("on") == kind and token._state == TaskState.WAITING
    ]
    return sorted(found, key=lambda token: (bool(ASIDE & token.internal_data.keys()), token.id))


def signal(case: Case, name: str, data: dict[str, Any]) -> bool:
    """Everything in the case that waits for the signal goes on. Whether anything did."""
    reached = [token for token in waiting(case, "signal") if token.internal_data.get("name") == name]
    for token in reached:
        if token.live and case.holds(token.workflow):
            case.act(token.task_spec, fire, case, token, data)
    return bool(reached)
