"""From XML to the model of a diagram. Reading never refuses: what is wrong is noted at the element."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from service.domain.wording import Message
from service.engine.model import ACTIVITIES, CONTAINERS, NODES, AdHoc, Flow, Node, Process, Scope
from service.engine.reading_data import DataObjects, owner_of
from service.engine.reading_events import Names, events_of, loop_of
from service.engine.reading_xml import B, M, local, text

# Elements that say nothing about how a case runs.
SILENT = frozenset(
    {
        "documentation", "extensionElements", "textAnnotation", "association", "group", "laneSet",
        "lane", "childLaneSet", "flowNodeRef", "incoming", "outgoing", "dataObject", "dataStoreReference",
        "dataObjectReference", "sequenceFlow", "category", "monitoring", "auditing",
        "ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation",
        "potentialOwner", "humanPerformer", "performer", "resourceRole", "artifact", "rendering",
    }
)  # fmt: skip
_PARTS_OF_ACTIVITIES = frozenset(
    {"multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "script", "completionCondition"}
)
GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalManualTask": "manualTask",
    "globalScriptTask": "scriptTask",
    "globalBusinessRuleTask": "businessRuleTask",
}
"""Tasks that stand beside the processes, to be called: each is read as a process with that one task."""

Note = tuple[str | None, str, Message]


@dataclass
class Diagram:
    """One file: its processes, and what was noted while reading as (element id, rule, message)."""

    file: str
    processes: list[Process] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def read(root: etree._Element, file: str) -> Diagram:
    """The diagram below a `definitions` element."""
    diagram = Diagram(file)
    if root.tag != f"{B}definitions":
        diagram.notes.append(
            (
                None,
                "bpmn-root",
                Message("The root element is %(element)s, not BPMN definitions.", element=local(root)),
            )
        )
        return diagram
    _duplicates(root, diagram)
    names = Names.of(root)
    for element in root.iterchildren(f"{B}process"):
        diagram.processes.append(_Reader(element, names, diagram).process())
    if not diagram.processes:
        diagram.notes.append((None, "bpmn-no-process", Message("The file has no process.")))
    for element in root.iterchildren(*(f"{B}{kind}" for kind in GLOBAL_TASKS)):
        diagram.processes.append(_Reader(element, names, diagram).global_task(GLOBAL_TASKS[local(element)]))
    return diagram


def _duplicates(root: etree._Element, diagram: Diagram) -> None:
    seen: set[str] = set()
    for element in root.iter(f"{B}*"):
        identifier = element.get("id")
        if identifier is None:
            continue
        if identifier in seen:
            diagram.notes.append(
                (identifier, "id-duplicate", Message("Two elements have the id %(id)s.", id=identifier))
            )
        seen.add(identifier)


class Lane(NamedTuple):
    """Whose work a part of a diagram shows, in both languages."""

    name: str
    name_en: str


NO_LANE = Lane("", "")


class _Reader:
    """Reads one process."""

    def __init__(self, element: etree._Element, names: Names, diagram: Diagram) -> None:
        self.element = element
        self.names = names
        self.diagram = diagram
        self.objects = DataObjects.of(element)
        self.lanes: dict[str, Lane] = {}  # node id -> its lane

    def process(self) -> Process:
        element = self.element
        process = self._empty()
        process.executable = element.get("isExecutable", "true") != "false"
        for lane in element.iter(f"{B}lane"):
            named = Lane(lane.get("name") or "", lane.get(f"{M}nameEn", ""))
            for reference in lane.iterchildren(f"{B}flowNodeRef"):
                self.lanes[text(reference)] = named  # a nested lane comes later and is the innermost
        self._scope(element, process, NO_LANE)
        for lost in self.objects.lost():
            message = Message("The reference to a data object points nowhere.")
            self.diagram.notes.append((lost, "data-object", message))
        return process

    def global_task(self, kind: str) -> Process:
        process = self._empty()
        node = self._node(self.element, kind, NO_LANE)
        process.nodes[node.id] = node
        return process

    def _empty(self) -> Process:
        element = self.element
        return Process(
            element.get("id", ""),
            name=element.get("name", "") or element.get("id", ""),
            name_en=element.get(f"{M}nameEn", ""),
            documentation=text(element.find(f"{B}documentation")),
            documentation_en=element.get(f"{M}documentationEn", ""),
            file=self.diagram.file,
        )

    def _scope(self, element: etree._Element, scope: Scope, lane: Lane) -> None:
        for child in element.iterchildren(f"{B}*"):
            kind = local(child)
            if kind in NODES:
                node = self._node(child, kind, lane)
                scope.nodes.setdefault(node.id, node)
            elif kind not in SILENT and kind not in _PARTS_OF_ACTIVITIES:
                message = Message("%(kind)s is not an element that can be run.", kind=kind)
                self.diagram.notes.append((child.get("id"), "element-unknown", message))
        for number, child in enumerate(element.iterchildren(f"{B}sequenceFlow")):
            self._connect(scope, _flow(child, f"{scope.id}__flow_{number}"))
        self._attach(scope, element)
        self._link(scope)

    def _connect(self, scope: Scope, flow: Flow) -> None:
        scope.flows.append(flow)
        source, target = scope.nodes.get(flow.source), scope.nodes.get(flow.target)
        if source is None or target is None:
            message = (
                Message("The flow has no start here: '%(name)s'.", name=flow.source)
                if source is None
                else Message("The flow has no end here: '%(name)s'.", name=flow.target)
            )
            self.diagram.notes.append((flow.id, "flow-end", message))
            return
        source.outgoing.append(flow)
        target.incoming.append(flow)

    def _attach(self, scope: Scope, element: etree._Element) -> None:
        """Boundary events to their activities, and compensation events to the activity that undoes."""
        for node in scope.nodes.values():
            host = scope.nodes.get(node.attached_to or "")
            if node.kind == "boundaryEvent" and host is not None and host.kind in ACTIVITIES:
                host.boundaries.append(node)
                node.hosted = True
        for association in element.iterchildren(f"{B}association"):
            event = scope.nodes.get(association.get("sourceRef", ""))
            handler = association.get("targetRef", "")
            if event is not None and event.kind == "boundaryEvent" and handler in scope.nodes:
                event.handler = handler

    def _link(self, scope: Scope) -> None:
        """A link is a flow that is not drawn: from every event that throws it to the one that catches it."""
        catching = {
            event.name: node
            for node in scope.nodes.values()
            if node.kind == "intermediateCatchEvent"
            for event in node.events
            if event.kind == "link"
        }
        for node in list(scope.nodes.values()):
            for event in node.events:
                if event.kind == "link" and node.kind == "intermediateThrowEvent" and event.name in catching:
                    self._connect(scope, Flow(f"{node.id}__link", node.id, catching[event.name].id))

    def _node(self, element: etree._Element, kind: str, lane: Lane) -> Node:
        identifier = element.get("id") or ""
        if not identifier:
            identifier = f"{kind}_line_{element.sourceline}"
            message = Message("A %(kind)s in line %(line)s has no id.", kind=kind, line=element.sourceline)
            self.diagram.notes.append((identifier, "id-missing", message))
        lane = self.lanes.get(identifier, lane)
        attributes = [(str(name), str(value)) for name, value in element.attrib.items()]
        node = Node(
            identifier,
            kind,
            name=element.get("name") or "",
            documentation=text(element.find(f"{B}documentation")),
            mutasi={name[len(M) :]: value for name, value in attributes if name.startswith(M)},
            lane=lane.name or owner_of(element),
            lane_en=lane.name_en,
            default=element.get("default"),
            attached_to=element.get("attachedToRef"),
            interrupting=element.get("cancelActivity", element.get("isInterrupting", "true")) != "false",
            called=element.get("calledElement"),
            script_format=element.get("scriptFormat") or element.get("scriptLanguage") or "",
            event_subprocess=element.get("triggeredByEvent") == "true",
            for_compensation=element.get("isForCompensation") == "true",
            instantiate=element.get("instantiate") == "true",
            all_events=element.get("parallelMultiple") == "true",
            loop=self.objects.in_loop(loop_of(element)),
        )
        self._quantities(element, node)
        self._details(element, node)
        node.events = tuple(events_of(element, self.names))
        if element.find(f"{B}eventDefinitionRef") is not None:
            message = Message("Event definitions by reference are not read; draw it here.")
            node.refused.append(("event-reference", message))
        self.objects.associate(element, node)
        if kind in CONTAINERS:
            node.inner = Scope(identifier)
            self._scope(element, node.inner, Lane(node.lane or "", node.lane_en))
        return node

    def _details(self, element: etree._Element, node: Node) -> None:
        """What only some kinds of elements have."""
        if node.kind == "scriptTask":
            script = element.find(f"{B}script")
            node.script = text(script) if script is not None else None
        if node.kind in {"sendTask", "receiveTask"} and element.get("messageRef"):
            node.message = self.names.messages.get(element.get("messageRef", ""))
            if node.message is None:
                message = Message("The message '%(name)s' does not exist.", name=element.get("messageRef"))
                node.refused.append(("event-reference", message))
        if node.kind == "adHocSubProcess":
            condition = text(element.find(f"{B}completionCondition")) or None
            node.ad_hoc = AdHoc(condition, element.get("cancelRemainingInstances", "true") != "false")
            if element.get("ordering", "Parallel") == "Sequential":
                message = Message("An ad hoc subprocess whose activities exclude each other is not run.")
                node.refused.append(("ad-hoc-sequential", message))
        if node.kind == "eventBasedGateway" and element.get("eventGatewayType") == "Parallel":
            message = Message("An event-based gateway that waits for all of its events is not run.")
            node.refused.append(("event-gateway-parallel", message))
        multi = element.find(f"{B}multiInstanceLoopCharacteristics")
        if multi is not None and multi.get("behavior", "All") != "All":
            message = Message("Events thrown by instances (behavior) are not run; remove it.")
            node.refused.append(("loop-behavior", message))

    def _quantities(self, element: etree._Element, node: Node) -> None:
        for attribute, name in (("startQuantity", "tokens_in"), ("completionQuantity", "tokens_out")):
            value = element.get(attribute, "1")
            if value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= 100 and len(value) < 4:
                setattr(node, name, int(value))
            else:
                message = Message(
                    "%(attribute)s is a number from 1 to 100, not '%(value)s'.",
                    attribute=attribute,
                    value=value,
                )
                node.refused.append(("activity-quantity", message))


def _flow(element: etree._Element, made_up: str) -> Flow:
    condition = element.find(f"{B}conditionExpression")
    return Flow(
        element.get("id") or made_up,
        element.get("sourceRef", ""),
        element.get("targetRef", ""),
        element.get("name", ""),
        text(condition) if condition is not None else None,
        element.get(f"{M}nameEn", ""),
    )
