"""Giving a task to a colleague, or to whoever should do it; it stays theirs, and the log names both."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from sqlalchemy import select

from service.db.accounts import Grant
from service.db.cases import CaseEvent, Task
from service.db.drafts import Draft
from service.db.notices import Notice
from service.db.queries import tasks as queries
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.operations import accounts, definitions, drafts, handing, holding, tasks
from service.wiring import Services
from tests.operations.diagrams import branches
from tests.operations.test_tasks import complete, open_task, start
from tests.world import UNIT_A, World


@pytest.fixture
def task(services: Services, world: World) -> Task:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    return open_task(services, start(services, world.ani), "periksa")


def assignee(services: Services, task_id: uuid.UUID) -> uuid.UUID | None:
    with services.reading() as action:
        return action.session.get_one(Task, task_id).assignee_id


def delegate(services: Services, world: World, task_id: uuid.UUID, to: str, who: str = "ani") -> None:
    with services.action(getattr(world, who)) as action:
        handing.delegate(action, task_id, getattr(world, to).id, "Saya cuti")


def test_a_task_goes_to_the_colleague_and_the_log_names_both(
    services: Services, world: World, task: Task
) -> None:
    delegate(services, world, task.id, "lina")
    assert assignee(services, task.id) == world.lina.id
    with services.reading(world.lina) as action:
        said = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "task_delegated")).one()
        mine = queries.inbox(action.session, world.lina, scope="mine").items
    assert (said.actor_name, said.data["to"], said.data["reason"]) == ("Ani", "Lina", "Saya cuti")
    assert [row.id for row in mine] == [task.id]
    with pytest.raises(Conflict) as refused:
        complete(services, world.ani, task.id)
    assert refused.value.by == "Lina"
    assert refused.value.at is not None
    complete(services, world.lina, task.id)


def test_who_may_do_it_is_offered_without_oneself(services: Services, world: World, task: Task) -> None:
    with services.reading(world.ani) as action:
        found = handing.colleagues(action, action.session.get_one(Task, task.id))
        nobody = handing.colleagues(action, action.session.get_one(Task, task.id), search="budi")
    assert [account.username for account in found] == ["lina"]
    assert nobody == []


@pytest.mark.parametrize("to", ["budi", "robi"])
def test_nobody_gets_a_task_that_is_not_theirs_to_do(
    to: str, services: Services, world: World, task: Task
) -> None:
    with pytest.raises(Invalid):
        delegate(services, world, task.id, to)
    with pytest.raises(Invalid), services.action(world.ani) as action:
        handing.delegate(action, task.id, uuid.uuid4())


def test_an_account_that_was_closed_gets_nothing(services: Services, world: World, task: Task) -> None:
    with services.action() as action:
        accounts.set_active(action, "lina", False)
    with pytest.raises(Invalid):
        delegate(services, world, task.id, "lina")


def test_what_a_colleague_has_taken_is_not_mine_to_give(services: Services, world: World, task: Task) -> None:
    with services.action(world.lina) as action:
        tasks.claim(action, task.id)
    with pytest.raises(Conflict) as refused:
        delegate(services, world, task.id, "lina")
    assert refused.value.by == "Lina"


def test_who_may_assign_takes_it_from_one_and_gives_it_to_another(
    services: Services, world: World, task: Task
) -> None:
    with services.action(world.lina) as action:
        tasks.claim(action, task.id)
    with services.action(world.hadi) as action:
        handing.assign(action, task.id, world.ani.id, "Lina sakit")
    assert assignee(services, task.id) == world.ani.id
    with services.reading() as action:
        said = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "task_assigned")).one()
    assert (said.actor_name, said.data["from"], said.data["to"]) == ("Hadi", "Lina", "Ani")


@pytest.mark.parametrize(
    ("who", "refusal"), [("dewi", NotAllowed), ("ani", NotAllowed), ("gita", NotFound), ("budi", NotFound)]
)
def test_others_assign_nothing(
    who: str, refusal: type[Exception], services: Services, world: World, task: Task
) -> None:
    with pytest.raises(refusal), services.action(getattr(world, who)) as action:
        handing.assign(action, task.id, world.lina.id)


def test_a_head_assigns_within_the_own_unit_only(services: Services, world: World, task: Task) -> None:
    with services.action() as action:
        accounts.create(action, "wati", "Wati")
        account = accounts.named(action.session, "wati")
        account.grants.append(Grant(id=new_id(), role="kepala_unit", unit_id=UNIT_A))
        wati = account.id
    complete(services, world.ani, task.id)
    left, right = (open_task(services, task.case_id, element) for element in ("kiri", "kanan"))
    with services.action(world.budi) as action:
        handing.assign(action, left.id, wati)
    assert assignee(services, left.id) == wati
    with pytest.raises((NotAllowed, NotFound)), services.action(world.budi) as action:
        handing.assign(action, right.id, wati)


def test_it_stays_with_the_colleague_after_a_decision_was_taken_back(
    services: Services, world: World, task: Task
) -> None:
    slow = replace(services, settings=replace(services.settings, undo_seconds=10))
    delegate(slow, world, task.id, "lina")
    with slow.action(world.lina) as action:
        holding.decide(action, task.id, {})
    with pytest.raises(Conflict), slow.action(world.hadi) as action:
        handing.assign(action, task.id, world.ani.id)
    with slow.action(world.lina) as action:
        holding.undo(action, task.id)
    assert assignee(slow, task.id) == world.lina.id


def test_while_a_decision_is_held_the_task_is_in_no_inbox(
    services: Services, world: World, task: Task
) -> None:
    slow = replace(services, settings=replace(services.settings, undo_seconds=10))
    with slow.action(world.ani) as action:
        holding.decide(action, task.id, {})
    with slow.reading(world.ani) as action:
        assert queries.inbox(action.session, world.ani).items == ()
        assert queries.inbox(action.session, world.lina).items == ()
        assert queries.count_open(action.session, world.ani) == 0
        assert [held.task_id for held in holding.held_by(action)] == [task.id]


def test_the_new_one_is_told_each_time(services: Services, world: World, task: Task) -> None:
    delegate(services, world, task.id, "lina")
    delegate(services, world, task.id, "ani", who="lina")
    with services.reading() as action:
        told = action.session.scalars(
            select(Notice).where(Notice.kind == "assigned").order_by(Notice.created_at)
        )
        found = [(notice.account_id, notice.said_by, notice.said) for notice in told]
    assert found == [(world.lina.id, "Ani", "Saya cuti"), (world.ani.id, "Lina", "Saya cuti")]


def test_who_came_second_can_still_read_what_was_typed(services: Services, world: World, task: Task) -> None:
    complete(services, world.lina, task.id)
    with services.action(world.ani) as action:
        drafts.keep_typed(action, task.id, {"catatan": "terlambat"})
    with services.reading(world.ani) as action:
        kept = action.session.get(Draft, (task.id, world.ani.id))
    assert kept is not None
    assert kept.answers == {"catatan": "terlambat"}
