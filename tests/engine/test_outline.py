"""A diagram as text: of every shipped one each element is told of once, in the order of the flows."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from service.engine.model import Process
from service.engine.outline import Outline, Step, outline
from service.engine.reading import read
from service.engine.xml import parse
from tests.operations.diagrams import branches, limited

SHIPPED = sorted(Path("workflows").glob("*.bpmn"))


def models(*contents: bytes) -> dict[str, Process]:
    found: dict[str, Process] = {}
    for content in contents:
        for process in read(parse(content, 5_000_000), "x.bpmn").processes:
            found[process.id] = process
    return found


def elements(found: Outline) -> Iterable[tuple[str, str]]:
    """(process, element) of all that an outline tells of, in its order."""
    yield from _of_steps((*found.steps, *found.besides))


def _of_steps(steps: Iterable[Step]) -> Iterable[tuple[str, str]]:
    for step in steps:
        yield step.process, step.node.id
        yield from _of_steps(step.inside)
        if step.called is not None:
            yield from elements(step.called)
        yield from _of_steps(step.borders)
        for branch in step.branches:
            yield from _of_steps(branch.steps)


ALL = models(*(path.read_bytes() for path in SHIPPED))


@pytest.mark.parametrize("key", sorted(ALL))
def test_every_element_of_every_shipped_diagram_is_told_of_once(key: str) -> None:
    found = outline(ALL, key)
    told = list(elements(found))
    assert len(told) == len(set(told))
    processes = {process for process, _ in told}
    assert key in processes
    for process in processes:
        expected = {node.id for node in ALL[process].all_nodes()}
        assert {element for of, element in told if of == process} == expected


def tree(steps: tuple[Step, ...]) -> list[object]:
    """Elements with their branches, for reading in tests."""
    found: list[object] = []
    for step in steps:
        found.append(step.node.id)
        for border in step.borders:
            found.append({border.node.id: [tree(branch.steps) for branch in border.branches]})
        if step.branches:
            found.append([[branch.why, *tree(branch.steps)] for branch in step.branches])
    return found


def of(content: bytes, key: str) -> Outline:
    return outline(models(content), key)


def test_branches_are_nested_and_what_joins_them_comes_after() -> None:
    found = of(branches().content, "cabang")
    assert tree(found.steps) == [
        "mulai", "periksa", "bagi", [["always", "kiri"], ["always", "kanan"]],
        "gabung", "tunggu", "terima", "tutup", "selesai",
    ]  # fmt: skip
    assert found.besides == ()


def test_an_event_at_a_border_is_told_of_with_its_activity() -> None:
    found = of(limited().content, "batas")
    assert tree(found.steps) == ["mulai", "kerja", {"habis": [["selesai_habis"]]}, "selesai"]


def test_a_way_back_says_where_it_leads_and_conditions_are_kept() -> None:
    found = outline(ALL, "approval")
    flat: list[Step] = []

    def collect(steps: tuple[Step, ...]) -> None:
        for step in steps:
            flat.append(step)
            collect(step.borders)
            collect(step.inside)
            for branch in step.branches:
                collect(branch.steps)

    collect(found.steps)
    chosen = [branch for step in flat for branch in step.branches if step.node.kind == "exclusiveGateway"]
    assert {branch.why for branch in chosen} >= {"condition", "otherwise"}
    assert all(
        branch.flow and (branch.flow.condition or branch.flow.name)
        for branch in chosen
        if branch.why == "condition"
    )
    assert any(branch.goes_to for branch in chosen) or any(step.goes_to for step in flat)


def test_five_hundred_gateways_one_after_another_are_no_trouble() -> None:
    parts, flows = [], ['<sequenceFlow id="s" sourceRef="mulai" targetRef="g0"/>']
    for n in range(500):
        parts.append(f'<exclusiveGateway id="g{n}" default="b{n}"/><userTask id="t{n}"/>')
        flows.append(
            f'<sequenceFlow id="a{n}" sourceRef="g{n}" targetRef="t{n}"><conditionExpression>x</conditionExpression></sequenceFlow>'
        )
        following = f"g{n + 1}" if n < 499 else "selesai"
        flows.append(f'<sequenceFlow id="b{n}" sourceRef="g{n}" targetRef="{following}"/>')
        flows.append(f'<sequenceFlow id="c{n}" sourceRef="t{n}" targetRef="{following}"/>')
    xml = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">
      <process id="panjang" isExecutable="true"><startEvent id="mulai"/>{"".join(parts)}<endEvent id="selesai"/>
      {"".join(flows)}</process></definitions>"""
    found = of(xml.encode(), "panjang")
    told = list(elements(found))
    assert len(told) == len(set(told)) == 1002
    assert len(found.steps) == 502  # the gateways follow each other; the tasks are inside their branches


def test_what_cannot_be_reached_is_told_of_besides() -> None:
    xml = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">
      <process id="p" isExecutable="true"><startEvent id="a"/><userTask id="b"/><userTask id="c"/><userTask id="d"/>
      <sequenceFlow id="f" sourceRef="a" targetRef="b"/><sequenceFlow id="g" sourceRef="c" targetRef="d"/>
      <sequenceFlow id="h" sourceRef="d" targetRef="c"/></process></definitions>"""
    found = of(xml, "p")
    assert [step.node.id for step in found.steps] == ["a", "b"]
    assert [step.node.id for step in found.besides] == ["c", "d"]
    assert found.besides[1].goes_to is not None
    assert found.besides[1].goes_to.id == "c"
