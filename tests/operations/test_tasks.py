"""Claiming, releasing and completing, alone and against each other."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import event, func, select

from service.db.cases import Case, CaseEvent, Task
from service.db.queries import cases as case_queries
from service.db.queries import tasks as queries
from service.domain.access import Actor
from service.domain.errors import Conflict, NotAllowed, NotFound, Stale
from service.operations import cases, definitions, tasks
from service.wiring import Services
from tests.operations.diagrams import branches
from tests.world import GITA_NIP, World


@pytest.fixture
def deployed(services: Services, world: World) -> World:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    return world


def start(services: Services, actor: Actor) -> uuid.UUID:
    with services.action(actor) as action:
        return cases.start(action, "cabang", subject=GITA_NIP).id


def open_task(services: Services, case_id: uuid.UUID, element: str) -> Task:
    with services.reading() as action:
        return action.session.scalars(
            select(Task).where(Task.case_id == case_id, Task.element == element, Task.state == "open")
        ).one()


def complete(
    services: Services, actor: Actor, task_id: uuid.UUID, answers: dict[str, Any] | None = None
) -> None:
    with services.action(actor) as action:
        tasks.complete(action, task_id, answers or {})


def together(*works: Callable[[], Any]) -> list[Exception | None]:
    """Run at the same moment in threads; what each raised."""
    barrier = threading.Barrier(len(works))
    outcomes: list[Exception | None] = [None] * len(works)

    def run(number: int) -> None:
        barrier.wait()
        try:
            works[number]()
        except Exception as error:  # A thread must not lose what it raised, whatever it is.
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


def test_completing_opens_what_comes_next_for_whom_the_diagram_names(
    services: Services, deployed: World
) -> None:
    case_id = start(services, deployed.ani)
    first = open_task(services, case_id, "periksa")
    assert (first.role, first.due_at is not None) == ("analis_sdm", True)
    complete(services, deployed.ani, first.id)
    with services.reading(deployed.budi) as action:
        mine = queries.inbox(action.session, deployed.budi).items
        theirs = queries.inbox(action.session, deployed.bowo).items
    assert [row.element for row in mine] == ["kiri"]
    assert [row.element for row in theirs] == ["kanan"]


def test_a_claimed_task_is_completed_by_nobody_else(services: Services, deployed: World) -> None:
    task = open_task(services, start(services, deployed.ani), "periksa")
    with services.action(deployed.ani) as action:
        tasks.claim(action, task.id)
    with pytest.raises(Conflict) as refused, services.action(deployed.lina) as action:
        tasks.complete(action, task.id, {})
    assert refused.value.by == "Ani"
    with services.action(deployed.ani) as action:
        tasks.release(action, task.id)
    complete(services, deployed.lina, task.id)


def test_the_second_learns_who_was_first_and_when(services: Services, deployed: World) -> None:
    task = open_task(services, start(services, deployed.ani), "periksa")
    complete(services, deployed.ani, task.id)
    with pytest.raises(Conflict) as refused, services.action(deployed.lina) as action:
        tasks.complete(action, task.id, {})
    assert refused.value.by == "Ani"
    assert refused.value.at is not None


def test_strangers_do_not_learn_that_a_task_exists(services: Services, deployed: World) -> None:
    task = open_task(services, start(services, deployed.ani), "periksa")
    for stranger in (deployed.gita, deployed.joko, deployed.budi):
        with pytest.raises(NotFound), services.action(stranger) as action:
            tasks.complete(action, task.id, {})
    with pytest.raises(NotAllowed), services.action(deployed.hadi) as action:
        tasks.complete(action, task.id, {})
    with pytest.raises(NotFound), services.action(deployed.ani) as action:
        tasks.complete(action, uuid.uuid4(), {})


def test_a_stale_version_is_refused(services: Services, deployed: World) -> None:
    task = open_task(services, start(services, deployed.ani), "periksa")
    with services.action(deployed.ani) as action:
        tasks.claim(action, task.id)
    with pytest.raises(Stale), services.action(deployed.ani) as action:
        tasks.complete(action, task.id, {}, expected_version=task.version)


def test_of_two_at_once_one_wins_and_nothing_is_half_written(services: Services, deployed: World) -> None:
    for _ in range(50):
        case_id = start(services, deployed.ani)
        task = open_task(services, case_id, "periksa")
        outcomes = together(
            partial(complete, services, deployed.ani, task.id),
            partial(complete, services, deployed.lina, task.id),
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "NoneType"]
        with services.reading() as action:
            done = action.session.scalar(
                select(func.count()).where(CaseEvent.case_id == case_id, CaseEvent.kind == "task_completed")
            )
            opened = action.session.scalar(
                select(func.count()).where(Task.case_id == case_id, Task.state == "open")
            )
        assert (done, opened) == (1, 2)


def test_parallel_tasks_at_once_are_both_kept_and_join_once(services: Services, deployed: World) -> None:
    for _ in range(50):
        case_id = start(services, deployed.ani)
        complete(services, deployed.ani, open_task(services, case_id, "periksa").id)
        left, right = (open_task(services, case_id, element).id for element in ("kiri", "kanan"))
        outcomes = together(
            partial(complete, services, deployed.budi, left, {"kiri": 1}),
            partial(complete, services, deployed.bowo, right, {"kanan": 2}),
        )
        assert outcomes == [None, None]
        with services.reading() as action:
            case = action.session.get_one(Case, case_id)
            data = cases.data(action, case)
            passed = case_queries.walked(action.session, case_id)["cabang"]
        assert (data["kiri"], data["kanan"], case.wake_at is not None) == (1, 2, True)
        assert passed["gabung"] == 1


@pytest.mark.parametrize("element", ["periksa", "kiri", "kanan"])
def test_a_completion_takes_few_statements_and_one_commit(
    services: Services, deployed: World, element: str
) -> None:
    """Also the one that withdraws a reminder and opens two tasks, and the one that sets a timer."""
    case_id = start(services, deployed.ani)
    workers = {"periksa": deployed.ani, "kiri": deployed.budi, "kanan": deployed.bowo}
    for earlier in list(workers)[: list(workers).index(element)]:
        complete(services, workers[earlier], open_task(services, case_id, earlier).id)
    task = open_task(services, case_id, element)
    statements: list[str] = []
    commits: list[int] = []
    engine = services.sessions.kw["bind"]

    def count(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        statements.append(statement)

    def committed(connection: Any) -> None:
        commits.append(1)

    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", committed)
    try:
        complete(services, workers[element], task.id)
    finally:
        event.remove(engine, "before_cursor_execute", count)
        event.remove(engine, "commit", committed)
    assert len(commits) == 1
    sent = [statement for statement in statements if not statement.startswith("BEGIN")]
    assert len(sent) <= 12, "\n".join(sent)


def test_a_task_for_one_person_is_nobody_elses(services: Services, deployed: World) -> None:
    other = services.roles["pegawai"]
    stranger = Actor(uuid.uuid4(), "Orang lain", "199001012015012999", {other.id: frozenset()})
    case_id = start(services, deployed.ani)
    complete(services, deployed.ani, open_task(services, case_id, "periksa").id)
    with services.reading() as action:
        assert queries.inbox(action.session, stranger).items == ()
        with pytest.raises(NotFound):
            case_queries.get(action.session, stranger, case_id)
