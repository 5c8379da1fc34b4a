"""Mail leaves after the commit, to whom a task concerns, again when it failed, and says no names."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.engine import make_url

from service.db.accounts import Account
from service.db.cases import Outbox
from service.operations import clock, definitions, due, outbox, sample_clock
from service.wiring import Services, wire
from tests.operations.diagrams import branches
from tests.operations.mail import Server, said
from tests.operations.test_tasks import complete, open_task, start, together
from tests.world import World


def send(services: Services) -> int:
    """Tell what happened, wait until what is gathered leaves, and send it."""
    due.run(services)
    sample_clock.advance(services, timedelta(minutes=11))
    return outbox.send(services)


def later(services: Services) -> None:
    """What failed may be tried again."""
    with services.sessions.begin() as session:
        session.execute(update(Outbox).values(next_at=clock.now(session) - timedelta(seconds=1)))


def states(services: Services) -> list[str]:
    with services.reading() as action:
        return list(action.session.scalars(select(Outbox.state)))


def recipients(server: Server) -> list[str]:
    return sorted(str(letter["To"]) for letter in server.letters)


def test_a_new_task_is_told_to_those_it_is_offered_to(
    mailing: Services, world: World, server: Server
) -> None:
    case_id = start(mailing, world.ani)
    assert send(mailing) == 2
    assert recipients(server) == ["ani@contoh.test", "lina@contoh.test"]
    server.letters.clear()
    complete(mailing, world.ani, open_task(mailing, case_id, "periksa").id)
    send(mailing)
    assert recipients(server) == ["bowo@contoh.test", "budi@contoh.test"]
    assert send(mailing) == 0


def test_many_new_tasks_are_one_letter_with_the_most_urgent(
    mailing: Services, world: World, server: Server
) -> None:
    for _ in range(12):
        start(mailing, world.ani)
    assert send(mailing) == 2
    assert "12 tugas menunggu" in said(server.letters[0])
    assert said(server.letters[0]).count("/tasks/") == 10


def test_letters_name_the_case_and_nobody(mailing: Services, world: World, server: Server) -> None:
    case_id = start(mailing, world.ani)
    send(mailing)
    letter = server.letters[0]
    for text in (said(letter), said(letter, "html")):
        assert "MUT-" in text
        assert str(open_task(mailing, case_id, "periksa").id) in text
        assert "/account#notices" in text
        assert not any(
            name in f"{letter['Subject']} {text}" for name in ("Ani", "Gita", "199001012015012001")
        )
    assert "/account#notices" in letter["List-Unsubscribe"]


def test_a_letter_speaks_the_persons_language_and_zone(
    mailing: Services, world: World, server: Server
) -> None:
    with mailing.sessions.begin() as session:
        session.execute(
            update(Account).where(Account.username == "ani").values(locale="en", timezone="Asia/Jayapura")
        )
    start(mailing, world.ani)
    send(mailing)
    letters = {str(letter["To"]): letter for letter in server.letters}
    assert "1 tasks wait" in said(letters["ani@contoh.test"])
    assert "18.00 WIT" in said(letters["ani@contoh.test"])
    assert "16.00 WIB" in said(letters["lina@contoh.test"])


def test_a_failed_letter_is_sent_again_as_the_same_letter(
    mailing: Services, world: World, server: Server
) -> None:
    start(mailing, world.ani)
    send(mailing)
    first = {letter["Message-ID"] for letter in server.letters}
    with mailing.sessions.begin() as session:  # the answer of the server was lost
        session.execute(update(Outbox).values(state="pending"))
    later(mailing)
    outbox.send(mailing)
    assert len(server.letters) == 4
    assert {letter["Message-ID"] for letter in server.letters} == first


def test_a_server_that_is_down_delays_and_then_ends_it(
    mailing: Services, world: World, server: Server
) -> None:
    start(mailing, world.ani)
    server.refusals = 2
    assert send(mailing) == 0
    assert states(mailing) == ["pending", "pending"]
    assert outbox.send(mailing) == 0
    assert server.letters == []
    later(mailing)
    assert outbox.send(mailing) == 2
    start(mailing, world.ani)
    server.refusals = 100
    send(mailing)
    for _ in range(outbox.MAX_ATTEMPTS):
        later(mailing)
        outbox.send(mailing)
    assert sorted(states(mailing)) == ["dead", "dead", "sent", "sent"]


def test_several_senders_send_each_letter_once(mailing: Services, world: World, server: Server) -> None:
    for _ in range(4):
        start(mailing, world.ani)
        due.run(mailing)
        sample_clock.advance(mailing, timedelta(minutes=11))
    assert together(*[lambda: outbox.send(mailing)] * 4) == [None] * 4
    assert len(server.letters) == 8
    assert len({letter["Message-ID"] for letter in server.letters}) == 8


def test_a_sender_that_died_is_followed_by_another(mailing: Services, world: World, server: Server) -> None:
    start(mailing, world.ani)
    due.run(mailing)
    sample_clock.advance(mailing, timedelta(minutes=11))
    outbox._claim(mailing, ["mail"])
    assert outbox.send(mailing) == 0
    later(mailing)
    assert outbox.send(mailing) == 2


def test_a_missed_deadline_is_told_to_those_above(mailing: Services, world: World, server: Server) -> None:
    start(mailing, world.ani)
    sample_clock.advance(mailing, timedelta(days=30))
    outbox.send(mailing)
    overdue = [letter for letter in server.letters if "melewati tenggat" in letter["Subject"]]
    assert sorted(letter["To"] for letter in overdue) == [
        "ani@contoh.test",
        "hadi@contoh.test",
        "lina@contoh.test",
    ]


def test_a_finished_task_is_not_told(mailing: Services, world: World, server: Server) -> None:
    case_id = start(mailing, world.ani)
    due.run(mailing)
    complete(mailing, world.ani, open_task(mailing, case_id, "periksa").id)
    send(mailing)
    assert not any("Periksa" in said(letter) for letter in server.letters)


def test_without_a_mail_server_nothing_piles_up(services: Services, world: World) -> None:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    start(services, world.ani)
    due.run(services)
    with services.reading() as action:
        assert action.session.scalar(select(func.count()).select_from(Outbox)) == 0
    assert outbox.send(services) == 0


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_restored_backup_goes_on_and_sends_no_letter_twice(
    mailing: Services, world: World, server: Server, tmp_path: Path
) -> None:
    case_id = start(mailing, world.ani)
    send(mailing)
    source = make_url(mailing.settings.database_url).database
    with (
        closing(sqlite3.connect(str(source))) as live,
        closing(sqlite3.connect(tmp_path / "salinan.sqlite3")) as copy,
    ):
        live.backup(copy)  # while the service runs, as the guide for operators has it
    complete(mailing, world.ani, open_task(mailing, case_id, "periksa").id)
    restored = wire(replace(mailing.settings, database_url=f"sqlite:///{tmp_path / 'salinan.sqlite3'}"))
    sent = len(server.letters)
    assert send(restored) == 0
    complete(restored, world.ani, open_task(restored, case_id, "periksa").id)
    assert send(restored) == 2
    restored.sessions.kw["bind"].dispose()
    assert len(server.letters) == sent + 2
    assert len({letter["Message-ID"] for letter in server.letters}) == len(server.letters)
