"""A case costs the same after a thousand rounds as in the first, and forgetting its history changes nothing."""

from __future__ import annotations

import random
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.runner import Engine
from service.engine.steps import Bundle, SourceFile, Step
from tests.engine.building import (
    END,
    MESSAGE,
    NOW,
    START,
    Walk,
    engine,
    file,
    flows,
    process,
    timer,
    users,
    whole_engine,
)

BENCH = Path(__file__).parents[2] / "service" / "bench" / "consultation_bench.bpmn"
SPLIT = '<parallelGateway id="split"/><parallelGateway id="join"/>'
AGAIN = '<exclusiveGateway id="again" default="again__end"/><exclusiveGateway id="round"/>'


def boundary(id: str, host: str, inside: str, cancel: str = "true") -> str:
    return (
        f'<boundaryEvent id="{id}" attachedToRef="{host}" cancelActivity="{cancel}">{inside}</boundaryEvent>'
    )


DIAGRAMS = {
    "a loop over parallel branches": (
        START, SPLIT, AGAIN, users("a", "b", "k"), END,
        flows("begin -> round -> split -> a -> join -> k -> again -> end", "split -> b -> join", "again ->[ulang] round"),
    ),
    "an inclusive gateway in a loop": (
        START, '<inclusiveGateway id="split" default="split__b"/><inclusiveGateway id="join"/>', AGAIN,
        users("a", "b", "c", "k"), END,
        flows("begin -> round -> split ->[ulang] a -> join -> k -> again -> end", "split -> b -> join"),
        flows("split ->[not(ulang)] c -> join", "again ->[ulang] round"),
    ),
    "boundary events in a loop": (
        START, AGAIN, users("a", "h", "k"), boundary("late", "a", timer("P1D")), boundary("note", "a", MESSAGE, "false"), END,
        flows("begin -> round -> a -> k -> again -> end", "late -> k", "note -> h -> end", "again ->[ulang] round"),
    ),
    "instances of a subprocess in a loop": (
        START, AGAIN, users("k"), END,
        '<subProcess id="sp"><multiInstanceLoopCharacteristics><loopDataInputRef>unit</loopDataInputRef>'
        "<loopDataOutputRef>hasil</loopDataOutputRef></multiInstanceLoopCharacteristics>"
        '<startEvent id="s"/><userTask id="a"/><userTask id="b"/>' + flows("s -> a -> b") + "</subProcess>",
        flows("begin -> round -> sp -> k -> again -> end", "again ->[ulang] round"),
    ),
    "an event-based gateway and branches that end apart": (
        START, '<eventBasedGateway id="g"/><parallelGateway id="split"/>', users("a", "b", "c"), END,
        f'<intermediateCatchEvent id="m1">{MESSAGE}</intermediateCatchEvent>',
        f'<intermediateCatchEvent id="t1">{timer("P2D")}</intermediateCatchEvent>',
        flows("begin -> split -> a -> g -> m1 -> b -> end", "g -> t1 -> c -> end", "split -> c"),
    ),
    "event subprocesses, conditions and links": (
        START, AGAIN, users("a", "k", "h", "v"), END,
        '<subProcess id="es" triggeredByEvent="true">'
        f'<startEvent id="s3" isInterrupting="false">{MESSAGE}</startEvent><userTask id="held"/>' + flows("s3 -> held") + "</subProcess>",
        boundary("late", "a", timer("P1D"), "false"),
        boundary("many", "k", "<conditionalEventDefinition><condition>count(l) &gt; 3</condition></conditionalEventDefinition>"),
        '<intermediateThrowEvent id="t"><linkEventDefinition name="k"/></intermediateThrowEvent>',
        '<intermediateCatchEvent id="c"><linkEventDefinition name="k"/></intermediateCatchEvent>',
        flows("begin -> round -> a -> t", "c -> k -> again -> end", "again ->[ulang] round", "late -> h -> end", "many -> v -> end"),
    ),
    "a transaction that is undone, and an ad hoc subprocess": (
        START, AGAIN, users("k"), END, '<exclusiveGateway id="g" default="g__ok"/>',
        '<transaction id="sp"><startEvent id="s"/><userTask id="a"/><userTask id="b"/><exclusiveGateway id="g2" default="g2__done"/>'
        '<boundaryEvent id="ca" attachedToRef="a"><compensateEventDefinition/></boundaryEvent>'
        '<userTask id="ua" isForCompensation="true"/><association id="as" sourceRef="ca" targetRef="ua"/>'
        '<endEvent id="x"><cancelEventDefinition/></endEvent><endEvent id="done"/>'
        + flows("s -> a -> b -> g2 -> done", "g2 ->[ulang] x") + "</transaction>",
        boundary("cancelled", "sp", "<cancelEventDefinition/>"),
        '<adHocSubProcess id="ok"><userTask id="p1"/><userTask id="p2"/><completionCondition>count(l) &gt; 4</completionCondition>'
        "</adHocSubProcess>",
        flows("begin -> round -> sp -> g -> ok -> k -> again -> end", "again ->[ulang] round", "cancelled -> k"),
    ),
}  # fmt: skip


def seen(step: Step) -> tuple[object, ...]:
    """All of a step but its snapshot."""
    return (step.status, step.open, step.timers, step.waits, step.events, step.stage)


@pytest.mark.parametrize("name", DIAGRAMS)
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_case_with_and_one_without_its_history_behave_the_same(name: str, seed: int) -> None:
    chance = random.Random(seed)
    data = {"ulang": chance.random() < 0.5, "unit": [1, 2], "l": []}
    lean = Walk(*DIAGRAMS[name], data=data, using=engine())
    whole = Walk(*DIAGRAMS[name], data=data, using=whole_engine())
    for number in range(25):
        assert seen(lean.step) == seen(whole.step)
        assert lean.data == whole.data
        if lean.status != "running":
            return
        what = chance.randrange(4)
        for walk in (lean, whole):
            if what == 0:
                walk.message("surat", pesan=number)
            elif what == 1:
                walk.advance(hours=13)
            elif walk.step.open:
                task = walk.step.open[seed % len(walk.step.open)]
                answers = {"ulang": number < 15, f"v{number % 3}": number, "l": [*walk.data["l"], number]}
                step = walk.engine.complete(walk.definition, walk.step.snapshot, task.key, answers, walk.now)
                walk._take(step)
    assert lean.status != "running" or len(lean.step.snapshot) < len(whole.step.snapshot)


def rounds(count: int) -> tuple[list[int], list[int]]:
    """Work (Python and C calls) and snapshot bytes of the measured process, round by round.

    Calls are counted, not seconds: they do not depend on what else the machine does. `mutasi bench` measures seconds.
    """
    mine = Engine()
    definition = mine.definition(Bundle("consultation_bench", (SourceFile(BENCH.name, BENCH.read_bytes()),)))
    step = mine.start(definition, {"nip": "198001012005011001"}, NOW)
    work, sizes = [], []
    for _ in range(count):
        calls = 0

        def count_call(frame: object, event: str, argument: object) -> None:
            nonlocal calls
            calls += event in {"call", "c_call"}

        sys.setprofile(count_call)
        for _ in range(8):
            answers = {"ulang": True, "catatan": "sesuai"}
            step = mine.complete(definition, step.snapshot, step.open[0].key, answers, NOW)
        sys.setprofile(None)
        work.append(calls)
        sizes.append(len(step.snapshot))
    return work, sizes


def test_a_thousand_rounds_cost_as_much_as_the_first() -> None:
    work, sizes = rounds(1001)
    assert sizes[-1] <= 1.05 * sizes[0]
    assert work[-1] <= 1.05 * work[1]  # the first round fills caches


def test_the_measured_process_runs_to_its_end() -> None:
    source = SourceFile(BENCH.name, BENCH.read_bytes())
    assert engine().check([source]) == []
    walk = Walk(files=(source,), key="consultation_bench", data={"nip": "1"})
    while walk.step.open:
        walk.do(walk.step.open[0].element, ulang=False)
    assert [one.due for one in walk.step.timers] == [NOW + timedelta(days=90)]
    assert walk.advance(days=90).status == "completed"
    assert walk.data["hasil"] == "diputuskan"


def test_parallel_branches_in_an_endless_loop_leave_no_forks_behind() -> None:
    walk = Walk(*DIAGRAMS["a loop over parallel branches"], data={"ulang": True})
    sizes = []
    for _ in range(30):
        walk.do("a", "b").do("k", ulang=True)
        sizes.append(len(walk.step.snapshot))
    assert sizes[-1] <= sizes[0] + 8  # the numbers of the keys have more digits


def test_reminders_that_never_end_leave_no_forks_behind() -> None:
    event = boundary("tick", "a", timer("R/P1D", "timeCycle"), "false")
    walk = Walk(START, users("a", "x"), event, flows("begin -> a", "tick -> x"))
    sizes = []
    for _ in range(20):
        walk.advance(days=1).do("x", n=1)
        sizes.append(len(walk.step.snapshot))
    assert sizes[-1] <= sizes[1] + 8


def test_values_that_branches_share_are_stored_once() -> None:
    text = "panjang " * 1000
    one = Walk(START, users("a"), flows("begin -> a"), data={"t": text})
    three = Walk(
        START, users("a", "b", "c"), flows("begin -> a", "begin -> b", "begin -> c"), data={"t": text}
    )
    assert len(three.step.snapshot) < len(one.step.snapshot) + 1000


def test_completing_through_the_snapshot_needs_no_more_than_the_snapshot() -> None:
    """A fresh process, with a fresh compilation, goes on where another one stood."""
    source = file(process(*DIAGRAMS["a loop over parallel branches"]))
    walk = Walk(files=(source,), data={"ulang": False}).do("a", x=1)
    other = Engine()
    step = other.complete(
        other.definition(Bundle("p", (source,))), walk.step.snapshot, walk.task("b").key, {"y": 2}, NOW
    )
    assert [task.element for task in step.open] == ["k"]


def test_threads_run_cases_of_one_definition_at_once() -> None:
    source = file(process(*DIAGRAMS["a loop over parallel branches"]))
    mine = Engine()
    faults: list[BaseException] = []

    def run(number: int) -> None:
        try:
            walk = Walk(files=(source,), data={"ulang": True, "n": number}, using=mine)
            for turn in range(60):
                walk.do("a", x=number).do("b", y=turn).do("k", ulang=turn < 59)
            assert (walk.status, walk.data) == (
                "completed",
                {"n": number, "x": number, "y": 59, "ulang": False},
            )
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_compiled_definitions_are_cached_by_content_and_bounded() -> None:
    mine = Engine()
    first = Bundle("p", (file(process(START, users("a"), flows("begin -> a"))),))
    same = Bundle("p", (file(process(START, users("a"), flows("begin -> a"))),))
    assert mine.definition(first) is mine.definition(same)
    for number in range(100):
        mine.definition(
            Bundle("p", (file(process(START, users(f"t{number}"), flows(f"begin -> t{number}"))),))
        )
    assert len(mine._definitions) <= 64
