"""Any step of any case may be cut off between any two statements: nothing of it stays, and done again it is whole.

The stored case is held against the same case in the engine's memory, after every step: what is open, what is waited for,
what is known. Random ways through diagrams with loops, branches, boundary events, subprocesses, compensation.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select

from service.db.cases import Case, CaseEvent, DueWork, Task, WaitingFor
from service.engine.steps import SourceFile
from service.operations import cases, definitions, messages, tasks
from service.operations.action import Action
from service.wiring import Services
from tests.engine.building import NOW, Walk, file, process
from tests.engine.random_diagrams import DATA, PLANS, Plan, drawn
from tests.engine.test_history import DIAGRAMS
from tests.world import World

FEW = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["complete", "message", "advance"]), st.integers(0, 5), st.integers(0, 14)),
    max_size=9,
)


class Crash(Exception):
    """The process ended here."""


@contextmanager
def crashing(services: Services, statement: int) -> Iterator[None]:
    """End the process, as far as the database can tell, before its n-th statement; 0: never."""
    engine, count = services.sessions.kw["bind"], 0

    def before(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == statement:
            raise Crash

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", before)


class Stored:
    """A case in the database, beside the same case in memory."""

    def __init__(
        self, services: Services, world: World, key: str, source: SourceFile, data: dict[str, Any]
    ) -> None:
        self.services, self.world = services, world
        with services.action(world.ani, now=NOW) as action:
            case = cases.start(action, key, data=data)
            self.id, self.number = case.id, case.number
        self.walk = Walk(
            files=(source,), key=key, data={**data, "nomor_kasus": self.number}, using=services.engine
        )

    def do(self, what: str, which: int, crash_at: int) -> None:
        step = self._step(what, which)
        if step is None:
            return
        stored, remembered = step
        before = self.rows()
        try:
            with crashing(self.services, crash_at):
                self._act(stored)
        except Crash:
            assert self.rows() == before
            self._act(stored)
        remembered()
        self.compare()

    def _act(self, stored: Callable[[Action], object]) -> None:
        with self.services.action(self.world.ani, now=self.walk.now) as action:
            stored(action)

    def _step(self, what: str, which: int) -> tuple[Callable[[Action], object], Callable[[], object]] | None:
        """The same step twice: in the database and in memory."""
        walk = self.walk
        if what == "complete" and walk.step.open:
            task = walk.step.open[which % len(walk.step.open)]
            answers = {"ulang": which > 2, "l": [which], f"v{which}": which}
            row = self.task(task.key)

            def remember() -> None:
                walk._take(
                    walk.engine.complete(walk.definition, walk.step.snapshot, task.key, answers, walk.now)
                )

            return lambda action: tasks.complete(action, row, answers), remember
        if what == "message" and any(
            (wait.kind, wait.name) == ("message", "surat") for wait in walk.step.waits
        ):
            return (
                lambda action: messages.send(action, "surat", self.number, {"pesan": which}),
                lambda: walk.message("surat", pesan=which),
            )
        if what == "advance":
            walk.now += timedelta(hours=13)
            return lambda action: cases.wake(action, self.id), lambda: walk.advance(hours=0)
        return None

    def task(self, key: str) -> uuid.UUID:
        with self.services.reading() as action:
            return action.session.scalars(
                select(Task.id).where(Task.case_id == self.id, Task.engine_key == key, Task.state == "open")
            ).one()

    def rows(self) -> list[Any]:
        """Everything that is stored of the case."""
        with self.services.reading() as action:
            connection = action.session.connection()
            found: list[Any] = []
            for table, column in (
                (Case.__table__, Case.id),
                (Task.__table__, Task.case_id),
                (WaitingFor.__table__, WaitingFor.case_id),
                (DueWork.__table__, DueWork.case_id),
                (CaseEvent.__table__, CaseEvent.case_id),
            ):
                found.append(sorted(map(str, connection.execute(select(table).where(column == self.id)))))
            return found

    def compare(self) -> None:
        walk, step = self.walk, self.walk.step
        with self.services.reading() as action:
            case = action.session.get_one(Case, self.id)
            definition = definitions.compiled(action.session, action.engine, case.definition_version_id)
            opened = action.session.scalars(
                select(Task).where(Task.case_id == self.id, Task.state == "open")
            ).all()
            waits = action.session.scalars(select(WaitingFor).where(WaitingFor.case_id == self.id)).all()
            timers = action.session.scalars(
                select(DueWork).where(
                    DueWork.case_id == self.id, DueWork.kind == "timer", DueWork.state == "pending"
                )
            ).all()
            assert case.status == step.status
            assert sorted((one.engine_key, one.element) for one in opened) == sorted(
                (one.key, one.element) for one in step.open
            )
            assert sorted((one.engine_key, one.name) for one in waits) == sorted(
                (one.key, one.name) for one in step.waits
            )
            assert sorted(one.due_at for one in timers) == sorted(one.due for one in step.timers)
            assert action.engine.case_data(definition, case.snapshot) == walk.data


@pytest.fixture
def sources(services: Services, world: World) -> dict[str, SourceFile]:
    made = {
        f"p{n}": file(process(*content, id=f"p{n}"), name=f"p{n}.bpmn")
        for n, content in enumerate(DIAGRAMS.values())
    }
    with services.action(world.intan) as action:
        definitions.deploy(action, list(made.values()))
    return made


@FEW
@given(number=st.integers(0, len(DIAGRAMS) - 1), steps=STEPS)
def test_a_crash_between_any_two_statements_leaves_nothing_behind(
    services: Services,
    world: World,
    sources: dict[str, SourceFile],
    number: int,
    steps: list[tuple[str, int, int]],
) -> None:
    key = f"p{number}"
    stored = Stored(services, world, key, sources[key], {"ulang": False, "unit": [1, 2], "l": []})
    stored.compare()
    for what, which, crash_at in steps:
        if stored.walk.status != "running":
            break
        stored.do(what, which, crash_at)


@settings(FEW, max_examples=15)
@given(plan=PLANS, steps=STEPS, number=st.integers(1, 10**9))
def test_it_does_on_random_diagrams(
    services: Services, world: World, plan: Plan, steps: list[tuple[str, int, int]], number: int
) -> None:
    key = f"acak{number}"
    source = file(drawn(plan, id=key), name=f"{key}.bpmn")
    with services.action(world.intan) as action:
        definitions.deploy(action, [source])
    stored = Stored(services, world, key, source, DATA)
    stored.compare()
    for what, which, crash_at in steps:
        if stored.walk.status != "running":
            break
        stored.do(what, which, crash_at)
