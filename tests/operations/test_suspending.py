"""A suspended case stands still: nobody completes its tasks, nothing due is done. Resumed, its deadlines have moved."""

from __future__ import annotations

import threading
import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from service.db.cases import Case, CaseEvent, DueWork, Fact, Task
from service.db.drafts import Draft, HeldDecision
from service.domain.errors import Conflict, Invalid, NotAllowed, Suspended
from service.operations import (
    cases,
    clock,
    definitions,
    due,
    extending,
    holding,
    messages,
    returning,
    suspending,
    tasks,
)
from service.wiring import Services
from tests.clocks import put_ahead
from tests.operations.diagrams import branches, limited
from tests.operations.test_tasks import complete, open_task, start
from tests.world import GITA_NIP, World


@pytest.fixture
def case(services: Services, world: World) -> uuid.UUID:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
        definitions.deploy(action, [limited()])
    return start(services, world.ani)


def suspend(services: Services, world: World, case: uuid.UUID) -> None:
    with services.action(world.hadi) as action:
        suspending.suspend(action, case, "Menunggu hasil audit")


def resume(services: Services, world: World, case: uuid.UUID) -> None:
    with services.action(world.hadi) as action:
        suspending.resume(action, case, "Audit selesai")


def days_later(services: Services, days: int) -> None:
    """Move the clock, from where it is, and do what is due."""
    with services.action() as action:
        moved = action.session.get(Fact, clock.OFFSET)
        total = int(moved.value if moved else 0) + days * 86400
        action.session.merge(Fact(name=clock.OFFSET, value=str(total)))
    due.run(services)


def kinds(services: Services, case: uuid.UUID) -> list[str]:
    with services.reading() as action:
        events = select(CaseEvent.kind).where(CaseEvent.case_id == case).order_by(CaseEvent.id)
        return list(action.session.scalars(events))


def test_nothing_can_be_done_at_its_tasks(services: Services, world: World, case: uuid.UUID) -> None:
    task = open_task(services, case, "periksa")
    suspend(services, world, case)
    for attempt in (
        lambda action: tasks.claim(action, task.id),
        lambda action: tasks.complete(action, task.id, {}),
        lambda action: returning.send_back(action, task.id, "periksa", "uji"),
        lambda action: holding.decide(action, task.id, {}),
    ):
        with pytest.raises(Suspended), services.action(world.ani) as action:
            attempt(action)
    for attempt in (
        lambda action: returning.skip(action, task.id, {}, "uji"),
        lambda action: cases.change_variables(action, case, {"a": 1}, "uji"),
        lambda action: extending.extend(action, task.id, date(2030, 1, 7), "uji"),
    ):
        with pytest.raises(Suspended), services.action(world.citra) as action:
            attempt(action)
    resume(services, world, case)
    complete(services, world.ani, task.id, {})
    assert "task_completed" in kinds(services, case)


def test_reminders_and_escalations_stand_still_and_move_by_the_working_days(
    services: Services, world: World, case: uuid.UUID
) -> None:
    before = open_task(services, case, "periksa")
    suspend(services, world, case)
    with services.reading() as action:
        since = action.session.get_one(Case, case).suspended_at
    assert since is not None
    days_later(services, 30)
    assert not {"task_due_soon", "task_overdue"} & set(kinds(services, case))
    with services.reading() as action:
        days = suspending.working_days(action, since)
    resume(services, world, case)
    assert days > 15
    after = open_task(services, case, "periksa")
    assert before.due_at is not None
    assert after.due_at == services.calendar.deadline(before.due_at, days) == after.due_order
    with services.reading() as action:
        assert action.session.get_one(Case, case).due_order == after.due_at
        work = {
            row.kind: row
            for row in action.session.scalars(select(DueWork).where(DueWork.task_id == after.id))
        }
    assert {row.state for row in work.values()} == {"pending"}
    assert work["escalation"].due_at == after.due_at
    assert work["reminder"].due_at < after.due_at
    due.run(services)
    assert not {"task_due_soon", "task_overdue"} & set(kinds(services, case))
    days_later(services, 14)
    assert {"task_due_soon", "task_overdue"} <= set(kinds(services, case))
    resumed = [row for row in events(services, case) if row.kind == "case_resumed"]
    assert resumed[0].data == {"working_days": days, "reason": "Audit selesai"}
    assert resumed[0].actor_name == "Hadi"


def events(services: Services, case: uuid.UUID) -> list[CaseEvent]:
    with services.reading() as action:
        return list(action.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case)))


def test_a_timer_does_not_fire_and_goes_on_where_it_stood(
    services: Services, world: World, case: uuid.UUID
) -> None:
    with services.action(world.ani) as action:
        limited_case = cases.start(action, "batas").id
    suspend(services, world, limited_case)
    days_later(services, 21)
    assert open_task(services, limited_case, "kerja").state == "open"
    with services.action() as action:  # nor by hand
        cases.wake(action, limited_case)
    resume(services, world, limited_case)
    due.run(services)
    assert open_task(services, limited_case, "kerja").state == "open"
    with services.reading() as action:
        case_row = action.session.get_one(Case, limited_case)
        assert case_row.wake_at is not None
        assert case_row.wake_at > action.now
    days_later(services, 5)
    with services.reading() as action:
        assert action.session.get_one(Case, limited_case).status == "completed"


def test_what_was_claimed_before_is_not_done_after(services: Services, world: World, case: uuid.UUID) -> None:
    """A worker that claimed a reminder, and was slow, finds its claim gone."""
    put_ahead(services, days=30)
    claimed = due.claim(services, 10)
    assert claimed
    suspend(services, world, case)
    for piece in claimed:
        due.perform(services, piece)
    assert not {"task_due_soon", "task_overdue"} & set(kinds(services, case))


def test_a_decision_that_is_held_comes_back_as_a_draft(
    services: Services, world: World, case: uuid.UUID
) -> None:
    slow = replace(services, settings=replace(services.settings, undo_seconds=10))
    task = open_task(slow, case, "periksa")
    with slow.action(world.ani) as action:
        holding.decide(action, task.id, {"catatan": "baik"})
    suspend(slow, world, case)
    days_later(slow, 1)
    with slow.reading() as action:
        assert action.session.get(HeldDecision, task.id) is None
        draft = action.session.get_one(Draft, (task.id, world.ani.id))
        assert (draft.answers, draft.trouble) == ({"catatan": "baik"}, suspending.TROUBLE)
    assert open_task(slow, case, "periksa").assignee_id is None


def test_a_message_is_refused_and_a_signal_waits(services: Services, world: World, case: uuid.UUID) -> None:
    with services.action(world.ani) as action:
        other = cases.start(action, "cabang", subject=GITA_NIP).id
    for element, who in (("periksa", "ani"), ("kiri", "budi"), ("kanan", "bowo")):
        complete(services, getattr(world, who), open_task(services, other, element).id, {})
    days_later(services, 91)
    suspend(services, world, other)
    with services.reading() as action:
        number = action.session.get_one(Case, other).number
    with pytest.raises(Suspended), services.action(world.ani) as action:
        messages.send(action, "izin_tiba", number)
    resume(services, world, other)
    with services.action(world.ani) as action:
        assert messages.send(action, "izin_tiba", number) == [other]


def test_it_can_be_cancelled_and_nothing_is_left(services: Services, world: World, case: uuid.UUID) -> None:
    suspend(services, world, case)
    with services.action(world.hadi) as action:
        cases.cancel(action, case, "Tidak jadi")
    with services.reading() as action:
        row = action.session.get_one(Case, case)
        assert (row.status, row.suspended_at) == ("cancelled", None)
        left = action.session.scalars(select(DueWork).where(DueWork.case_id == case, DueWork.state != "done"))
        assert list(left) == []


def test_who_may_and_when(services: Services, world: World, case: uuid.UUID) -> None:
    for who in (world.ani, world.fitri, world.joko):
        with pytest.raises(NotAllowed), services.action(who) as action:
            suspending.suspend(action, case, "uji")
    with pytest.raises(Invalid), services.action(world.citra) as action:
        suspending.suspend(action, case, "  ")
    with pytest.raises(Conflict), services.action(world.hadi) as action:
        suspending.resume(action, case)
    suspend(services, world, case)
    with pytest.raises(Conflict), services.action(world.hadi) as action:
        suspending.suspend(action, case, "lagi")


@pytest.mark.parametrize("turn", range(3))
def test_of_a_completion_and_a_suspension_at_once_one_is_first(
    services: Services, world: World, case: uuid.UUID, turn: int
) -> None:
    """Either the task was completed and then the case suspended, or the completion is refused."""
    task = open_task(services, case, "periksa")
    refused: list[Exception] = []
    ready = threading.Barrier(2)

    def work() -> None:
        ready.wait()
        try:
            complete(services, world.ani, task.id, {})
        except Suspended as error:
            refused.append(error)

    def stop() -> None:
        ready.wait()
        suspend(services, world, case)

    both = [threading.Thread(target=work), threading.Thread(target=stop)]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    seen = kinds(services, case)
    assert seen.count("case_suspended") == 1
    if refused:
        assert "task_completed" not in seen
    else:
        assert seen.index("task_completed") < seen.index("case_suspended")
    with services.reading() as action:
        pending = select(DueWork).where(DueWork.case_id == case, DueWork.state == "pending")
        assert action.session.scalars(pending).all() == []


# -- more time


def extend(services: Services, world: World, task: Task, until: date, reason: str = "Data terlambat") -> None:
    with services.action(world.hadi) as action:
        extending.extend(action, task.id, until, reason)


def working_day(services: Services, days: int) -> date:
    with services.reading() as action:
        return action.calendar.add_working_days(action.calendar.local_date(action.now), days)


def test_more_time_moves_the_deadline_the_reminder_and_the_escalation(
    services: Services, world: World, case: uuid.UUID
) -> None:
    task = open_task(services, case, "periksa")
    until = working_day(services, 12)
    extend(services, world, task, until)
    after = open_task(services, case, "periksa")
    assert after.due_at == services.calendar.close_of(until)
    assert after.version == task.version  # who has the form open may still complete it
    with services.reading() as action:
        assert action.session.get_one(Case, case).due_order == after.due_at
        work = {
            row.kind: row for row in action.session.scalars(select(DueWork).where(DueWork.task_id == task.id))
        }
    assert work["escalation"].due_at == after.due_at
    two_before = services.calendar.add_working_days(until, -2)  # as the diagram says
    assert work["reminder"].due_at == services.calendar.close_of(two_before)
    said = next(event for event in events(services, case) if event.kind == "task_extended")
    assert task.due_at is not None
    assert said.data == {
        "from": task.due_at.isoformat(),
        "to": after.due_at.isoformat(),
        "reason": "Data terlambat",
    }


def test_a_late_task_is_called_back_from_the_role_it_went_to(
    services: Services, world: World, case: uuid.UUID
) -> None:
    days_later(services, 14)
    task = open_task(services, case, "periksa")
    assert task.escalated_at is not None
    extend(services, world, task, working_day(services, 4))
    assert open_task(services, case, "periksa").escalated_at is None
    days_later(services, 10)
    assert kinds(services, case).count("task_overdue") == 2
    assert open_task(services, case, "periksa").escalated_at is not None


def test_no_deadline_on_a_day_off_or_in_the_past(services: Services, world: World, case: uuid.UUID) -> None:
    task = open_task(services, case, "periksa")
    saturday = next(
        day for day in (working_day(services, 1) + timedelta(days=n) for n in range(8)) if day.weekday() == 5
    )
    for wrong in (saturday, date(2020, 1, 6)):
        with pytest.raises(Invalid) as refused:
            extend(services, world, task, wrong)
        assert "until" in refused.value.fields
    with pytest.raises(Invalid):
        extend(services, world, task, working_day(services, 9), reason=" ")
    with pytest.raises(NotAllowed), services.action(world.ani) as action:
        extending.extend(action, task.id, working_day(services, 9), "uji")


def test_the_moment_is_kept(services: Services, world: World, case: uuid.UUID) -> None:
    suspend(services, world, case)
    with services.reading() as action:
        at = action.session.get_one(Case, case).suspended_at
    assert at is not None
    assert abs(at - datetime.now(UTC)) < timedelta(minutes=5)
