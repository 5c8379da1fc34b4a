"""Compiling a bundle: its diagrams become SpiffWorkflow process specifications that all cases share.

The specifications are built from our own reading of the diagram, node by node, not by SpiffWorkflow's parser:
that one recurses along the flows (a chain of 500 tasks ends it), never returns on some data references, and
orders the ways out of a gateway by where their boxes are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from service.domain.errors import InvalidDefinition
from service.domain.wording import Message
from service.engine import decisions, feel
from service.engine.events import (
    Boundary,
    CatchEvent,
    Catching,
    EventSubprocess,
    Receive,
    SendTask,
    Throw,
    Wanted,
)
from service.engine.expressions import Expression, Failed, Functions, budget
from service.engine.gateways import EventGateway, Exclusive, Inclusive, Parallel
from service.engine.loops import LoopRunner
from service.engine.model import CONTAINERS, WAITED_FOR, EventDefinition, Node, Process, Scope
from service.engine.outline import Outline, outline
from service.engine.reading import read
from service.engine.specs import (
    Activity,
    AdHoc,
    Decide,
    Holder,
    NodeSpec,
    OpenActivity,
    Script,
)
from service.engine.steps import Bundle, Element, Finding, Limits, Trigger
from service.engine.xml import UnsafeXml, parse


class Definition:
    """A compiled bundle, never changed. `specs` by name: process id, or process id/subprocess id."""

    def __init__(self, bundle: Bundle, functions: Functions, limits: Limits) -> None:
        self.bundle = bundle
        self.digest = bundle.digest
        self.key = bundle.process
        self.limits = limits
        self.functions = functions
        self.specs: dict[str, BpmnProcessSpec] = {}
        found = processes_of(bundle, limits)
        if bundle.process not in found:
            finding = Finding(
                "",
                None,
                "process-missing",
                "error",
                Message("No file has the process '%(name)s'.", name=bundle.process),
            )
            raise InvalidDefinition([finding])
        self.models: Mapping[str, Process] = called(bundle.process, found)
        self.processes: tuple[str, ...] = tuple(self.models)
        self.name = self.models[bundle.process].name
        self.name_en = self.models[bundle.process].name_en
        for process in self.models.values():
            _Compiler(self, process).compile()
        self.top = self.specs[bundle.process]
        self.elements: Mapping[tuple[str, str], Element] = {
            (process.id, node.id): element_of(process, node)
            for process in self.models.values()
            for node in process.all_nodes()
        }
        self.triggers: tuple[Trigger, ...] = tuple(
            trigger for node in self.models[bundle.process].begins() for trigger in triggers_of(node)
        )
        self._decisions = _decisions(bundle, functions)

    @cached_property
    def outline(self) -> Outline:
        """The diagrams as nested text, made once."""
        return outline(self.models, self.key)

    def decide(self, name: str, data: Mapping[str, Any], now: datetime) -> Any:
        """The value of a decision of the bundle. Raises Failed."""
        model = self._decisions.get(name)
        if model is None:
            raise Failed(f"the decision {name!r} is not part of this definition")
        try:
            return model.evaluate(name, data, now=now, budget=budget(self.limits)).value
        except feel.FeelError as error:
            raise Failed(f"decision {name}: {error}") from error


def processes_of(bundle: Bundle, limits: Limits) -> dict[str, Process]:
    """The processes of all diagrams of a bundle, by id. Raises InvalidDefinition when one cannot be read."""
    found: dict[str, Process] = {}
    for file in bundle.files:
        if not file.name.endswith(".bpmn"):
            continue
        try:
            root = parse(file.content, limits.diagram_bytes)
        except UnsafeXml as error:
            raise InvalidDefinition([Finding(file.name, None, error.rule, "error", error.message)]) from error
        for process in read(root, file.name).processes:
            found.setdefault(process.id, process)
    return found


def called(process: str, found: Mapping[str, Process]) -> dict[str, Process]:
    """The process and all that it calls, directly or not."""
    reached: dict[str, Process] = {}
    todo = [process]
    while todo:
        name = todo.pop(0)
        if name in reached or name not in found:
            continue
        reached[name] = found[name]
        todo += [node.called for node in found[name].all_nodes() if node.called]
    return reached


def element_of(process: Process, node: Node) -> Element:
    """A node for readers."""
    return Element(
        node.id,
        process.id,
        node.kind,
        node.name,
        node.mutasi.get("nameEn", ""),
        lane=node.lane,
        lane_en=node.lane_en,
        form=node.mutasi.get("form"),
        role=node.mutasi.get("role"),
        called=node.called,
        documentation=node.documentation,
        documentation_en=node.mutasi.get("documentationEn", ""),
        different_from=tuple(node.mutasi.get("differentFrom", "").split()),
        effect=node.mutasi.get("effect"),
    )


def triggers_of(node: Node) -> list[Trigger]:
    """How an element begins a case: one way for each of its triggers."""
    if node.kind == "receiveTask":
        return [Trigger(node.id, "message", node.name, node.message)]
    if not node.events:
        return [Trigger(node.id, "none", node.name)]
    return [
        Trigger(
            node.id, event.kind, node.name, event.name if event.kind in {"message", "signal"} else event.text
        )
        for event in node.events
        if event.kind in {"timer", "message", "signal", "conditional"}
    ]


def _decisions(bundle: Bundle, functions: Functions) -> dict[str, Any]:
    """The decision models of a bundle, by file stem and by the id of every decision inside."""
    models: dict[str, Any] = {}
    files = [file for file in bundle.files if file.name.endswith(".dmn")]
    for file in files:
        others = [other.content for other in files if other is not file]
        try:
            needed = decisions.imported(file.content, others)
            model = decisions.load(file.content, *needed, functions=functions)
        except decisions.InvalidDecision as error:
            finding = Finding(file.name, error.element, "decision", "error", error.message)
            raise InvalidDefinition([finding]) from error
        models.setdefault(file.name.removesuffix(".dmn"), model)
        for name in model.decisions:
            models.setdefault(name, model)
    return models


class _Compiler:
    """Builds the specifications of one process."""

    def __init__(self, definition: Definition, process: Process) -> None:
        self.definition = definition
        self.process = process
        self.functions = definition.functions

    def compile(self) -> None:
        try:
            self._scope(self.process, self.process.id)
        except feel.FeelError as error:
            finding = Finding(self.process.file, None, "expression", "error", error.located)
            raise InvalidDefinition([finding]) from error

    def _scope(self, scope: Scope, name: str) -> None:
        spec = BpmnProcessSpec(name=name)
        spec.task_specs.clear()  # the library's own Start, End and EndJoin: a diagram may use these ids
        spec.process_id = self.process.id
        made = {node.id: self._node(spec, node, name) for node in scope.nodes.values()}
        for node in scope.nodes.values():
            self._connect(made[node.id], made)
        for node in scope.nodes.values():
            if isinstance(made[node.id], Inclusive):
                made[node.id].reach = {flow.id: reaching(scope, node, flow.source) for flow in node.incoming}
        spec.nodes = made
        spec.entry = [made[node.id] for node in entries(scope)]
        spec.guards = [made[node.id] for node in scope.event_subprocesses()]
        spec.ad_hoc = None
        self.definition.specs[name] = spec
        for node in scope.nodes.values():
            if node.inner is not None:
                self._scope(node.inner, f"{name}/{node.id}")
                if node.ad_hoc is not None:
                    self.definition.specs[f"{name}/{node.id}"].ad_hoc = made[node.id]

    def _connect(self, spec: NodeSpec, made: dict[str, NodeSpec]) -> None:
        for flow in spec.node.outgoing:
            target = made.get(flow.target)
            if target is not None:
                condition = self._expression(flow.condition) if flow.condition else None
                spec.flows.append((flow.id, target, condition))
                spec.connect(target)
        spec.targets = [(flow, target) for flow, target, _ in spec.flows]
        spec.conditional = any(condition is not None for _, _, condition in spec.flows)
        spec.boundaries = [made[boundary.id] for boundary in spec.node.boundaries]
        spec.reads = [(move, self._expression(move.source)) for move in spec.node.reads]
        spec.writes = [(move, self._expression(move.source)) for move in spec.node.writes]
        for boundary in spec.node.boundaries:
            if boundary.has("compensate") and isinstance(spec, Activity):
                spec.undo = made.get(boundary.handler or "")
        if isinstance(spec, Activity) and spec.node.loop is not None:
            spec.loop = LoopRunner(spec, spec.node.loop, self._expression)

    def _expression(self, text: str) -> Expression:
        return Expression(text, self.functions, self.definition.limits)

    def _node(self, spec: Any, node: Node, scope: str) -> NodeSpec:
        kind, mutasi = node.kind, node.mutasi
        if kind in {"userTask", "manualTask"}:
            texts = {name: self._expression(mutasi[name]) for name in ("unit", "person") if mutasi.get(name)}
            return OpenActivity(spec, node, "user" if kind == "userTask" else "manual", texts)
        if kind in {"serviceTask", "sendTask"} and mutasi.get("effect"):
            return OpenActivity(spec, node, "service", {})
        if kind in {"serviceTask", "sendTask"} and mutasi.get("topic"):
            return OpenActivity(spec, node, "external", {})
        if kind == "sendTask":
            made = SendTask(spec, node)
            made.triggers = node.events or (
                (EventDefinition("message", node.message),) if node.message else ()
            )
            made.correlation = self._correlation(node)
            return made
        if kind == "scriptTask":
            return Script(spec, node, self._expression(node.script or ""))
        if kind == "businessRuleTask":
            return Decide(spec, node)
        if kind == "callActivity":
            return Holder(spec, node, node.called or "")
        if node.event_subprocess:
            guard = EventSubprocess(spec, node, f"{scope}/{node.id}")
            start = next(iter(node.inner.starts()), node) if node.inner else node
            return self._catching(guard, guard.triggers, start)
        if node.ad_hoc is not None:
            condition = self._expression(node.ad_hoc.condition) if node.ad_hoc.condition else None
            withdraws = node.ad_hoc.cancel_remaining
            return AdHoc(spec, node, f"{scope}/{node.id}", condition, withdraws=withdraws)
        if kind in CONTAINERS:
            return Holder(spec, node, f"{scope}/{node.id}")
        return self._gateway_or_event(spec, node)

    def _gateway_or_event(self, spec: Any, node: Node) -> NodeSpec:
        plain = {
            "exclusiveGateway": Exclusive,
            "parallelGateway": Parallel,
            "inclusiveGateway": Inclusive,
            "eventBasedGateway": EventGateway,
            "startEvent": NodeSpec,
        }
        if node.kind in plain:
            made: NodeSpec = plain[node.kind](spec, node)
            return made
        if node.kind in {"endEvent", "intermediateThrowEvent"}:
            thrower = Throw(spec, node)
            thrower.triggers = node.events
            thrower.correlation = self._correlation(node)
            return thrower
        if node.kind == "receiveTask":
            return self._catching(Receive(spec, node), (EventDefinition("message", node.message),), node)
        if node.kind == "intermediateCatchEvent":
            if node.has("link"):
                return NodeSpec(spec, node)
            return self._catching(CatchEvent(spec, node), node.events, node)
        if node.kind == "boundaryEvent":
            return self._catching(Boundary(spec, node), node.events, node)
        return Activity(spec, node)

    def _correlation(self, node: Node) -> Expression | None:
        text = node.mutasi.get("correlation")
        return self._expression(text) if text else None

    def _catching(self, spec: Catching, events: tuple[EventDefinition, ...], node: Node) -> NodeSpec:
        """`node` holds the triggers: the event itself, or the start event of an event subprocess."""
        spec.triggers = events
        spec.all_events = node.all_events
        correlation = self._correlation(node)
        spec.wanted = tuple(
            Wanted(
                event,
                timer=self._expression(event.text)
                if event.kind == "timer" and event.text[:1] == "="
                else None,
                correlation=correlation if event.kind == "message" else None,
                condition=self._expression(event.text) if event.kind == "conditional" else None,
            )
            for event in events
            if event.kind in WAITED_FOR
        )
        return spec


def entries(scope: Scope) -> list[Node]:
    """Where a scope starts when nothing is named: the none start, else the first; and what no flow leads to."""
    starts = scope.starts()
    plain = [node for node in starts if not node.events]
    return (plain or starts)[:1] + scope.implicit()


def reaching(scope: Scope, gateway: Node, source: str) -> frozenset[str]:
    """The nodes that can reach `source` without passing the gateway; an activity reaches its events."""
    found: set[str] = set()
    todo = [source]
    while todo:
        name = todo.pop()
        node = scope.nodes.get(name)
        if node is None or name in found or name == gateway.id:
            continue
        found.add(name)
        todo += [flow.source for flow in node.incoming]
        if node.attached_to:
            todo.append(node.attached_to)
    return frozenset(found)
