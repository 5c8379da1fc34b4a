# ruff: noqa: E501 - elements of XML stay on one line
"""One's own decision taken back while nobody has acted on it: as if it had not been, wherever it led."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from service.db.cases import Case, DueWork, LastDecision, Task
from service.domain.access import Actor, make_actor
from service.domain.errors import Conflict, NotAllowed
from service.engine.steps import SourceFile
from service.operations import (
    cases,
    comments,
    definitions,
    drafts,
    holding,
    last_decision,
    tasks,
    withdrawing,
)
from service.operations.action import Action
from service.operations.last_decision import FILED_UNDER
from service.wiring import Services
from tests.operations import city
from tests.operations.diagrams import HEAD, branches
from tests.operations.walking import MOST_STEPS, VARIANTS, answers_to, first_open, wake
from tests.world import World

MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
STAGES = f"""{HEAD}
  <process id="tahap" name="Bertahap" isExecutable="true">
    <startEvent id="mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="dalam"/>
    <subProcess id="dalam" name="Penilaian"><incoming>f1</incoming><outgoing>f2</outgoing>
      <startEvent id="d1"><outgoing>g1</outgoing></startEvent>
      <sequenceFlow id="g1" sourceRef="d1" targetRef="nilai"/>
      <userTask id="nilai" name="Nilai" mutasi:role="analis_sdm" mutasi:due="5"><incoming>g1</incoming><outgoing>g2</outgoing></userTask>
      <sequenceFlow id="g2" sourceRef="nilai" targetRef="d2"/>
      <endEvent id="d2"><incoming>g2</incoming></endEvent>
    </subProcess>
    <sequenceFlow id="f2" sourceRef="dalam" targetRef="pilih"/>
    <exclusiveGateway id="pilih" name="Setuju?" default="f4"><incoming>f2</incoming><outgoing>f3</outgoing><outgoing>f4</outgoing></exclusiveGateway>
    <sequenceFlow id="f3" sourceRef="pilih" targetRef="putus"><conditionExpression>= setuju</conditionExpression></sequenceFlow>
    <sequenceFlow id="f4" sourceRef="pilih" targetRef="tolak"/>
    <userTask id="putus" name="Putuskan" mutasi:role="tpk"><incoming>f3</incoming><outgoing>f5</outgoing></userTask>
    <sequenceFlow id="f5" sourceRef="putus" targetRef="selesai"/>
    <endEvent id="selesai"><incoming>f5</incoming></endEvent>
    <endEvent id="tolak"><incoming>f4</incoming></endEvent>
  </process>
</definitions>"""


@pytest.fixture
def staged(services: Services, world: World) -> uuid.UUID:
    """A case whose first stage has one task."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("tahap.bpmn", STAGES.encode())])
    with services.action(world.ani, now=MONDAY) as action:
        return cases.start(action, "tahap").id


def open_tasks(services: Services, case_id: uuid.UUID) -> dict[str, uuid.UUID]:
    with services.reading() as action:
        found = select(Task.element, Task.id).where(Task.case_id == case_id, Task.state == "open")
        return {row.element: row.id for row in action.session.execute(found)}


def complete(services: Services, actor: Actor, task: uuid.UUID, **answers: Any) -> uuid.UUID:
    with services.action(actor, now=MONDAY) as action:
        tasks.complete(action, task, answers)
    return task


def withdraw(services: Services, actor: Actor, task: uuid.UUID, now: datetime = MONDAY) -> uuid.UUID:
    with services.action(actor, now=now) as action:
        return withdrawing.withdraw(action, task, "keliru").id


def test_the_last_task_of_a_stage_is_open_again_with_its_answers(
    services: Services, world: World, staged: uuid.UUID
) -> None:
    done = complete(services, world.ani, open_tasks(services, staged)["nilai"], setuju=True, nilai=82)
    with services.reading(world.ani) as action:
        case, task = action.session.get_one(Case, staged), action.session.get_one(Task, done)
        assert case.stage == "Putuskan"
        assert withdrawing.may_withdraw(action, case, task)
    again = withdraw(services, world.ani, done)
    with services.reading(world.ani) as action:
        case, draft = action.session.get_one(Case, staged), drafts.of(action, again)
        assert (case.stage, case.stage_since) == ("Penilaian", MONDAY)
        assert cases.data(action, case).get("nilai") is None
        assert draft is not None
        assert draft.answers == {"setuju": True, "nilai": 82}
        due = action.session.scalars(select(DueWork.kind).where(DueWork.task_id == again)).all()
    assert open_tasks(services, staged) == {"nilai": again}
    assert sorted(due) == ["escalation", "reminder"]
    complete(services, world.ani, again, setuju=True)
    assert set(open_tasks(services, staged)) == {"putus"}


def test_a_decision_that_ended_the_case_opens_it_again_for_a_working_day(
    services: Services, world: World, staged: uuid.UUID
) -> None:
    done = complete(services, world.ani, open_tasks(services, staged)["nilai"], setuju=False)
    with pytest.raises(Conflict, match="working day"):
        withdraw(services, world.ani, done, MONDAY + timedelta(days=2))
    withdraw(services, world.ani, done, MONDAY + timedelta(days=1))
    with services.reading() as action:
        case = action.session.get_one(Case, staged)
        assert (case.status, case.ended_at) == ("running", None)
    assert set(open_tasks(services, staged)) == {"nilai"}


def test_what_a_case_was_before_its_end_is_forgotten_after_a_month(
    services: Services, world: World, staged: uuid.UUID
) -> None:
    def kept() -> int:
        with services.action(now=MONDAY + timedelta(days=31)) as action:
            last_decision.forget(action)
            return action.session.scalar(select(func.count()).select_from(LastDecision)) or 0

    complete(services, world.ani, open_tasks(services, staged)["nilai"], setuju=True)
    assert kept() == 1
    complete(services, world.dewi, open_tasks(services, staged)["putus"])
    assert kept() == 0


def test_only_who_decided_and_only_once(services: Services, world: World, staged: uuid.UUID) -> None:
    done = complete(services, world.ani, open_tasks(services, staged)["nilai"], setuju=True)
    with pytest.raises(NotAllowed):
        withdraw(services, world.lina, done)
    withdraw(services, world.ani, done)
    with pytest.raises(Conflict):
        withdraw(services, world.ani, done)
    assert set(open_tasks(services, staged)) == {"nilai"}


def test_a_decision_that_is_held_for_its_undoing_is_somebody_acting(
    services: Services, world: World, staged: uuid.UUID
) -> None:
    done = complete(services, world.ani, open_tasks(services, staged)["nilai"], setuju=True)
    slow = replace(services, settings=replace(services.settings, undo_seconds=10))
    with slow.action(world.dewi, now=MONDAY) as action:
        assert holding.decide(action, open_tasks(services, staged)["putus"], {}) is not None
    with pytest.raises(Conflict) as refused:
        withdraw(services, world.ani, done)
    assert (refused.value.by, refused.value.at) == ("Dewi", MONDAY)


def test_a_comment_is_no_decision(services: Services, world: World, staged: uuid.UUID) -> None:
    done = complete(services, world.ani, open_tasks(services, staged)["nilai"], setuju=True)
    with services.action(world.dewi, now=MONDAY) as action:
        comments.write(action, staged, "Nilainya belum benar?", task_id=open_tasks(services, staged)["putus"])
    withdraw(services, world.ani, done)
    assert set(open_tasks(services, staged)) == {"nilai"}


def test_what_another_branch_did_since_stays(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    with services.action(world.ani, now=MONDAY) as action:
        case_id = cases.start(action, "cabang").id
    complete(services, world.ani, open_tasks(services, case_id)["periksa"])
    left = complete(services, world.budi, open_tasks(services, case_id)["kiri"])
    complete(services, world.bowo, open_tasks(services, case_id)["kanan"])
    with pytest.raises(Conflict) as refused:
        withdraw(services, world.budi, left)
    assert refused.value.by == "Bowo"


STANDS = {"keputusan_ppk", "serah_terima"}
"""Tasks whose completion leaves something outside of the case: the decree and its number, the new post in the record."""


@pytest.mark.parametrize("process", VARIANTS)
def test_every_decision_of_the_shipped_processes_can_be_taken_back_until_the_decree(
    services: Services, world: World, process: str
) -> None:
    with services.action(now=city.NOW) as action:
        city.build(action.session)
        definitions.deploy_shipped(action)
        case_id = cases.start(action, process).id
    moment, final = city.NOW, set()
    for _ in range(MOST_STEPS):
        with services.reading() as action:
            case = action.session.get_one(Case, case_id)
            task = first_open(action, case)
            if case.status != "running":
                break
            if task is not None:
                actor = whoever(world, action, task)
                given = answers_to(action, case, task)
                before = standing(action, case)
        if task is None:
            assert case.wake_at is not None
            moment = max(moment, case.wake_at) + timedelta(minutes=1)
            with services.action(now=moment) as action:
                wake(action, action.session.get_one(Case, case_id))
            continue
        finish(services, actor, task.id, given, moment)
        try:
            with services.action(actor, now=moment) as action:
                again = withdrawing.withdraw(action, task.id, "keliru").id
        except Conflict:
            final.add(task.element)
            continue
        with services.reading(actor) as action:
            assert standing(action, action.session.get_one(Case, case_id)) == before
        finish(services, actor, again, given, moment)
    assert case.status == "completed"
    assert final == STANDS


def finish(
    services: Services, actor: Actor, task_id: uuid.UUID, answers: dict[str, Any], now: datetime
) -> None:
    """Complete a task whoever has completed others: one actor plays them all."""
    with services.action(actor, now=now) as action:
        task = action.session.get_one(Task, task_id)
        tasks.finish(action, cases.locked(action, task.case_id), task, answers)


def whoever(world: World, action: Action, task: Task) -> Actor:
    """Somebody whom the task is offered to."""
    role = task.role or "pegawai"
    grants = {role: frozenset({task.unit_id} if task.unit_id else ())}
    return make_actor(world.robi.id or uuid.uuid4(), "Siapa saja", task.person_nip, grants, action.roles)


def standing(action: Action, case: Case) -> Any:
    """All that a step sets: data, open tasks, deadlines of the diagram, and what the case is filed under."""
    opened = select(Task.engine_key, Task.element, Task.role, Task.unit_id, Task.person_nip)
    timers = select(DueWork.key).where(DueWork.case_id == case.id, DueWork.kind == "timer")
    return (
        cases.data(action, case),
        sorted(
            map(repr, action.session.execute(opened.where(Task.case_id == case.id, Task.state == "open")))
        ),
        sorted(action.session.scalars(timers)),
        [getattr(case, name) for name in (*FILED_UNDER, "status", "stage_since", "ended_at")],
    )
