"""Diagrams changed at random: they end in findings, or in a case that runs or says why not; never in anything else."""

import random
from collections import Counter

import pytest
from lxml import etree

from service.domain.errors import MutasiError
from service.engine.steps import Bundle, SourceFile
from tests.engine.building import (
    END,
    ERROR,
    ESCALATION,
    MESSAGE,
    NOW,
    SIGNAL,
    START,
    engine,
    file,
    flows,
    process,
    timer,
    users,
)

RICH = file(
    process(
        START,
        '<exclusiveGateway id="g" default="g__a"/><parallelGateway id="split"/><parallelGateway id="join"/>',
        '<inclusiveGateway id="i" default="i__n"/><inclusiveGateway id="j"/><eventBasedGateway id="w"/>',
        users("a", "b", "c", "d", "n", "h"),
        '<userTask id="mi"><multiInstanceLoopCharacteristics><loopDataInputRef>unit</loopDataInputRef>'
        "<loopDataOutputRef>hasil</loopDataOutputRef></multiInstanceLoopCharacteristics></userTask>",
        '<scriptTask id="s" scriptFormat="feel"><script>{ x: x + 1 }</script></scriptTask>',
        '<serviceTask id="v" mutasi:effect="kirim"/>',
        f'<subProcess id="sp"><startEvent id="s1"/><userTask id="t"/><endEvent id="e1">{ERROR}</endEvent>'
        f'<intermediateThrowEvent id="up">{ESCALATION}</intermediateThrowEvent>{flows("s1 -> t -> up -> e1")}</subProcess>',
        f'<boundaryEvent id="be" attachedToRef="sp">{ERROR}</boundaryEvent>',
        f'<boundaryEvent id="bu" attachedToRef="sp" cancelActivity="false">{ESCALATION}</boundaryEvent>',
        f'<boundaryEvent id="bt" attachedToRef="a" cancelActivity="false">{timer("R2/P1D", "timeCycle")}</boundaryEvent>',
        f'<boundaryEvent id="bs" attachedToRef="b">{SIGNAL}</boundaryEvent>',
        f'<intermediateCatchEvent id="cm">{MESSAGE}</intermediateCatchEvent>',
        f'<intermediateCatchEvent id="ct">{timer("P2D")}</intermediateCatchEvent>',
        END,
        '<endEvent id="term"><terminateEventDefinition/></endEvent>',
        flows("begin -> g -> a -> split -> b -> join -> s -> i -> n -> j -> v -> mi -> sp -> w -> cm -> end"),
        flows("g ->[x > 5] term", "split -> c -> join", "i ->[x > 1] d -> j", "w -> ct -> g"),
        flows("be -> w", "bu -> h -> end", "bt -> end", "bs -> end"),
    )
)
CONDITION = "<conditionalEventDefinition><condition>x = 2</condition></conditionalEventDefinition>"
UNDO = "<compensateEventDefinition/>"
RARE = file(
    process(
        START,
        users("a", "b", "c", "d", "k"),
        '<parallelGateway id="g"/><parallelGateway id="j"/>',
        '<subProcess id="es" triggeredByEvent="true"><userTask id="h"/>'
        f'<startEvent id="s1" isInterrupting="false">{SIGNAL}</startEvent>{flows("s1 -> h")}</subProcess>',
        f'<subProcess id="ee" triggeredByEvent="true"><startEvent id="s2">{ERROR}</startEvent><task id="t2"/>'
        f"{flows('s2 -> t2')}</subProcess>",
        f'<boundaryEvent id="bc" attachedToRef="a" cancelActivity="false">{CONDITION}</boundaryEvent>',
        f'<boundaryEvent id="bm" attachedToRef="b" parallelMultiple="true">{MESSAGE}{SIGNAL}</boundaryEvent>',
        f'<boundaryEvent id="bu" attachedToRef="c">{UNDO}</boundaryEvent>',
        '<userTask id="u" isForCompensation="true"/><association id="as" sourceRef="bu" targetRef="u"/>',
        f'<intermediateThrowEvent id="tu">{UNDO}</intermediateThrowEvent>',
        '<intermediateThrowEvent id="tl"><linkEventDefinition name="l"/></intermediateThrowEvent>',
        '<intermediateCatchEvent id="cl"><linkEventDefinition name="l"/></intermediateCatchEvent>',
        '<adHocSubProcess id="ah"><userTask id="p1"/><task id="p2"/><completionCondition>x &gt; 0</completionCondition>'
        "</adHocSubProcess>",
        '<transaction id="tr"><startEvent id="s4"/><userTask id="t4"/><exclusiveGateway id="g4" default="g4__e4"/>'
        '<endEvent id="e4"/><endEvent id="x4"><cancelEventDefinition/></endEvent>'
        f"{flows('s4 -> t4 -> g4 -> e4', 'g4 ->[x > 2] x4')}</transaction>",
        '<boundaryEvent id="bx" attachedToRef="tr"><cancelEventDefinition/></boundaryEvent>',
        END,
        f'<endEvent id="ef">{ERROR}</endEvent>',
        flows("begin -> g -> a -> j -> c -> tu -> tl", "g -> b -> j", "cl -> ah -> tr -> k -> end"),
        flows("bc -> d -> end", "bm -> ef", "bx -> k"),
    )
)
WORDS = ("", "a", "g", "sp", "x", "end", "${x}", "P1D", "true", "5", "= x", "begin__g", "../x", "é" * 300)


def changed(chance: random.Random) -> bytes:
    root = etree.fromstring(chance.choice((RICH, RARE)).content)
    for _ in range(chance.randint(1, 2)):
        elements = [element for element in root.iter() if element is not root]
        element = chance.choice(elements)
        other = chance.choice(elements)
        what = chance.randrange(6)
        if what == 0 and element.getparent() is not None:
            element.getparent().remove(element)
        elif what == 1 and element.attrib:
            element.set(chance.choice(list(element.attrib)), chance.choice(WORDS))
        elif what == 2 and element.attrib:
            element.attrib.pop(chance.choice(list(element.attrib)))
        elif what == 3:
            element.tag = other.tag
        elif what == 4 and element not in list(other.iterancestors()) and element is not other:
            other.append(element)
        elif element.text:
            element.text = chance.choice(WORDS)
    return etree.tostring(root)


def run(content: bytes, chance: random.Random) -> str:
    """Start the case though it may have errors, as if put into the storage by hand, and do what is open."""
    try:
        definition = engine().definition(Bundle("p", (SourceFile("p.bpmn", content),)))
        step = engine().start(definition, {"x": chance.randrange(8), "unit": [1, 2]}, NOW)
        for number in range(40):
            if step.status != "running":
                break
            if step.open:
                key = chance.choice(step.open).key
                step = engine().complete(
                    definition, step.snapshot, key, {"x": chance.randrange(4), "k": number}, NOW
                )
            elif step.timers:
                step = engine().wake(definition, step.snapshot, max(timer.due for timer in step.timers))
            elif step.waits:
                wait = step.waits[0]
                step = engine().message(definition, step.snapshot, wait.name, {}, NOW)
            else:
                return "waits"
        return step.status
    except MutasiError as error:
        return "fault" if "internal error" in str(error) else type(error).__name__


@pytest.mark.parametrize("seed", range(12))
def test_changed_diagrams_are_refused_or_run(seed: int) -> None:
    chance = random.Random(seed)
    outcomes: Counter[str] = Counter()
    for _ in range(25):
        content = changed(chance)
        found = engine().check([SourceFile("p.bpmn", content)])
        assert not [finding for finding in found if finding.rule in {"check-failed", "compile"}]
        right = not any(finding.severity == "error" for finding in found)
        outcomes[("right: " if right else "wrong: ") + run(content, chance)] += 1
    assert not {"right: InvalidDefinition", "right: fault", "wrong: fault"} & outcomes.keys(), outcomes
    assert {outcome.split(":")[0] for outcome in outcomes} == {"right", "wrong"}, outcomes


@pytest.mark.parametrize("source", [RICH, RARE])
def test_the_unchanged_diagram_is_right_and_ends(source: SourceFile) -> None:
    assert [finding for finding in engine().check([source]) if finding.severity == "error"] == []
    assert {run(source.content, random.Random(seed)) for seed in range(30)} <= {"completed", "running"}
