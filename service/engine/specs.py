"""What plain nodes and activities do with a token: SpiffWorkflow task specifications with the semantics of BPMN 2.0.

A specification is compiled once, shared by all cases and threads, and never changed afterwards. It keeps the
hooks of the library: `_update_hook` when a token arrives, `_run_hook` when it may go on, `_on_complete_hook`
when the node is done, `_on_cancel` when it is withdrawn. The difference: a token leaves nothing behind. There
are no predicted and no finished tasks, so a case costs the same after a thousand rounds as in the first.
"""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_task_spec import BpmnTaskSpec
from SpiffWorkflow.util.task import TaskState

from service.engine import compensation
from service.engine.case import Part, Scope, Token
from service.engine.expressions import Expression, Failed, when_known
from service.engine.model import DataMove, EventDefinition, Node
from service.engine.throwing import caught_failure


class NodeSpec(BpmnTaskSpec):
    """A node that a token passes at once. `flows` are its ways out as (flow id, target, condition)."""

    joins = False
    waits = False

    def __init__(self, process: Any, node: Node) -> None:
        super().__init__(process, node.id, lane=node.lane, documentation=node.documentation)
        self.bpmn_id = node.id
        self.bpmn_name = node.name
        self.node = node
        self.flows: list[tuple[str, NodeSpec, Expression | None]] = []
        self.targets: list[tuple[str, NodeSpec]] = []
        self.conditional = False
        self.boundaries: list[NodeSpec] = []
        self.triggers: tuple[EventDefinition, ...] = ()
        self.reads: list[tuple[DataMove, Expression]] = []
        self.writes: list[tuple[DataMove, Expression]] = []

    def test(self) -> None:
        """Nothing: a definition is checked before it is compiled."""

    def _update(self, my_task: Token) -> None:
        if self._update_hook(my_task):
            self.go(my_task)

    def go(self, token: Token) -> None:
        token._set_state(TaskState.READY)
        if not self.manual:
            token.case.ready.append(token)

    def _update_hook(self, my_task: Token) -> bool:
        return True

    def _run(self, my_task: Token) -> Any:
        # Not TaskSpec._run: an error undoes the whole step instead of leaving a task in the state ERROR.
        return self._run_hook(my_task)

    def read(self, token: Token) -> None:
        """What data input associations bring in."""
        for move, expression in self.reads:
            token.data[move.target] = expression.evaluate(token.data, token.case.now)

    def write(self, token: Token) -> None:
        """What data output associations take out; a variable nobody has set is left alone."""
        for move, expression in self.writes:
            value = when_known(expression, token.data, token.case.now)
            if value is not None:
                token.data[move.target] = value
                if move.shared:
                    token.case.share({move.target: value})

    def _run_hook(self, my_task: Token) -> Any:
        return True

    def _on_complete(self, my_task: Token) -> None:
        self.write(my_task)
        my_task.case.record("element_completed", my_task)
        self._on_complete_hook(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        my_task.case.leave(my_task, self.ways(my_task) if self.conditional else self.targets)

    def ways(self, token: Token) -> list[tuple[str, NodeSpec]]:
        """The flows whose condition is true, and those without one; else the default."""
        now, default = token.case.now, self.node.default
        chosen = [
            (flow, target)
            for flow, target, condition in self.flows
            if flow != default and (condition is None or condition.true(token.data, now))
        ] or [(flow, target) for flow, target, _ in self.flows if flow == default]
        if not chosen and self.flows:
            raise Failed("no condition is true and there is no default flow")
        return chosen

    def _on_cancel(self, my_task: Token) -> None:
        """Nothing hangs on a plain node."""

    def withdrawn_visibly(self, token: Token) -> bool:
        """Whether a reader wants to know that this token was withdrawn."""
        return False


class Activity(NodeSpec):
    """Tasks and subprocesses: boundary events wait as long as they are open, and they may have instances.

    `undo` is the activity that compensates this one.
    """

    def __init__(self, process: Any, node: Node) -> None:
        super().__init__(process, node)
        self.loop: Any = None  # loops.LoopRunner
        self.undo: NodeSpec | None = None

    def _update(self, my_task: Token) -> None:
        if "of" not in my_task.internal_data:
            if self.node.tokens_in > 1 and not self._enough(my_task):
                return
            self.read(my_task)
            for boundary in self.boundaries:
                if boundary.waits:
                    internal = {"host": my_task.id}
                    my_task.case.enter(my_task.workflow, boundary, my_task.data, my_task.forks, internal)
            if self.loop is not None:
                my_task._set_state(TaskState.STARTED)
                self.loop.begin(my_task)
                return
        super()._update(my_task)

    def _enough(self, token: Token) -> bool:
        """Whether as many tokens have come as the activity needs to begin (startQuantity)."""
        token._set_state(TaskState.WAITING)
        token.internal_data["held"] = True
        held = [
            one for one in token.workflow.tokens() if one.task_spec is self and "held" in one.internal_data
        ]
        if len(held) < self.node.tokens_in:
            return False
        token.case.join(held)
        del token.internal_data["held"]
        return True

    def _run(self, my_task: Token) -> Any:
        if self.loop is not None and "of" not in my_task.internal_data:
            return True  # the instances have done the work
        try:
            return super()._run(my_task)
        except Failed as error:
            if caught_failure(my_task.case, my_task, str(error)):
                return None
            raise

    def _on_complete(self, my_task: Token) -> None:
        case, body = my_task.case, my_task.internal_data.get("of")
        if body is not None:
            self._instance_done(my_task, body)
            return
        self.write(my_task)
        if self.loop is None:  # else the instances have been told already
            case.record("element_completed", my_task)
        self.withdraw_boundaries(my_task)
        if "undoes" in my_task.internal_data:
            compensation.handler_done(my_task)
            return
        compensation.note(my_task, [*my_task.internal_data.pop("inside", ()), *my_task.inside])
        self._on_complete_hook(my_task)

    def _on_complete_hook(self, my_task: Token) -> None:
        ways = self.ways(my_task) if self.conditional else self.targets
        my_task.case.leave(my_task, ways * self.node.tokens_out)

    def _instance_done(self, token: Token, body: int) -> None:
        case = token.case
        case.record("element_completed", token)
        case.drop(token)
        owner = case.token(body)
        if owner is not None:
            if token.inside:
                owner.internal_data.setdefault("inside", []).extend(token.inside)
            self.loop.instance_done(owner, token)

    def _on_cancel(self, my_task: Token) -> None:
        case = my_task.case
        part = case.subprocesses.get(my_task.id)
        if part is not None:
            case.clear(part)
            case.subprocesses.pop(my_task.id, None)
        self.withdraw_boundaries(my_task)
        for other in my_task.workflow.tokens():
            if (
                my_task.id in (other.internal_data.get("of"), other.internal_data.get("undoes"))
                and other.live
            ):
                case.cancel_token(other)

    def withdraw_boundaries(self, token: Token) -> None:
        if not self.boundaries:
            return
        for other in token.workflow.tokens():
            if other.internal_data.get("host") == token.id:
                token.case.cancel_token(other)

    def withdrawn_visibly(self, token: Token) -> bool:
        return self.loop is None or "of" in token.internal_data


class OpenActivity(Activity):
    """A task that waits for a person or an effect. Unit and person are worked out when it opens."""

    def __init__(self, process: Any, node: Node, kind: str, texts: dict[str, Expression]) -> None:
        super().__init__(process, node)
        self.manual = True
        self.kind = kind
        self.texts = texts

    def _update_hook(self, my_task: Token) -> bool:
        for name, expression in self.texts.items():
            value = expression.evaluate(my_task.data, my_task.case.now)
            if value is not None:
                my_task.internal_data[name] = _label(expression.text, value)
        return True


class Script(Activity):
    """A script is a FEEL context; its entries become variables."""

    def __init__(self, process: Any, node: Node, script: Expression) -> None:
        super().__init__(process, node)
        self.script = script

    def _run_hook(self, my_task: Token) -> bool:
        value = self.script.evaluate(my_task.data, my_task.case.now)
        if not isinstance(value, dict):
            raise Failed(f"the script gives {value!r}, not a context such as {{ total: 1 }}")
        my_task.data.update(value)
        return True


class Decide(Activity):
    """A business rule task: a DMN decision of the bundle, into the variable named by mutasi:result."""

    def _run_hook(self, my_task: Token) -> bool:
        name = self.node.mutasi.get("decision", "")
        value = my_task.case.definition.decide(name, my_task.data, my_task.case.now)
        variable = self.node.mutasi.get("result")
        if variable is None and isinstance(value, dict):
            my_task.data.update(value)
        else:
            my_task.data[variable or name] = value
        return True


class Holder(Activity):
    """An embedded subprocess or a call activity; `inside` names the process specification it opens."""

    def __init__(self, process: Any, node: Node, inside: str) -> None:
        super().__init__(process, node)
        self.inside = inside

    def _update_hook(self, my_task: Token) -> bool:
        case = my_task.case
        my_task._set_state(TaskState.STARTED)
        part = Part(case.definition.specs[self.inside], my_task, case)
        if not part.spec.entry:
            raise Failed(f"{self.inside} has nowhere to start")
        case.open(part, my_task.data, part.spec.entry)
        return False

    def undone(self, token: Token) -> None:
        """All that was done inside is undone."""
        token.case.subprocesses.pop(token.id, None)
        compensation.handler_done(token)


class AdHoc(Holder):
    """An ad hoc subprocess: all its activities are open at once, in any order, until its condition is true.

    BPMN 2.0.2, 10.3.5. When everything is done and the condition is not yet true, all are open once more.
    """

    def __init__(
        self, process: Any, node: Node, inside: str, condition: Expression | None, *, withdraws: bool
    ) -> None:
        super().__init__(process, node, inside)
        self.condition = condition
        self.withdraws = withdraws

    def look(self, scope: Scope) -> None:
        """Something inside has moved: is the subprocess done?"""
        case = scope.top_workflow
        if not case.holds(scope):
            return
        noted = scope.holder.internal_data
        busy = any(token.moving for token in scope.tokens())
        if self.condition is not None and "met" not in noted:
            data = case.present(scope)
            if when_known(self.condition, data, case.now) is True:
                noted["met"] = True
                if busy and self.withdraws:
                    case.clear(scope)
                    scope.ended = (data, ())
                    busy = False
        if busy:
            return
        if self.condition is None or "met" in noted:
            noted.pop("met", None)
            case.finish(scope)
            return
        data, scope.ended = case.present(scope), None
        case.enter_all(scope, data, scope.spec.entry)


def _label(text: str, value: Any) -> str:
    """A unit or a person: a text, or a number that stands for one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | dict | list):
        raise Failed(f"{text}: must be a text, not {value!r}")
    return str(value)
