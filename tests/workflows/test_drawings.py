"""The diagrams as drawings: everything has its place, names are in two languages."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.workflows.harness import BPMN, diagram, elements, flows, shipped_processes

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"
NAME_EN = "{http://mutasi.id/schema/bpmn/1}nameEn"
DOCUMENTATION_EN = "{http://mutasi.id/schema/bpmn/1}documentationEn"


@dataclass(frozen=True)
class Box:
    x: float
    y: float
    width: float
    height: float

    def meets(self, other: Box) -> bool:
        return (
            self.x < other.x + other.width
            and other.x < self.x + self.width
            and self.y < other.y + other.height
            and other.y < self.y + self.height
        )

    def holds(self, other: Box) -> bool:
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )


def boxes(process: str) -> dict[str, Box]:
    found = {}
    for shape in diagram(process).iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        assert bounds is not None
        found[shape.attrib["bpmnElement"]] = Box(
            *(float(bounds.attrib[side]) for side in ("x", "y", "width", "height"))
        )
    return found


def lines(process: str) -> dict[str, list[tuple[float, float]]]:
    return {
        edge.attrib["bpmnElement"]: [
            (float(point.attrib["x"]), float(point.attrib["y"])) for point in edge.iter(WAYPOINT)
        ]
        for edge in diagram(process).iter(f"{DI}BPMNEdge")
    }


def nodes(process: str) -> dict[str, ElementTree.Element]:
    return {
        node.attrib["id"]: node for node in diagram(process).iter() if node.get("id") in elements(process)
    }


@pytest.mark.parametrize("process", shipped_processes())
def test_everything_is_drawn(process: str) -> None:
    assert elements(process) <= boxes(process).keys()
    assert {flow.id for flow in flows(process)} == lines(process).keys()


@pytest.mark.parametrize("process", shipped_processes())
def test_no_box_lies_on_another(process: str) -> None:
    drawn = {name: box for name, box in boxes(process).items() if name in elements(process)}
    hosts = {name: node.get("attachedToRef") for name, node in nodes(process).items()}
    clashes = [
        (a, b)
        for a, first in drawn.items()
        for b, second in drawn.items()
        if a < b
        and first.meets(second)
        and hosts[a] != b
        and hosts[b] != a
        and not first.holds(second)
        and not second.holds(first)
    ]
    assert clashes == []


@pytest.mark.parametrize("process", shipped_processes())
def test_lines_are_orthogonal_and_go_around_boxes(process: str) -> None:
    drawn = {name: box for name, box in boxes(process).items() if name in elements(process)}
    ends = {flow.id: {flow.source, flow.target} for flow in flows(process)}
    holders = {name for name, node in nodes(process).items() if node.tag == f"{BPMN}subProcess"}
    faults = []
    for flow, points in lines(process).items():
        for (x0, y0), (x1, y1) in pairwise(points):
            if x0 != x1 and y0 != y1:
                faults.append((flow, "slants"))
            piece = Box(min(x0, x1), min(y0, y1), abs(x1 - x0) or 0.1, abs(y1 - y0) or 0.1)
            faults += [
                (flow, name)
                for name, box in drawn.items()
                if name not in ends[flow] | holders and piece.meets(box)
            ]
    assert faults == []


SPOKEN = {"process", "participant", "lane", "sequenceFlow"}
WORK = {"userTask", "serviceTask", "scriptTask", "callActivity"}


@pytest.mark.parametrize("process", shipped_processes())
def test_names_are_in_two_languages(process: str) -> None:
    things = [(node, node.tag.removeprefix(BPMN)) for node in diagram(process).iter()]
    named = [node for node, kind in things if node.get("name") and kind in SPOKEN]
    named += [node for node in nodes(process).values() if node.get("name")]
    assert [node.get("id") for node in named if not node.get(NAME_EN)] == []
    described = [node for node in diagram(process).iter() if node.find(f"{BPMN}documentation") is not None]
    assert [node.get("id") for node in described if not node.get(DOCUMENTATION_EN)] == []
    assert [node.get("id") for node, kind in things if kind in WORK and not node.get("name")] == []
