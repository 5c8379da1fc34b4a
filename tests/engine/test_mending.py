"""Diagrams drawn without thinking of an engine become runnable by mechanical repairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree

from service.cli import cli
from service.engine.mending import mend, variable_of
from service.engine.steps import SourceFile
from service.engine.walking import walk
from service.engine.xml import UnsafeXml
from tests.engine.behaviours import actions_of
from tests.engine.building import NOW, engine

MIWG = Path(__file__).parents[3] / "shared" / "conformance" / "bpmn-miwg"
WORKFLOWS = Path(__file__).parents[2] / "workflows"
DRAWN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"
  xmlns:di="http://www.omg.org/spec/DD/20100524/DI" targetNamespace="t">
  <process id="p" isExecutable="false">
    <userTask id="a" name="Periksa"/><sequenceFlow sourceRef="a" targetRef="g"/>
    <exclusiveGateway id="g" name="Disetujui PPK?"/>
    <sequenceFlow id="yes" name="ya" sourceRef="g" targetRef="b"/>
    <sequenceFlow id="later" name="tunda &quot;dulu&quot;" sourceRef="g" targetRef="a"/>
    <sequenceFlow id="no" name="Tidak" sourceRef="g" targetRef="c"/>
    <userTask id="b" name="Terbitkan"/><userTask id="c" name="Arsipkan"/>
  </process>
  <bpmndi:BPMNDiagram id="d"><bpmndi:BPMNPlane id="pl" bpmnElement="p">
    <bpmndi:BPMNShape id="a_di" bpmnElement="a"><dc:Bounds x="200" y="100" width="100" height="80"/></bpmndi:BPMNShape>
    <bpmndi:BPMNShape id="b_di" bpmnElement="b"><dc:Bounds x="500" y="100" width="100" height="80"/></bpmndi:BPMNShape>
  </bpmndi:BPMNPlane></bpmndi:BPMNDiagram>
</definitions>"""
MOST = 5_000_000


def source(text: str) -> SourceFile:
    return SourceFile("p.bpmn", text.encode())


def errors(file: SourceFile) -> list[tuple[str | None, str]]:
    return [(one.element, one.rule) for one in engine().check([file]) if one.severity == "error"]


def test_a_drawn_diagram_becomes_one_that_runs() -> None:
    assert errors(source(DRAWN))
    mended = mend(source(DRAWN), MOST)
    assert errors(mended.file) == []
    assert {repair.rule for repair in mended.repairs} == {
        "id",
        "executable",
        "condition",
        "default",
        "startEvent",
        "endEvent",
    }
    for answer, task in (("ya", "b"), ("entah", "c")):
        steps = actions_of(f'a{{"disetujui_ppk":"{answer}"}} {task}')
        assert walk(engine(), [mended.file], steps, NOW).completed == ["a", task]
    again = [{"complete": "a", "data": {"disetujui_ppk": 'tunda "dulu"'}}]
    assert walk(engine(), [mended.file], again, NOW).open == [{"element": "a", "kind": "userTask"}]


def test_what_is_added_is_drawn_and_what_was_drawn_stays() -> None:
    root = etree.fromstring(mend(source(DRAWN), MOST).file.content)
    drawn = {shape.get("bpmnElement") for shape in root.iter("{*}BPMNShape")}
    assert {"a", "b", "startEvent_1", "endEvent_1"} <= drawn
    bounds = next(shape for shape in root.iter("{*}BPMNShape") if shape.get("bpmnElement") == "a")[0]
    assert dict(bounds.attrib) == {"x": "200", "y": "100", "width": "100", "height": "80"}
    edges = {
        edge.get("bpmnElement"): [(p.get("x"), p.get("y")) for p in edge] for edge in root.iter("{*}BPMNEdge")
    }
    assert [("150", "140"), ("200", "140")] in edges.values()


def test_mending_twice_changes_nothing() -> None:
    once = mend(source(DRAWN), MOST)
    twice = mend(once.file, MOST)
    assert (twice.repairs, twice.file.content) == ([], once.file.content)


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.bpmn")), ids=lambda path: path.stem)
def test_what_needs_no_mending_stays_byte_by_byte(path: Path) -> None:
    file = SourceFile(path.name, path.read_bytes())
    assert mend(file, MOST).file.content == file.content


@pytest.mark.parametrize("path", sorted(MIWG.rglob("*.bpmn")), ids=lambda path: path.stem)
def test_reference_models_have_fewer_errors_afterwards(path: Path) -> None:
    content = path.read_bytes().replace(b'isExecutable="false"', b'isExecutable="true"')
    file = SourceFile(path.name, content)  # what is no process to be run is not checked
    mended = mend(file, MOST)
    assert len(errors(mended.file)) <= len(errors(file))
    assert mend(mended.file, MOST).repairs == []


def test_labels_that_leave_a_choice_open_are_left_to_people() -> None:
    unnamed = DRAWN.replace('name="ya" ', "").replace('name="Tidak" ', "")
    assert ("g", "default") not in {(one.element, one.rule) for one in mend(source(unnamed), MOST).repairs}


@pytest.mark.parametrize(
    ("question", "variable"),
    [
        ("Disetujui?", "disetujui"),
        ("Apakah Élan > 3 hari?", "apakah_elan_3_hari"),
        ("3 calon?", "q_3_calon"),
        ("?", "jawaban"),
    ],
)
def test_a_question_names_its_variable(question: str, variable: str) -> None:
    assert variable_of(question) == variable


def test_what_cannot_be_read_is_not_mended() -> None:
    with pytest.raises(UnsafeXml):
        mend(SourceFile("p.bpmn", b"<!DOCTYPE x><definitions/>"), MOST)


def test_the_command_writes_the_mended_file(tmp_path: Path) -> None:
    path, output = tmp_path / "p.bpmn", tmp_path / "q.bpmn"
    path.write_text(DRAWN)
    result = CliRunner().invoke(cli, ["check", "--mend", str(path), "-o", str(output), "--json"])
    assert result.exit_code == 0, result.output
    assert {"mended-default", "mended-condition"} <= {one["rule"] for one in json.loads(result.output)}
    assert errors(SourceFile("q.bpmn", output.read_bytes())) == []
    assert path.read_text() == DRAWN
    assert CliRunner().invoke(cli, ["check", "--mend", str(path)]).exit_code == 2
    assert (
        CliRunner().invoke(cli, ["check", "--mend", str(tmp_path / "gone.bpmn"), "-o", str(output)]).exit_code
        == 2
    )
