"""What is due happens once: on time, late, after a crash, and with several workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from service.db.cases import Case, CaseEvent, DueWork, Task
from service.db.queries import tasks as queries
from service.domain.errors import NotAllowed, NotFound
from service.engine.steps import SourceFile
from service.operations import cases, clock, definitions, due, messages, sample_clock
from service.wiring import Services
from tests.clocks import mark_sample, put_ahead
from tests.operations import diagrams
from tests.operations.test_tasks import complete, open_task, start
from tests.world import World


@pytest.fixture
def deployed(services: Services, world: World) -> World:
    with services.action(world.intan) as action:
        definitions.deploy(action, [diagrams.branches()])
    mark_sample(services)
    return world


def waiting_case(services: Services, world: World) -> uuid.UUID:
    """A case that waits 90 days."""
    case_id = start(services, world.ani)
    complete(services, world.ani, open_task(services, case_id, "periksa").id)
    complete(services, world.budi, open_task(services, case_id, "kiri").id)
    complete(services, world.bowo, open_task(services, case_id, "kanan").id)
    return case_id


def passed(services: Services, case_id: uuid.UUID, element: str) -> int:
    with services.reading() as action:
        return (
            action.session.scalar(
                select(func.count()).where(
                    CaseEvent.case_id == case_id,
                    CaseEvent.element == element,
                    CaseEvent.kind == "element_completed",
                )
            )
            or 0
        )


def test_a_timer_fires_when_it_is_due_and_not_before(services: Services, deployed: World) -> None:
    case_id = waiting_case(services, deployed)
    sample_clock.advance(services, timedelta(days=89))
    assert passed(services, case_id, "tunggu") == 0
    sample_clock.advance(services, timedelta(days=2))
    assert passed(services, case_id, "tunggu") == 1
    assert due.run(services) == 0


def test_the_clock_stops_at_each_due_moment(services: Services, deployed: World) -> None:
    case_id = waiting_case(services, deployed)
    with services.reading() as action:
        wakes = action.session.get_one(Case, case_id).wake_at
    sample_clock.advance(services, timedelta(days=400))
    with services.reading() as action:
        at = action.session.scalar(
            select(CaseEvent.at).where(CaseEvent.case_id == case_id, CaseEvent.element == "tunggu")
        )
    assert wakes is not None
    assert at is not None
    assert timedelta(0) <= at - wakes < timedelta(minutes=1)


def test_the_clock_of_real_data_cannot_be_moved(services: Services, world: World) -> None:
    with pytest.raises(NotAllowed):
        sample_clock.advance(services, timedelta(days=1))


def test_a_week_of_downtime_is_caught_up_once(services: Services, deployed: World) -> None:
    ids = [waiting_case(services, deployed) for _ in range(5)]
    put_ahead(services, days=97)
    assert due.run(services) >= 5
    assert due.run(services) == 0
    assert [passed(services, case_id, "tunggu") for case_id in ids] == [1] * 5


def test_workers_at_once_do_each_piece_once(services: Services, deployed: World) -> None:
    ids = [waiting_case(services, deployed) for _ in range(12)]
    put_ahead(services, days=91)
    workers = [threading.Thread(target=due.run, args=(services,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    due.run(services)
    assert [passed(services, case_id, "tunggu") for case_id in ids] == [1] * 12


def test_a_worker_frozen_past_its_lease_changes_nothing(services: Services, deployed: World) -> None:
    case_id = waiting_case(services, deployed)
    put_ahead(services, days=91)
    frozen = due.claim(services, 10)
    with services.sessions.begin() as session:
        session.execute(
            text("UPDATE due_work SET lease_until = :past"), {"past": "2020-01-01 00:00:00.000000"}
        )
    assert due.run(services) >= 1
    for piece in frozen:
        due.perform(services, piece)
    assert passed(services, case_id, "tunggu") == 1


def test_killed_workers_lose_and_double_nothing(services: Services, deployed: World) -> None:
    """Workers are killed with -9 again and again while they work; in the end every timer has fired exactly once."""
    ids = [waiting_case(services, deployed) for _ in range(20)]
    put_ahead(services, days=91)
    for _ in range(4):
        before = _fired(services)
        if before == len(ids):
            break
        worker = _worker(services)
        for _ in range(4000):
            if _fired(services) > before:
                break
            assert worker.poll() is None, "the worker ended by itself"
            time.sleep(0.01)
        else:
            pytest.fail("the worker does nothing")
        os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait() == -signal.SIGKILL
        with services.sessions.begin() as session:
            session.execute(text("UPDATE due_work SET lease_until = NULL"))
    due.run(services, limit=1000)
    assert [passed(services, case_id, "tunggu") for case_id in ids] == [1] * 20


def test_reminder_before_and_escalation_after_the_deadline(services: Services, deployed: World) -> None:
    case_id = start(services, deployed.ani)
    task = open_task(services, case_id, "periksa")
    with services.reading() as action:
        assert queries.inbox(action.session, deployed.hadi).items == ()
    sample_clock.advance(services, timedelta(days=30))
    with services.reading() as action:
        told = action.session.execute(
            select(CaseEvent.kind, CaseEvent.data).where(CaseEvent.task_id == task.id).order_by(CaseEvent.id)
        ).all()
        offered = queries.inbox(action.session, deployed.hadi).items
    assert [(row.kind, row.data) for row in told] == [
        ("task_due_soon", {}),
        ("task_overdue", {"role": "manajer"}),
    ]
    assert [row.id for row in offered] == [task.id]
    complete(services, deployed.hadi, task.id)


def test_a_finished_task_is_not_reminded_of(services: Services, deployed: World) -> None:
    case_id = start(services, deployed.ani)
    complete(services, deployed.ani, open_task(services, case_id, "periksa").id)
    with services.reading() as action:
        left = action.session.scalars(
            select(DueWork.kind).where(DueWork.case_id == case_id, DueWork.state == "pending")
        ).all()
    assert list(left) == []


def test_what_keeps_failing_is_given_up_and_shown(services: Services, deployed: World) -> None:
    with services.sessions.begin() as session:
        session.add(
            DueWork(
                key="timer:lost",
                kind="timer",
                case_id=None,
                due_at=clock.now(session),
                state="pending",
                attempts=0,
                payload={},
            )
        )
        session.add(
            DueWork(
                key="start:gone",
                kind="start",
                due_at=clock.now(session),
                state="pending",
                attempts=services.settings.max_attempts - 1,
                payload={"definition": "cabang", "element": "no such element"},
            )
        )
    time.sleep(0.01)
    due.run(services)
    with services.reading() as action:
        dead = action.session.get_one(DueWork, "start:gone")
        incident = action.session.scalar(select(CaseEvent).where(CaseEvent.kind == "incident"))
    assert (dead.state, dead.error is not None) == ("dead", True)
    assert incident is not None


def test_a_message_reaches_the_case_it_is_meant_for(services: Services, deployed: World) -> None:
    one, other = waiting_case(services, deployed), waiting_case(services, deployed)
    sample_clock.advance(services, timedelta(days=91))
    with services.reading() as action:
        number = action.session.get_one(Case, one).number
    with services.action(deployed.citra) as action:
        assert messages.send(action, "izin_tiba", number, {"nomor_izin": "X-1"}) == [one]
    assert (passed(services, one, "terima"), passed(services, other, "terima")) == (1, 0)
    with pytest.raises(NotFound), services.action(deployed.citra) as action:
        messages.send(action, "izin_tiba", number, {})
    assert open_task(services, one, "tutup").person_nip is not None


def test_a_case_sends_a_message_to_another_case(services: Services, deployed: World) -> None:
    text = (
        f'{diagrams.HEAD}<message id="m" name="izin_tiba"/><process id="kirim" isExecutable="true"><startEvent id="s"/>'
        '<sequenceFlow id="f" sourceRef="s" targetRef="e"/><endEvent id="e" mutasi:correlation="tujuan">'
        '<messageEventDefinition messageRef="m"/></endEvent></process></definitions>'
    )
    with services.action(deployed.intan) as action:
        definitions.deploy(action, [SourceFile("kirim.bpmn", text.encode())])
    one, other = waiting_case(services, deployed), waiting_case(services, deployed)
    sample_clock.advance(services, timedelta(days=91))
    with services.action(deployed.ani) as action:
        cases.start(action, "kirim", data={"tujuan": action.session.get_one(Case, other).number})
    due.run(services)
    assert (passed(services, one, "terima"), passed(services, other, "terima")) == (0, 1)


def test_definitions_begin_by_themselves(services: Services, deployed: World) -> None:
    with services.action(deployed.intan) as action:
        for process, begin in (
            ("tahunan", diagrams.TIMER),
            ("sinyal", diagrams.SIGNAL),
            ("pesan", diagrams.MESSAGE),
        ):
            definitions.deploy(action, [diagrams.timed(process, begin)])
    with services.action(deployed.citra) as action:
        messages.signal(action, "lonjakan_uji")
        messages.send(action, "permohonan_uji", data={"pegawai_nip": "1"})
    sample_clock.advance(services, timedelta(days=800))
    with services.reading() as action:
        begun = dict(
            action.session.execute(
                select(Case.definition_key, func.count()).group_by(Case.definition_key)
            ).all()
        )
        upcoming = action.session.scalars(
            select(DueWork.key).where(DueWork.kind == "start", DueWork.state == "pending")
        ).all()
    assert begun["sinyal"] == 1
    assert begun["pesan"] == 1
    assert begun["tahunan"] in (2, 3)
    assert len(upcoming) == 1


def test_a_cancelled_case_waits_for_nothing(services: Services, deployed: World) -> None:
    case_id = waiting_case(services, deployed)
    with services.action(deployed.hadi) as action:
        cases.cancel(action, case_id, "Formasi dihapus")
    with services.reading() as action:
        case = action.session.get_one(Case, case_id)
        assert (case.status, case.wake_at) == ("cancelled", None)
        assert (
            action.session.scalars(
                select(DueWork).where(DueWork.case_id == case_id, DueWork.state == "pending")
            ).all()
            == []
        )
        assert (
            action.session.scalars(select(Task).where(Task.case_id == case_id, Task.state == "open")).all()
            == []
        )


def _fired(services: Services) -> int:
    """How many timers of waiting cases are done."""
    with services.reading() as action:
        return (
            action.session.scalar(
                select(func.count()).where(DueWork.kind == "timer", DueWork.state == "done")
            )
            or 0
        )


def _worker(services: Services) -> subprocess.Popen[bytes]:
    environment = os.environ | {
        "MUTASI_DATABASE_URL": services.settings.database_url,
        "MUTASI_VAR_DIR": services.settings.var_dir,
        "MUTASI_LEASE_SECONDS": "1",
    }
    return subprocess.Popen([sys.executable, "-m", "service", "worker"], env=environment)
