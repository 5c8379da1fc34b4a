"""Events: what waits for a time, a message or a signal, and what throws one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.engine import feel, timers
from service.engine.case import Case, Part, Scope, Token
from service.engine.expressions import Expression, Failed
from service.engine.model import EventDefinition, Node
from service.engine.specs import Activity, NodeSpec
from service.engine.steps import Event

MISSED_AT_MOST = 100  # repetitions that a late wake-up makes good; what lies further back is skipped


class Catching:
    """Waits for its trigger. The moment a timer is due and the correlation are worked out on arrival."""

    node: Node
    trigger: EventDefinition
    timer: Expression | None = None
    correlation: Expression | None = None

    def wait(self, token: Token) -> None:
        """Note in the token what it waits for: {"on", "name", "due", "every", "left", "corr"}."""
        token._set_state(TaskState.WAITING)
        noted = token.internal_data
        noted["on"] = self.trigger.kind
        if self.trigger.kind == "timer":
            value = self.timer.evaluate(token.data, token.case.now) if self.timer else self.trigger.text
            try:
                due = timers.due(self.trigger.timer or "", value, token.case.now)
            except timers.BadTimer as error:
                raise Failed(str(error)) from error
            noted["due"] = due.at.isoformat()
            if due.every is not None:
                noted["every"], noted["left"] = due.every, due.left
            return
        noted["name"] = self.trigger.name
        if self.correlation is not None:
            value = self.correlation.evaluate(token.data, token.case.now)
            if not isinstance(value, str):
                raise Failed(f"{self.correlation.text}: a correlation must be a text, not {value!r}")
            noted["corr"] = value


class CatchEvent(Catching, NodeSpec):
    """An intermediate catch event."""

    waits = True

    def _update_hook(self, my_task: Token) -> bool:
        self.wait(my_task)
        return False

    def withdrawn_visibly(self, token: Token) -> bool:
        return "race" not in token.internal_data


class Receive(Catching, Activity):
    """A receive task: an activity that waits for its message."""

    waits = True

    def _update_hook(self, my_task: Token) -> bool:
        self.wait(my_task)
        return False


class Boundary(Catching, NodeSpec):
    """An event on the border of an activity. Its waiting token names the activity's token as `host`.

    Errors and escalations do not wait: they are looked up when they are thrown.
    """

    def __init__(self, process: Any, node: Node, trigger: EventDefinition) -> None:
        super().__init__(process, node)
        self.trigger = trigger
        self.waits = trigger.kind in {"timer", "message", "signal"}

    def _update_hook(self, my_task: Token) -> bool:
        self.wait(my_task)
        my_task.data = {}  # when it fires it takes the data of its activity
        return False


class EventGateway(NodeSpec):
    """The first of the events behind it wins; the others are withdrawn."""

    def _update_hook(self, my_task: Token) -> bool:
        my_task._set_state(TaskState.WAITING)
        case = my_task.case
        for _, target in self.targets:
            case.enter(my_task.workflow, target, my_task.data, my_task.forks, {"race": my_task.id})
        return False

    def _on_cancel(self, my_task: Token) -> None:
        for other in my_task.workflow.tokens():
            if other.internal_data.get("race") == my_task.id:
                my_task.case.cancel_token(other)


class Throw(NodeSpec):
    """Intermediate throw events, send tasks with a message, and end events: throws all its definitions."""

    def __init__(self, process: Any, node: Node, throws: tuple[EventDefinition, ...]) -> None:
        super().__init__(process, node)
        self.throws = throws

    def _on_complete(self, my_task: Token) -> None:
        case, scope = my_task.case, my_task.workflow
        case.record("element_completed", my_task)
        for thrown in self.throws:
            if thrown.kind == "message":
                case.record(
                    "message_thrown", my_task, name=thrown.name or "", data=feel.to_json(my_task.data)
                )
            elif thrown.kind == "signal":
                case.record("signal_thrown", my_task, name=thrown.name or "", data=feel.to_json(my_task.data))
                signal(case, thrown.name or "", {})
            elif thrown.kind == "escalation":
                escalate(case, my_task, thrown.name)
            elif thrown.kind == "error":
                throw_error(case, scope, thrown.name, my_task.data)
            elif thrown.kind == "terminate":
                case.terminate(scope, my_task)
        # An interrupting event outside may have ended this whole scope.
        if (
            case.status == "running"
            and my_task.workflow.tasks.get(my_task.id) is my_task
            and in_case(case, scope)
        ):
            self._on_complete_hook(my_task)


class SendTask(Throw, Activity):
    """A send task that throws its message."""

    def _on_complete(self, my_task: Token) -> None:
        if self.loop is not None and "of" not in my_task.internal_data:
            Activity._on_complete(self, my_task)
            return
        for thrown in self.throws:
            my_task.case.record(
                "message_thrown", my_task, name=thrown.name or "", data=feel.to_json(my_task.data)
            )
        Activity._on_complete(self, my_task)


def in_case(case: Case, scope: Scope) -> bool:
    return scope is case or case.subprocesses.get(scope.parent_task_id) is scope


# Firing


def fire(case: Case, token: Token, data: dict[str, Any]) -> None:
    """What the token waits for has come, with `data`."""
    spec, scope = token.task_spec, token.workflow
    if "host" in token.internal_data:
        host = case.token(token.internal_data["host"])
        if host is not None:
            leave_host(case, host, spec, {**state_of(case, host), **data})
        return
    race = token.internal_data.pop("race", None)
    if race is not None:
        gateway = case.token(race)
        if gateway is not None:
            case.record("element_completed", gateway)
            gateway.task_spec._on_cancel(gateway)
            case.drop(gateway)
    token.data = {**token.data, **data}
    if scope.tasks.get(token.id) is token and token.live:
        case.act(spec, token.complete)


def leave_host(case: Case, host: Token, boundary: NodeSpec, data: dict[str, Any]) -> None:
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
        once = not every and "host" in token.internal_data and not token.task_spec.node.interrupting
        how = _again if every else _fire_last if once else fire
        case.act(token.task_spec, how, case, token, {})
        case.settle()
    return fired


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
    if "host" in noted and not token.task_spec.node.interrupting:
        if left == 0:
            _fire_last(case, token, data)
            return
        try:
            noted["due"] = _next(datetime.fromisoformat(noted["due"]), noted["every"], case.now).isoformat()
        except timers.BadTimer as error:
            raise Failed(str(error)) from error
        noted["left"] = None if left is None else left - 1
    fire(case, token, data)


def _fire_last(case: Case, token: Token, data: dict[str, Any]) -> None:
    """Fire a timer beside its activity for the only or the last time."""
    host = case.token(token.internal_data["host"])
    case.drop(token)
    if host is not None:
        leave_host(case, host, token.task_spec, state_of(case, host))


def _next(due: datetime, every: str, now: datetime) -> datetime:
    step = timers.next_of_cycle(due, every)
    behind = (now - step) / (step - due)
    if behind > MISSED_AT_MOST:
        step = timers.add(now, every)
    return step


def waiting(case: Case, kind: str) -> list[Token]:
    """The tokens that wait for a message or a signal, oldest first."""
    found = [
        token
        for scope in case.scopes()
        for token in scope.tokens()
        if token.internal_data.get("on") == kind and token._state == TaskState.WAITING
    ]
    return sorted(found, key=lambda token: token.id)


def signal(case: Case, name: str, data: dict[str, Any]) -> bool:
    """Everything in the case that waits for the signal goes on. Whether anything did."""
    reached = [token for token in waiting(case, "signal") if token.internal_data.get("name") == name]
    for token in reached:
        if token.live and in_case(case, token.workflow):
            case.act(token.task_spec, fire, case, token, data)
    return bool(reached)


# Errors and escalations


def throw_error(case: Case, scope: Scope, code: str | None, data: dict[str, Any]) -> None:
    """An error ends its scope and goes on at the nearest event that catches it; else the case fails."""
    while isinstance(scope, Part):
        host = case.token(scope.parent_task_id)
        if host is None:
            return
        if caught(case, host, code, data):
            return
        scope = host.workflow
    case.end_case("failed", data)
    case.happened.append(Event("case_failed", name=code or "", data={"code": code}))


def caught(case: Case, host: Token, code: str | None, data: dict[str, Any]) -> bool:
    """Whether an activity has a boundary event for this error code (or for all); then it goes on there."""
    body = host.internal_data.get("of")
    owner = case.token(body) if body is not None else host
    if owner is None:
        return False
    catching = [one for one in owner.task_spec.boundaries if one.trigger.kind == "error"]
    exact = [one for one in catching if one.trigger.name == code and code is not None]
    for boundary in exact + [one for one in catching if one.trigger.name is None]:
        leave_host(case, owner, boundary, dict(data))
        return True
    return False


def escalate(case: Case, token: Token, code: str | None) -> None:
    """An escalation is told to the nearest boundary event that catches it; uncaught it does nothing."""
    scope = token.workflow
    case.record("escalation_thrown", token, name=code or "")
    while isinstance(scope, Part):
        host = case.token(scope.parent_task_id)
        if host is None:
            return
        body = host.internal_data.get("of")
        owner = case.token(body) if body is not None else host
        if owner is None:
            return
        for boundary in owner.task_spec.boundaries:
            if boundary.trigger.kind == "escalation" and boundary.trigger.name in (None, code):
                leave_host(case, owner, boundary, dict(token.data))
                return
        scope = host.workflow
