"""A running case: SpiffWorkflow's workflows and tasks, holding the present tokens and no history."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from service.domain.errors import Incident
from service.engine.expressions import Failed, NoPython
from service.engine.merging import merge
from service.engine.steps import Event, EventKind, Status

if TYPE_CHECKING:
    from service.engine.definitions import Definition
    from service.engine.specs import NodeSpec

MAX_NESTING = 50
FINISHED = TaskState.FINISHED_MASK
BESIDE = frozenset({"host", "race", "of", "arm", "guard", "undoes"})


class Token(Task):
    """A SpiffWorkflow task that stands for a token. Its id, a number, is the key of an open task."""

    def __init__(
        self,
        workflow: Scope,
        spec: NodeSpec,
        key: int,
        data: dict[str, Any],
        forks: tuple[int, ...] = (),
        internal: dict[str, Any] | None = None,
        state: int = TaskState.FUTURE,
    ) -> None:
        # Not Task.__init__: its random id, clock reading and prediction cost more than the step itself.
        self.id = key
        self.workflow = workflow
        self.task_spec = spec
        self.data = data
        self.internal_data = {} if internal is None else internal
        self.forks = forks
        self.triggered = False
        self.thread_id = 0
        self.last_state_change = 0.0
        self._parent = None
        self._children: list[int] = []
        self.inside: list[Any] = []  # what can be undone in the subprocess that is just done
        self._state = state
        workflow.tasks[key] = self

    def _set_state(self, value: int) -> None:
        self._state = value  # Task would build log extras on each change, 5 % of a step

    @property
    def case(self) -> Case:
        top: Case = self.workflow.top_workflow
        return top

    @property
    def live(self) -> bool:
        return not self._state & FINISHED

    @property
    def moving(self) -> bool:
        """Whether this is a step of the path, not something that hangs on one: an event that may happen to an
        activity, an instance of it, one of several triggers, an event subprocess that may begin."""
        return not BESIDE & self.internal_data.keys()

    def run(self) -> bool | None:
        """Do the node's work; None: it was withdrawn while it tried."""
        done: bool | None = self.task_spec._run(self)
        if done is not None:
            self.complete()
        return done


class ScopeMixin:
    """What the case and its subprocesses share.

    `ended`: data and forks of the paths that ended. `done`: what can be undone (see compensation.py).
    """

    tasks: dict[int, Token]
    spec: Any
    ended: tuple[dict[str, Any], tuple[int, ...]] | None
    done: list[Any]
    path: tuple[str, ...]
    interruptions = 0  # how often in this step an event subprocess took over

    @property
    def process(self) -> str:
        return str(self.spec.process_id)

    def tokens(self) -> list[Token]:
        return [token for token in self.tasks.values() if token.live]


class Case(ScopeMixin, BpmnWorkflow):
    """The top process of a case during one step, with what the step has done so far."""

    def __init__(self, definition: Definition, now: datetime, *, keep_history: bool = False) -> None:
        top = definition.top
        super().__init__(top, definition.specs, script_engine=NoPython(), deserializing=True)
        self.definition = definition
        self.now = now
        self.keep_history = keep_history
        self.status: Status = "running"
        self.ended = None
        self.done = []
        self.path = ()
        self.counter = 0
        self.forks: dict[int, dict[str, Any]] = {}
        self.ready: deque[Token] = deque()
        self.joins: dict[int, Token] = {}  # inclusive joins that wait until nothing else can reach them
        self.conditions: dict[int, Token] = {}  # events that wait until the data makes them true
        self.happened: list[Event] = []
        self.actions = 0
        self.stored: dict[int, tuple[Any, Any]] = {}  # by identity: a value as read, and as it was stored

    def scopes(self) -> Iterator[Scope]:
        yield self
        yield from self.subprocesses.values()

    def key(self) -> int:
        self.counter += 1
        return self.counter

    def token(self, key: int) -> Token | None:
        for scope in self.scopes():
            found = scope.tasks.get(key)
            if found is not None:
                return found if found.live else None
        return None

    # moving

    def enter(
        self,
        scope: Scope,
        spec: NodeSpec,
        data: Mapping[str, Any],
        forks: tuple[int, ...] = (),
        internal: dict[str, Any] | None = None,
    ) -> Token:
        """Put a token on a node. The data is shared value by value: nothing changes a value in place."""
        token = Token(scope, spec, self.key(), dict(data), forks, internal)
        self.act(spec, spec._update, token)
        return token

    def open(self, scope: Scope, data: dict[str, Any], entry: Sequence[NodeSpec]) -> None:
        """Begin a scope: its event subprocesses may happen from now on, and a token stands on each entry."""
        for spec in scope.spec.guards:
            if spec.waits:
                guard = Token(scope, spec, self.key(), data, (), {"guard": True})
                self.act(spec, spec.wait, guard)
                guard.data = {}  # when it happens it takes the data of its scope
        self.enter_all(scope, data, entry)

    def enter_all(self, scope: Scope, data: dict[str, Any], entry: Sequence[NodeSpec]) -> None:
        """Put a token on each of these nodes at once."""
        forks = (self.fork(data),) if len(entry) > 1 else ()
        for spec in entry:
            self.enter(scope, spec, data, forks)

    def act(self, spec: NodeSpec, action: Any, *arguments: Any) -> None:
        """Do something for a node; what fails is an incident at that node."""
        self.actions += 1
        if self.actions > self.definition.limits.actions_per_step:
            raise Incident(
                spec.node.id, f"more than {self.definition.limits.actions_per_step} actions in one step"
            )
        try:
            action(*arguments)
        except Failed as error:
            raise Incident(spec.node.id, str(error)) from error

    def settle(self) -> None:
        """Run until only people, effects, timers and waits remain."""
        while self.status == "running":
            while self.ready and self.status == "running":
                token = self.ready.popleft()
                if token._state == TaskState.READY:
                    self.act(token.task_spec, token.run)
            if self.status != "running" or not (self._fire_joins() or self._fire_conditions()):
                return

    def _fire_joins(self) -> bool:
        for key, token in list(self.joins.items()):
            if not token.live:
                del self.joins[key]
            elif token.task_spec.may_fire(token):
                self.act(token.task_spec, token.task_spec.fire, token)
                return True
        return False

    def _fire_conditions(self) -> bool:
        """The oldest event whose condition has become true since it was last looked at."""
        for key, token in list(self.conditions.items()):
            if not (token.live and self.holds(token.workflow)):
                del self.conditions[key]
                continue
            true = token.task_spec.holds(token, self.view(token.workflow))
            became, token.internal_data["met"] = true and not token.internal_data.get("met"), true
            if became:
                self.act(token.task_spec, token.task_spec.happen, token, {})
                return True
        return False

    def holds(self, scope: Scope) -> bool:
        """Whether a scope is still part of the case."""
        return scope is self or self.subprocesses.get(scope.parent_task_id) is scope

    def leave(self, token: Token, targets: Sequence[NodeSpec | tuple[str, NodeSpec]]) -> None:
        """Take a token away from its node and put one on each target; without target its path ends."""
        self.drop(token)
        forks = token.forks
        if len(targets) > 1:
            forks = (*forks, self.fork(token.data))
        scope = token.workflow
        for target in targets:
            flow, spec = target if isinstance(target, tuple) else ("", target)
            self.enter(scope, spec, token.data, forks, {"via": flow} if flow and spec.joins else None)
            if self.status != "running":
                return
        if not targets:
            self.end_path(scope, token)
        elif scope.spec.ad_hoc is not None:
            scope.spec.ad_hoc.look(scope)

    def fork(self, data: dict[str, Any]) -> int:
        """Remember the common past of branches, for the merge where they meet."""
        key = self.key()
        self.forks[key] = data
        return key

    def drop(self, token: Token) -> None:
        """Forget a finished token, unless the whole history is kept (tests compare the two)."""
        if token.live:
            token._set_state(TaskState.COMPLETED)
        if not self.keep_history:
            token.workflow.tasks.pop(token.id, None)

    def join(self, tokens: Sequence[Token]) -> None:
        """Merge tokens into the last of them, by what each branch changed since they parted."""
        last = tokens[-1]
        data, forks = tokens[0].data, tokens[0].forks
        for token in tokens[1:]:
            data, forks = self.merged(data, forks, token.data, token.forks)
        for token in tokens[:-1]:
            self.drop(token)
        last.data, last.forks = data, forks

    def merged(
        self, first: dict[str, Any], forks: tuple[int, ...], second: dict[str, Any], others: tuple[int, ...]
    ) -> tuple[dict[str, Any], tuple[int, ...]]:
        """The data of two branches brought together, and the forks they share."""
        common = 0
        while common < min(len(forks), len(others)) and forks[common] == others[common]:
            common += 1
        base = self.forks.get(forks[common - 1], {}) if common else {}
        return merge(base, first, second), forks[:common]

    # ending

    def end_path(self, scope: Scope, token: Token) -> None:
        if scope.ended is None:
            scope.ended = (token.data, token.forks)
        else:
            scope.ended = self.merged(*scope.ended, token.data, token.forks)
        if scope.spec.ad_hoc is not None:
            scope.spec.ad_hoc.look(scope)
        else:
            self.close(scope)

    def close(self, scope: Scope) -> None:
        """Finish a scope in which nothing moves any more."""
        if self.holds(scope) and not any("guard" not in token.internal_data for token in scope.tokens()):
            self.finish(scope)

    def finish(self, scope: Scope) -> None:
        """Nothing is left in a scope: the activity that holds it is done, or the case is."""
        data = scope.ended[0] if scope.ended else {}
        for guard in scope.tokens():
            guard.cancel()
        if scope is self:
            self.status = "completed"
            self.data = data
            self.happened.append(Event("case_completed"))
            return
        host = self.token(scope.parent_task_id)
        del self.subprocesses[scope.parent_task_id]
        if host is not None:
            host.data = dict(data)
            host.inside = scope.done
            self.act(host.task_spec, host.complete)

    def terminate(self, scope: Scope, token: Token) -> None:
        """A terminate end event: everything else in its scope stops."""
        self.drop(token)
        self.clear(scope)
        scope.ended = (token.data, token.forks)
        self.finish(scope)

    def clear(self, scope: Scope) -> None:
        for other in scope.tokens():
            if other.live:
                self.cancel_token(other)

    def cancel_token(self, token: Token) -> None:
        """Withdraw a token with all that hangs on it: subprocess, instances, boundary events."""
        if token.task_spec.withdrawn_visibly(token):
            self.record("element_cancelled", token)
        token.cancel()
        if not self.keep_history:
            token.workflow.tasks.pop(token.id, None)

    def end_case(self, status: Status, data: dict[str, Any]) -> None:
        """Cancelled or failed: nothing stays open."""
        for token in self.tokens():
            if token.live:
                self.cancel_token(token)
        self.subprocesses.clear()
        self.status = status
        self.data = data
        self.ready.clear()

    # saying

    def record(self, kind: EventKind, token: Token, **details: Any) -> None:
        scope, node = token.workflow, token.task_spec.node
        details.setdefault("name", node.name)
        self.happened.append(Event(kind, node.id, scope.process, scope.path, **details))

    def present(self, scope: Scope | None = None) -> dict[str, Any]:
        """The merged view of the data in a scope: what has ended, then every token, oldest first."""
        scope = scope or self
        if scope is self and self.status != "running":
            return dict(self.data)
        data, forks = scope.ended or (None, ())
        for token in sorted(scope.tokens(), key=lambda one: one.id):
            inner = self.subprocesses.get(token.id)
            if not token.moving:
                continue
            mine = self.present(inner) if inner is not None and not token.task_spec.node.loop else token.data
            data, forks = (mine, token.forks) if data is None else self.merged(data, forks, mine, token.forks)
        return dict(data or {})

    def view(self, scope: Scope) -> dict[str, Any]:
        """What is known in a scope: the case's data, with that of the instances it lies in."""
        data = self.present()
        within: Scope = scope
        while isinstance(within, Part):
            if not within.holder.moving:
                return {**data, **self.present(scope)}
            within = within.holder.workflow
        return data

    def share(self, values: Mapping[str, Any], scope: Scope | None = None) -> None:
        """Set variables for all branches at once (in a scope and below it, or in the whole case)."""
        inside = [one for one in self.scopes() if scope is None or scope in _around(one)]
        for one in inside:
            for token in one.tokens():
                if token.moving or "of" in token.internal_data or "undoes" in token.internal_data:
                    token.data = {**token.data, **values}
            if one.ended is not None:
                one.ended = ({**one.ended[0], **values}, one.ended[1])
        if scope is None or scope is self:
            self.forks = {key: {**data, **values} for key, data in self.forks.items()}


class Part(ScopeMixin, BpmnSubWorkflow):
    """An embedded subprocess or a called process that is being worked on."""

    def __init__(self, spec: Any, host: Token, case: Case) -> None:
        super().__init__(spec, host.id, case, deserializing=True)
        self.ended = None
        self.done = []
        self.holder = host
        self.path = (*host.workflow.path, host.task_spec.node.id)
        if len(self.path) > MAX_NESTING:
            raise Incident(host.task_spec.node.id, f"processes call each other more than {MAX_NESTING} deep")
        case.subprocesses[host.id] = self


Scope = Case | Part


def _around(scope: Scope) -> list[Scope]:
    """A scope and those it lies in."""
    found = [scope]
    while isinstance(found[-1], Part):
        found.append(found[-1].holder.workflow)
    return found
