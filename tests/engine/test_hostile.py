"""Diagrams that want harm: Python in every place that takes an expression, and shapes that would never end."""

from pathlib import Path

import pytest

from service.domain.errors import Incident, InvalidDefinition, MutasiError
from service.engine.case import Case
from service.engine.expressions import Failed
from tests.engine.building import END, NOW, START, Walk, file, findings, flows, process, timer, users

LINE = flows("begin -> a -> end")


def attacks(code: str) -> dict[str, tuple[str, ...]]:
    """The nine places where SpiffWorkflow evaluates Python, with the code in each."""
    return {
        "script": (START, f'<scriptTask id="a"><script>{code}</script></scriptTask>', END, LINE),
        "condition": (START, '<exclusiveGateway id="g" default="g__a"/>', users("a", "b"), flows("begin -> g -> a", f"g ->[{code}] b")),
        "timer": (START, f'<intermediateCatchEvent id="a">{timer("= " + code)}</intermediateCatchEvent>', END, LINE),
        "conditional event": (START, f'<intermediateCatchEvent id="a"><conditionalEventDefinition><condition>{code}</condition></conditionalEventDefinition></intermediateCatchEvent>', END, LINE),
        "loop condition": (START, f'<userTask id="a"><standardLoopCharacteristics testBefore="true"><loopCondition>{code}</loopCondition></standardLoopCharacteristics></userTask>', END, LINE),
        "cardinality": (START, f'<userTask id="a"><multiInstanceLoopCharacteristics><loopCardinality>{code}</loopCardinality></multiInstanceLoopCharacteristics></userTask>', END, LINE),
        "ad hoc": (START, f'<adHocSubProcess id="a"><userTask id="t"/><completionCondition>{code}</completionCondition></adHocSubProcess>', END, LINE),
        "preScript": (START, f'<userTask id="a"><extensionElements><s:preScript xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core">{code}</s:preScript></extensionElements></userTask>', END, LINE),
        "correlation": (START, f'<receiveTask id="a" messageRef="m" mutasi:correlation="{code}"/>', END, LINE),
    }  # fmt: skip


@pytest.mark.parametrize("place", attacks(""))
@pytest.mark.parametrize(
    "shape",
    ["__import__('os').system('touch {}')", "().__class__.__base__.__subclasses__()", "open('{}', 'w')"],
)
def test_python_never_runs(place: str, shape: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    content = attacks(shape.replace("{}", str(canary)))[place]
    refused = any(finding.severity == "error" for finding in findings(*content))
    assert refused or place == "preScript"  # a foreign extension is ignored
    try:
        walk = Walk(*content)  # as if it had been put into the storage by hand
        walk.message("surat")
        walk.do("a")
    except (MutasiError, StopIteration):
        pass
    assert not canary.exists()


def test_the_script_engine_of_the_library_is_out_of_action() -> None:
    walk = Walk(START, users("a"), flows("begin -> a"))
    case = Case(walk.definition, NOW)
    for refused in (
        case.script_engine.evaluate,
        case.script_engine.execute,
        case.script_engine.environment.evaluate,
    ):
        with pytest.raises(Failed):
            refused("1", {})


@pytest.mark.parametrize(
    "text",
    [
        "for i in 1..100000000 return i",
        "sum(for i in 1..3000, j in 1..3000 return i*j)",
        "10 ** (10 ** 8)",
        "99999999 ** 99999999",
    ],
)
def test_an_expression_without_end_is_an_incident(text: str) -> None:
    with pytest.raises((Incident, InvalidDefinition)):
        Walk(
            START,
            f'<scriptTask id="s" scriptFormat="feel"><script>{{ x: {text} }}</script></scriptTask>',
            flows("begin -> s"),
        )


def test_data_that_grows_past_the_limit_is_an_incident() -> None:
    walk = Walk(START, users("a"), flows("begin -> a"))
    with pytest.raises(Incident, match="is the most"):
        walk.do("a", x="x" * (9 * 1024 * 1024))


def test_a_deep_or_long_diagram_is_read_without_recursion() -> None:
    depth = 45
    nested = (
        "".join(f'<subProcess id="s{number}">' for number in range(depth))
        + '<userTask id="t" name="t"/>'
        + "</subProcess>" * depth
    )
    assert findings(START, nested, END, flows("begin -> s0 -> end")) == []
    assert Walk(START, nested, END, flows("begin -> s0 -> end")).do("t").status == "completed"
    names = [f"t{number}" for number in range(1500)]
    assert findings(START, users(*names), END, flows("begin -> " + " -> ".join(names) + " -> end")) == []


@pytest.mark.parametrize("name", ["__class__", "Start", "End", "Root", "p.EndJoin", "_start"])
def test_ids_the_library_uses_itself_are_ordinary_ids(name: str) -> None:
    walk = Walk(START, users(name), END, flows(f"begin -> {name} -> end"))
    assert walk.do(name).status == "completed"


def test_a_bundle_without_its_process_or_with_a_broken_file_is_refused() -> None:
    with pytest.raises(InvalidDefinition):
        Walk(files=(file(process(START)),), key="lain")
    with pytest.raises(InvalidDefinition):
        Walk(
            files=(
                file(
                    process(
                        START, '<exclusiveGateway id="g"/>', users("a"), flows("begin -> g ->[a b c (] a")
                    )
                ),
            )
        )


def test_a_process_too_large_to_compile_in_time_is_a_finding() -> None:
    gateways = "".join(f'<inclusiveGateway id="g{number}"/>' for number in range(101))
    assert ("process-size", "p") in {(one.rule, one.element) for one in findings(START, gateways)}
    assert ("process-size", "p") in {
        (one.rule, one.element) for one in findings(START, users(*(f"t{n}" for n in range(5001))))
    }
