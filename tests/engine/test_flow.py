"""Gateways, order and data of branches."""

import pytest

from service.domain.errors import Conflict, Incident, Invalid
from tests.engine.building import END, START, Walk, file, flows, process, users

SPLIT = '<parallelGateway id="split"/><parallelGateway id="join"/>'


def test_tasks_follow_each_other_and_the_answers_stay() -> None:
    walk = Walk(START, users("a", "b"), END, flows("begin -> a -> b -> end"), data={"nip": "1"})
    assert walk.open == ["a"]
    walk.do("a", x=1).do("b", y={"z": [2]})
    assert (walk.status, walk.data) == ("completed", {"nip": "1", "x": 1, "y": {"z": [2]}})
    assert walk.completed == ["a", "b"]


def test_a_task_is_completed_once() -> None:
    walk = Walk(START, users("a", "b"), END, flows("begin -> a -> b -> end"))
    key = walk.task("a").key
    walk.do("a")
    for stale in (key, "999", "x", "", "-1", "²"):
        with pytest.raises(Conflict):
            walk.engine.complete(walk.definition, walk.step.snapshot, stale, {}, walk.now)


@pytest.mark.parametrize(("x", "taken"), [(1, "low"), (5, "mid"), (50, "high")])
def test_exclusive_takes_the_first_true_flow_in_the_order_of_the_model(x: int, taken: str) -> None:
    walk = Walk(
        START,
        '<exclusiveGateway id="g" default="g__low"/>',
        users("low", "mid", "high"),
        flows("begin -> g", "g -> low", "g ->[x > 10] high", "g ->[x > 2] mid"),
        data={"x": x},
    )
    assert walk.open == [taken]


def test_the_order_of_conditions_is_the_order_of_the_model_not_of_the_drawing() -> None:
    shapes = (
        '<BPMNDiagram xmlns="http://www.omg.org/spec/BPMN/20100524/DI"><BPMNPlane>'
        '<BPMNShape bpmnElement="a"><dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" y="900"/></BPMNShape>'
        '<BPMNShape bpmnElement="b"><dc:Bounds xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" y="1"/></BPMNShape>'
        "</BPMNPlane></BPMNDiagram>"
    )
    content = process(
        START, '<exclusiveGateway id="g"/>', users("a", "b"), flows("begin -> g ->[true] a", "g ->[true] b")
    )
    assert Walk(files=(file(content, shapes),)).open == ["a"]


def test_no_true_condition_is_an_incident_at_the_gateway() -> None:
    with pytest.raises(Incident) as caught:
        Walk(
            START,
            '<exclusiveGateway id="g"/>',
            users("a", "b"),
            flows("begin -> g ->[x > 1] a", "g ->[x > 2] b"),
            data={"x": 0},
        )
    assert caught.value.element == "g"


@pytest.mark.parametrize("x", ["sepuluh", None, [1]])
def test_a_condition_over_the_wrong_kind_of_value_is_an_incident_never_a_silent_branch(x: object) -> None:
    with pytest.raises(Incident):
        Walk(
            START,
            '<exclusiveGateway id="g" default="g__b"/>',
            users("a", "b"),
            flows("begin -> g ->[x > 1] a", "g -> b"),
            data={"x": x},
        )


def test_an_unknown_variable_is_an_incident_and_changes_nothing() -> None:
    walk = Walk(
        START,
        '<exclusiveGateway id="g" default="g__b"/>',
        users("t", "a", "b"),
        flows("begin -> t -> g ->[belum_ada] a", "g -> b"),
    )
    before = walk.step.snapshot
    with pytest.raises(Incident) as caught:
        walk.do("t", x=1)
    assert (caught.value.element, walk.step.snapshot) == ("g", before)
    walk.do("t", belum_ada=True)
    assert walk.open == ["a"]


def test_parallel_branches_meet_and_their_data_is_merged() -> None:
    walk = Walk(
        START,
        SPLIT,
        users("a", "b"),
        END,
        flows("begin -> split -> a -> join -> end", "split -> b -> join"),
        data={"n": 0},
    )
    assert walk.open == ["a", "b"]
    walk.do("a", n=1)
    assert (walk.open, walk.status) == (["b"], "running")
    walk.do("b", m=2)
    assert (walk.status, walk.data) == ("completed", {"n": 1, "m": 2})


def test_branches_that_both_append_to_a_list_keep_both_entries() -> None:
    def script(name: str, entry: int) -> str:
        return f'<scriptTask id="{name}" scriptFormat="feel"><script>{{ l: append(l, {entry}) }}</script></scriptTask>'

    walk = Walk(
        START,
        SPLIT,
        script("a", 1),
        script("b", 2),
        END,
        flows("begin -> split -> a -> join -> end", "split -> b -> join"),
        data={"l": [0]},
    )
    assert walk.data["l"] == [0, 1, 2]


def test_a_join_does_not_fire_on_two_tokens_over_one_flow_and_excess_tokens_stay_for_the_next_time() -> None:
    walk = Walk(
        START,
        '<parallelGateway id="split"/><exclusiveGateway id="x"/><parallelGateway id="join"/>',
        users("a", "b", "c", "d", "z"),
        END,
        flows(
            "begin -> split -> a -> x",
            "split -> b -> x",
            "x -> join -> z -> end",
            "split -> c -> y -> join",
            "split -> d -> y",
        ),
        '<exclusiveGateway id="y"/>',
    )
    walk.do("a", "b")
    assert walk.open == ["c", "d"]
    walk.do("c")
    assert walk.open == ["d", "z"]
    walk.do("d")
    assert walk.open == ["z", "z"]
    walk.do("z", "z")
    assert walk.status == "completed"


def test_two_flows_from_one_source_both_count_at_a_join() -> None:
    content = '<sequenceFlow id="f1" sourceRef="split" targetRef="join"/><sequenceFlow id="f2" sourceRef="split" targetRef="join"/>'
    walk = Walk(START, SPLIT, users("a"), flows("begin -> split", "join -> a"), content)
    assert walk.open == ["a"]


def test_a_join_that_one_branch_only_can_reach_waits() -> None:
    walk = Walk(
        START,
        '<exclusiveGateway id="g" default="g__a"/><parallelGateway id="join"/>',
        users("a", "b", "z"),
        flows("begin -> g -> a -> join -> z", "g ->[false] b -> join"),
    )
    walk.do("a")
    assert (walk.open, walk.status) == ([], "running")


def test_a_parallel_join_inside_a_loop() -> None:
    walk = Walk(
        START,
        SPLIT,
        '<exclusiveGateway id="again" default="again__end"/><exclusiveGateway id="round"/>',
        users("a", "b", "k"),
        END,
        flows("begin -> round -> split -> a -> join -> k -> again -> end", "split -> b -> join"),
        flows("again ->[ulang] round"),
    )
    walk.do("a", "b").do("k", ulang=True).do("b", "a").do("k", ulang=False)
    assert walk.status == "completed"
    assert [name for name in walk.completed if name in "abk"] == ["a", "b", "k", "b", "a", "k"]


INCLUSIVE = (
    '<inclusiveGateway id="g" default="g__c"/><inclusiveGateway id="join"/>',
    users("a", "b", "c", "z"),
    flows("begin -> g ->[x > 1] a -> join -> z", "g ->[x > 2] b -> join", "g -> c -> join"),
)


@pytest.mark.parametrize(("x", "opened"), [(0, ["c"]), (2, ["a"]), (3, ["a", "b"])])
def test_inclusive_splits_by_all_true_conditions_and_joins_what_it_split(x: int, opened: list[str]) -> None:
    walk = Walk(START, *INCLUSIVE, END, flows("z -> end"), data={"x": x})
    assert walk.open == opened
    for name in opened:
        assert "z" not in walk.open
        walk.do(name)
    walk.do("z")
    assert (walk.status, walk.completed.count("z")) == ("completed", 1)


def test_an_inclusive_join_inside_a_loop_fires_once_per_round() -> None:
    walk = Walk(
        START,
        *INCLUSIVE,
        '<exclusiveGateway id="again" default="again__end"/>',
        END,
        flows("z -> again -> end", "again ->[ulang] g"),
        data={"x": 3},
    )
    walk.do("a", "b").do("z", ulang=True).do("b", "a").do("z", ulang=False)
    assert (walk.status, walk.completed.count("z")) == ("completed", 2)


def test_flows_need_no_ids_and_a_process_no_start_and_end() -> None:
    flow = '<sequenceFlow sourceRef="a" targetRef="b"/>'
    assert Walk(users("a", "b"), flow).do("a", "b").status == "completed"


def test_a_task_with_two_ways_out_forks_and_a_task_reached_twice_is_done_twice() -> None:
    walk = Walk(START, users("a", "b", "c", "z"), END, flows("begin -> a -> b -> z -> end", "a -> c -> z"))
    walk.do("a", "b", "c")
    assert walk.open == ["z", "z"]


def test_answers_that_cannot_be_stored_are_refused_by_name() -> None:
    walk = Walk(START, users("a"), flows("begin -> a"))
    deep: list[object] = []
    for _ in range(40):
        deep = [deep]
    for bad in (float("nan"), float("inf"), "\x00", "\ud800", 10**5000, object(), {1: 2}, deep):
        with pytest.raises(Invalid) as caught:
            walk.do("a", kolom=bad)
        assert "kolom" in caught.value.fields


def test_any_ordinary_data_survives_the_snapshot() -> None:
    data = {"typename": "x", "@": {"typename": [1, {"v": None}]}, "v": 2**60, "f": 0.1, "t": True, "": None}
    data.pop("")
    walk = Walk(START, users("a"), flows("begin -> a"), data=data)
    assert walk.engine.task_data(walk.definition, walk.step.snapshot, walk.task("a").key) == data


def test_a_chain_of_a_thousand_scripts_ends_and_a_loop_of_scripts_is_an_incident() -> None:
    names = [f"s{number}" for number in range(1000)]
    scripts = "".join(
        f'<scriptTask id="{name}" scriptFormat="feel"><script>{{ x: x + 1 }}</script></scriptTask>'
        for name in names
    )
    walk = Walk(START, scripts, END, flows("begin -> " + " -> ".join(names) + " -> end"), data={"x": 0})
    assert (walk.status, walk.data) == ("completed", {"x": 1000})
    with pytest.raises(Incident, match="10000 actions"):
        Walk(START, scripts, flows("begin -> s0 -> s1 -> s0"), data={"x": 0})


def test_cancelling_withdraws_everything() -> None:
    walk = Walk(
        START,
        SPLIT,
        users("a", "b"),
        flows("begin -> split -> a -> join", "split -> b -> join"),
        data={"x": 1},
    )
    walk.cancel()
    assert (walk.status, walk.open, walk.data) == ("cancelled", [], {"x": 1})
    assert sorted(event.element or "" for event in walk.events if event.kind == "element_cancelled") == [
        "a",
        "b",
    ]
    with pytest.raises(Conflict):
        walk.cancel()
