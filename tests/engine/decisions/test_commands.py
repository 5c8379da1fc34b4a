"""`mutasi decide` and `mutasi tck`, as a person or a machine uses them."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from service.cli.decide_ import command as decide
from service.cli.tck_ import command as tck

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">'
MODEL = f"""{HEAD}<decision id="d" name="besar"><decisionTable id="t" hitPolicy="UNIQUE">
  <input id="i"><inputExpression id="e"><text>masa</text></inputExpression></input><output id="o" name="besar"/>
  <annotation name="dasar"/>
  <rule id="r1"><inputEntry id="c1"><text>&gt;= 2.5</text></inputEntry><outputEntry id="a1"><text>masa * 2</text></outputEntry>
  <annotationEntry><text>Pasal 1</text></annotationEntry></rule></decisionTable></decision></definitions>"""
CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><modelName>m.dmn</modelName>
  <testCase id="1"><inputNode name="masa"><value xsi:type="xsd:decimal">3</value></inputNode>
  <resultNode name="besar"><expected><value xsi:type="xsd:decimal">{0}</value></expected></resultNode></testCase>
  <testCase id="2"><resultNode name="lain"><expected><value xsi:type="xsd:decimal">1</value></expected></resultNode>
  </testCase></testCases>"""


def run(command: click.Command, *arguments: object, stdin: str | None = None) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments], input=stdin)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    suite = tmp_path / "0001-suite"
    suite.mkdir()
    (suite / "m.dmn").write_text(MODEL)
    (suite / "m-test-01.xml").write_text(CASES.format(6))
    return suite


def test_decide_prints_the_value(folder: Path) -> None:
    (folder / "x.json").write_text('{"masa": 2.6}')
    result = run(decide, folder / "m.dmn", "--decision", "d", "--context", folder / "x.json")
    assert (result.exit_code, json.loads(result.output)) == (0, 5.2)


def test_decide_says_which_rules_fired(folder: Path) -> None:
    arguments = (folder / "m.dmn", "--decision", "besar", "--context", "-", "--json")
    document = json.loads(run(decide, *arguments, stdin='{"masa": 3}').output)
    assert document["value"] == 6
    assert [(rule["rule"], rule["annotations"]) for rule in document["matched"]] == [
        ("r1", {"dasar": "Pasal 1"})
    ]


def test_decide_reads_dates_where_the_model_wants_them(folder: Path) -> None:
    model = """<itemDefinition name="tMasa"><itemComponent name="mulai"><typeRef>date</typeRef></itemComponent>
      </itemDefinition><inputData id="i" name="masa"><variable name="masa" typeRef="tMasa"/></inputData>
      <decision id="d" name="d"><informationRequirement><requiredInput href="#i"/></informationRequirement>
      <literalExpression><text>masa.mulai + @"P1M"</text></literalExpression></decision></definitions>"""
    (folder / "m.dmn").write_text(HEAD + model)
    arguments = (folder / "m.dmn", "--decision", "d", "--context", "-")
    assert (
        json.loads(run(decide, *arguments, stdin='{"masa": {"mulai": "2026-01-31"}}').output) == "2026-02-28"
    )
    assert run(decide, *arguments, stdin='{"masa": {"mulai": "besok"}}').exit_code == 1


@pytest.mark.parametrize(
    ("file", "decision", "context", "code", "said"),
    [
        ("m.dmn", "tidak_ada", "{}", 1, "there is no decision tidak_ada"),
        ("m.dmn", "d", "{}", 1, "masa is not known"),
        ("m.dmn", "d", '{"masa": NaN}', 1, "not a number"),
        ("m.dmn", "d", '{"masa": "\\ud800"}', 1, "not valid Unicode"),
        ("weg.dmn", "d", "{}", 2, "cannot be read"),
        ("m-test-01.xml", "d", "{}", 2, "not a DMN model"),
        ("m.dmn", "d", "{", 2, "not JSON"),
        ("m.dmn", "d", "[]", 2, "not a JSON object"),
    ],
)
def test_decide_says_what_is_wrong(
    folder: Path, file: str, decision: str, context: str, code: int, said: str
) -> None:
    result = run(decide, folder / file, "--decision", decision, "--context", "-", stdin=context)
    assert result.exit_code == code
    assert said in result.output


def test_tck_prints_a_row_per_expected_result(folder: Path) -> None:
    result = run(tck, folder.parent, "--json")
    assert result.exit_code == 0
    assert json.loads(result.output) == [
        {"suite": "0001-suite", "case": "1", "result": "besar", "status": "pass", "expected": 6, "actual": 6},
        {
            "suite": "0001-suite",
            "case": "2",
            "result": "lain",
            "status": "error",
            "expected": 1,
            "actual": "there is no decision lain",
        },
    ]


def test_tck_tells_what_fails(folder: Path) -> None:
    (folder / "m-test-01.xml").write_text(CASES.format(7))
    result = run(tck, folder.parent)
    assert "fail: expected 7, got 6" in result.output
    assert "0 of 2" in result.output
    (folder / "m-test-01.xml").unlink()
    assert run(tck, folder.parent).exit_code == 1
    assert run(tck, folder / "weg").exit_code == 2
