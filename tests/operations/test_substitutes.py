"""Absence: who stands in for whom, what that lends, and what it can never get round."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from service.db.accounts import Account
from service.db.cases import CaseEvent, Task
from service.db.queries import case_list
from service.db.queries import cases as case_queries
from service.db.queries import substitutions as queries
from service.db.queries import tasks as task_queries
from service.db.queries.case_list import CaseFilter
from service.db.substitutions import Substitution
from service.domain.access import Actor
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.engine.steps import SourceFile
from service.operations import cases, definitions, due, holding, substitutes, tasks
from service.operations.acting import actor_for
from service.wiring import Services
from tests.clocks import put_ahead
from tests.operations.diagrams import HEAD, branches
from tests.operations.test_four_eyes import TWO
from tests.operations.test_tasks import complete, open_task, start
from tests.world import GITA_NIP, World


def today(services: Services) -> date:
    with services.reading() as action:
        return action.calendar.local_date(action.now)


def lend(
    services: Services,
    absent: Actor,
    substitute: Actor,
    *,
    by: Actor | None = None,
    first: int = 0,
    last: int = 6,
    **more: object,
) -> uuid.UUID:
    """`absent` is stood in for from the `first` day from today to the `last`."""
    day = today(services)
    with services.action(by or absent) as action:
        made = substitutes.appoint(
            action,
            absent.name.lower(),
            substitute.name.lower(),
            day + timedelta(days=first),
            day + timedelta(days=last),
            **more,  # type: ignore[arg-type]
        )
        return made.id


def acting(services: Services, who: Actor, substitution: uuid.UUID) -> Actor:
    """The substitute as the server sees it now; NotAllowed when he may not act."""
    with services.reading() as action:
        account = action.session.get_one(Account, who.id)
        found = actor_for(action, account, substitution, action.now)
    if found is None:
        raise NotAllowed("not now")
    return found


def begin(services: Services, who: Actor, definition: str) -> uuid.UUID:
    with services.action(who) as action:
        return cases.start(action, definition).id


@pytest.fixture
def running(services: Services, world: World) -> uuid.UUID:
    """A case whose first task is offered to HR analysts."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    return start(services, world.ani)


def test_a_substitute_sees_and_does_what_waits_and_both_names_stay_in_the_log(
    services: Services, world: World, running: uuid.UUID
) -> None:
    task = open_task(services, running, "periksa")
    budi = acting(services, world.budi, lend(services, world.ani, world.budi))
    with services.reading(budi) as action:
        assert [row.id for row in task_queries.inbox(action.session, budi).items] == [task.id]
        assert task_queries.count_open(action.session, budi) == 1
    complete(services, budi, task.id)
    with services.reading() as action:
        event = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "task_completed")).one()
        done = action.session.get_one(Task, task.id)
        assert (event.actor_name, event.acting_for_name) == ("Budi", "Ani")
        assert (event.actor_id, event.acting_for_id) == (world.budi.id, world.ani.id)
        assert (done.closed_by, done.closed_for) == (world.budi.id, world.ani.id)
        shown = case_queries.events(action.session, world.ani, running).items
        assert ("Budi", "Ani") in {(row.actor, row.acting_for) for row in shown}


def test_what_was_done_for_somebody_is_hers_and_not_the_substitutes(
    services: Services, world: World, running: uuid.UUID
) -> None:
    task = open_task(services, running, "periksa")
    complete(services, acting(services, world.joko, lend(services, world.ani, world.joko)), task.id)
    with services.reading() as action:
        mine, his = (
            task_queries.inbox(action.session, actor, state="completed").items
            for actor in (world.ani, world.joko)
        )
        assert [(row.id, row.closed_by, row.closed_for) for row in mine] == [(task.id, "Joko", "Ani")]
        assert his == ()
        with pytest.raises(NotFound):
            case_queries.get(action.session, world.joko, running)


def test_a_task_taken_for_somebody_is_held_by_her(
    services: Services, world: World, running: uuid.UUID
) -> None:
    task = open_task(services, running, "periksa")
    made = lend(services, world.ani, world.budi)
    with services.action(acting(services, world.budi, made)) as action:
        tasks.claim(action, task.id)
    assert open_task(services, running, "periksa").assignee_id == world.ani.id
    with services.action(world.ani) as action:
        substitutes.end(action, made, "Sudah masuk")
    with pytest.raises(NotFound), services.action(world.budi) as action:
        tasks.claim(action, task.id)
    complete(services, world.ani, task.id)


def test_whole_days_in_the_absent_persons_zone(services: Services, world: World) -> None:
    with services.action() as action:
        action.session.get_one(Account, world.ani.id).timezone = "Asia/Jayapura"
    with services.action(world.ani) as action:
        tomorrow = action.now.astimezone(ZoneInfo("Asia/Jayapura")).date() + timedelta(days=1)
        made = substitutes.appoint(action, "ani", "budi", tomorrow, tomorrow + timedelta(days=1)).id
    with services.reading() as action:
        row = action.session.get_one(Substitution, made)
        assert row.ends_at - row.starts_at == timedelta(days=2)
        assert (row.starts_at.hour, row.starts_at.minute) == (15, 0)  # midnight in Jayapura is UTC+9
    with pytest.raises(NotAllowed):
        acting(services, world.budi, made)
    put_ahead(services, days=1)
    acting(services, world.budi, made)
    put_ahead(services, days=4)
    with pytest.raises(NotAllowed):
        acting(services, world.budi, made)


def test_only_the_processes_named(services: Services, world: World, running: uuid.UUID) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("dua_mata.bpmn", TWO.encode())])
    other = begin(services, world.ani, "dua_mata")
    budi = acting(services, world.budi, lend(services, world.ani, world.budi, processes=["dua_mata"]))
    with services.reading() as action:
        listed = task_queries.inbox(action.session, budi).items
        assert {row.case_id for row in listed} == {other}
        assert {row.id for row in case_list.page(action.session, budi, CaseFilter()).items} == {other}
        with pytest.raises(NotFound):
            case_queries.get(action.session, budi, running)
    with pytest.raises(NotFound):
        complete(services, budi, open_task(services, running, "periksa").id)
    with pytest.raises(NotAllowed), services.action(budi) as action:
        cases.start(action, "cabang")
    complete(services, budi, open_task(services, other, "susun").id)


def test_never_administrative_rights(services: Services, world: World) -> None:
    budi = acting(services, world.budi, lend(services, world.joko, world.budi))
    assert world.joko.may("account.manage")
    assert budi.permissions == frozenset({"message.send"})
    intan = acting(services, world.budi, lend(services, world.intan, world.budi))
    assert not intan.may("definition.deploy")
    ani = acting(services, world.budi, lend(services, world.ani, world.budi))
    assert ani.may("case.start")


@pytest.mark.parametrize("who", ["absent", "substitute"])
@pytest.mark.parametrize("way", ["claim", "complete"])
def test_four_eyes_cannot_be_got_round_by_acting_for_somebody(
    who: str, way: str, services: Services, world: World
) -> None:
    """Neither the one who prepared it by acting for the approver, nor anybody for the one who prepared it."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("dua_mata.bpmn", TWO.encode())])
    case = begin(services, world.ani, "dua_mata")
    if (
        who == "absent"
    ):  # Citra's draft, made by Ani in her place; then she, or another for her, would approve it
        with services.action() as action:
            citra = action.session.get_one(Account, world.citra.id)
            citra.grants.append(type(citra.grants[0])(id=uuid.uuid4(), role="analis_sdm", unit_id=None))
        ani = acting(services, world.ani, lend(services, world.citra, world.ani, last=0))
        complete(services, ani, open_task(services, case, "susun").id)
        with services.action(world.citra) as action:
            row = queries.standing_in(action.session, world.ani.id, action.now)[0]
            substitutes.end(action, row.id)
        approvers = [acting(services, world.budi, lend(services, world.citra, world.budi)), world.citra]
    else:  # Ani's own draft; then Ani would approve it for Citra
        complete(services, world.ani, open_task(services, case, "susun").id)
        approvers = [acting(services, world.ani, lend(services, world.citra, world.ani))]
    waiting = open_task(services, case, "setujui")
    for approver in approvers:
        with pytest.raises(NotAllowed, match="You completed “Susun”"), services.action(approver) as action:
            getattr(tasks, way)(action, waiting.id, *(({},) if way == "complete" else ()))


def test_nobody_decides_about_himself_in_somebody_elses_place(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    with services.action(world.ani) as action:
        case = cases.start(action, "cabang", subject=GITA_NIP).id
    task = open_task(services, case, "periksa")
    gita = acting(services, world.gita, lend(services, world.lina, world.gita))
    with services.reading() as action:
        assert task_queries.inbox(action.session, gita).items == ()
        assert task_queries.count_open(action.session, gita) == 0
        for look in (case_queries.get, task_queries.get):
            with pytest.raises(NotFound):
                look(action.session, gita, case if look is case_queries.get else task.id)
    with pytest.raises(NotFound):
        complete(services, gita, task.id)


PERSONAL = (
    f'{HEAD}<process id="tanya" name="Tanya" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>'
    '<userTask id="jawab" name="Jawab" mutasi:role="pegawai" mutasi:person="= pegawai_nip"/>'
    '<sequenceFlow id="f0" sourceRef="s" targetRef="jawab"/>'
    '<sequenceFlow id="f1" sourceRef="jawab" targetRef="e"/></process></definitions>'
)


@pytest.mark.parametrize("personal", [True, False])
def test_what_is_asked_in_person_is_lent_only_by_the_person(
    personal: bool, services: Services, world: World
) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("tanya.bpmn", PERSONAL.encode())])
    with services.action(world.ani) as action:
        case = cases.start(action, "tanya", subject=GITA_NIP).id
    task = open_task(services, case, "jawab")
    with pytest.raises(NotAllowed, match="Only the absent person"):
        lend(services, world.gita, world.lina, by=world.joko, personal=True, reason="Sakit")
    lina = acting(services, world.lina, lend(services, world.gita, world.lina, personal=personal))
    if personal:
        complete(services, lina, task.id)
    else:
        with pytest.raises((NotAllowed, NotFound)):
            complete(services, lina, task.id)


def test_rings_are_refused_however_long(services: Services, world: World) -> None:
    lend(services, world.ani, world.budi, first=0, last=4)
    with pytest.raises(Invalid, match="ring"):
        lend(services, world.budi, world.ani, first=4, last=9)
    lend(services, world.budi, world.ani, first=5, last=9)  # on other days
    lend(services, world.citra, world.dewi)
    lend(services, world.dewi, world.eko)
    with pytest.raises(Invalid, match="ring"):
        lend(services, world.eko, world.citra)
    with pytest.raises(Invalid):
        lend(services, world.lina, world.lina)


def test_a_chain_is_one_step_only_and_warns(services: Services, world: World, running: uuid.UUID) -> None:
    """Who stands in for the substitute does not stand in for the absent person."""
    lend(services, world.ani, world.budi)
    made = lend(services, world.budi, world.joko)
    joko = acting(services, world.joko, made)
    with pytest.raises((NotAllowed, NotFound)):
        complete(services, joko, open_task(services, running, "periksa").id)
    with services.reading() as action:
        row = queries.of(action.session, world.ani.id)[0]
        assert substitutes.is_away(action, row.substitute_id, row.starts_at, row.ends_at)
        assert not substitutes.is_away(action, world.joko.id, row.starts_at, row.ends_at)


def test_one_substitute_at_a_time_for_a_process(services: Services, world: World, running: uuid.UUID) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("dua_mata.bpmn", TWO.encode())])
    lend(services, world.ani, world.budi, processes=["cabang"])
    with pytest.raises(Conflict) as refused:
        lend(services, world.ani, world.bowo, first=3, last=9)
    assert refused.value.by == "Budi"
    lend(services, world.ani, world.bowo, processes=["dua_mata"])
    lend(services, world.ani, world.bowo, first=7, last=9)


def test_days_that_make_no_sense(services: Services, world: World) -> None:
    for first, last, field in ((-1, 3, "starts_on"), (3, 2, "ends_on"), (0, 500, "ends_on")):
        with pytest.raises(Invalid) as refused:
            lend(services, world.ani, world.budi, first=first, last=last)
        assert field in refused.value.fields


def test_an_early_return_ends_it_at_once_and_it_stays_in_the_history(
    services: Services, world: World
) -> None:
    made = lend(services, world.ani, world.budi)
    acting(services, world.budi, made)
    with pytest.raises(NotFound), services.action(world.dewi) as action:
        substitutes.end(action, made)
    with services.action(world.ani) as action:
        substitutes.end(action, made, "Sembuh")
    with pytest.raises(NotAllowed):
        acting(services, world.budi, made)
    with pytest.raises(Conflict), services.action(world.ani) as action:
        substitutes.end(action, made)
    lend(services, world.ani, world.bowo)
    with services.reading() as action:
        rows = queries.of(action.session, world.ani.id)
        assert {(row.substitute, row.state(action.now), row.end_reason) for row in rows} == {
            ("Budi", "over", "Sembuh"),
            ("Bowo", "active", None),
        }
        kinds = action.session.scalars(
            select(CaseEvent.kind).where(CaseEvent.kind.like("substitution%")).order_by(CaseEvent.id)
        )
        assert list(kinds) == ["substitution_made", "substitution_ended", "substitution_made"]


def test_who_may_arrange_it_for_somebody_else(services: Services, world: World) -> None:
    lend(services, world.ani, world.lina, by=world.joko, reason="Sakit mendadak")
    with pytest.raises(Invalid) as refused:
        lend(services, world.dewi, world.lina, by=world.joko)
    assert "reason" in refused.value.fields
    with pytest.raises(NotAllowed, match="yourself"):
        lend(services, world.fitri, world.joko, by=world.joko, reason="Cuti")
    for somebody in (world.citra, world.hadi, world.bowo, world.gita):
        with pytest.raises(NotFound):
            lend(services, world.budi, world.lina, by=somebody, reason="Cuti")
    with services.action() as action:  # a colleague of the same unit, whose head Bowo is
        account = action.session.get_one(Account, world.lina.id)
        account.grants[0].unit_id = "unor-b"
    lend(services, world.lina, world.ani, by=world.bowo, first=7, last=9, reason="Cuti")


def test_acting_for_somebody_one_cannot_pass_it_on(services: Services, world: World) -> None:
    budi = acting(services, world.budi, lend(services, world.ani, world.budi))
    with pytest.raises(NotAllowed):
        lend(services, world.budi, world.bowo, by=budi)


def test_a_disabled_account_neither_lends_nor_acts(services: Services, world: World) -> None:
    made = lend(services, world.ani, world.budi)
    for somebody in (world.ani, world.budi):
        with services.action() as action:
            action.session.get_one(Account, somebody.id).active = False
        with pytest.raises(NotAllowed):
            acting(services, world.budi, made)
        with services.action() as action:
            action.session.get_one(Account, somebody.id).active = True
    acting(services, world.budi, made)


def test_a_held_decision_is_carried_out_for_her_even_when_she_is_back(
    services: Services, world: World, running: uuid.UUID
) -> None:
    slow = replace(services, settings=replace(services.settings, undo_seconds=10))
    task = open_task(slow, running, "periksa")
    made = lend(slow, world.ani, world.budi)
    budi = acting(slow, world.budi, made)
    with slow.action(budi) as action:
        holding.decide(action, task.id, {})
    with slow.action(world.budi) as action:  # himself again, he can still take it back
        holding.undo(action, task.id)
    with slow.action(budi) as action:
        holding.decide(action, task.id, {})
    with slow.action(world.ani) as action:
        substitutes.end(action, made)
    put_ahead(slow, seconds=11)
    due.run(slow)
    with slow.reading() as action:
        event = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "task_completed")).one()
        assert (event.actor_name, event.acting_for_name) == ("Budi", "Ani")
