"""Tokens moved by hand: sent back, skipped; what depends on them is withdrawn and nothing is doubled."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.errors import Conflict, Invalid
from tests.engine.behaviours.diagrams import (
    END,
    MESSAGE,
    START,
    boundary,
    catch,
    flows,
    gateway,
    many,
    sub,
    task,
    users,
)
from tests.engine.building import Walk

LINE = (START, users("a", "b", "c"), END, flows("begin -> a -> b -> c -> end"))
BRANCHES = (
    START, gateway("parallel", "f", "j"), users("a", "b", "b2", "c", "z"), END,
    flows("begin -> a -> f -> b -> b2 -> j -> z -> end", "f -> c -> j"),
)  # fmt: skip


def moved(walk: Walk, element: str, to: str) -> Walk:
    key = next((task.key for task in walk.step.open if task.element == element), None)
    key = key or next(wait.key for wait in walk.step.waits if wait.element == element)
    return walk._take(walk.engine.move(walk.definition, walk.step.snapshot, key, to, walk.now))


def test_a_task_is_sent_back_with_what_was_answered() -> None:
    walk = moved(Walk(*LINE).do("a", n=1).do("b", m=2), "c", "a")
    assert (walk.open, walk.data) == (["a"], {"n": 1, "m": 2})
    assert [(event.kind, event.element) for event in walk.step.events] == [("element_cancelled", "c")]
    assert walk.do("a", "b", "c").status == "completed"


def test_back_before_a_split_withdraws_the_other_branch() -> None:
    walk = moved(Walk(*BRANCHES).do("a").do("b", n=1), "b2", "a")
    assert walk.open == ["a"]
    walk.do("a", "b", "b2", "c", "z")
    assert (walk.status, walk.data["n"]) == ("completed", 1)


def test_back_before_a_split_takes_the_branch_that_waits_at_the_join_along() -> None:
    walk = moved(Walk(*BRANCHES).do("a").do("c", k=3), "b", "a")
    assert walk.open == ["a"]
    assert walk.do("a", "b", "b2", "c", "z").status == "completed"
    assert walk.data["k"] == 3


def test_back_inside_a_branch_leaves_the_other_alone() -> None:
    walk = moved(Walk(*BRANCHES).do("a", "b"), "b2", "b")
    assert sorted(walk.open) == ["b", "c"]
    waiting = moved(Walk(*BRANCHES).do("a", "b", "c"), "b2", "b")
    assert waiting.open == ["b"]
    for one in (walk.do("c"), waiting):
        assert one.do("b", "b2", "z").status == "completed"


def test_back_out_of_a_subprocess_withdraws_it() -> None:
    walk = Walk(
        START, users("a"), sub("sp", users("b", "c"), flows("b -> c")), END, flows("begin -> a -> sp -> end")
    )
    walk.do("a").do("b", n=4)
    assert walk.engine.earlier_steps(walk.definition, walk.step.snapshot, walk.task("c").key) == ["b", "a"]
    moved(walk, "c", "a")
    assert (walk.open, walk.data) == (["a"], {"n": 4})
    assert walk.do("a", "b", "c").status == "completed"


def test_an_instance_takes_all_of_its_activity_along() -> None:
    walk = Walk(START, users("a"), task("m", many("3")), END, flows("begin -> a -> m -> end")).do("a").do("m")
    moved(walk, "m", "a")
    assert walk.open == ["a"]
    assert walk.do("a", "m", "m", "m").status == "completed"


def test_what_waits_is_moved_too_and_its_events_are_withdrawn() -> None:
    walk = Walk(START, users("a"), catch("c", MESSAGE), END, flows("begin -> a -> c -> end")).do("a")
    assert moved(walk, "c", "a").step.waits == ()
    walk = Walk(*LINE, boundary("x", "b", MESSAGE), users("h"), flows("x -> h -> end")).do("a")
    assert moved(walk, "b", "a").step.waits == ()


@pytest.mark.parametrize("element", ["gone", "begin", "x"])
def test_one_cannot_begin_anywhere(element: str) -> None:
    walk = Walk(*LINE, boundary("x", "b", MESSAGE), users("h"), flows("x -> h -> end")).do("a")
    before = walk.step.snapshot
    with pytest.raises(Invalid):
        moved(walk, "b", element)
    assert walk.step.snapshot == before
    with pytest.raises(Conflict):
        walk.engine.move(walk.definition, walk.step.snapshot, "999", "a", walk.now)


def test_a_task_is_skipped_with_values_for_what_follows() -> None:
    walk = Walk(*LINE).do("a")
    walk._take(walk.engine.skip(walk.definition, walk.step.snapshot, walk.task("b").key, {"n": 1}, walk.now))
    assert (walk.open, walk.data) == (["c"], {"n": 1})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 4)), max_size=12))
def test_however_it_is_moved_the_case_ends_with_every_task_done_once_more_at_most(
    moves: list[tuple[int, int]],
) -> None:
    """After any moves the case still ends, and its last task is done exactly once: no branch was doubled or lost."""
    walk = Walk(*BRANCHES)
    for what, where in moves:
        if not walk.step.open:
            break
        open_task = walk.step.open[where % len(walk.step.open)]
        earlier = walk.engine.earlier_steps(walk.definition, walk.step.snapshot, open_task.key)
        if what and earlier:
            to = earlier[what % len(earlier)]
            walk._take(walk.engine.move(walk.definition, walk.step.snapshot, open_task.key, to, walk.now))
        else:
            walk.do(open_task.element)
    count = 0
    while walk.status == "running":
        assert walk.step.open
        walk.do(walk.step.open[0].element)
        count += 1
        assert count < 10
    ended = [event.element for event in walk.events if event.kind == "element_completed"]
    assert ended.count("end") == 1
