"""A running case moves to another version whole, or not at all with the reasons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.engine.migration import MigrationBlocked
from service.engine.steps import Bundle, Step
from tests.engine.behaviours.diagrams import (
    COMPENSATE,
    END,
    MESSAGE,
    PERMIT,
    SIGNAL,
    START,
    boundary,
    catch,
    condition,
    event_sub,
    file,
    flows,
    gateway,
    many,
    process,
    start,
    sub,
    task,
    throw,
    timer,
    undone_by,
    users,
)  # fmt: skip
from tests.engine.building import NOW, engine
from tests.engine.test_history import DIAGRAMS

OLD = START + users("a", "b") + END + flows("begin -> a -> b -> end")


class Moving:
    """A case on an old version, to be moved to a new one."""

    def __init__(self, old: str, new: str, **data: object) -> None:
        self.old, self.new = (
            engine().definition(Bundle("p", (file(process(content)),))) for content in (old, new)
        )
        self.now = NOW
        self.step: Step = engine().start(self.old, data, NOW)

    def do(self, *elements: str, **answers: object) -> Moving:
        for element in elements:
            key = next(one.key for one in self.step.open if one.element == element)
            self.step = engine().complete(self.old, self.step.snapshot, key, answers, self.now)
        return self

    def move(self, how: str = "keep", **mapping: str) -> Step:
        self.now += timedelta(hours=1)
        self.step = engine().migrate(
            self.old,
            self.step.snapshot,
            self.new,
            self.now,
            mapping=mapping,
            timers=how,  # type: ignore[arg-type]
        )
        self.old = self.new
        return self.step

    def finish(self) -> Step:
        for _ in range(20):
            if not self.step.open:
                break
            self.step = engine().complete(self.new, self.step.snapshot, self.step.open[0].key, {}, self.now)
        return self.step


def test_open_tasks_keep_their_keys_and_data() -> None:
    case = Moving(OLD, START + users("a", "b", "n") + END + flows("begin -> a -> n -> b -> end")).do("a", n=1)
    before = case.step.open[0].key
    step = case.move()
    assert [(one.element, one.key) for one in step.open] == [("b", before)]
    assert engine().case_data(case.new, step.snapshot) == {"n": 1}
    assert case.finish().status == "completed"


def test_a_renamed_task_is_mapped_and_takes_the_new_form() -> None:
    new = START + users("a") + task("c", **{"mutasi:form": "baru"}) + END + flows("begin -> a -> c -> end")
    step = Moving(OLD, new).do("a").move(b="c")
    assert [(one.element, one.form) for one in step.open] == [("c", "baru")]


def test_what_has_no_place_blocks_and_everything_is_said() -> None:
    split = (
        START
        + gateway("parallel", "f", "j")
        + users("a", "b")
        + END
        + flows("begin -> f -> a -> j -> end", "f -> b -> j")
    )
    case = Moving(split, START + users("z") + END + flows("begin -> z -> end"))
    before = case.step.snapshot
    with pytest.raises(MigrationBlocked) as blocked:
        case.move()
    assert [reason.element for reason in blocked.value.reasons] == ["a", "b"]
    assert all(reason.mend for reason in blocked.value.reasons)
    assert case.step.snapshot == before


def test_another_kind_of_element_blocks() -> None:
    new = START + users("a") + catch("b", MESSAGE) + END + flows("begin -> a -> b -> end")
    with pytest.raises(MigrationBlocked, match="userTask here and a intermediateCatchEvent there"):
        Moving(OLD, new).do("a").move()


@pytest.mark.parametrize(("how", "hours"), [("keep", 5), ("anew", 6)])
def test_a_timer_keeps_the_time_that_passed_or_begins_anew(how: str, hours: int) -> None:
    old, new = (
        START + catch("c", timer(text)) + END + flows("begin -> c -> end") for text in ("PT2H", "PT5H")
    )
    step = Moving(old, new).move(how)
    assert [one.due for one in step.timers] == [NOW + timedelta(hours=hours)]
    same = Moving(old, old).move(how)
    assert [one.due for one in same.timers] == [NOW + timedelta(hours=2 if how == "keep" else 3)]


def test_events_that_are_gone_are_withdrawn_and_new_ones_wait() -> None:
    old = OLD + boundary("x", "a", MESSAGE) + users("h") + flows("x -> h -> end")
    new = OLD + boundary("y", "a", SIGNAL) + users("h") + flows("y -> h -> end")
    new += event_sub("es", start(PERMIT, "s3"), users("e"), flows("s3 -> e"))
    step = Moving(old, new).move()
    assert sorted((wait.kind, wait.name) for wait in step.waits) == [
        ("message", "izin"),
        ("signal", "lonjakan"),
    ]
    fired = engine().signal(Moving(old, new).new, step.snapshot, "lonjakan", {}, NOW)
    assert [one.element for one in fired.open] == ["h"]


def test_instances_and_subprocesses_keep_their_places() -> None:
    inner = users("b", "c") + flows("b -> c")
    old = (
        START + sub("sp", inner, many("2", output="out", output_item="r")) + END + flows("begin -> sp -> end")
    )
    new = START + sub("tahap", inner, many("2", output="out", output_item="r")) + users("z") + END
    case = Moving(old, new + flows("begin -> tahap -> z -> end"))
    case.do("b", r=1)
    step = case.move(sp="tahap")
    assert sorted((one.element, one.path) for one in step.open) == [("b", ("tahap",)), ("c", ("tahap",))]
    assert case.finish().status == "completed"


def test_a_join_keeps_what_has_arrived() -> None:
    old = (
        START
        + gateway("parallel", "f", "j")
        + users("a", "b")
        + END
        + flows("begin -> f -> a -> j -> end", "f -> b -> j")
    )
    new = START + gateway("parallel", "f", "j") + users("a", "b", "z") + END
    case = Moving(old, new + flows("begin -> f -> a -> j -> z -> end", "f -> b -> j")).do("a")
    assert [one.element for one in case.move().open] == ["b"]
    assert case.finish().status == "completed"
    lost = Moving(old, START + users("a", "b") + END + flows("begin -> a -> b -> end")).do("a")
    with pytest.raises(MigrationBlocked):
        lost.move()


def test_conditions_and_what_can_be_undone_go_along() -> None:
    common = START + users("a", "z") + boundary("k", "a", COMPENSATE) + task("undo", isForCompensation="true")
    common += undone_by("k", "undo") + throw("t", COMPENSATE) + catch("c", condition("n = 1")) + END
    case = Moving(
        common + flows("begin -> a -> c -> t -> end") + flows("z -> end"),
        common + flows("begin -> a -> c -> t -> z -> end"),
    )
    case.do("a").move()
    case.step = engine().assign(case.new, case.step.snapshot, {"n": 1}, NOW)
    assert [one.element for one in case.step.open if one.element != "z"] == ["undo"]


@pytest.mark.parametrize("name", DIAGRAMS)
@settings(max_examples=15, deadline=None)
@given(done=st.lists(st.integers(0, 5), max_size=8), what=st.integers(0, 2))
def test_moving_to_the_same_version_changes_nothing(name: str, done: list[int], what: int) -> None:
    content = "".join(DIAGRAMS[name])
    case = Moving(content, content, ulang=what == 1, unit=[1, 2], l=[])
    for number in done:
        if case.step.open:
            element = case.step.open[number % len(case.step.open)].element
            case.do(element, ulang=number > 2, l=[number])
    before = case.step
    after = case.move()
    assert (after.status, after.open, after.timers, after.waits) == (
        before.status,
        before.open,
        before.timers,
        before.waits,
    )
    assert engine().case_data(case.new, after.snapshot) == engine().case_data(case.new, before.snapshot)
