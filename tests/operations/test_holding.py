"""Drafts are kept whatever happens; a decision can be taken back before the engine sees it."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from service.db.cases import CaseEvent, Task
from service.db.drafts import Draft, HeldDecision
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.operations import cases as case_operations
from service.operations import definitions, drafts, due, holding
from service.wiring import Services
from tests.clocks import put_ahead
from tests.operations.diagrams import branches
from tests.operations.test_tasks import complete, open_task, start, together
from tests.world import World


@pytest.fixture
def slow(services: Services, world: World) -> Services:
    """Services that hold decisions for ten seconds."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    return replace(services, settings=replace(services.settings, undo_seconds=10))


@pytest.fixture
def task(slow: Services, world: World) -> Task:
    return open_task(slow, start(slow, world.ani), "periksa")


def decide(services: Services, world: World, task_id: uuid.UUID, who: str = "ani") -> HeldDecision | None:
    with services.action(getattr(world, who)) as action:
        return holding.decide(action, task_id, {"catatan": "baik"})


def later(services: Services, seconds: int = 11) -> None:
    put_ahead(services, seconds=seconds)
    due.run(services)


def state(services: Services, task_id: uuid.UUID) -> tuple[str, uuid.UUID | None]:
    with services.reading() as action:
        task = action.session.get_one(Task, task_id)
        return task.state, task.assignee_id


def draft(services: Services, world: World, task_id: uuid.UUID) -> Draft | None:
    with services.reading(world.ani) as action:
        return drafts.of(action, task_id)


def test_a_decision_reaches_the_engine_when_the_time_to_take_it_back_is_over(
    slow: Services, world: World, task: Task
) -> None:
    decide(slow, world, task.id)
    due.run(slow)
    assert state(slow, task.id) == ("open", world.ani.id)
    later(slow)
    assert state(slow, task.id)[0] == "completed"
    with slow.reading() as action:
        said = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "task_completed")).one()
    assert (said.actor_name, said.data["answers"]) == ("Ani", {"catatan": "baik"})


def test_taken_back_nothing_has_happened_and_the_answers_are_a_draft(
    slow: Services, world: World, task: Task
) -> None:
    decide(slow, world, task.id)
    with slow.action(world.ani) as action:
        holding.undo(action, task.id)
    later(slow)
    assert state(slow, task.id) == ("open", None)
    kept = draft(slow, world, task.id)
    assert kept is not None
    assert (kept.answers, kept.trouble) == ({"catatan": "baik"}, None)
    with slow.reading() as action:
        kinds = set(action.session.scalars(select(CaseEvent.kind).where(CaseEvent.task_id == task.id)))
    assert "task_completed" not in kinds


def test_it_can_be_decided_again_after_it_was_taken_back(slow: Services, world: World, task: Task) -> None:
    for _ in range(2):
        decide(slow, world, task.id)
        with slow.action(world.ani) as action:
            holding.undo(action, task.id)
    decide(slow, world, task.id)
    assert draft(slow, world, task.id) is None
    later(slow)
    assert state(slow, task.id)[0] == "completed"


def test_a_colleague_learns_that_somebody_is_deciding_it(slow: Services, world: World, task: Task) -> None:
    decide(slow, world, task.id)
    with pytest.raises(Conflict) as refused:
        decide(slow, world, task.id, "lina")
    assert refused.value.by == "Ani"
    with pytest.raises(Conflict), slow.action(world.lina) as action:
        holding.undo(action, task.id)
    with pytest.raises(Conflict):
        decide(slow, world, task.id)


def test_a_decision_that_comes_too_late_comes_back_as_a_draft_that_says_why(
    slow: Services, world: World, task: Task
) -> None:
    decide(slow, world, task.id)
    with slow.action(world.citra) as action:
        case_operations.cancel(action, task.case_id, "Salah orang")
    later(slow)
    kept = draft(slow, world, task.id)
    assert kept is not None
    assert "no longer open" in str(kept.trouble)
    with slow.reading() as action:
        assert action.session.get(HeldDecision, task.id) is None


def test_after_it_was_carried_out_it_cannot_be_taken_back_here(
    slow: Services, world: World, task: Task
) -> None:
    decide(slow, world, task.id)
    later(slow)
    with pytest.raises(Conflict, match="carried out"), slow.action(world.ani) as action:
        holding.undo(action, task.id)


def test_taking_back_and_carrying_out_at_once_one_of_them_wins(
    slow: Services, world: World, task: Task
) -> None:
    decide(slow, world, task.id)
    put_ahead(slow, seconds=11)

    def take_back() -> None:
        with slow.action(world.ani) as action:
            holding.undo(action, task.id)

    undone, carried = together(take_back, lambda: due.run(slow) and None)
    assert carried is None
    assert (state(slow, task.id)[0] == "completed") == isinstance(undone, Conflict)


def decided_together(
    slow: Services, world: World, seconds_apart: int = 6
) -> tuple[uuid.UUID, list[uuid.UUID]]:
    """A batch of two decisions, the second taken some seconds after the first."""
    batch = new_id()
    found = []
    for number in range(2):
        task_id = open_task(slow, start(slow, world.ani), "periksa").id
        put_ahead(slow, seconds=seconds_apart * number)
        with slow.action(world.ani) as action:
            holding.decide(action, task_id, {"catatan": str(number)}, batch=batch)
        found.append(task_id)
    return batch, sorted(found)


def test_decisions_taken_together_wait_for_the_last_of_them(slow: Services, world: World) -> None:
    batch, tasks = decided_together(slow, world)
    later(slow, 12)
    assert [state(slow, task_id)[0] for task_id in tasks] == ["open", "open"]
    with slow.reading(world.ani) as action:
        assert holding.of_batch(action, batch) == tasks
        assert len({held.until for held in holding.held_by(action)}) == 1
    with slow.reading(world.lina) as action:
        assert holding.of_batch(action, batch) == []
    later(slow, 17)
    assert [state(slow, task_id)[0] for task_id in tasks] == ["completed", "completed"]


def test_nobody_else_can_hold_up_a_batch(slow: Services, world: World) -> None:
    batch, tasks = decided_together(slow, world)
    other = open_task(slow, start(slow, world.ani), "periksa").id
    put_ahead(slow, seconds=14)
    with slow.action(world.lina) as action:
        holding.decide(action, other, {}, batch=batch)
    later(slow, 17)
    assert [state(slow, task_id)[0] for task_id in [*tasks, other]] == ["completed", "completed", "open"]


def test_without_time_to_take_back_it_is_carried_out_at_once(
    services: Services, slow: Services, world: World, task: Task
) -> None:
    at_once = replace(services, settings=replace(services.settings, undo_seconds=0))
    assert decide(at_once, world, task.id) is None
    assert state(slow, task.id)[0] == "completed"


def test_a_draft_is_never_checked_and_belongs_to_one_person(slow: Services, world: World, task: Task) -> None:
    with slow.action(world.ani) as action:
        drafts.save(action, task.id, {"nilai": "bukan angka"})
        drafts.save(action, task.id, {"nilai": "masih bukan"})
    kept = draft(slow, world, task.id)
    assert kept is not None
    assert kept.answers == {"nilai": "masih bukan"}
    with slow.reading(world.lina) as action:
        assert drafts.of(action, task.id) is None
        left = drafts.left(action, task.id)
    assert left is not None
    assert left.name == "Ani"
    with slow.action(world.lina) as action:
        assert drafts.take_over(action, task.id, left.account_id).answers == {"nilai": "masih bukan"}


def test_a_draft_of_a_finished_task_is_refused_with_who_was_first(
    slow: Services, world: World, task: Task
) -> None:
    complete(slow, world.lina, task.id)
    with pytest.raises(Conflict) as refused, slow.action(world.ani) as action:
        drafts.save(action, task.id, {"catatan": "terlambat"})
    assert refused.value.by == "Lina"


@pytest.mark.parametrize(("who", "refusal"), [("budi", NotFound), ("citra", NotAllowed)])
def test_whom_it_is_not_offered_to_keeps_no_draft(
    who: str, refusal: type[Exception], slow: Services, world: World, task: Task
) -> None:
    with pytest.raises(refusal), slow.action(getattr(world, who)) as action:
        drafts.save(action, task.id, {})


def test_a_draft_has_a_largest_size_and_goes_with_its_task(slow: Services, world: World, task: Task) -> None:
    with pytest.raises(Invalid), slow.action(world.ani) as action:
        drafts.save(action, task.id, {"x": "y" * drafts.LARGEST})
    with slow.action(world.ani) as action:
        drafts.save(action, task.id, {"x": "y"})
    complete(slow, world.lina, task.id)
    with slow.action(now=datetime.now(UTC)) as action:
        drafts.forget(action)
    assert draft(slow, world, task.id) is not None  # for some days it can still be read
    with slow.action(now=datetime.now(UTC) + drafts.KEPT_AFTER_THE_END) as action:
        drafts.forget(action)
    assert draft(slow, world, task.id) is None
