"""Decision tables of every hit policy, boxed expressions, graphs, and what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from service.engine import decisions, feel

NOW = datetime(2026, 11, 23, tzinfo=UTC)
HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">'


def model(body: str) -> decisions.DecisionModel:
    return decisions.load(f"{HEAD}{body}</definitions>".encode())


def table(policy: str, rules: list[tuple[str, str]], extra: str = "", values: str = "") -> str:
    rows = "".join(
        f'<rule id="r{n}"><inputEntry id="i{n}"><text><![CDATA[{cell}]]></text></inputEntry>'
        f'<outputEntry id="o{n}"><text>{out}</text></outputEntry><annotationEntry><text>Pasal {n}</text></annotationEntry></rule>'
        for n, (cell, out) in enumerate(rules, 1)
    )
    allowed = f'<outputValues id="ov"><text>{values}</text></outputValues>' if values else ""
    return (
        f'<decision id="d" name="d"><decisionTable id="t" hitPolicy="{policy}" {extra}>'
        '<input id="in"><inputExpression id="ie"><text>x</text></inputExpression></input>'
        f'<output id="out" name="hasil">{allowed}</output><annotation name="dasar"/>{rows}</decisionTable></decision>'
    )


RULES = [("> 1", '"a"'), ("> 2", '"b"'), ("> 3", '"a"')]


def decide(body: str, **data: Any) -> Any:
    return model(body).evaluate("d", data, now=NOW).value


@pytest.mark.parametrize(
    ("policy", "extra", "x", "expected"),
    [
        ("UNIQUE", "", 2, "a"),
        ("UNIQUE", "", 0, None),
        ("FIRST", "", 4, "a"),
        ("RULE ORDER", "", 4, ["a", "b", "a"]),
        ("COLLECT", "", 3, ["a", "b"]),
        ("COLLECT", 'aggregation="COUNT"', 4, 3),
        ("COLLECT", "", 0, []),
    ],
)
def test_hit_policies(policy: str, extra: str, x: int, expected: Any) -> None:
    assert decide(table(policy, RULES, extra), x=x) == expected


@pytest.mark.parametrize(("aggregation", "expected"), [("SUM", 60), ("MIN", 10), ("MAX", 30), ("COUNT", 3)])
def test_aggregations(aggregation: str, expected: int) -> None:
    rules = [("> 0", "10"), ("> 0", "20"), ("> 0", "30")]
    assert decide(table("COLLECT", rules, f'aggregation="{aggregation}"'), x=1) == expected


def test_priority_and_output_order_go_by_the_listed_values() -> None:
    assert decide(table("PRIORITY", RULES, values='"b","a"'), x=4) == "b"
    assert decide(table("OUTPUT ORDER", RULES, values='"b","a"'), x=4) == ["b", "a", "a"]


def test_any_wants_agreement_and_unique_one_rule() -> None:
    assert decide(table("ANY", [("> 1", '"a"'), ("> 2", '"a"')]), x=3) == "a"
    for policy in ("ANY", "UNIQUE"):
        with pytest.raises(feel.FeelError):
            decide(table(policy, RULES), x=3)


def test_only_what_can_be_added_is_added() -> None:
    for aggregation in ("SUM", "MIN", "MAX"):
        with pytest.raises(feel.FeelError):
            decide(table("COLLECT", [("> 0", '"5"'), ("> 0", "5")], f'aggregation="{aggregation}"'), x=1)


@pytest.mark.parametrize("extra", ['aggregation="MEAN"', 'hitPolicy="BEST"'])
def test_unknown_policies_are_refused(extra: str) -> None:
    text = table("UNIQUE", RULES).replace('hitPolicy="UNIQUE"', extra)
    with pytest.raises(decisions.InvalidDecision):
        model(text)


def test_default_outputs_stand_where_no_rule_fires() -> None:
    text = table("UNIQUE", RULES).replace(
        'name="hasil">', 'name="hasil"><defaultOutputEntry><text>"tidak ada"</text></defaultOutputEntry>'
    )
    assert decide(text, x=0) == "tidak ada"


def test_the_rules_that_fired_say_why() -> None:
    result = model(table("RULE ORDER", RULES)).evaluate("d", {"x": 3}, now=NOW)
    assert [(rule.rule, rule.annotations, rule.inputs) for rule in result.matched] == [
        ("r1", {"dasar": "Pasal 1"}, {"x": 3}),
        ("r2", {"dasar": "Pasal 2"}, {"x": 3}),
    ]


def test_the_columns_that_were_looked_at_may_be_named_in_english() -> None:
    named = table("RULE ORDER", RULES).replace(
        "<input ",
        '<input xmlns:mutasi="http://mutasi.id/schema/bpmn/1" label="Umur" mutasi:labelEn="Age" ',
        1,
    )
    for text, expected in (
        (named, ({"Umur": 3}, {"Umur": "Age"})),
        (table("RULE ORDER", RULES), ({"x": 3}, {})),
    ):
        row = model(text).evaluate("d", {"x": 3}, now=NOW).matched[0]
        assert (row.inputs, row.labels_en) == expected


def test_decisions_require_others_and_call_knowledge() -> None:
    body = """
      <inputData id="gaji" name="gaji"/>
      <businessKnowledgeModel id="b" name="kali dua"><encapsulatedLogic id="e"><formalParameter name="n"/>
        <literalExpression id="le"><text>n * 2</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
      <decision id="tunjangan" name="tunjangan">
        <informationRequirement id="q1"><requiredInput href="#gaji"/></informationRequirement>
        <knowledgeRequirement id="q2"><requiredKnowledge href="#b"/></knowledgeRequirement>
        <literalExpression id="l1"><text>kali dua(gaji)</text></literalExpression></decision>
      <decision id="d" name="d"><informationRequirement id="q3"><requiredDecision href="#tunjangan"/></informationRequirement>
        <context id="c"><contextEntry id="c1"><variable name="a"/><literalExpression id="l2"><text>tunjangan + 1</text></literalExpression></contextEntry>
        <contextEntry id="c2"><literalExpression id="l3"><text>a * 10</text></literalExpression></contextEntry></context></decision>"""
    assert decide(body, gaji=5) == 110


def test_what_fails_names_its_element() -> None:
    with pytest.raises(feel.FeelError, match="in"):
        decide(table("UNIQUE", RULES))
    with pytest.raises(decisions.InvalidDecision) as refused:
        model(table("UNIQUE", [("1 +", "2")]))
    assert refused.value.element == "r1"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html/>",
        b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>',
        f'{HEAD}<decision id="d" name="d"><informationRequirement id="q"><requiredDecision href="#weg"/></informationRequirement></decision></definitions>'.encode(),
    ],
)
def test_broken_models_are_refused_with_a_reason(content: bytes) -> None:
    assert decisions.check(content)
