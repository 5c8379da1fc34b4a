"""Events: what waits for a time, a message or a signal, and what throws one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.engine import compensation, feel, timers
from service.engine.case import Case, Part, Scope, Token
from service.engine.expressions import Expression, Failed, when_known
from service.engine.firing import arms, fire, signal
from service.engine.model import WAITED_FOR, EventDefinition, Node
from service.engine.specs import Activity, Holder, NodeSpec
from service.engine.throwing import escalate, leave_host, throw_error


@dataclass(frozen=True)
class Wanted:
    """One trigger of an event, compiled."""

    event: EventDefinition
    timer: Expression | None = None
    correlation: Expression | None = None
    condition: Expression | None = None

    def note(self, token: Token, data: dict[str, Any]) -> None:
        """Note in the token what it waits for: {"on", "name", "due", "every", "left", "corr", "met"}."""
        token._set_state(TaskState.WAITING)
        case, noted = token.case, token.internal_data
        noted["on"] = self.event.kind
        if self.event.kind == "timer":
            value = self.timer.evaluate(data, case.now) if self.timer else self.event.text
            try:
                due = timers.due(self.event.timer or "", value, case.now)
            except timers.BadTimer as error:
                raise Failed(str(error)) from error
            noted["due"] = due.at.isoformat()
            if due.every is not None:
                noted["every"], noted["left"] = due.every, due.left
            return
        if self.event.kind == "conditional":
            case.conditions[token.id] = token
            return
        noted["name"] = self.event.name
        if self.correlation is not None:
            noted["corr"] = _correlation(self.correlation, data, case.now)


class Catching(NodeSpec):
    """Waits for its trigger: any of several, or all of them, each then waiting as a token of its own (an arm).

    The moment a timer is due and the correlation are worked out on arrival.
    """

    wanted: tuple[Wanted, ...] = ()
    all_events = False

    def wait(self, token: Token) -> None:
        """Wait for what is wanted."""
        if len(self.wanted) == 1:
            self.wanted[0].note(token, token.data)
            return
        token._set_state(TaskState.WAITING)
        for number, wanted in enumerate(self.wanted):
            arm = Token(token.workflow, self, token.case.key(), {}, (), {"arm": token.id, "number": number})
            wanted.note(arm, token.data)

    def holds(self, token: Token, data: dict[str, Any]) -> bool:
        """Whether the condition that a token waits for is true."""
        condition = self.wanted[token.internal_data.get("number", 0)].condition
        return condition is not None and when_known(condition, data, token.case.now) is True

    def happen(self, token: Token, data: dict[str, Any]) -> None:
        fire(token.case, token, data)

    def _on_cancel(self, my_task: Token) -> None:
        for arm in arms(my_task):
            my_task.case.cancel_token(arm)
        super()._on_cancel(my_task)

    def withdrawn_visibly(self, token: Token) -> bool:
        return token.moving


class CatchEvent(Catching):
    """An intermediate catch event."""

    waits = True

    def _update_hook(self, my_task: Token) -> bool:
        self.wait(my_task)
        return False


class Receive(Catching, Activity):
    """A receive task: an activity that waits for its message."""

    waits = True
    withdrawn_visibly = Activity.withdrawn_visibly

    def _update_hook(self, my_task: Token) -> bool:
        self.wait(my_task)
        return False


class Boundary(Catching):
    """An event on the border of an activity. Its waiting token names the activity's token as `host`.

    Errors and escalations do not wait: they are looked up when they are thrown.
    """

    def __init__(self, process: Any, node: Node) -> None:
        super().__init__(process, node)
        self.waits = any(event.kind in WAITED_FOR for event in node.events)

    def _update_hook(self, my_task: Token) -> bool:
        self.wait(my_task)
        my_task.data = {}  # when it fires it takes the data of its activity
        return False


class EventSubprocess(Catching, Holder):
    """Begins when its start event happens, as long as its scope is open. Its waiting token is a `guard`."""

    def __init__(self, process: Any, node: Node, inside: str) -> None:
        super().__init__(process, node, inside)
        start = next(iter(node.inner.starts()), node) if node.inner else node
        self.triggers = start.events
        self.interrupting = start.interrupting
        self.waits = any(event.kind in WAITED_FOR for event in start.events)

    def begin(self, scope: Scope, data: dict[str, Any]) -> None:
        """It happens: instead of everything else in its scope, or beside it."""
        case = scope.top_workflow
        known = {**case.present(scope), **data}
        if self.interrupting:
            scope.interruptions += 1
            case.clear(scope)
        token = Token(scope, self, case.key(), known, (), None if self.interrupting else {"past": known})
        case.act(self, self._update, token)

    def _on_complete_hook(self, my_task: Token) -> None:
        case, scope = my_task.case, my_task.workflow
        if self.interrupting:
            case.leave(my_task, [])
            return
        past = my_task.internal_data["past"]
        case.drop(my_task)
        case.share(
            {name: value for name, value in my_task.data.items() if past.get(name) is not value}, scope
        )
        if scope.ended is None:
            scope.ended = (my_task.data, ())
        case.close(scope)


class Throw(NodeSpec):
    """Intermediate throw events and end events: throws all its definitions. What it compensates comes first."""

    correlation: Expression | None = None

    def _update_hook(self, my_task: Token) -> bool:
        for thrown in self.triggers:
            if thrown.kind == "compensate":
                return not compensation.begin(my_task, thrown.name)
            if thrown.kind == "cancel":
                for other in my_task.workflow.tokens():
                    if other is not my_task and other.live:
                        my_task.case.cancel_token(other)
                return not compensation.begin(my_task, None)
        return True

    def undone(self, token: Token) -> None:
        """All that it asked to undo is undone."""
        self.go(token)

    def _on_cancel(self, my_task: Token) -> None:
        for other in my_task.workflow.tokens():
            if other.internal_data.get("undoes") == my_task.id:
                my_task.case.cancel_token(other)

    def _on_complete(self, my_task: Token) -> None:
        case, scope = my_task.case, my_task.workflow
        interruptions = scope.interruptions
        self.write(my_task)
        case.record("element_completed", my_task)
        for thrown in self.triggers:
            if thrown.kind == "message":
                throw_message(my_task, thrown)
            elif thrown.kind == "signal":
                case.record("signal_thrown", my_task, name=thrown.name or "", data=feel.to_json(my_task.data))
                signal(case, thrown.name or "", {})
            elif thrown.kind == "escalation":
                escalate(case, my_task, thrown.name)
            elif thrown.kind == "error":
                case.record("error_thrown", my_task, name=thrown.name or "")
                throw_error(case, scope, thrown.name, my_task.data)
            elif thrown.kind == "terminate":
                case.terminate(scope, my_task)
            elif thrown.kind == "cancel":
                cancel_transaction(case, scope, my_task.data)
        # What it threw may have ended or interrupted its own scope.
        if case.status == "running" and case.holds(scope) and scope.interruptions == interruptions:
            self._on_complete_hook(my_task)


class SendTask(Activity):
    """A send task that throws its message."""

    correlation: Expression | None = None

    def _on_complete(self, my_task: Token) -> None:
        if self.loop is None or "of" in my_task.internal_data:
            for thrown in self.triggers:
                throw_message(my_task, thrown)
        super()._on_complete(my_task)


def throw_message(token: Token, thrown: EventDefinition) -> None:
    """A message leaves the case with its data; `mutasi:correlation` says which case it is for."""
    correlation = None
    if token.task_spec.correlation is not None:
        correlation = _correlation(token.task_spec.correlation, token.data, token.case.now)
    data = feel.to_json(token.data)
    token.case.record("message_thrown", token, name=thrown.name or "", data=data, correlation=correlation)


def _correlation(expression: Expression, data: dict[str, Any], now: datetime) -> str:
    value = expression.evaluate(data, now)
    if not isinstance(value, str):
        raise Failed(f"{expression.text}: a correlation must be a text, not {value!r}")
    return value


def cancel_transaction(case: Case, scope: Scope, data: dict[str, Any]) -> None:
    """A transaction is cancelled: what it did is undone, and the case goes on at its cancel event."""
    host = case.token(scope.parent_task_id) if isinstance(scope, Part) else None
    if host is None:
        return
    body = case.token(host.internal_data.get("of", host.id))
    if body is None:
        return
    boundary = next((one for one in body.task_spec.boundaries if one.node.has("cancel")), None)
    if boundary is None:
        raise Failed("the transaction has no event for being cancelled")
    leave_host(case, body, boundary, dict(data))
