"""Gateways: where a token chooses its way, splits, or waits for others.

Written as task specifications like those of `specs`.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

from service.engine.case import Token
from service.engine.expressions import Failed
from service.engine.model import Node
from service.engine.specs import NodeSpec


class Exclusive(NodeSpec):
    """One way out: the first whose condition is true in the order of the model, else the default."""

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.case.leave(my_task, [self.choose(my_task)] if self.flows else [])

    def choose(self, token: Token) -> tuple[str, NodeSpec]:
        default = None
        for flow, target, condition in self.flows:
            if flow == self.node.default or (condition is None and len(self.flows) == 1):
                default = (flow, target)
            elif condition is not None and condition.true(token.data, token.case.now):
                return flow, target
        if default is None:
            raise Failed("no condition is true and there is no default flow")
        return default


class Parallel(NodeSpec):
    """Waits for a token on every flow in, then puts one on every flow out. Excess tokens stay."""

    joins = True

    def _update_hook(self, my_task: Token) -> bool:
        ways = {flow.id for flow in self.node.incoming}
        if len(ways) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        first: dict[str, Token] = {}
        for token in my_task.workflow.tokens():
            if token.task_spec is self and token._state == TaskState.WAITING:
                first.setdefault(token.internal_data["via"], token)
        if len(first) < len(ways):
            return False
        arrived = [token for token in first.values() if token is not my_task]
        last = my_task if first[my_task.internal_data["via"]] is my_task else arrived.pop()
        my_task.case.join([*arrived, last])
        if last is not my_task:
            self.go(last)
            return False
        return True


class Inclusive(NodeSpec):
    """Waits until no other token can still reach an empty flow in; out on every flow whose condition is true.

    `reach` maps each flow in to the nodes from which it can be reached without passing this gateway.
    """

    joins = True

    def __init__(self, process: Any, node: Node) -> None:
        super().__init__(process, node)
        self.reach: dict[str, frozenset[str]] = {}

    def _update_hook(self, my_task: Token) -> bool:
        if len(self.node.incoming) < 2:
            return True
        my_task._set_state(TaskState.WAITING)
        my_task.case.joins[my_task.id] = my_task
        return False

    def arrived(self, token: Token) -> dict[str, Token]:
        first: dict[str, Token] = {}
        for other in token.workflow.tokens():
            if other.task_spec is self and other._state == TaskState.WAITING:
                first.setdefault(other.internal_data["via"], other)
        return first

    def may_fire(self, token: Token) -> bool:
        """BPMN 2.0.2, 13.4.3: no token elsewhere can reach an empty flow in and none of the full ones."""
        full = self.arrived(token)
        elsewhere = {
            other.task_spec.node.id for other in token.workflow.tokens() if other.task_spec is not self
        }
        for node in elsewhere:
            reaches_full = any(node in self.reach[flow] for flow in full)
            if not reaches_full and any(node in self.reach[flow] for flow in self.reach if flow not in full):
                return False
        return True

    def fire(self, token: Token) -> None:
        tokens = list(self.arrived(token).values())
        token.case.join(tokens)
        token.case.joins.pop(tokens[-1].id, None)
        self.go(tokens[-1])

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.case.leave(my_task, self.ways(my_task))


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
