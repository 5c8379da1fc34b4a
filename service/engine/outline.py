"""A definition's diagrams as nested text, for those who cannot see them: every element once, in the order of the flows.

Pure: made from what was read of the diagram. Words in a language, and where a case is, come from whoever shows it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.engine.model import Flow, Node, Process, Scope

DEEPEST = 40
"""So deep branches are nested; what lies deeper is told after them."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One way on from a step. why: condition (of `flow`), otherwise, always, event (`on`, at the border), undo.

    `goes_to`: the element that was told of already, with which this way goes on; None when it goes on behind the branches.
    """

    why: str
    flow: Flow | None
    steps: tuple[Step, ...]
    goes_to: Node | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """An element with all that hangs on it. `inside`: what an embedded subprocess holds; `called`: the process it calls,
    told of in full the first time."""

    node: Node
    process: str
    branches: tuple[Branch, ...] = ()
    borders: tuple[Step, ...] = ()
    inside: tuple[Step, ...] = ()
    called: Outline | None = None
    goes_to: Node | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """A process: its steps from where it begins, and what no flow from there leads to."""

    process: Process
    steps: tuple[Step, ...]
    besides: tuple[Step, ...]


def outline(models: Mapping[str, Process], key: str) -> Outline:
    """The outline of a process with all that it calls, each told of where it is called first."""
    return _Teller(models).process(key)


class _Teller:
    """Walks the processes; `told` remembers what was told of."""

    def __init__(self, models: Mapping[str, Process]) -> None:
        self.models = models
        self.known: set[str] = set()

    def process(self, key: str) -> Outline:
        self.known.add(key)
        process = self.models[key]
        steps, besides = _Scope(self, process, process.id).all()
        return Outline(process, steps, besides)


class _Scope:
    """The nodes of one process or embedded subprocess."""

    def __init__(self, teller: _Teller, scope: Scope, process: str) -> None:
        self.teller, self.scope, self.process = teller, scope, process
        self.told: set[str] = set()
        self.reach = {name: frozenset(self._reached(name)) for name in scope.nodes}

    def all(self) -> tuple[tuple[Step, ...], tuple[Step, ...]]:
        begins = [node.id for node in self.scope.begins()] + [node.id for node in self.scope.implicit()]
        steps: list[Step] = []
        for name in dict.fromkeys(begins):
            if name not in self.told:
                steps += self.steps(name, frozenset(), 0)[0]
        besides: list[Step] = []
        for name, node in self.scope.nodes.items():
            if name not in self.told and not node.hosted and node.attached_to not in self.scope.nodes:
                besides += self.steps(name, frozenset(), 0)[0]
        for name in self.scope.nodes:
            if name not in self.told:
                besides += self.steps(name, frozenset(), 0)[0]
        return tuple(steps), tuple(besides)

    def steps(
        self, name: str | None, ends: frozenset[str], depth: int
    ) -> tuple[tuple[Step, ...], Node | None]:
        """From an element to the first of `ends` or to what was told of already, which is the second answer."""
        found: list[Step] = []
        while name is not None:
            node = self.scope.nodes.get(name)
            if node is None:
                return tuple(found), None
            if name in self.told or name in ends:
                return tuple(found), node
            self.told.add(name)
            step, name = self._step(node, ends, depth)
            found.append(step)
        return tuple(found), None

    def _step(self, node: Node, ends: frozenset[str], depth: int) -> tuple[Step, str | None]:
        """The step, and where it goes on behind its branches."""
        flows = [flow for flow in node.outgoing if flow.target in self.scope.nodes]
        meets = self._meeting([flow.target for flow in flows]) if len(flows) > 1 else None
        inner = ends | ({meets} if meets else set())
        borders = tuple(
            self._border(border, self._behind(flows, meets), inner, depth) for border in node.boundaries
        )
        inside: tuple[Step, ...] = ()
        if node.inner is not None:
            held, besides = _Scope(self.teller, node.inner, self.process).all()
            inside = held + besides
        called = None
        if node.called in self.teller.models and node.called not in self.teller.known:
            called = self.teller.process(node.called or "")
        made = {"borders": borders, "inside": inside, "called": called}
        if not flows:
            return Step(node, self.process, **made), None  # type: ignore[arg-type]
        if len(flows) == 1 and flows[0].condition is None:
            following = flows[0].target
            back = self.scope.nodes[following] if following in self.told else None
            return Step(node, self.process, goes_to=back, **made), None if back else following  # type: ignore[arg-type]
        branches = tuple(self._branch(node, flow, inner, meets, depth) for flow in flows)
        following_ = meets if meets is not None and meets not in self.told and meets not in ends else None
        return Step(node, self.process, branches, **made), following_  # type: ignore[arg-type]

    def _branch(self, node: Node, flow: Flow, ends: frozenset[str], meets: str | None, depth: int) -> Branch:
        steps: tuple[Step, ...] = ()
        goes_to: Node | None = self.scope.nodes[flow.target]
        if depth < DEEPEST:
            steps, goes_to = self.steps(flow.target, ends, depth + 1)
        if goes_to is not None and goes_to.id == meets:
            goes_to = None
        return Branch(_why(node, flow), flow, steps, goes_to)

    def _border(self, border: Node, behind: str | None, ends: frozenset[str], depth: int) -> Step:
        """An event at the border of an activity, with what follows from it until the way meets the activity's own."""
        self.told.add(border.id)
        if border.handler and border.handler in self.scope.nodes:
            steps, _ = self.steps(border.handler, ends, depth + 1)
            return Step(border, self.process, (Branch("undo", None, steps),))
        flows = [flow for flow in border.outgoing if flow.target in self.scope.nodes]
        stops = ends | ({behind} if behind else set())
        branches = tuple(self._branch(border, flow, stops, None, depth) for flow in flows)
        return Step(border, self.process, branches)

    def _behind(self, flows: Sequence[Flow], meets: str | None) -> str | None:
        return flows[0].target if len(flows) == 1 else meets

    def _meeting(self, targets: Sequence[str]) -> str | None:
        """The nearest element to which all these ways lead, in the order in which the first leads there."""
        common = set.intersection(*({target} | self.reach[target] for target in targets))
        waiting, seen = [targets[0]], {targets[0]}
        while waiting:
            name = waiting.pop(0)
            if name in common and name not in self.told:
                return name
            for flow in self.scope.nodes[name].outgoing:
                if flow.target in self.scope.nodes and flow.target not in seen:
                    seen.add(flow.target)
                    waiting.append(flow.target)
        return None

    def _reached(self, name: str) -> set[str]:
        found: set[str] = set()
        todo = [name]
        while todo:
            for flow in self.scope.nodes[todo.pop()].outgoing:
                if flow.target in self.scope.nodes and flow.target not in found:
                    found.add(flow.target)
                    todo.append(flow.target)
        return found


def _why(node: Node, flow: Flow) -> str:
    if node.default == flow.id:
        return "otherwise"
    if flow.condition is not None or (flow.name and node.kind in {"exclusiveGateway", "inclusiveGateway"}):
        return "condition"
    return "event" if node.kind == "eventBasedGateway" else "always"
