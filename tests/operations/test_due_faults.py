"""Due work against people, against other processes, and against itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, text, update

from service.db.cases import Case, DueWork, Fact, Task
from service.domain.errors import Conflict
from service.operations import cases, clock, definitions, due, sample_clock
from service.operations.action import Action
from service.scheduler import LAST_TICK
from service.wiring import Services
from tests.clocks import mark_sample, put_ahead
from tests.operations import diagrams
from tests.operations.test_tasks import complete, open_task, start, together
from tests.world import World


def put(services: Services, key: str, kind: str, **values: object) -> None:
    """A piece of work that has been due for a minute."""
    with services.sessions.begin() as session:
        moment = clock.now(session) - timedelta(minutes=1)
        row = {"state": "pending", "attempts": 0, "payload": {}, "due_at": moment} | values
        session.add(DueWork(key=key, kind=kind, **row))


def state(services: Services, key: str) -> tuple[str, int]:
    with services.reading() as action:
        row = action.session.get_one(DueWork, key)
        return row.state, row.attempts


def test_a_timer_and_a_person_at_the_same_moment(services: Services, world: World) -> None:
    """One of them wins; neither waits for a lock that the other holds."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [diagrams.limited()])
    for days in range(2, 42, 2):
        with services.action(world.ani) as action:
            case_id = cases.start(action, "batas").id
        task = open_task(services, case_id, "kerja")
        put_ahead(services, days=days)
        pieces = due.claim(services, 5)
        outcomes = together(
            partial(complete, services, world.ani, task.id), partial(due.perform, services, pieces[0])
        )
        assert isinstance(outcomes[0], Conflict | None)
        assert outcomes[1] is None
        with services.reading() as action:
            left = action.session.scalars(select(DueWork.state).where(DueWork.case_id == case_id)).all()
            closed = action.session.get_one(Task, task.id)
            case = action.session.get_one(Case, case_id)
        assert closed.state == ("completed" if outcomes[0] is None else "cancelled")
        assert (left, case.status) == ([] if outcomes[0] is None else ["done"], "completed")


def test_what_fails_does_not_hold_up_what_comes_after(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(action: Action, row: DueWork) -> None:
        raise KeyError("a fault of ours")

    monkeypatch.setattr(due, "DOERS", due.DOERS | {"reminder": fail})
    put(services, "a:bad", "reminder")
    put(services, "b:good", "timer")
    due.run(services)
    assert state(services, "a:bad") == ("pending", 1)
    assert state(services, "b:good") == ("done", 1)


def test_retries_wait_longer_each_time_and_end(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(action: Action, row: DueWork) -> None:
        raise ValueError("never works")

    monkeypatch.setattr(due, "DOERS", due.DOERS | {"timer": fail})
    put(services, "bad", "timer")
    waits = []
    for _ in range(services.settings.max_attempts):
        assert due.run(services) == 1
        with services.sessions.begin() as session:
            row = session.get_one(DueWork, "bad")
            if row.state == "pending":
                assert row.lease_until is not None
                waits.append(round((row.lease_until - clock.read(session)[0]).total_seconds() / 5))
                row.lease_until = None
    assert waits == [1, 6, 24, 120]
    assert state(services, "bad")[0] == "dead"
    assert due.run(services) == 0


def test_a_timer_given_up_does_not_stop_the_rest_of_its_case(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [diagrams.limited(beside=True)])
    with services.action(world.ani) as action:
        case_id = cases.start(action, "batas").id
    with services.sessions.begin() as session:
        session.execute(update(DueWork).where(DueWork.case_id == case_id).values(state="dead"))
    complete(services, world.ani, open_task(services, case_id, "lain").id)
    with services.reading() as action:
        assert action.session.scalars(select(DueWork.state).where(DueWork.case_id == case_id)).all() == [
            "dead"
        ]


def test_processes_that_begin_at_once_plan_one_look_at_the_data(services: Services) -> None:
    def plan() -> None:
        with services.action() as action:
            due.plan_scan(action)

    for _ in range(10):
        with services.sessions.begin() as session:
            session.execute(text("DELETE FROM due_work"))
        assert together(plan, plan, plan) == [None] * 3
        with services.reading() as action:
            assert action.session.scalar(select(func.count()).select_from(DueWork)) == 1


def test_each_start_event_of_a_definition_keeps_its_own_time(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [diagrams.twice_a_year()])
    mark_sample(services)
    with services.sessions() as session:
        present = clock.now(session)
    sample_clock.advance(services, timedelta(days=800))
    with services.reading() as action:
        begun = action.session.scalars(select(Case.started_at).order_by(Case.started_at)).all()
        planned = action.session.scalars(
            select(DueWork.key).where(DueWork.kind == "start", DueWork.state == "pending")
        ).all()
    expected = [
        moment for moment in diagrams.TWICE_A_YEAR if present < moment <= present + timedelta(days=800)
    ]
    assert [at.date() for at in begun] == [moment.date() for moment in expected]
    assert len(planned) == 2


def test_cases_begun_at_once_have_numbers_of_their_own(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [diagrams.branches()])
    ids: list[uuid.UUID] = []
    works = [lambda: ids.append(start(services, world.ani)) for _ in range(6)]
    assert together(*works) == [None] * 6
    with services.reading() as action:
        numbers = sorted(action.session.scalars(select(Case.number)))
        year = action.calendar.local_date(action.now).year
    assert numbers == [f"MUT-{year}-{number:06d}" for number in range(1, 7)]


def test_a_worker_told_to_stop_stops(services: Services) -> None:
    worker = subprocess.Popen(
        [sys.executable, "-m", "service", "worker"],
        env=os.environ
        | {
            "MUTASI_DATABASE_URL": services.settings.database_url,
            "MUTASI_VAR_DIR": services.settings.var_dir,
        },
    )
    try:
        for _ in range(200):
            with services.reading() as action:
                if action.session.get(Fact, LAST_TICK) is not None:
                    break
            assert worker.poll() is None, "the worker ended by itself"
            time.sleep(0.1)
        else:
            pytest.fail("the worker never ticked")
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(10) == 0
    finally:
        worker.kill()
