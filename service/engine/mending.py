"""Mechanical repairs of diagrams that were drawn without thinking of an engine.

Ids, start and end events, defaults, and labels on the flows out of a gateway that become conditions on a question.
What is drawn stays where it is; what is added is drawn, too. Nothing else is touched, and mending twice changes nothing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from service.engine.model import NODES
from service.engine.reading_xml import B, local, text
from service.engine.steps import SourceFile
from service.engine.xml import parse

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
DD = "{http://www.omg.org/spec/DD/20100524/DI}"
OTHERWISE = frozenset(
    {"tidak", "no", "else", "otherwise", "lainnya", "selain itu", "default", "nein", "non", "nao", "не"}
)
SIZE, GAP = 36, 50


@dataclass(frozen=True)
class Repair:
    """What was mended: at which element, by which rule, in words."""

    element: str
    rule: str
    message: str


@dataclass
class Mended:
    """A mended file and what was done to it. Without repairs the content is the one that came in."""

    file: SourceFile
    repairs: list[Repair] = field(default_factory=list)


def mend(file: SourceFile, most_bytes: int) -> Mended:
    """The file with the repairs that need no decision of a person. Raises UnsafeXml when it cannot be read."""
    root = parse(file.content, most_bytes)
    mender = _Mender(root)
    for process in root.iterchildren(f"{B}process"):
        mender.process(process)
    if not mender.repairs:
        return Mended(file)
    content = etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")
    return Mended(SourceFile(file.name, content), mender.repairs)


class _Mender:
    def __init__(self, root: etree._Element) -> None:
        self.root = root
        self.repairs: list[Repair] = []
        self.taken = {str(element.get("id")) for element in root.iter("{*}*") if element.get("id")}
        self.plane = root.find(f".//{DI}BPMNPlane")

    def process(self, process: etree._Element) -> None:
        if not any(local(child) in NODES for child in process.iterchildren(f"{B}*")):
            return
        self._id(process, "process")
        self._ids(process)
        if process.get("isExecutable") != "true":
            process.set("isExecutable", "true")
            self._say(process, "executable", "The process is marked as one that can be run.")
        self._scope(process)

    def _scope(self, scope: etree._Element) -> None:
        for child in list(scope.iterchildren(f"{B}subProcess", f"{B}transaction")):
            if child.get("triggeredByEvent") != "true":
                self._scope(child)
        for gateway in scope.iterchildren(f"{B}exclusiveGateway", f"{B}inclusiveGateway"):
            self._gateway(scope, gateway)
        self._ends(scope)

    # ids

    def _ids(self, process: etree._Element) -> None:
        for element in process.iter(f"{B}*"):
            kind = local(element)
            if kind in NODES or kind in {"sequenceFlow", "lane", "laneSet"}:
                self._id(element, kind)

    def _id(self, element: etree._Element, kind: str) -> None:
        if not element.get("id"):
            element.set("id", self._new_id(kind))
            self._say(element, "id", f"A {kind} without an id has got one.")

    def _new_id(self, kind: str) -> str:
        number = 1
        while (name := f"{kind}_{number}") in self.taken:
            number += 1
        self.taken.add(name)
        return name

    # gateways

    def _gateway(self, scope: etree._Element, gateway: etree._Element) -> None:
        """Labels become conditions on a variable named by the gateway's question; one flow becomes the default."""
        flows = [
            flow
            for flow in scope.iterchildren(f"{B}sequenceFlow")
            if flow.get("sourceRef") == gateway.get("id")
        ]
        bare = [flow for flow in flows if not text(flow.find(f"{B}conditionExpression"))]
        open_ends = [flow for flow in bare if flow.get("id") != gateway.get("default")]
        if len(flows) < 2 or not open_ends:
            return
        if not gateway.get("default"):
            default = self._default(bare, all_bare=len(bare) == len(flows))
            if default is None:
                return
            gateway.set("default", str(default.get("id")))
            open_ends.remove(default)
            self._say(
                gateway, "default", f"The flow {default.get('name') or default.get('id')!r} is the default."
            )
        question = variable_of(gateway.get("name") or str(gateway.get("id")))
        for flow in open_ends:
            label = (flow.get("name") or "").strip()
            if label:
                empty = flow.find(f"{B}conditionExpression")
                condition = etree.SubElement(flow, f"{B}conditionExpression") if empty is None else empty
                condition.text = f'= {question} = "{_escaped(label)}"'
                self._say(flow, "condition", f"The label {label!r} is the condition {condition.text[2:]}.")

    def _default(self, bare: list[etree._Element], *, all_bare: bool) -> etree._Element | None:
        """The flow that stands for everything else: by its label, else the last, if all others have labels."""
        for flow in bare:
            if (flow.get("name") or "").strip().casefold() in OTHERWISE:
                return flow
        unnamed = [flow for flow in bare if not (flow.get("name") or "").strip()]
        if len(unnamed) == 1:
            return unnamed[0]
        return bare[-1] if not unnamed and all_bare else None

    # starts and ends

    def _ends(self, scope: etree._Element) -> None:
        if scope.tag == f"{B}adHocSubProcess":
            return
        nodes = [child for child in scope.iterchildren(f"{B}*") if local(child) in NODES and _on_path(child)]
        flows = list(scope.iterchildren(f"{B}sequenceFlow"))
        targets, sources = ({flow.get(end) for flow in flows} for end in ("targetRef", "sourceRef"))
        if not any(local(node) == "startEvent" for node in nodes):
            first = [node for node in nodes if node.get("id") not in targets and _may_begin(node)]
            if (
                len(first) < 2 and nodes
            ):  # what nothing leads to, else the first that was drawn; several begin together
                self._add(scope, "startEvent", (first or nodes)[0])
        if not any(local(node) == "endEvent" for node in nodes):
            last = [node for node in nodes if node.get("id") not in sources and _may_end(node)]
            for node in last:
                self._add(scope, "endEvent", node)

    def _add(self, scope: etree._Element, kind: str, beside: etree._Element) -> None:
        """A start event before, or an end event behind an element, with its flow, both drawn."""
        event = etree.Element(f"{B}{kind}", id=self._new_id(kind))
        ends = [str(event.get("id")), str(beside.get("id"))]
        source, target = ends if kind == "startEvent" else reversed(ends)
        flow = etree.Element(f"{B}sequenceFlow", id=self._new_id("flow"), sourceRef=source, targetRef=target)
        beside.addnext(event)
        event.addnext(flow)
        self._say(
            event,
            kind,
            f"A {'start' if kind == 'startEvent' else 'end'} event was added at {beside.get('id')}.",
        )
        self._draw(event, flow, beside, before=kind == "startEvent")

    def _draw(
        self, event: etree._Element, flow: etree._Element, beside: etree._Element, *, before: bool
    ) -> None:
        if self.plane is None:
            return
        shape = next(
            (
                one
                for one in self.plane.iterchildren(f"{DI}BPMNShape")
                if one.get("bpmnElement") == beside.get("id")
            ),
            None,
        )
        bounds = None if shape is None else shape.find(f"{DC}Bounds")
        if bounds is None:
            return
        x, y, width, height = (float(bounds.get(name, "0")) for name in ("x", "y", "width", "height"))
        middle = y + height / 2
        left = x - GAP - SIZE if before else x + width + GAP
        made = etree.SubElement(
            self.plane, f"{DI}BPMNShape", id=f"{event.get('id')}_di", bpmnElement=str(event.get("id"))
        )
        place = {"x": left, "y": middle - SIZE / 2, "width": SIZE, "height": SIZE}
        etree.SubElement(made, f"{DC}Bounds", {name: f"{value:g}" for name, value in place.items()})
        edge = etree.SubElement(
            self.plane, f"{DI}BPMNEdge", id=f"{flow.get('id')}_di", bpmnElement=str(flow.get("id"))
        )
        for at in (left + SIZE, x) if before else (x + width, left):
            etree.SubElement(edge, f"{DD}waypoint", x=f"{at:g}", y=f"{middle:g}")

    def _say(self, element: etree._Element, rule: str, message: str) -> None:
        self.repairs.append(Repair(str(element.get("id")), rule, message))


def variable_of(question: str) -> str:
    """A variable's name from the text of a question: 'Disetujui oleh PPK?' is `disetujui_oleh_ppk`."""
    plain = unicodedata.normalize("NFKD", question).encode("ascii", "ignore").decode().lower()
    words = "_".join(re.findall(r"[a-z0-9]+", plain))[:60].strip("_")
    return words if words and not words[0].isdigit() else f"q_{words}" if words else "jawaban"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _on_path(node: etree._Element) -> bool:
    return node.get("triggeredByEvent") != "true" and node.get("isForCompensation") != "true"


def _may_begin(node: etree._Element) -> bool:
    return local(node) not in {"boundaryEvent", "endEvent"} and node.get("instantiate") != "true"


def _may_end(node: etree._Element) -> bool:
    compensates = any(local(child) == "compensateEventDefinition" for child in _children(node))
    links = any(local(child) == "linkEventDefinition" for child in _children(node))
    return not (compensates and local(node) == "boundaryEvent") and not links


def _children(node: etree._Element) -> Iterator[etree._Element]:
    return iter(node.iterchildren(f"{B}*"))
