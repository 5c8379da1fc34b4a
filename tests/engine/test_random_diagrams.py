"""On random diagrams and answers: forgetting history changes nothing, and every case comes to its end."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.engine.steps import SourceFile
from tests.engine.building import Walk, engine, file, whole_engine
from tests.engine.random_diagrams import DATA, PLANS, Plan, drawn
from tests.engine.test_history import seen

MANY = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def step(walk: Walk, chance: random.Random, number: int) -> None:
    """Something that people or the world might do."""
    what = chance.randrange(6)
    if what == 0:
        walk.message("surat", pesan=number)
    elif what == 1:
        walk.signal("lonjakan")
    elif what == 2 or not walk.step.open:
        walk.advance(hours=13)
    else:
        task = chance.choice(walk.step.open)
        answers = {"ulang": chance.random() < 0.3, "pilih": chance.random() < 0.5, f"v{number % 3}": number}
        walk._take(walk.engine.complete(walk.definition, walk.step.snapshot, task.key, answers, walk.now))


def source_of(plan: Plan) -> SourceFile:
    return file(drawn(plan))


@MANY
@given(plan=PLANS, seed=st.integers(0, 10**6))
def test_a_case_with_and_one_without_its_history_behave_the_same(plan: Plan, seed: int) -> None:
    source = source_of(plan)
    walks = [
        (Walk(files=(source,), data=DATA, using=using), random.Random(seed))
        for using in (engine(), whole_engine())
    ]
    for number in range(30):
        (lean, _), (whole, _) = walks
        assert seen(lean.step) == seen(whole.step)
        assert lean.data == whole.data
        if lean.status != "running":
            return
        for walk, chance in walks:
            step(walk, chance, number)


@MANY
@given(plan=PLANS, seed=st.integers(0, 10**6))
def test_every_diagram_is_right_and_every_case_ends(plan: Plan, seed: int) -> None:
    source, chance = source_of(plan), random.Random(seed)
    assert [finding for finding in engine().check([source]) if finding.severity == "error"] == []
    walk = Walk(files=(source,), data=DATA)
    for number in range(20):
        if walk.status == "running":
            step(walk, chance, number)
    for _ in range(200):
        if walk.status != "running":
            break
        if walk.step.open:
            walk.do(walk.step.open[0].element, ulang=False)
        else:
            walk.message("surat").advance(days=2)
    assert (walk.status, walk.step.open, walk.step.timers, walk.step.waits) == ("completed", (), (), ())
