"""Figures counted bit by bit are what counting from scratch gives; and what they say is what the tasks say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import select

from service.db.base import Base
from service.db.cases import Case, DueWork, Task
from service.db.figures import CaseFigure, StepFigure, WaitingFigure
from service.domain.errors import MutasiError
from service.operations import cases, definitions, due, figures, returning, tasks, withdrawing
from service.operations.recording import write_event
from service.wiring import Services
from tests.operations.diagrams import branches
from tests.world import GITA_NIP, World

BEGIN = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
STEPS = 60


def stored(services: Services) -> dict[str, list[dict[str, Any]]]:
    """All that was counted, in order."""
    found = {}
    with services.reading() as action:
        for table in figures.COUNTED:
            rows = action.session.scalars(select(table)).all()
            found[table.__tablename__] = sorted((values(row) for row in rows), key=str)
    return found


def values(row: Base) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in row.__table__.columns}


def count(services: Services, now: datetime) -> None:
    """What the scheduler does: look for what changed, then the months that are pieces of their own."""
    with services.action(now=now) as action:
        figures.plan(action)
        row = action.session.get_one(DueWork, figures.KIND)
        for _ in range(50):
            figures.work(action, row)
            if row.due_at > now:
                break
        pieces = action.session.scalars(
            select(DueWork).where(
                DueWork.kind == figures.KIND, DueWork.key != figures.KIND, DueWork.state == "pending"
            )
        )
        for piece in pieces:
            figures.work(action, piece)
            piece.state = "done"


def act(services: Services, world: World, random: Random, now: datetime) -> None:
    """Somebody does something with some case."""
    with services.action(world.ani, now=now) as action:
        open_tasks = action.session.scalars(select(Task).where(Task.state == "open").order_by(Task.id)).all()
        running = action.session.scalars(select(Case).where(Case.status == "running").order_by(Case.id)).all()
        choice = random.random()
        if choice < 0.3 or not open_tasks:
            cases.start(action, "cabang", subject=GITA_NIP)
        elif choice < 0.33:
            cases.wake(action, random.choice(running).id)
        elif choice < 0.4:
            case = random.choice(
                running
            )  # as effects do: units are known late, and all that was done before counts there
            case.target_unit, case.plan = (
                random.choice(("unor-a", "unor-b")),
                random.choice(("2026", "Program")),
            )
            write_event(action, "variables_changed", case=case)
            return
    task = random.choice(open_tasks) if open_tasks and choice >= 0.4 else None
    if task is None:
        return
    who = {"analis_sdm": world.ani, "pegawai": world.gita}.get(task.role or "") or (
        world.budi if task.unit_id == "unor-a" else world.bowo
    )
    try:
        with services.action(world.citra if choice > 0.95 else who, now=now) as action:
            if choice > 0.95:
                cases.cancel(action, task.case_id, "Tidak jadi.")
            elif choice > 0.85 and task.element != "periksa":
                returning.send_back(action, task.id, "periksa", "Berkas kurang.")
            elif choice > 0.7:
                tasks.claim(action, task.id)
            else:
                tasks.complete(action, task.id, {})
        if 0.4 <= choice < 0.48:
            with services.action(who, now=now + timedelta(minutes=10)) as action:
                withdrawing.withdraw(action, task.id, "Keliru.")
    except MutasiError:
        pass  # taken by somebody else, or not to be sent back: then nothing happens


SAID: tuple[tuple[str, dict[str, str]], ...] = (
    ("konsultasi", {"pendapat_pihak": "setuju"}),
    ("konsultasi", {"pendapat_pihak": "tidak"}),
    ("tanggapan_sk", {"tanggapan": "keberatan"}),
    ("putusan", {"putusan_keberatan": "dikabulkan"}),
    ("tindak_lanjut", {"jenis_tindak_lanjut": "pembinaan"}),
    ("pembinaan", {"hasil_pembinaan": "membaik"}),
    ("evaluasi", {"target_tercapai": "ya"}),
    ("evaluasi", {"target_tercapai": "tidak"}),
)


def transfer(services: Services, random: Random, now: datetime) -> None:
    """A decree of some case, dated anew or revoked now and then, or something that was answered about it."""
    with services.action(now=now) as action:
        known = action.session.scalars(select(Case).order_by(Case.id)).all()
        if not known:
            return
        case = random.choice(known)
        if case.decided_at is None or random.random() < 0.2:
            case.decided_at, case.origin_unit = now, "unor-a"
            case.target_unit = random.choice(("unor-a", "unor-b", None))
            case.effective_on = random.choice((None, now + timedelta(days=random.randint(-120, 60))))
            write_event(action, "variables_changed", case=case)
            return
        element, answers = random.choice(SAID)
        said: dict[str, Any] = {"element": element, "at": now, "data": {"answers": answers}}
        write_event(action, "task_completed", case=case, **said)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_counted_bit_by_bit_is_what_counting_from_scratch_gives(
    services: Services, world: World, seed: int
) -> None:
    random = Random(seed)
    now = BEGIN
    with services.action(world.intan, now=now) as action:
        definitions.deploy(action, [branches()])
    for _ in range(STEPS):
        now += timedelta(hours=random.choice((1, 5, 30, 90)))
        act(services, world, random, now)
        for _ in range(3):
            transfer(services, random, now)
        if random.random() < 0.3:
            count(services, now)
    count(services, now)
    bit_by_bit = stored(services)
    assert figures.rebuild(services) == len(bit_by_bit["case_figure"])
    assert stored(services) == bit_by_bit
    assert sum(row["done"] for row in bit_by_bit["step_figure"]) > 5
    assert bit_by_bit["waiting_figure"]
    assert bit_by_bit["unit_step_figure"]
    for name in ("transfers", "opinions", "objected", "measured", "follow_ups", "received", "gave"):
        assert any(row[name] for row in bit_by_bit["transfer_figure"]), name


def test_figures_say_what_the_tasks_say(services: Services, world: World) -> None:
    with services.action(world.intan, now=BEGIN) as action:
        definitions.deploy(action, [branches()])
    with services.action(world.ani, now=BEGIN) as action:
        case_id = cases.start(action, "cabang", subject=GITA_NIP).id
        task = action.session.scalars(select(Task).where(Task.case_id == case_id)).one()
    late = BEGIN + timedelta(days=20)
    with services.action(world.ani, now=late - timedelta(hours=4)) as action:
        tasks.claim(action, task.id)
    with services.action(world.ani, now=late) as action:
        tasks.complete(action, task.id, {})
    count(services, late)
    with services.reading() as action:
        step = action.session.scalars(select(StepFigure)).one()
        waiting = action.session.scalars(select(WaitingFigure).order_by(WaitingFigure.element)).all()
        case = action.session.get_one(CaseFigure, case_id)
    assert (step.element, step.role, step.month.isoformat()) == ("periksa", "analis_sdm", "2026-03-01")
    assert (step.done, step.timed, step.late) == (1, 1, 1)
    assert (step.touched, step.touch_minutes) == (1, 240)
    assert step.untouched_minutes == 20 * 1440 - 240
    assert [(row.element, len(row.tasks)) for row in waiting] == [("kanan", 1), ("kiri", 1)]
    assert (case.status, case.closed_count, case.stage) == ("running", 1, case.stage)


def test_the_scheduler_counts_every_minute_and_goes_on_after_a_failure(
    services: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with services.action() as action:
        figures.plan(action)
    due.run(services)
    with services.reading() as action:
        row = action.session.get_one(DueWork, figures.KIND)
        assert (row.state, row.due_at > action.now) == ("pending", True)
        assert due.next_due(action.session) is None  # moving the sample city's clock is not held up by it
    with services.action() as action:
        action.session.get_one(DueWork, figures.KIND).state = "dead"
        figures.plan(action)
        assert action.session.get_one(DueWork, figures.KIND).state == "pending"
