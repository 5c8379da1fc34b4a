"""Compiling a bundle: its diagrams become SpiffWorkflow process specifications that all cases share.

The specifications are built from our own reading of the diagram, node by node, not by SpiffWorkflow's parser:
that one recurses along the flows (a chain of 500 tasks ends it), never returns on some data references, and
orders the ways out of a gateway by where their boxes are drawn.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec

from service.domain.errors import InvalidDefinition
from service.engine import decisions, feel
from service.engine.events import Boundary, CatchEvent, EventGateway, Receive, SendTask, Throw
from service.engine.expressions import Expression, Failed, Functions
from service.engine.loops import LoopRunner
from service.engine.model import CONTAINERS, EventDefinition, Node, Process, Scope
from service.engine.reading import read
from service.engine.specs import (
    Activity,
    Decide,
    Exclusive,
    Holder,
    Inclusive,
    NodeSpec,
    OpenActivity,
    Parallel,
    Script,
)
from service.engine.steps import Bundle, Element, Finding, Limits, Trigger
from service.engine.xml import UnsafeXml, parse

NOBODY = EventDefinition("unknown")


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
                "", None, "process-missing", "error", f"No file has the process {bundle.process!r}."
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
            trigger_of(node) for node in self.models[bundle.process].starts()
        )
        self._decisions = _decisions(bundle)

    def decide(self, name: str, data: Mapping[str, Any], now: datetime) -> Any:
        """The value of a decision of the bundle. Raises Failed."""
        model = self._decisions.get(name)
        if model is None:
            raise Failed(f"the decision {name!r} is not part of this definition")
        try:
            return model.evaluate(name, data, now=now).value
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
            raise InvalidDefinition([Finding(file.name, None, error.rule, "error", str(error))]) from error
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
        form=node.mutasi.get("form"),
        role=node.mutasi.get("role"),
        called=node.called,
        documentation=node.documentation,
    )


def trigger_of(node: Node) -> Trigger:
    """How a start event begins a case."""
    if not node.events:
        return Trigger(node.id, "none", node.name)
    event = node.events[0]
    if event.kind == "timer":
        return Trigger(node.id, "timer", node.name, event.text)
    if event.kind == "message":
        return Trigger(node.id, "message", node.name, event.name)
    if event.kind == "signal":
        return Trigger(node.id, "signal", node.name, event.name)
    return Trigger(node.id, "conditional", node.name, event.text)


def _decisions(bundle: Bundle) -> dict[str, Any]:
    """The decision models of a bundle, by file stem and by the id of every decision inside."""
    models: dict[str, Any] = {}
    for file in bundle.files:
        if file.name.endswith(".dmn"):
            try:
                model = decisions.load(file.content)
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
            finding = Finding(self.process.file, None, "expression", "error", str(error))
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
        self.definition.specs[name] = spec
        for node in scope.nodes.values():
            if node.inner is not None:
                self._scope(node.inner, f"{name}/{node.id}")

    def _connect(self, spec: NodeSpec, made: dict[str, NodeSpec]) -> None:
        for flow in spec.node.outgoing:
            target = made.get(flow.target)
            if target is not None:
                condition = self._expression(flow.condition) if flow.condition else None
                spec.flows.append((flow.id, target, condition))
                spec.connect(target)
        spec.targets = [(flow, target) for flow, target, _ in spec.flows]
        spec.boundaries = [made[boundary.id] for boundary in spec.node.boundaries]
        if isinstance(spec, Activity) and spec.node.loop is not None:
            spec.loop = LoopRunner(spec, spec.node.loop, self.functions)

    def _expression(self, text: str) -> Expression:
        return Expression(text, self.functions)

    def _node(self, spec: Any, node: Node, scope: str) -> NodeSpec:
        kind, mutasi = node.kind, node.mutasi
        if kind in {"userTask", "manualTask"}:
            texts = {name: self._expression(mutasi[name]) for name in ("unit", "person") if mutasi.get(name)}
            return OpenActivity(spec, node, "user" if kind == "userTask" else "manual", texts)
        if kind in {"serviceTask", "sendTask"} and mutasi.get("effect"):
            return OpenActivity(spec, node, "service", {})
        if kind == "sendTask":
            thrown = node.events or ((EventDefinition("message", node.message),) if node.message else ())
            return SendTask(spec, node, thrown)
        if kind == "scriptTask":
            return Script(spec, node, self._expression(node.script or ""))
        if kind == "businessRuleTask":
            return Decide(spec, node)
        if kind == "callActivity":
            return Holder(spec, node, node.called or "")
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
            return Throw(spec, node, node.events)
        if node.kind == "receiveTask":
            return self._catching(Receive(spec, node), EventDefinition("message", node.message))
        if node.kind == "intermediateCatchEvent":
            return self._catching(CatchEvent(spec, node), node.events[0] if node.events else NOBODY)
        if node.kind == "boundaryEvent":
            trigger = node.events[0] if node.events else NOBODY
            return self._catching(Boundary(spec, node, trigger), trigger)
        return Activity(spec, node)

    def _catching(self, spec: Any, trigger: EventDefinition) -> NodeSpec:
        spec.trigger = trigger
        if trigger.kind == "timer" and trigger.text.startswith("="):
            spec.timer = self._expression(trigger.text)
        if trigger.kind == "message" and spec.node.mutasi.get("correlation"):
            spec.correlation = self._expression(spec.node.mutasi["correlation"])
        made: NodeSpec = spec
        return made


def entries(scope: Scope) -> list[Node]:
    """Where a scope starts when no start event is named: the none start, else the first, else implicitly."""
    starts = scope.starts()
    plain = [node for node in starts if not node.events]
    if plain or starts:
        return (plain or starts)[:1]
    return [
        node
        for node in scope.nodes.values()
        if not node.incoming and node.kind != "boundaryEvent" and not node.event_subprocess
    ]


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
