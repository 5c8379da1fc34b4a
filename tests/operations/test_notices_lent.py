"""Who stands in for somebody absent is told what arrives for them, by his own wishes, and by whose place he is told."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.accounts import Account
from service.db.notices import Notice
from service.db.queries import notices as queries
from service.domain.access import Actor
from service.domain.notices import STAND_IN, STAND_IN_OVER
from service.engine.steps import SourceFile
from service.operations import (
    definitions,
    due,
    handing,
    notices,
    outbox,
    pushing,
    sample_clock,
    substitutes,
)
from service.wiring import Services
from tests.operations.mail import AT_ONCE, Server, said
from tests.operations.push import push_service
from tests.operations.test_four_eyes import TWO
from tests.operations.test_substitutes import lend
from tests.operations.test_tasks import open_task, start
from tests.world import GITA_NIP, World


def told(services: Services, who: Actor) -> list[tuple[str, str | None]]:
    """(kind, in whose place) of what somebody was told about work, oldest first."""
    with services.reading(who) as action:
        rows = queries.page(action.session, who).items
    return [(row.kind, row.acting_for) for row in reversed(rows) if row.stands_in is None]


def given(services: Services, world: World, to: Actor) -> uuid.UUID:
    """A new case whose first task the head of HR has given to somebody; answers the task."""
    task = open_task(services, start(services, world.lina), "periksa")
    with services.action(world.citra) as action:
        handing.assign(action, task.id, to.id)
    return task.id


def letters(services: Services, server: Server) -> list[str]:
    """`to: subject` of what leaves now, as sent."""
    server.letters.clear()
    outbox.send(services)
    return sorted(f"{letter['To']}: {letter['Subject']}" for letter in server.letters)


def test_a_substitute_is_told_what_the_absent_person_is_told_and_in_whose_place(
    mailing: Services, world: World, server: Server
) -> None:
    lend(mailing, world.ani, world.budi)
    letters(mailing, server)
    task_id = given(mailing, world, world.ani)
    with mailing.action(world.hadi) as action:
        assert notices.remind(action, task_id, "Gita menunggu") == 2
    assert told(mailing, world.ani) == [("assigned", None), ("reminder", None)]
    assert told(mailing, world.budi) == [("assigned", "Ani"), ("reminder", "Ani")]
    sent = letters(mailing, server)
    assert len([line for line in sent if line.startswith("budi@") and "Ani" not in line]) == 2
    texts = [said(letter) for letter in server.letters if letter["To"] == "budi@contoh.test"]
    assert all("bertindak untuk Ani" in text and f"/tasks/{task_id}" in text for text in texts)


def test_by_his_own_wishes(mailing: Services, world: World, server: Server) -> None:
    lend(mailing, world.ani, world.budi)
    letters(mailing, server)
    with mailing.action(world.budi) as action:
        notices.choose(action, AT_ONCE, {"assigned": ["app"]})
    given(mailing, world, world.ani)
    assert [line.split("@")[0] for line in letters(mailing, server) if "Tugas baru untuk Anda" in line] == [
        "ani"
    ]
    assert told(mailing, world.budi) == [("assigned", "Ani")]


@pytest.mark.parametrize(
    "days", [{"first": 2, "last": 6}, {"processes": ["dua_mata"]}], ids=["other days", "another process"]
)
def test_not_on_other_days_nor_of_other_processes(
    mailing: Services, world: World, days: dict[str, object]
) -> None:
    with mailing.action(world.intan) as action:
        definitions.deploy(action, [SourceFile("dua_mata.bpmn", TWO.encode())])
    lend(mailing, world.ani, world.budi, **days)  # type: ignore[arg-type]
    given(mailing, world, world.ani)
    assert told(mailing, world.budi) == []


def test_nothing_of_a_case_about_the_substitute_nor_what_is_asked_in_person_unless_lent(
    mailing: Services, world: World
) -> None:
    lend(mailing, world.ani, world.gita)
    lend(mailing, world.gita, world.budi)
    lend(mailing, world.lina, world.bowo, personal=True)
    task = open_task(mailing, start(mailing, world.ani), "periksa")
    with mailing.action() as action:
        found = action.session.get_one(type(task), task.id)
        found.person_nip = GITA_NIP
        action.session.flush()
        assert notices.assigned(action, found) == 1
        action.session.get_one(Account, world.lina.id).nip = found.person_nip = "198003032005011003"
        assert notices.assigned(action, found) == 2
    assert told(mailing, world.budi) == []
    assert told(mailing, world.bowo) == [("assigned", "Lina")]


def test_who_is_told_for_himself_is_not_told_again_for_another(mailing: Services, world: World) -> None:
    lend(mailing, world.ani, world.lina)
    task = open_task(mailing, start(mailing, world.citra), "periksa")
    with mailing.action() as action:
        everybody = notices.holders(action, action.session.get_one(type(task), task.id))
        notices.tell(action, "overdue", everybody, key="overdue:x", task=task)
    assert told(mailing, world.lina) == [("overdue", None)]


def test_new_work_of_a_role_is_one_letter_that_tells_whose_it_is(
    mailing: Services, world: World, server: Server
) -> None:
    lend(mailing, world.ani, world.budi)
    letters(mailing, server)
    for _ in range(2):
        start(mailing, world.citra)
    due.run(mailing)
    sample_clock.advance(mailing, timedelta(minutes=11))
    assert "budi@contoh.test: Mutasi: 2 tugas menunggu" in letters(mailing, server)
    (letter,) = [one for one in server.letters if one["To"] == "budi@contoh.test"]
    assert "2 tugas menunggu Ani, yang Anda gantikan" in said(letter)
    assert "2 tugas menunggu Ani, yang Anda gantikan" in said(letter, "html")
    assert told(mailing, world.budi) == []


def test_what_was_held_for_the_quiet_hours_does_not_leave_when_the_absence_is_over(
    mailing: Services, world: World, server: Server
) -> None:
    made = lend(mailing, world.ani, world.budi)
    with mailing.action(world.budi) as action:
        notices.choose(action, AT_ONCE | {"rhythm": "hourly"}, {"offered": []})
    given(mailing, world, world.ani)
    with mailing.action(world.ani) as action:
        substitutes.end(action, made)
        notices.choose(action, AT_ONCE, {STAND_IN_OVER: []})
    sample_clock.advance(mailing, timedelta(hours=2))
    assert not [line for line in letters(mailing, server) if "Tugas baru" in line and "budi@" in line]


def test_both_hear_of_a_substitution_and_its_end_except_who_arranged_it(
    mailing: Services, world: World, server: Server
) -> None:
    made = lend(mailing, world.ani, world.budi, by=world.joko, reason="Cuti sakit")
    assert letters(mailing, server) == [
        "ani@contoh.test: Penggantian ditetapkan",
        "budi@contoh.test: Penggantian ditetapkan",
    ]
    assert "Budi menggantikan Ani" in said(server.letters[0])
    with mailing.action(world.budi) as action:
        substitutes.end(action, made)
    assert letters(mailing, server) == ["ani@contoh.test: Penggantian diakhiri"]
    with mailing.reading() as action:
        kinds = list(action.session.scalars(select(Notice.kind).where(Notice.account_id == world.budi.id)))
    assert kinds == [STAND_IN]


def test_a_push_says_that_it_is_as_a_substitute_and_names_nobody(
    eager: Services, world: World, with_settings: Callable[..., Services]
) -> None:
    with push_service() as push:
        services = with_settings(push_hosts=f"http://{push.place}")
        lend(services, world.ani, world.budi)
        browser = push.browser("telepon")
        with services.action(world.budi) as action:
            pushing.subscribe(action, browser.endpoint, **browser.keys, device="Chrome, Android")
        given(services, world, world.ani)
        outbox.send(services)
        ((_, _, body),) = push.taken
        message = browser.read(body)
    assert message["title"] == "Sebagai pengganti: Tugas baru untuk Anda"
    assert "Ani" not in str(message)
