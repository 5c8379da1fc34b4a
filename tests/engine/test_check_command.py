"""`mutasi check`, as a person or a machine uses it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from service.cli.check_ import command
from tests.engine.building import END, START, file, flows, process, users


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def saved(folder: Path, *content: str, name: str = "p.bpmn") -> Path:
    path = folder / name
    path.write_bytes(file(process(*content)).content)
    return path


LANE = '<laneSet id="ls"><lane id="l" name="Analis SDM"><flowNodeRef>a</flowNodeRef></lane></laneSet>'


def test_a_right_diagram_exits_with_0(tmp_path: Path) -> None:
    path = saved(tmp_path, START, LANE, users("a"), END, flows("begin -> a -> end"))
    assert run(path).exit_code == 0
    result = run(path, "--json")
    assert (result.exit_code, json.loads(result.output)) == (0, [])


def test_findings_exit_with_1_and_name_the_element(tmp_path: Path) -> None:
    path = saved(tmp_path, START, LANE, users("a", "b"), END, flows("begin -> a -> end", "b -> b"))
    result = run(path, "--json")
    assert result.exit_code == 1
    first = json.loads(result.output)[0]
    assert set(first) == {"file", "element", "rule", "severity", "message", "mend"}
    assert (first["file"], first["element"], first["rule"], first["severity"]) == (
        "p.bpmn",
        "b",
        "unreachable",
        "error",
    )
    assert "p.bpmn: b: error:" in run(path).output


def test_warnings_alone_exit_with_0(tmp_path: Path) -> None:
    gateway = '<exclusiveGateway id="g"/>'
    content = (START, LANE, users("a"), gateway, END, '<endEvent id="end_b"/>')
    path = saved(tmp_path, *content, flows("begin -> a -> g ->[x] end", "g ->[not(x)] end_b"))
    result = run(path)
    assert (result.exit_code, "1 warning" in result.output) == (0, True)


def test_a_file_that_cannot_be_read_exits_with_2(tmp_path: Path) -> None:
    result = run(tmp_path / "tidak_ada.bpmn", "--json")
    assert (result.exit_code, json.loads(result.output)[0]["rule"]) == (2, "file")
    assert run().exit_code == 2


def test_called_processes_are_looked_for_beside_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path, START, '<callActivity id="c" calledElement="q"/>', END, flows("begin -> c -> end"))
    assert run(path).exit_code == 1
    called = file(process(START, LANE, users("a"), END, flows("begin -> a -> end"), id="q"))
    (tmp_path / "q.bpmn").write_bytes(called.content)
    assert run(path).exit_code == 0


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"<a", b"<html/>", b"%PDF-1.7", b"<?xml version='1.0'?>"]
)
def test_no_file_ends_in_a_traceback(tmp_path: Path, content: bytes) -> None:
    for name in ("x.bpmn", "x.dmn", "x.json", "x"):
        path = tmp_path / name
        path.write_bytes(content)
        result = run(path, "--json")
        assert (result.exit_code, bool(json.loads(result.output))) == (1, True)
