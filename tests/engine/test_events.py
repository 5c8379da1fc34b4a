"""Timers, messages, signals, errors and escalations."""

from datetime import UTC, datetime, timedelta

import pytest

from service.domain.errors import Incident
from tests.engine.building import (
    END,
    ERROR,
    ESCALATION,
    MESSAGE,
    NOW,
    SIGNAL,
    START,
    Walk,
    flows,
    process,
    timer,
    users,
)


def catch(id: str, inside: str) -> str:
    return f'<intermediateCatchEvent id="{id}">{inside}</intermediateCatchEvent>'


def boundary(id: str, host: str, inside: str, interrupting: bool = True) -> str:
    attribute = "" if interrupting else ' cancelActivity="false"'
    return f'<boundaryEvent id="{id}" attachedToRef="{host}"{attribute}>{inside}</boundaryEvent>'


@pytest.mark.parametrize(
    ("text", "kind", "due"),
    [
        ("P14D", "timeDuration", datetime(2026, 2, 14, 3, 0, tzinfo=UTC)),
        (
            "P1M",
            "timeDuration",
            datetime(2026, 2, 28, 3, 0, tzinfo=UTC),
        ),  # the last day, not the 3rd of March
        ("PT90M", "timeDuration", datetime(2026, 1, 31, 4, 30, tzinfo=UTC)),
        ("P2W", "timeDuration", datetime(2026, 2, 14, 3, 0, tzinfo=UTC)),
        ("2026-12-01", "timeDate", datetime(2026, 11, 30, 17, 0, tzinfo=UTC)),  # midnight in Palembang
        ("2026-12-01T08:00:00Z", "timeDate", datetime(2026, 12, 1, 8, 0, tzinfo=UTC)),
        ('= duration("P" + string(n) + "M")', "timeDuration", datetime(2026, 3, 31, 3, 0, tzinfo=UTC)),
        ('= duration("P3D")', "timeDuration", datetime(2026, 2, 3, 3, 0, tzinfo=UTC)),
        ("= date(tmt)", "timeDate", datetime(2026, 6, 30, 17, 0, tzinfo=UTC)),
        ('= date(tmt) + duration("P3M")', "timeDate", datetime(2026, 9, 30, 17, 0, tzinfo=UTC)),
        ("R3/P7D", "timeCycle", datetime(2026, 2, 7, 3, 0, tzinfo=UTC)),
    ],
)
def test_a_timer_is_due_from_the_moment_it_is_entered(text: str, kind: str, due: datetime) -> None:
    walk = Walk(
        START,
        catch("c", timer(text, kind)),
        users("a"),
        flows("begin -> c -> a"),
        data={"n": 2, "tmt": "2026-07-01"},
    )
    assert [one.due for one in walk.step.timers] == [due]
    assert walk.advance(seconds=(due - NOW).total_seconds() - 1).open == []
    assert walk.advance(seconds=1).open == ["a"]
    assert walk.completed == ["c"]


def test_waking_before_anything_is_due_changes_nothing() -> None:
    walk = Walk(START, catch("c", timer("P1D")), users("a"), flows("begin -> c -> a"))
    before = walk.step.snapshot
    walk.advance(hours=1)
    assert (walk.step.snapshot, walk.step.events) == (before, ())


@pytest.mark.parametrize(
    "text", ["= null", "= 5", "= belum_ada", '= "P1.5M"', '= duration("P99999999Y")', '= "-P1D"']
)
def test_a_timer_that_cannot_be_computed_is_an_incident_at_its_element(text: str) -> None:
    with pytest.raises(Incident) as caught:
        Walk(START, catch("c", timer(text)), users("a"), flows("begin -> c -> a"))
    assert caught.value.element == "c"


def test_an_interrupting_timer_withdraws_the_task() -> None:
    walk = Walk(
        START,
        users("a", "x"),
        boundary("late", "a", timer("P1D")),
        END,
        flows("begin -> a -> end", "late -> x -> end"),
    )
    walk.advance(days=1)
    assert (walk.open, walk.step.timers) == (["x"], ())
    assert [event.element for event in walk.events if event.kind == "element_cancelled"] == ["a"]
    walk.do("x")
    assert (walk.status, walk.completed) == ("completed", ["late", "x"])


def test_a_timer_beside_a_task_fires_once_and_is_withdrawn_with_the_task() -> None:
    parts = (
        START,
        users("a", "x"),
        boundary("remind", "a", timer("P1D"), interrupting=False),
        END,
        flows("begin -> a -> end", "remind -> x -> end"),
    )
    walk = Walk(*parts).advance(days=30)
    assert (walk.open, walk.step.timers) == (["a", "x"], ())
    assert walk.do("a").status == "running"
    assert walk.do("x").status == "completed"
    assert Walk(*parts).do("a").status == "completed"


def test_three_reminders_are_three_also_when_the_worker_slept() -> None:
    parts = (
        START,
        users("a", "x"),
        boundary("remind", "a", timer("R3/P1D", "timeCycle"), interrupting=False),
        END,
        flows("begin -> a -> end", "remind -> x -> end"),
    )
    punctual = Walk(*parts).advance(days=1).advance(days=1)
    assert punctual.open == ["a", "x", "x"]
    late = Walk(*parts).advance(days=60)
    assert (late.open, late.step.timers) == (["a", "x", "x", "x"], ())


def test_an_endless_reminder_does_not_drown_a_late_worker() -> None:
    walk = Walk(
        START,
        users("a"),
        '<scriptTask id="n" scriptFormat="feel"><script>{ n: n + 1 }</script></scriptTask>',
        boundary("tick", "a", timer("R/PT1S", "timeCycle"), interrupting=False),
        flows("begin -> a", "tick -> n"),
        data={"n": 0},
    )
    walk.advance(days=30)
    assert walk.open == ["a"]
    assert [one.due > walk.now for one in walk.step.timers] == [True]


def test_a_message_goes_on_with_its_data() -> None:
    walk = Walk(START, catch("c", MESSAGE), users("a"), flows("begin -> c -> a"), data={"x": 1})
    assert [(wait.element, wait.kind, wait.name) for wait in walk.step.waits] == [("c", "message", "surat")]
    before = walk.step.snapshot
    assert walk.message("lain").step.snapshot == before
    walk.message("surat", nomor=7)
    assert (walk.open, walk.data) == (["a"], {"x": 1, "nomor": 7})


def test_a_message_reaches_only_the_correlation_it_names() -> None:
    event = f'<intermediateCatchEvent id="c" mutasi:correlation="= nomor">{MESSAGE}</intermediateCatchEvent>'
    walk = Walk(START, event, users("a"), flows("begin -> c -> a"), data={"nomor": "K-1"})
    assert walk.step.waits[0].correlation == "K-1"
    assert walk.message("surat").message("surat", "K-2").open == []
    assert walk.message("surat", "K-1").open == ["a"]


def test_keys_narrow_a_message_to_some_waits() -> None:
    walk = Walk(
        START,
        catch("c", MESSAGE),
        catch("d", MESSAGE),
        users("a", "b"),
        flows("begin -> c -> a", "begin -> d -> b"),
    )
    wanted = next(wait.key for wait in walk.step.waits if wait.element == "d")
    step = walk.engine.message(walk.definition, walk.step.snapshot, "surat", {}, walk.now, keys={wanted})
    assert [task.element for task in step.open] == ["b"]


def test_a_receive_task_waits_for_its_message() -> None:
    walk = Walk(START, '<receiveTask id="r" messageRef="m"/>', users("a"), flows("begin -> r -> a"))
    assert walk.open == []
    walk.message("surat")
    assert (walk.open, walk.completed) == (["a"], ["r"])


def test_a_message_beside_a_task_can_come_twice() -> None:
    walk = Walk(
        START,
        users("a", "x"),
        boundary("m1", "a", MESSAGE, interrupting=False),
        flows("begin -> a", "m1 -> x"),
    )
    walk.message("surat").message("surat")
    assert walk.open == ["a", "x", "x"]


def test_a_signal_reaches_all_that_wait_and_a_thrown_one_does_so_inside_the_case() -> None:
    throw = f'<intermediateThrowEvent id="t">{SIGNAL}</intermediateThrowEvent>'
    walk = Walk(
        START,
        users("go", "w", "v"),
        throw,
        catch("c", SIGNAL),
        boundary("on_w", "w", SIGNAL),
        END,
        flows("begin -> go -> t -> end", "begin -> c -> v -> end", "begin -> w -> end", "on_w -> end"),
    )
    walk.do("go")
    assert (walk.open, walk.kinds("signal_thrown")) == (["v"], ["lonjakan"])


def test_message_and_signal_end_events_throw_what_they_hold() -> None:
    walk = Walk(START, f'<endEvent id="e">{MESSAGE}{SIGNAL}</endEvent>', flows("begin -> e"))
    assert (walk.status, walk.kinds("message_thrown"), walk.kinds("signal_thrown")) == (
        "completed",
        ["surat"],
        ["lonjakan"],
    )


def test_a_send_task_throws_its_message() -> None:
    walk = Walk(START, '<sendTask id="t" messageRef="m"/>', END, flows("begin -> t -> end"))
    assert (walk.completed, walk.kinds("message_thrown")) == (["t"], ["surat"])


def test_a_thrown_message_says_which_case_it_is_for() -> None:
    thrown = f'<intermediateThrowEvent id="t" mutasi:correlation="nomor">{MESSAGE}</intermediateThrowEvent>'
    sent = '<sendTask id="s" messageRef="m" mutasi:correlation="= nomor"/>'
    walk = Walk(START, thrown, sent, END, flows("begin -> t -> s -> end"), data={"nomor": "MUT-1"})
    assert [one.correlation for one in walk.events if one.kind == "message_thrown"] == ["MUT-1", "MUT-1"]
    with pytest.raises(Incident, match="correlation"):
        Walk(START, thrown, END, flows("begin -> t -> end"), data={"nomor": 5})


@pytest.mark.parametrize(("happens", "opened"), [("message", "a"), ("timer", "b")])
def test_an_event_based_gateway_takes_the_first_event(happens: str, opened: str) -> None:
    walk = Walk(
        START,
        '<eventBasedGateway id="g"/>',
        catch("m1", MESSAGE),
        catch("t1", timer("P1D")),
        users("a", "b"),
        END,
        flows("begin -> g -> m1 -> a -> end", "g -> t1 -> b -> end"),
    )
    walk.message("surat") if happens == "message" else walk.advance(days=1)
    assert (walk.open, walk.step.timers, walk.step.waits) == ([opened], (), ())
    assert walk.do(opened).status == "completed"


def subprocess(*inside: str, extra: str = "") -> str:
    return f'<subProcess id="sp">{extra}{"".join(inside)}</subProcess>'


def test_an_error_end_leaves_its_subprocess_at_the_matching_event_and_stops_the_rest() -> None:
    inside = subprocess(
        '<startEvent id="s1"/>',
        users("a", "b"),
        f'<endEvent id="err">{ERROR}</endEvent>',
        flows("s1 -> a -> err", "s1 -> b"),
    )
    other = '<errorEventDefinition errorRef="e2"/>'
    walk = Walk(
        START,
        inside,
        users("n", "x", "y"),
        boundary("on_other", "sp", other),
        boundary("on_error", "sp", ERROR),
        END,
        flows("begin -> sp -> n -> end", "on_error -> x -> end", "on_other -> y -> end"),
    )
    walk.do("a", alasan="kurang")
    assert (walk.open, walk.data["alasan"]) == (["x"], "kurang")
    assert walk.do("x").status == "completed"


@pytest.mark.parametrize("events", ["", boundary("on_other", "sp", '<errorEventDefinition errorRef="e2"/>')])
def test_an_error_nobody_catches_fails_the_case(events: str) -> None:
    inside = subprocess(
        '<startEvent id="s1"/>', users("a"), f'<endEvent id="err">{ERROR}</endEvent>', flows("s1 -> a -> err")
    )
    walk = Walk(START, inside, users("n", "w"), events, flows("begin -> sp -> n", "begin -> w")).do("a")
    assert (walk.status, walk.open, walk.kinds("case_failed")) == ("failed", [], ["E1"])


def test_a_service_can_fail_with_an_error_the_diagram_catches() -> None:
    service = '<serviceTask id="kirim" mutasi:effect="kirim"/>'
    walk = Walk(
        START,
        service,
        users("x"),
        boundary("on_error", "kirim", ERROR),
        END,
        flows("begin -> kirim -> end", "on_error -> x"),
    )
    assert [(task.kind, task.effect) for task in walk.step.open] == [("service", "kirim")]
    walk.fail("kirim", "E1")
    assert (walk.open, walk.data) == (["x"], {"kesalahan": {"kode": "E1", "pesan": "tidak bisa"}})


def test_an_uncaught_failure_of_a_service_fails_the_case() -> None:
    walk = Walk(START, '<serviceTask id="kirim" mutasi:effect="kirim"/>', flows("begin -> kirim"))
    assert walk.fail("kirim", "E9").status == "failed"


@pytest.mark.parametrize(("interrupting", "opened"), [(True, ["h"]), (False, ["b", "h"])])
def test_an_escalation_is_told_to_the_event_outside(interrupting: bool, opened: list[str]) -> None:
    inside = subprocess(
        '<startEvent id="s1"/>',
        users("a", "b"),
        f'<intermediateThrowEvent id="t">{ESCALATION}</intermediateThrowEvent>',
        flows("s1 -> a -> t -> b"),
    )
    walk = Walk(
        START,
        inside,
        users("h"),
        boundary("up", "sp", ESCALATION, interrupting),
        END,
        flows("begin -> sp -> end", "up -> h -> end"),
    )
    walk.do("a", x=1)
    assert (walk.open, walk.data["x"]) == (opened, 1)
    for name in opened:
        walk.do(name)
    assert walk.status == "completed"


def test_terminate_ends_only_its_scope() -> None:
    inside = subprocess(
        '<startEvent id="s1"/>',
        users("a", "b"),
        '<endEvent id="t"><terminateEventDefinition/></endEvent>',
        flows("s1 -> a -> t", "s1 -> b -> t"),
    )
    walk = Walk(START, inside, users("n"), END, flows("begin -> sp -> n -> end")).do("a", x=1)
    assert (walk.open, walk.data) == (["n"], {"x": 1})
    top = Walk(
        START,
        users("a", "b"),
        '<endEvent id="t"><terminateEventDefinition/></endEvent>',
        flows("begin -> a -> t", "begin -> b -> t"),
    )
    assert top.do("a").status == "completed"


def test_each_start_event_begins_at_itself() -> None:
    content = (
        START,
        f'<startEvent id="on_signal" name="Lonjakan">{SIGNAL}</startEvent>',
        f'<startEvent id="yearly">{timer("R/2027-01-04T08:00:00+07:00/P1Y", "timeCycle")}</startEvent>',
        f'<startEvent id="on_message">{MESSAGE}</startEvent>',
        users("a", "b", "c", "d"),
        flows("begin -> a", "on_signal -> b", "yearly -> c", "on_message -> d"),
    )
    for element, opened in ((None, "a"), ("on_signal", "b"), ("yearly", "c"), ("on_message", "d")):
        assert Walk(*content, element=element).open == [opened]
    triggers = Walk(*content).definition.triggers
    assert [(one.element, one.kind, one.value) for one in triggers] == [
        ("begin", "none", None),
        ("on_signal", "signal", "lonjakan"),
        ("yearly", "timer", "R/2027-01-04T08:00:00+07:00/P1Y"),
        ("on_message", "message", "surat"),
    ]


def test_an_escalation_reaches_through_a_called_process() -> None:
    from tests.engine.building import file

    called = process(
        '<startEvent id="s1"/>',
        users("a"),
        f'<endEvent id="t">{ESCALATION}</endEvent>',
        flows("s1 -> a -> t"),
        id="q",
    )
    caller = process(
        START,
        '<callActivity id="c" calledElement="q"/>',
        users("h", "n"),
        boundary("up", "c", ESCALATION),
        flows("begin -> c -> n", "up -> h"),
    )
    walk = Walk(files=(file(caller), file(called, name="q.bpmn"))).do("a", x=1)
    assert (walk.open, walk.data) == (["h"], {"x": 1})


def test_a_timer_that_comes_due_while_another_fires_is_served_in_the_same_wake() -> None:
    walk = Walk(
        START, catch("c", timer("P1D")), catch("d", timer("PT0S")), users("a"), flows("begin -> c -> d -> a")
    )
    assert walk.advance(days=1).open == ["a"]
    assert walk.now - NOW == timedelta(days=1)
