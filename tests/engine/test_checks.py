"""Findings: every fault is found, at its element, and right diagrams have none."""

import pytest

from service.engine.steps import SourceFile
from tests.engine.building import (
    END,
    ERROR,
    HEAD,
    MESSAGE,
    START,
    engine,
    file,
    findings,
    flows,
    process,
    rules,
    timer,
    users,
)

LINE = flows("begin -> a -> end")


def test_a_right_diagram_has_no_findings() -> None:
    assert findings(START, users("a"), END, LINE) == []


@pytest.mark.parametrize(
    ("rule", "element", "content"),
    [
        ("element-unknown", "a", (START, '<userTsak id="a"/>', END)),
        ("id-duplicate", "a", (START, users("a", "a"), END, LINE)),
        ("id-form", "../../etc/passwd", (START, users("../../etc/passwd"), flows("begin -> ../../etc/passwd"))),
        ("condition-missing", "g__b", (START, '<exclusiveGateway id="g" default="g__a"/>', users("a", "b"), flows("begin -> g -> a", "g -> b"))),
        ("default-missing", "g", (START, '<exclusiveGateway id="g" default="x"/>', users("a"), flows("begin -> g -> a"))),
        ("expression", "g__b", (START, '<exclusiveGateway id="g" default="g__a"/>', users("a", "b"), flows("begin -> g -> a", "g ->[x >] b"))),
        ("expression-foreign", "g__b", (START, '<exclusiveGateway id="g" default="g__a"/>', users("a", "b"), flows("begin -> g -> a", "g ->[${x > 1}] b"))),
        ("condition-place", "g__b", (START, '<parallelGateway id="g"/>', users("a", "b"), flows("begin -> g -> a", "g ->[false] b"))),
        ("call-missing", "c", (START, '<callActivity id="c" calledElement="tidak_ada"/>', flows("begin -> c"))),
        ("call-missing", "c", (START, '<callActivity id="c"/>', flows("begin -> c"))),
        ("call-circle", "p", (START, '<callActivity id="c" calledElement="p"/>', flows("begin -> c"))),
        ("decision-missing", "r", (START, '<businessRuleTask id="r" mutasi:decision="x"/>', flows("begin -> r"))),
        ("form-missing", "a", (START, '<userTask id="a" name="A" mutasi:form="x"/>', flows("begin -> a"))),
        ("effect-missing", "s", (START, '<serviceTask id="s"/>', flows("begin -> s"))),
        ("message-missing", "r", (START, '<receiveTask id="r"/>', flows("begin -> r"))),
        ("boundary-host", "b", (START, users("a"), f'<boundaryEvent id="b" attachedToRef="x">{MESSAGE}</boundaryEvent>', END, LINE)),
        ("boundary-host", "b", (START, users("a"), f'<boundaryEvent id="b" attachedToRef="end">{MESSAGE}</boundaryEvent>', END, LINE)),
        ("boundary-error", "b", (START, users("a"), f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="false">{ERROR}</boundaryEvent>', END, LINE)),
        ("event-missing", "c", (START, '<intermediateCatchEvent id="c"/>', flows("begin -> c"))),
        ("event-reference", "c", (START, '<intermediateCatchEvent id="c"><linkEventDefinition/></intermediateCatchEvent>', flows("begin -> c"))),
        ("compensation", "c", (START, '<intermediateThrowEvent id="c"><compensateEventDefinition/></intermediateThrowEvent>', flows("begin -> c"))),
        ("expression", "c", (START, '<intermediateCatchEvent id="c"><conditionalEventDefinition><condition>x ></condition></conditionalEventDefinition></intermediateCatchEvent>', flows("begin -> c"))),
        ("event-kind", "c", (START, '<intermediateCatchEvent id="c"><asingEventDefinition/></intermediateCatchEvent>', flows("begin -> c"))),
        ("event-reference", "c", (START, '<intermediateCatchEvent id="c"><messageEventDefinition messageRef="x"/></intermediateCatchEvent>', flows("begin -> c"))),
        ("event-multiple", "c", (START, f'<intermediateCatchEvent id="c">{MESSAGE}{timer("R/P1D", "timeCycle")}</intermediateCatchEvent>', flows("begin -> c"))),
        ("timer", "c", (START, f'<intermediateCatchEvent id="c">{timer("besok")}</intermediateCatchEvent>', flows("begin -> c"))),
        ("timer", "c", (START, f'<intermediateCatchEvent id="c">{timer("P99999999Y")}</intermediateCatchEvent>', flows("begin -> c"))),
        ("timer", "c", (START, f'<intermediateCatchEvent id="c">{timer("P1.5M")}</intermediateCatchEvent>', flows("begin -> c"))),
        ("timer", "c", (START, f'<intermediateCatchEvent id="c">{timer("R/PT0S", "timeCycle")}</intermediateCatchEvent>', flows("begin -> c"))),
        ("expression", "c", (START, f'<intermediateCatchEvent id="c">{timer("= 1 +")}</intermediateCatchEvent>', flows("begin -> c"))),
        ("gateway-complex", "g", (START, '<complexGateway id="g"/>', flows("begin -> g"))),
        ("event-subprocess", "s", (START, users("a"), '<subProcess id="s" triggeredByEvent="true"><startEvent id="x"/></subProcess>', END, LINE)),
        ("ad-hoc-sequential", "s", (START, '<adHocSubProcess id="s" ordering="Sequential"><task id="t"/></adHocSubProcess>', flows("begin -> s"))),
        ("transaction", "e", (START, users("a"), '<endEvent id="e"><cancelEventDefinition/></endEvent>', flows("begin -> a -> e"))),
        ("activity-quantity", "a", (START, '<userTask id="a" name="A" startQuantity="0"/>', flows("begin -> a"))),
        ("activity-quantity", "a", (START, '<userTask id="a" name="A" completionQuantity="lots"/>', flows("begin -> a"))),
        ("compensation", "a", (START, '<userTask id="a" name="A" isForCompensation="true"/>', flows("begin -> a"))),
        ("data-association", "a", (START, '<userTask id="a" name="A"><dataInputAssociation id="x"><sourceRef>y</sourceRef></dataInputAssociation></userTask>', flows("begin -> a"))),
        ("flow-illegal", "begin", (START, users("a"), END, LINE, flows("a -> begin"))),
        ("flow-illegal", "end", (START, users("a"), END, LINE, flows("end -> a"))),
        ("flow-end", "f", (START, users("a"), END, LINE, '<sequenceFlow id="f" sourceRef="a" targetRef="x"/>')),
        ("flow-end", "f", (START, users("a"), '<subProcess id="s"><task id="t"/></subProcess>', flows("begin -> a -> s"), '<sequenceFlow id="f" sourceRef="a" targetRef="t"/>')),
        ("unreachable", "b", (START, users("a", "b", "c"), END, LINE, flows("b -> c -> b"))),
        ("endless", "a", (START, users("a", "b"), flows("begin -> a -> b -> a"))),
        ("script-language", "s", (START, '<scriptTask id="s" scriptFormat="python"><script>x = 1</script></scriptTask>', flows("begin -> s"))),
        ("expression-missing", "s", (START, '<scriptTask id="s" scriptFormat="feel"/>', flows("begin -> s"))),
        ("loop-incomplete", "a", (START, '<userTask id="a" name="A"><multiInstanceLoopCharacteristics/></userTask>', flows("begin -> a"))),
        ("loop-incomplete", "a", (START, '<userTask id="a" name="A"><standardLoopCharacteristics/></userTask>', flows("begin -> a"))),
        ("event-gateway", "g", (START, '<eventBasedGateway id="g"/>', users("a", "b"), flows("begin -> g -> a", "g -> b"))),
        ("start-several", "s", (START, '<subProcess id="s"><startEvent id="x"/><startEvent id="y"/></subProcess>', flows("begin -> s"))),
        ("process-empty", "p", ()),
        ("process-empty", "s", (START, '<subProcess id="s"/>', flows("begin -> s"))),
        ("days", "a", (START, '<userTask id="a" name="A" mutasi:due="lima"/>', flows("begin -> a"))),
        ("expression", "a", (START, '<userTask id="a" name="A" mutasi:unit="= a b c ("/>', flows("begin -> a"))),
    ],
)  # fmt: skip
def test_a_fault_is_found_at_its_element(rule: str, element: str, content: tuple[str, ...]) -> None:
    assert (rule, element) in rules(*content)


def test_all_faults_are_found_at_once() -> None:
    cycle = users("b", "c") + flows("b -> c -> b")
    found = rules(
        START, users("a"), cycle, '<serviceTask id="s"/>', flows("begin -> a -> s ->[${x}] end"), END
    )
    assert {("unreachable", "b"), ("effect-missing", "s"), ("expression-foreign", "s__end")} <= found


def test_an_expression_is_found_with_its_position() -> None:
    (finding,) = findings(
        START,
        '<exclusiveGateway id="g" default="g__a"/>',
        users("a", "b"),
        flows("begin -> g -> a", "g ->[x > ] b"),
    )
    assert "at character" in finding.message


def test_roles_and_lanes_must_be_known() -> None:
    lane = '<laneSet id="ls"><lane id="l" name="Direksi"><flowNodeRef>a</flowNodeRef></lane></laneSet>'
    task = '<userTask id="b" name="B" mutasi:role="ppk" mutasi:escalate="raja"/>'
    content = (START, lane, users("a", "c"), task, END, flows("begin -> a -> b -> c -> end"))
    assert rules(*content, roles={"ppk"}) == {
        ("role-unknown", "a"),
        ("role-unknown", "b"),
    }
    warned = {
        finding.element for finding in findings(*content, roles={"ppk"}) if finding.rule == "role-missing"
    }
    assert warned == {"c"}
    assert rules(*content) == set()


def test_the_library_is_looked_in() -> None:
    called = file(process(START, users("x"), flows("begin -> x"), id="q"), name="q.bpmn")
    form = SourceFile("f.json", b'{"components": []}')
    content = (
        START,
        '<callActivity id="c" calledElement="q"/><userTask id="a" name="A" mutasi:form="f"/>',
        flows("begin -> c -> a"),
    )
    assert rules(*content, library={"q.bpmn": called, "f.json": form}) == set()
    broken = SourceFile("q.bpmn", b"<x/>")
    assert ("call-missing", "c") in rules(*content, library={"q.bpmn": broken, "f.json": form})


def test_a_process_stands_in_one_file_only() -> None:
    one = process(START, users("a"), flows("begin -> a"))
    found = engine().check([file(one), file(one, name="other.bpmn")])
    assert [finding.rule for finding in found] == ["process-duplicate"]


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
BPMN = HEAD.encode()


@pytest.mark.parametrize(
    ("rule", "content"),
    [
        ("xml-empty", b""),
        ("xml-empty", b"  \n "),
        ("xml-syntax", b"<definitions"),
        ("xml-syntax", b"\x00\x01\x02"),
        ("xml-syntax", b"PK\x03\x04"),
        ("xml-syntax", "<definitions/>".encode("utf-16")[2:]),
        ("xml-dtd", BOMB + BPMN + b"</definitions>"),
        ("xml-dtd", b'<!DOCTYPE d SYSTEM "file:///etc/passwd">' + BPMN + b"</definitions>"),
        ("xml-dtd", b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + BPMN + b"&x;</definitions>"),
        ("xml-pi", b'<?xml-stylesheet href="x"?>' + BPMN + b"</definitions>"),
        ("xml-namespace", BPMN + b'<script xmlns="http://www.w3.org/1999/xhtml">x</script></definitions>'),
        ("xml-namespace", BPMN + b'<include xmlns="http://www.w3.org/2001/XInclude" href="x"/></definitions>'),
        ("xml-depth", BPMN + b"<documentation>" * 150 + b"</documentation>" * 150 + b"</definitions>"),
        ("xml-elements", BPMN + b"<documentation/>" * 60_000 + b"</definitions>"),
        ("xml-size", b" " * (5 * 1024 * 1024 + 1)),
        ("xml-encoding", b'<?xml version="1.0" encoding="UTF-7"?><definitions/>'),
        ("bpmn-root", b"<html><body/></html>"),
        ("bpmn-no-process", BPMN + b"</definitions>"),
    ],
)  # fmt: skip
def test_a_hostile_or_broken_file_ends_in_a_finding(rule: str, content: bytes) -> None:
    found = engine().check([SourceFile("x.bpmn", content)])
    assert rule in {finding.rule for finding in found} or (rule == "xml-encoding" and found)
    assert all(finding.rule != "check-failed" for finding in found)


def test_broken_decisions_and_forms_and_other_files_are_findings() -> None:
    files = [
        SourceFile("d.dmn", b"<x/>"),
        SourceFile("f.json", b"{"),
        SourceFile("g.json", b"[]"),
        SourceFile("h.exe", b""),
    ]
    assert [finding.file for finding in engine().check(files)] == ["d.dmn", "f.json", "g.json", "h.exe"]
