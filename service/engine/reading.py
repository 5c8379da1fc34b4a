"""From XML to the model of a diagram. Reading never refuses: what is wrong is noted at the element."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml import etree

from service.engine.model import (
    ACTIVITIES,
    CONTAINERS,
    NODES,
    EventDefinition,
    EventKind,
    Flow,
    Loop,
    Node,
    Process,
    Scope,
)
from service.engine.xml import BPMN, MUTASI

B = f"{{{BPMN}}}"
M = f"{{{MUTASI}}}"
EVENT_DEFINITIONS: dict[str, EventKind] = {
    "timerEventDefinition": "timer",
    "messageEventDefinition": "message",
    "signalEventDefinition": "signal",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "terminateEventDefinition": "terminate",
    "conditionalEventDefinition": "conditional",
    "cancelEventDefinition": "cancel",
    "compensateEventDefinition": "compensate",
    "linkEventDefinition": "link",
}
# Elements that say nothing about how a case runs.
SILENT = frozenset(
    {
        "documentation", "extensionElements", "textAnnotation", "association", "group", "laneSet",
        "lane", "childLaneSet", "flowNodeRef", "incoming", "outgoing", "dataObject",
        "dataObjectReference", "sequenceFlow", "category", "monitoring", "auditing",
        "ioSpecification", "property", "dataInputAssociation", "dataOutputAssociation",
        "potentialOwner", "humanPerformer", "performer", "resourceRole", "artifact", "rendering",
    }
)  # fmt: skip


@dataclass
class Diagram:
    """One file: its processes, and what was noted while reading as (element id, rule, message)."""

    file: str
    processes: list[Process] = field(default_factory=list)
    notes: list[tuple[str | None, str, str]] = field(default_factory=list)


@dataclass
class _Names:
    """What messages, signals, errors and escalations are called, by their ids in this file."""

    messages: dict[str, str]
    signals: dict[str, str]
    errors: dict[str, str]
    escalations: dict[str, str]


def read(root: etree._Element, file: str) -> Diagram:
    """The diagram below a `definitions` element."""
    diagram = Diagram(file)
    if root.tag != f"{B}definitions":
        diagram.notes.append((None, "bpmn-root", f"The root element is {local(root)}, not BPMN definitions."))
        return diagram
    _duplicates(root, diagram)
    names = _Names(
        _named_things(root, "message", "name"),
        _named_things(root, "signal", "name"),
        _named_things(root, "error", "errorCode"),
        _named_things(root, "escalation", "escalationCode"),
    )
    for element in root.iterchildren(f"{B}process"):
        diagram.processes.append(_process(element, names, diagram))
    if not diagram.processes:
        diagram.notes.append((None, "bpmn-no-process", "The file has no process."))
    return diagram


def _named_things(root: etree._Element, kind: str, attribute: str) -> dict[str, str]:
    """What the messages, signals, errors or escalations of a file are called, by id."""
    return {
        thing.get("id", ""): str(thing.get(attribute) or thing.get("name") or thing.get("id", ""))
        for thing in root.iter(f"{B}{kind}")
    }


def local(element: etree._Element) -> str:
    """The local name of an element."""
    return str(etree.QName(element).localname)


def text(element: etree._Element | None) -> str:
    return "".join(cast("Iterator[str]", element.itertext())).strip() if element is not None else ""


def _duplicates(root: etree._Element, diagram: Diagram) -> None:
    seen: set[str] = set()
    for element in root.iter(f"{B}*"):
        identifier = element.get("id")
        if identifier is None:
            continue
        if identifier in seen:
            diagram.notes.append((identifier, "id-duplicate", f"Two elements have the id {identifier}."))
        seen.add(identifier)


def _process(element: etree._Element, names: _Names, diagram: Diagram) -> Process:
    process = Process(
        element.get("id", ""),
        name=element.get("name", "") or element.get("id", ""),
        name_en=element.get(f"{M}nameEn", ""),
        documentation=text(element.find(f"{B}documentation")),
        executable=element.get("isExecutable", "true") != "false",
        file=diagram.file,
    )
    lanes: dict[str, str] = {}
    for lane in element.iter(f"{B}lane"):
        name = lane.get("name") or ""
        process.lanes[lane.get("id", name)] = name
        for reference in lane.iterchildren(f"{B}flowNodeRef"):
            lanes[text(reference)] = name  # a nested lane comes later in the document and is the innermost
    _scope(element, process, lanes, None, names, diagram)
    return process


def _scope(
    element: etree._Element,
    scope: Scope,
    lanes: dict[str, str],
    lane: str | None,
    names: _Names,
    diagram: Diagram,
) -> None:
    for child in element.iterchildren(f"{B}*"):
        kind = local(child)
        if kind in NODES:
            node = _node(child, kind, lanes, lane, names, diagram)
            if node.id not in scope.nodes:
                scope.nodes[node.id] = node
        elif kind not in SILENT and kind not in _PARTS_OF_ACTIVITIES:
            diagram.notes.append(
                (child.get("id"), "element-unknown", f"{kind} is not an element that can be run.")
            )
    for number, child in enumerate(element.iterchildren(f"{B}sequenceFlow")):
        condition = child.find(f"{B}conditionExpression")
        flow = Flow(
            child.get("id") or f"{scope.id}__flow_{number}",
            child.get("sourceRef", ""),
            child.get("targetRef", ""),
            child.get("name", ""),
            text(condition) if condition is not None else None,
        )
        scope.flows.append(flow)
        source, target = scope.nodes.get(flow.source), scope.nodes.get(flow.target)
        if source is None or target is None:
            end = flow.source if source is None else flow.target
            diagram.notes.append(
                (
                    flow.id,
                    "flow-end",
                    f"The flow has no {'start' if source is None else 'end'} here: {end!r}.",
                )
            )
            continue
        source.outgoing.append(flow)
        target.incoming.append(flow)
    for node in scope.nodes.values():
        host = scope.nodes.get(node.attached_to or "")
        if node.kind == "boundaryEvent" and host is not None and host.kind in ACTIVITIES:
            host.boundaries.append(node)
            node.hosted = True


_PARTS_OF_ACTIVITIES = frozenset(
    {"multiInstanceLoopCharacteristics", "standardLoopCharacteristics", "script", "completionCondition"}
)


def _node(
    element: etree._Element,
    kind: str,
    lanes: dict[str, str],
    lane: str | None,
    names: _Names,
    diagram: Diagram,
) -> Node:
    identifier = element.get("id") or ""
    if not identifier:
        identifier = f"{kind}_line_{element.sourceline}"
        diagram.notes.append((identifier, "id-missing", f"A {kind} in line {element.sourceline} has no id."))
    node = Node(
        identifier,
        kind,
        name=element.get("name") or "",
        documentation=text(element.find(f"{B}documentation")),
        mutasi={name[len(M) :]: value for name, value in _attributes(element) if name.startswith(M)},
        lane=lanes.get(identifier, lane),
        default=element.get("default"),
        attached_to=element.get("attachedToRef"),
        interrupting=element.get("cancelActivity", element.get("isInterrupting", "true")) != "false",
        called=element.get("calledElement"),
        script_format=element.get("scriptFormat", ""),
        event_subprocess=element.get("triggeredByEvent") == "true",
    )
    if kind == "scriptTask":
        script = element.find(f"{B}script")
        node.script = text(script) if script is not None else None
    if kind in {"sendTask", "receiveTask"} and element.get("messageRef"):
        node.message = names.messages.get(element.get("messageRef", ""))
        if node.message is None:
            node.refused.append(
                ("event-reference", f"The message {element.get('messageRef')!r} does not exist.")
            )
    node.events = tuple(_events(element, node, names))
    node.loop = _loop(element, node)
    _refusals(element, node)
    if kind in CONTAINERS:
        node.inner = Scope(identifier)
        _scope(element, node.inner, lanes, node.lane, names, diagram)
    return node


def _attributes(element: etree._Element) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in element.attrib.items()]


def _events(element: etree._Element, node: Node, names: _Names) -> Iterator[EventDefinition]:
    for child in element.iterchildren(f"{B}*"):
        name = local(child)
        if name == "eventDefinitionRef":
            node.refused.append(
                ("event-reference", "Event definitions by reference are not read; draw it here.")
            )
        if not name.endswith("EventDefinition"):
            continue
        kind = EVENT_DEFINITIONS.get(name, "unknown")
        if kind == "timer":
            yield _timer(child)
        elif kind == "conditional":
            yield EventDefinition(kind, text=text(child.find(f"{B}condition")))
        elif kind in {"message", "signal", "error", "escalation"}:
            yield _named(child, kind, getattr(names, f"{kind}s"))
        else:
            yield EventDefinition(kind)


def _named(child: etree._Element, kind: EventKind, known: dict[str, str]) -> EventDefinition:
    reference = child.get(f"{kind}Ref")
    if reference is None:
        broken = f"The event names no {kind}." if kind in {"message", "signal"} else ""
        return EventDefinition(kind, None, broken=broken)
    if reference not in known:
        return EventDefinition(kind, reference, broken=f"The {kind} {reference!r} does not exist.")
    return EventDefinition(kind, known[reference])


def _timer(child: etree._Element) -> EventDefinition:
    for part in child.iterchildren(f"{B}*"):
        name = local(part)
        if name == "timeDate":
            return EventDefinition("timer", timer="timeDate", text=text(part))
        if name == "timeDuration":
            return EventDefinition("timer", timer="timeDuration", text=text(part))
        if name == "timeCycle":
            return EventDefinition("timer", timer="timeCycle", text=text(part))
    return EventDefinition("timer", broken="The timer has no date, duration or cycle.")


def _loop(element: etree._Element, node: Node) -> Loop | None:
    standard = element.find(f"{B}standardLoopCharacteristics")
    if standard is not None:
        maximum = standard.get("loopMaximum", "")
        return Loop(
            "standard",
            condition=text(standard.find(f"{B}loopCondition")) or None,
            maximum=int(maximum) if maximum.isdigit() and len(maximum) < 10 else None,
            test_before=standard.get("testBefore") == "true",
        )
    multi = element.find(f"{B}multiInstanceLoopCharacteristics")
    if multi is None:
        return None
    if multi.get("behavior", "All") != "All":
        node.refused.append(
            ("loop-behavior", "Events thrown by instances (behavior) are not run; remove it.")
        )
    return Loop(
        "sequential" if multi.get("isSequential") == "true" else "parallel",
        cardinality=text(multi.find(f"{B}loopCardinality")) or None,
        collection=text(multi.find(f"{B}loopDataInputRef")) or None,
        item=_item(multi.find(f"{B}inputDataItem")),
        output=text(multi.find(f"{B}loopDataOutputRef")) or None,
        output_item=_item(multi.find(f"{B}outputDataItem")),
        condition=text(multi.find(f"{B}completionCondition")) or None,
    )


def _item(element: etree._Element | None) -> str | None:
    return None if element is None else element.get("name") or element.get("id")


def _refusals(element: etree._Element, node: Node) -> None:
    for attribute in ("startQuantity", "completionQuantity"):
        if element.get(attribute, "1") != "1":
            node.refused.append(
                ("activity-quantity", f"{attribute} other than 1 is not run; draw a gateway.")
            )
    if element.get("isForCompensation") == "true":
        node.refused.append(("compensation", "Compensation is not run; draw the way back with gateways."))
    if element.get("instantiate") == "true":
        node.refused.append(("event-instantiate", "Draw a start event instead of an instantiating element."))
    if element.get("parallelMultiple") == "true":
        node.refused.append(("event-multiple", "Events that wait for several triggers at once are not run."))
    for child in element.iterchildren(f"{B}*"):
        if local(child) in {"dataInputAssociation", "dataOutputAssociation"}:
            node.refused.append(
                ("data-association", "Data associations are not run: case data is seen everywhere already.")
            )
            return
