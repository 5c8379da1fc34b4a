"""The inbox narrows by every field, over all versions, tells nobody what they may not know, and says what is new."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from service.db.cases import Case
from service.db.queries import inbox as queries
from service.db.queries import searching
from service.db.queries import tasks as task_queries
from service.db.queries.task_filters import TaskFilter, account_named
from service.domain.errors import Invalid
from service.operations import cases, definitions, holding, sample_clock, tasks
from service.wiring import Services
from tests.clocks import mark_sample
from tests.operations import city
from tests.operations.diagrams import branches, limited
from tests.operations.test_tasks import open_task, start
from tests.world import World


@pytest.fixture
def deployed(services: Services, world: World) -> World:
    with services.action(world.intan) as action:
        city.build(action.session)
        definitions.deploy(action, [branches(), limited()])
    return world


def listed(services: Services, actor: Any, scope: Any = "all", **wanted: Any) -> set[uuid.UUID]:
    with services.reading(actor) as action:
        found = task_queries.inbox(action.session, actor, scope=scope, wanted=TaskFilter(**wanted))
        counted = task_queries.count(
            action.session, actor, scope=scope, state="open", wanted=TaskFilter(**wanted), most=1000
        )
        assert counted == len(found.items)
        return {row.id for row in found.items}


def about(services: Services, case_id: uuid.UUID, **values: Any) -> None:
    with services.action() as action:
        action.session.execute(update(Case).where(Case.id == case_id).values(**values))


def test_every_field_narrows(services: Services, deployed: World) -> None:
    old, other = start(services, deployed.ani), start(services, deployed.ani)
    task, another = (open_task(services, case_id, "periksa") for case_id in (old, other))
    about(
        services,
        old,
        subject_nip=city.GITA,
        origin_unit="U2",
        target_unit="U1",
        rule_tone="warn",
        rule_count=2,
        stage="Awal",
    )
    with services.action(deployed.intan) as action:
        definitions.deploy(action, [branches("Nama baru")])
    newer = open_task(services, start(services, deployed.ani), "periksa")
    with services.action(deployed.lina) as action:
        tasks.claim(action, another.id)
        now = action.now
    both = {task.id, another.id, newer.id}
    ani = deployed.ani
    for wanted, expected in (
        ({"definition": "cabang"}, both),
        ({"definition": "batas"}, set()),
        ({"kind": "periksa"}, both),
        ({"kind": "kiri"}, set()),
        ({"stage": "Awal"}, {task.id}),
        ({"origin": "U2"}, {task.id}),
        ({"target": "U1"}, {task.id}),
        ({"person": "git"}, {task.id}),
        ({"person": city.GITA}, {task.id}),
        ({"tone": "warn"}, {task.id}),
        ({"tone": "bad"}, set()),
        ({"search": "Gita"}, {task.id}),
        ({"search": "periks"}, both),
        ({"role": "analis_sdm"}, both),
        ({"assignee": deployed.lina.id}, {another.id}),
        ({"nobody": True}, {task.id, newer.id}),
        ({"due_before": now}, set()),
        ({"due_from": now, "due_before": now + timedelta(days=30)}, both),
        ({"no_deadline": True}, set()),
        ({"opened_before": now - timedelta(days=3)}, set()),
        ({"opened_before": now + timedelta(days=3)}, both),
        ({"stage": "Awal", "nobody": True, "tone": "warn"}, {task.id}),
    ):
        assert listed(services, ani, **wanted) == expected, wanted
    with services.reading(ani) as action:
        assert account_named(action.session, "lina") == deployed.lina.id
        assert account_named(action.session, "siapa") == uuid.UUID(int=0)
        (row,) = task_queries.inbox(action.session, ani, wanted=TaskFilter(tone="warn")).items
        assert (row.rule_tone, row.rule_count) == ("warn", 2)
        with pytest.raises(Invalid):
            task_queries.inbox(action.session, ani, wanted=TaskFilter(tone="x"))


def test_a_search_finds_by_number_title_and_person_open_and_done(
    services: Services, deployed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id, other = start(services, deployed.ani), start(services, deployed.ani)
    about(services, case_id, number="MUT-2026-004711", title="Mutasi ke Perawat", subject_nip=city.GITA)
    task = open_task(services, case_id, "periksa")
    open_task(services, other, "periksa")
    texts = ("4711", "mut-2026-0047", "perawat", "gita", city.GITA)
    for few in (100, 0):  # looked up by index, and by reading along where many fit
        monkeypatch.setattr(searching, "FEW", few)
        for text in texts:
            assert listed(services, deployed.ani, search=text) == {task.id}, (few, text)
        assert listed(services, deployed.ani, search="tiada") == set()
    with services.action(deployed.ani) as action:
        tasks.complete(action, task.id, {})
    for few in (100, 0):
        monkeypatch.setattr(searching, "FEW", few)
        for text in texts:
            with services.reading(deployed.ani) as action:
                wanted = TaskFilter(search=text)
                done = task_queries.inbox(action.session, deployed.ani, state="completed", wanted=wanted)
                assert {row.id for row in done.items} == {task.id}, (few, text)


def test_cards_know_since_when_the_case_is_in_its_stage(services: Services, deployed: World) -> None:
    case_id = start(services, deployed.ani)
    task = open_task(services, case_id, "periksa")
    mark_sample(services)

    def since() -> datetime | None:
        with services.reading() as action:
            (row, *_) = task_queries.of_case(action.session, deployed.ani, case_id)
            return row.stage_since

    assert since() == task.opened_at
    sample_clock.advance(services, timedelta(days=3))
    with services.action(deployed.lina) as action:
        tasks.claim(action, task.id)
    assert since() == task.opened_at
    with services.action(deployed.lina) as action:
        tasks.complete(action, task.id, {})
    assert (since() or task.opened_at) - task.opened_at >= timedelta(days=3)


def test_filters_tell_nobody_who_it_is(services: Services, deployed: World) -> None:
    """Hadi sees the case, and must not find out by filtering whom it is about, from where, or what the rules say."""
    case_id = start(services, deployed.ani)
    about(services, case_id, subject_nip=city.GITA, origin_unit="U2", target_unit="U1", rule_tone="bad")
    with services.reading(deployed.hadi) as action:
        (row,) = task_queries.inbox(action.session, deployed.hadi, scope="all").items
        choices = queries.choices(action.session, deployed.hadi, "all")
    if not row.names_hidden:
        pytest.fail("names are expected to be secret here")
    assert (row.rule_tone, row.origin_unit) == (None, None)
    assert choices.origins == ()
    assert choices.targets == (("U1", "Puskesmas Plaju"),)
    for wanted in ({"person": "Gita"}, {"origin": "U2"}, {"tone": "bad"}, {"person": city.GITA}):
        assert listed(services, deployed.hadi, **wanted) == set(), wanted
    assert listed(services, deployed.hadi, target="U1") == {row.id}


def test_the_choices_are_what_occurs(services: Services, deployed: World) -> None:
    start(services, deployed.ani)
    with services.action(deployed.ani) as action:
        cases.start(action, "batas")
    with services.reading(deployed.ani) as action:
        found = queries.choices(action.session, deployed.ani, "offered")
        nothing = queries.choices(action.session, deployed.dewi, "offered")
    assert [kind.element for kind in found.kinds] == ["kerja", "periksa"]
    assert nothing == queries.Choices()


def test_news_are_tasks_that_came_since_and_were_not_shown(services: Services, deployed: World) -> None:
    first = open_task(services, start(services, deployed.ani), "periksa")
    with services.reading(deployed.ani) as action:
        since = action.now
    second = open_task(services, start(services, deployed.ani), "periksa")

    def news(who: str, known: set[uuid.UUID], **wanted: Any) -> int:
        actor = getattr(deployed, who)
        with services.reading(actor) as action:
            return queries.news(action.session, actor, "offered", TaskFilter(**wanted), since, known)

    assert news("ani", {first.id}) == 1
    assert news("ani", {first.id, second.id}) == 0
    assert news("ani", {first.id}, kind="kiri") == 0
    assert news("budi", set()) == 0
    with services.action(deployed.lina) as action:
        tasks.complete(action, second.id, {})
    assert news("ani", {first.id}) == 0
    assert news("budi", set()) == 1


def test_what_became_of_a_task(services: Services, deployed: World, with_settings: Any) -> None:
    done, taken, held = (open_task(services, start(services, deployed.ani), "periksa") for _ in range(3))
    with services.action(deployed.lina) as action:
        tasks.complete(action, done.id, {})
        tasks.claim(action, taken.id)
    with with_settings(undo_seconds=10).action(deployed.lina) as action:
        holding.decide(action, held.id, {})
    with services.reading(deployed.ani) as action:
        found = {row.id: row for row in queries.present(action.session, [done.id, taken.id, held.id])}
        offered = {row.id for row in task_queries.inbox(action.session, deployed.ani).items}
    assert (found[done.id].state, found[done.id].closed_by) == ("completed", "Lina")
    assert (found[taken.id].state, found[taken.id].assignee, found[taken.id].deciding) == (
        "open",
        "Lina",
        False,
    )
    assert found[held.id].deciding
    assert held.id not in offered
