"""Scripts, decisions, effects, subprocesses, called processes, and activities with several instances."""

import pytest

from service.domain.errors import Conflict, Incident
from service.engine.steps import SourceFile
from tests.engine.building import END, START, Walk, file, flows, process, timer, users

DMN = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="t">
<inputData id="in" name="gap"><variable name="gap" typeRef="number"/></inputData>
<decision id="urutan" name="urutan"><variable name="urutan" typeRef="string"/>
<informationRequirement><requiredInput href="#in"/></informationRequirement>
<decisionTable hitPolicy="FIRST"><input id="i"><inputExpression typeRef="number"><text>gap</text></inputExpression></input>
<output id="o" typeRef="string"/>
<rule id="r1"><inputEntry><text>&gt; 5</text></inputEntry><outputEntry><text>"tinggi"</text></outputEntry></rule>
<rule id="r2"><inputEntry><text>-</text></inputEntry><outputEntry><text>"rendah"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def script(id: str, text: str) -> str:
    return f'<scriptTask id="{id}" scriptFormat="feel"><script>{text}</script></scriptTask>'


def several(host: str, inside: str) -> str:
    """Put a loop marker into a task."""
    return host.replace("/>", f">{inside}</userTask>")


def multi(*inside: str, sequential: bool = False) -> str:
    mark = ' isSequential="true"' if sequential else ""
    return f"<multiInstanceLoopCharacteristics{mark}>{''.join(inside)}</multiInstanceLoopCharacteristics>"


OVER_UNITS = "<loopDataInputRef>unit</loopDataInputRef>"
OUT = "<loopDataOutputRef>hasil</loopDataOutputRef>"
ITEM = '<inputDataItem id="i" name="unit_kini"/>'
UNITS = {"unit": [{"id": "U1"}, {"id": "U2"}, {"id": "U3"}]}


def test_a_script_is_a_feel_context_merged_into_the_data() -> None:
    walk = Walk(
        START,
        script("s", '{ b: a + 1, c: b * 2, d: date("2026-01-01") }'),
        users("t"),
        flows("begin -> s -> t"),
        data={"a": 1},
    )
    assert walk.data == {"a": 1, "b": 2, "c": 4, "d": "2026-01-01"}
    assert Walk(START, script("s", "= { x: twice(4) }"), users("t"), flows("begin -> s -> t")).data == {
        "x": 8
    }


def test_dates_stay_dates_through_the_snapshot() -> None:
    walk = Walk(
        START,
        script("s", '{ d: date("2026-01-31"), l: duration("P1M") }'),
        users("t"),
        script("u", "{ e: d + l, benar: d &lt; e }"),
        END,
        flows("begin -> s -> t -> u -> end"),
    )
    walk.do("t")
    assert (walk.data["e"], walk.data["benar"]) == ("2026-02-28", True)


@pytest.mark.parametrize("text", ["1 / 0", "5", "{ x: belum_ada }"])
def test_a_script_that_fails_is_an_incident(text: str) -> None:
    with pytest.raises(Incident) as caught:
        Walk(START, script("s", text), users("t"), flows("begin -> s -> t"))
    assert caught.value.element == "s"


def test_a_business_rule_task_asks_its_decision() -> None:
    task = '<businessRuleTask id="r" mutasi:decision="urutan" mutasi:result="prioritas"/>'
    source = file(process(START, task, END, flows("begin -> r -> end")))
    files = (source, SourceFile("urutan.dmn", DMN))
    assert Walk(files=files, data={"gap": 9}).data["prioritas"] == "tinggi"
    assert Walk(files=files, data={"gap": 1}).data["prioritas"] == "rendah"
    with pytest.raises(Incident):
        Walk(files=files, data={"gap": "banyak"})
    with pytest.raises(Incident, match="not part of this definition"):
        Walk(files=(source,), data={"gap": 1})


def test_a_service_task_is_open_until_its_effect_is_given() -> None:
    walk = Walk(START, '<serviceTask id="s" mutasi:effect="hitung"/>', END, flows("begin -> s -> end"))
    (task,) = walk.step.open
    assert (task.kind, task.effect, task.role) == ("service", "hitung", None)
    assert walk.do("s", hasil=3).data == {"hasil": 3}


def test_a_task_says_who_it_is_for() -> None:
    lanes = '<laneSet id="ls"><lane id="l1" name="Analis SDM"><flowNodeRef>a</flowNodeRef><flowNodeRef>sp</flowNodeRef></lane></laneSet>'
    task = '<userTask id="a" name="A" mutasi:form="f" mutasi:unit="= tujuan.unit" mutasi:person="nip" mutasi:due="5" mutasi:remind="2" mutasi:escalate="pyb" mutasi:nameEn="B"/>'
    inner = '<subProcess id="sp"><startEvent id="s"/><userTask id="b" mutasi:role="ppk"/><userTask id="c"/><sequenceFlow id="x" sourceRef="s" targetRef="b"/><sequenceFlow id="y" sourceRef="s" targetRef="c"/></subProcess>'
    walk = Walk(
        START, lanes, task, inner, flows("begin -> a -> sp"), data={"tujuan": {"unit": "U7"}, "nip": 198001}
    )
    (one,) = walk.step.open
    assert (one.role, one.unit, one.person, one.form) == ("Analis SDM", "U7", "198001", "f")
    assert (one.due_working_days, one.remind_working_days, one.escalate_to, one.name_en) == (5, 2, "pyb", "B")
    walk.do("a")
    assert [(task.element, task.role, task.path) for task in walk.step.open] == [
        ("b", "ppk", ("sp",)),
        ("c", "Analis SDM", ("sp",)),
    ]


def test_a_called_process_takes_and_gives_all_data_and_leaves_nothing_behind() -> None:
    called = process(
        '<startEvent id="s1"/>', users("c"), '<endEvent id="e1"/>', flows("s1 -> c -> e1"), id="q"
    )
    caller = process(
        START,
        '<callActivity id="tahap" name="Tahap" calledElement="q"/>',
        users("n"),
        flows("begin -> tahap -> n"),
    )
    walk = Walk(files=(file(caller), file(called, name="q.bpmn")), data={"x": 1})
    (task,) = walk.step.open
    assert (task.element, task.process, task.path) == ("c", "q", ("tahap",))
    assert (walk.step.stage, walk.step.stage_element) == ("Tahap", "tahap")
    before = len(walk.step.snapshot)
    walk.do("c", y=2)
    assert (walk.open, walk.data, walk.step.stage) == (["n"], {"x": 1, "y": 2}, "n")
    assert len(walk.step.snapshot) < before
    assert walk.definition.processes == ("p", "q")
    assert walk.definition.elements["q", "c"].kind == "userTask"


def test_processes_that_call_each_other_for_ever_are_an_incident() -> None:
    one = process(START, '<callActivity id="c" calledElement="q"/>', flows("begin -> c"))
    two = process('<startEvent id="s"/>', '<callActivity id="d" calledElement="p"/>', flows("s -> d"), id="q")
    with pytest.raises(Incident, match="50 deep"):
        Walk(files=(file(one, two),))


def test_subprocesses_nest_and_end_implicitly() -> None:
    inner = '<subProcess id="in"><userTask id="a"/><userTask id="b"/></subProcess>'
    walk = Walk(
        START,
        f'<subProcess id="out">{inner}</subProcess>',
        users("n"),
        END,
        flows("begin -> out -> n -> end"),
    )
    assert [task.path for task in walk.step.open] == [("out", "in"), ("out", "in")]
    walk.do("a", x=1).do("b", y=2).do("n")
    assert (walk.status, walk.data) == ("completed", {"x": 1, "y": 2})
    assert walk.completed == ["a", "b", "in", "out", "n"]


def test_parallel_instances_put_their_answers_together_in_the_order_of_the_collection() -> None:
    task = several('<userTask id="a" mutasi:unit="= unit_kini.id"/>', multi(OVER_UNITS, OUT, ITEM))
    walk = Walk(START, task, users("n"), flows("begin -> a -> n"), data=UNITS)
    assert [one.unit for one in walk.step.open] == ["U1", "U2", "U3"]
    for unit in ("U2", "U3", "U1"):
        key = next(one.key for one in walk.step.open if one.unit == unit)
        walk._take(walk.engine.complete(walk.definition, walk.step.snapshot, key, {"jumlah": unit}, walk.now))
    assert walk.data == {**UNITS, "hasil": [{"jumlah": "U1"}, {"jumlah": "U2"}, {"jumlah": "U3"}]}
    assert walk.completed == ["a", "a", "a"]


def test_sequential_instances_come_one_after_the_other_also_over_null() -> None:
    task = several('<userTask id="a"/>', multi(OVER_UNITS, OUT, ITEM, sequential=True))
    walk = Walk(START, task, END, flows("begin -> a -> end"), data={"unit": [1, None, 3]})
    for answer in (10, None, 30):
        assert walk.open == ["a"]
        walk.do("a", n=answer)
    assert (walk.status, walk.data["hasil"]) == ("completed", [{"n": 10}, {"n": None}, {"n": 30}])


def test_the_output_item_is_what_the_instance_set() -> None:
    task = several(
        '<userTask id="a"/>', multi(OVER_UNITS, OUT, ITEM, '<outputDataItem id="o" name="nilai"/>')
    )
    walk = Walk(START, task, END, flows("begin -> a -> end"), data={"unit": [1, 2], "nilai": "lama"})
    walk.do("a", nilai=7).do("a", lain=8)
    assert walk.data == {"unit": [1, 2], "nilai": "lama", "hasil": [7, {"lain": 8}]}


def test_without_an_output_list_the_answers_of_instances_are_merged() -> None:
    task = several('<userTask id="a"/>', multi("<loopCardinality>2</loopCardinality>"))
    walk = Walk(START, task, END, flows("begin -> a -> end"), data={"l": []})
    walk.do("a", l=[1], x=1).do("a", l=[2], y=2)
    assert walk.data == {"l": [1, 2], "x": 1, "y": 2}


def test_a_completion_condition_withdraws_the_rest() -> None:
    condition = "<completionCondition>numberOfCompletedInstances &gt;= 2</completionCondition>"
    task = several('<userTask id="a"/>', multi(OVER_UNITS, OUT, condition))
    walk = Walk(START, task, users("z"), flows("begin -> a -> z"), data=UNITS)
    walk.do("a", n=1).do("a", n=2)
    assert (walk.open, walk.data["hasil"]) == (["z"], [{"n": 1}, {"n": 2}])


def test_an_empty_collection_is_done_at_once() -> None:
    task = several('<userTask id="a"/>', multi(OVER_UNITS, OUT))
    assert Walk(START, task, END, flows("begin -> a -> end"), data={"unit": []}).data["hasil"] == []


@pytest.mark.parametrize("number", ["10000000", "-1", "1.5", '"x"', "null", "belum_ada"])
def test_a_number_of_instances_that_makes_no_sense_is_an_incident(number: str) -> None:
    task = several('<userTask id="a"/>', multi(f"<loopCardinality>{number}</loopCardinality>"))
    with pytest.raises(Incident) as caught:
        Walk(START, task, END, flows("begin -> a -> end"))
    assert caught.value.element == "a"


def test_a_timer_on_several_instances_withdraws_them_all() -> None:
    task = several('<userTask id="a"/>', multi(OVER_UNITS, OUT))
    event = f'<boundaryEvent id="late" attachedToRef="a">{timer("P1D")}</boundaryEvent>'
    walk = Walk(START, task, event, users("x", "n"), flows("begin -> a -> n", "late -> x"), data=UNITS)
    assert len(walk.step.timers) == 1
    walk.do("a").advance(days=1)
    assert (walk.open, walk.step.timers) == (["x"], ())


def test_several_instances_of_a_subprocess() -> None:
    inside = multi(OVER_UNITS, OUT, ITEM) + '<startEvent id="s"/>' + users("a", "b") + flows("s -> a -> b")
    walk = Walk(
        START,
        f'<subProcess id="sp">{inside}</subProcess>',
        END,
        flows("begin -> sp -> end"),
        data={"unit": [1, 2]},
    )
    walk.do("a", x=1).do("b", y=2).do("a", x=3).do("b", y=4)
    assert (walk.status, walk.data["hasil"]) == ("completed", [{"x": 1, "y": 2}, {"x": 3, "y": 4}])
    assert "loopCounter" not in walk.data


@pytest.mark.parametrize(
    ("mark", "rounds"),
    [
        ('loopMaximum="3"', 3),
        ("", 2),
        ('testBefore="true"', 2),
    ],
)
def test_a_standard_loop_goes_round_while_its_condition_holds(mark: str, rounds: int) -> None:
    condition = "" if "Maximum" in mark else "<loopCondition>n &lt; 2</loopCondition>"
    task = several(
        '<userTask id="a"/>', f"<standardLoopCharacteristics {mark}>{condition}</standardLoopCharacteristics>"
    )
    walk = Walk(START, task, END, flows("begin -> a -> end"), data={"n": 0})
    for number in range(rounds):
        walk.do("a", n=number + 1)
    assert (walk.status, walk.data) == ("completed", {"n": rounds})


def test_a_task_that_was_withdrawn_is_a_conflict() -> None:
    event = f'<boundaryEvent id="late" attachedToRef="a">{timer("P1D")}</boundaryEvent>'
    walk = Walk(START, users("a", "x"), event, flows("begin -> a", "late -> x"))
    key = walk.task("a").key
    walk.advance(days=1)
    with pytest.raises(Conflict):
        walk.engine.complete(walk.definition, walk.step.snapshot, key, {}, walk.now)


def test_a_long_chain_of_empty_collections_ends_and_does_not_end_the_case_early() -> None:
    names = [f"a{number}" for number in range(400)]
    tasks = "".join(several(f'<userTask id="{name}"/>', multi(OVER_UNITS, OUT)) for name in names)
    chain = flows("begin -> " + " -> ".join(names), "begin -> z")
    walk = Walk(START, tasks, users("z"), chain, data={"unit": []})
    assert (walk.status, walk.open) == ("running", ["z"])
    assert walk.do("z").status == "completed"
