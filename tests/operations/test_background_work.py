"""What the administrator sees of the background work, and what may be done about pieces that gave up; mail settings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from service.db.administration import Setting
from service.db.cases import CaseEvent, DueWork, Fact, Outbox
from service.db.queries import running
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.operations import administered, due, mail_route, repairs
from service.web.admin.running import health
from service.wiring import Services, wire
from tests.asking import Asking
from tests.operations.mail import Server, mail_server
from tests.world import World


def piece(
    services: Services, key: str, *, state: str = "pending", minutes_ago: int = 0, error: str = ""
) -> None:
    with services.action() as action:
        action.session.add(
            DueWork(
                key=key,
                kind="scan",
                due_at=action.now - timedelta(minutes=minutes_ago),
                state=state,
                attempts=5 if state == "dead" else 0,
                error=error or None,
            )
        )


def notice(services: Services, state: str = "dead") -> str:
    with services.action() as action:
        row = Outbox(
            id=new_id(),
            key=f"uji:{new_id()}",
            kind="task_opened",
            payload={"task": str(new_id())},
            created_at=action.now,
            next_at=action.now,
            attempts=8,
            state=state,
            error="451 later",
        )
        action.session.add(row)
        return str(row.id)


def state(services: Services) -> running.State:
    with services.reading() as action:
        return running.state(action.session, action.now)


def tone(services: Services, stopped: bool = False) -> str:
    return health(state(services), stopped).tone


def test_what_waits_is_late_or_dead_is_counted_by_kind(services: Services, asking: Asking) -> None:
    with services.action() as action:
        action.session.execute(update(DueWork).values(state="done"))
    piece(services, "nanti", minutes_ago=-60)
    piece(services, "telat", minutes_ago=10)
    piece(services, "mati", state="dead", error="ValueError: rusak")
    found = state(services)
    assert [(kind.kind, kind.waiting, kind.late, kind.dead) for kind in found.kinds] == [("scan", 2, 1, 1)]
    assert [(row.key, row.error) for row in found.dead] == [("mati", "ValueError: rusak")]
    assert found.database.startswith(("SQLite 3", "PostgreSQL 1"))
    assert found.size > 10_000


def test_health_says_the_worst_thing_first(services: Services, asking: Asking) -> None:
    page = asking.as_person("joko").get("/admin?lang=en").text
    assert "stands still" in page, "nobody has ticked yet"
    with services.action() as action:
        action.session.merge(Fact(name="last_tick", value=datetime.now(UTC).isoformat()))
    assert "All is well" in asking.as_person("joko").get("/admin?lang=en").text
    piece(services, "telat", minutes_ago=10)
    assert tone(services) == "warn"
    piece(services, "mati", state="dead")
    assert tone(services) == "bad"
    with services.action() as action:
        old = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
        action.session.merge(Fact(name="last_tick", value=old))
    assert "stands still" in asking.as_person("joko").get("/admin?lang=en").text


def test_a_dead_piece_is_tried_again_or_given_up_with_a_reason(services: Services, asking: Asking) -> None:
    joko = asking.as_person("joko")
    piece(services, "satu", state="dead", error="rusak")
    piece(services, "dua", state="dead", error="rusak")
    joko.post("/admin/work", {"key": "satu", "do": "retry", "reason": " "})
    assert len(state(services).dead) == 2, "a reason is needed"
    joko.post("/admin/work", {"key": "satu", "do": "retry", "reason": "diperbaiki"})
    joko.post("/admin/work", {"key": "dua", "do": "discard", "reason": "tak perlu"})
    assert state(services).dead == ()
    due.run(services)
    with services.reading() as action:
        assert action.session.get_one(DueWork, "satu").state == "done"
        events = action.session.scalars(
            select(CaseEvent)
            .where(CaseEvent.kind.in_(("work_retried", "work_discarded")))
            .order_by(CaseEvent.id)
        ).all()
    assert [(event.kind, event.actor_name, event.data["reason"]) for event in events] == [
        ("work_retried", "Joko", "diperbaiki"),
        ("work_discarded", "Joko", "tak perlu"),
    ]


def test_a_dead_notice_is_tried_again_or_given_up(services: Services, asking: Asking) -> None:
    joko = asking.as_person("joko")
    again, gone = notice(services), notice(services)
    assert "451 later" in joko.get("/admin").text
    joko.post("/admin/notices", {"key": again, "do": "retry", "reason": "server hidup lagi"})
    joko.post("/admin/notices", {"key": gone, "do": "discard", "reason": "lewat"})
    joko.post("/admin/notices", {"key": "bukan-id", "do": "retry", "reason": "x"})
    with services.reading() as action:
        rows = {str(row.id): row for row in action.session.scalars(select(Outbox))}
    assert (rows[again].state, rows[again].attempts) == ("pending", 0)
    assert (rows[gone].state, rows[gone].sent_at) == ("sent", None)


def test_only_what_is_dead_and_only_by_administrators(services: Services, world: World) -> None:
    piece(services, "hidup")
    piece(services, "mati", state="dead")
    with pytest.raises(Conflict), services.action(world.joko) as action:
        repairs.retry_work(action, "hidup", "x")
    with pytest.raises(NotFound), services.action(world.joko) as action:
        repairs.retry_work(action, "antah", "x")
    with pytest.raises(NotAllowed), services.action(world.hadi) as action:
        repairs.retry_work(action, "mati", "x")


# -- mail


@pytest.fixture
def server() -> Iterator[Server]:
    with mail_server() as answering:
        yield answering


def form(server: Server, **changes: str) -> dict[str, str]:
    host, port = server.url.removeprefix("smtp://").split(":")
    return {
        "host": host,
        "port": port,
        "security": "none",
        "user": "",
        "password": "",
        "sender": "mutasi@kota.test",
        **changes,
    }


def test_mail_is_set_on_a_page_and_tested_with_the_servers_own_words(
    services: Services, asking: Asking, server: Server
) -> None:
    joko = asking.as_person("joko")
    joko.post("/admin/mail/test")
    assert server.letters == []
    assert joko.post("/admin/mail", form(server)).status_code == 303
    answer = joko.post("/admin/mail/test")
    assert "250 ok" in answer.text
    assert [(letter["To"], letter["From"]) for letter in server.letters] == [
        ("joko@contoh.test", "mutasi@kota.test")
    ]
    server.refusals = 1
    assert "421 busy" in joko.post("/admin/mail/test").text
    joko.post("/admin/mail", form(server, port="9"))
    assert "ConnectionRefusedError" in joko.post("/admin/mail/test").text
    with services.reading() as action:
        tests = action.session.scalars(
            select(CaseEvent).where(CaseEvent.kind == "mail_tested").order_by(CaseEvent.id)
        ).all()
    assert [event.data["sent"] for event in tests] == [True, False, False]
    joko.post("/admin/mail/forget")
    assert services.mail_route() is None


def test_the_password_is_sealed_kept_and_never_shown(
    services: Services, asking: Asking, server: Server
) -> None:
    joko = asking.as_person("joko")
    secret = "sandi surel rahasia"
    given = form(server, user="mutasi", security="starttls", password=secret)
    joko.post("/admin/mail", given)
    joko.post("/admin/mail", given | {"password": "", "sender": "lain@kota.test"})
    route = services.mail_route()
    assert route is not None
    assert (route.sender, route.plain_password(services.settings)) == ("lain@kota.test", secret)
    assert secret not in joko.get("/admin/mail").text
    with services.reading() as action:
        assert secret not in str(action.session.get_one(Setting, "mail").value)
        events = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "mail_settings_changed"))
        assert all(secret not in str(event.data) for event in events)
    joko.post("/admin/mail", given | {"password": "", "host": "mail.penyerang.test"})
    route = services.mail_route()
    assert route is not None
    assert route.plain_password(services.settings) == "", "a password is not handed to another server"


@pytest.mark.parametrize(
    "changes",
    [
        {"host": ""},
        {"host": "a b"},
        {"port": "x"},
        {"port": "0"},
        {"port": "70000"},
        {"sender": "bukan alamat"},
        {"security": "apa saja"},
        {"user": "mutasi", "password": "x"},
    ],
)
def test_mail_settings_that_cannot_be_used_say_where(
    services: Services, asking: Asking, server: Server, changes: dict[str, str]
) -> None:
    answer = asking.as_person("joko").post("/admin/mail", form(server, **changes))
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert services.mail_route() is None


def test_all_processes_send_by_the_new_server_at_once(
    services: Services, world: World, server: Server
) -> None:
    other = wire(services.settings)
    assert other.mail_route() is None
    with services.action(world.joko) as action:
        mail_route.save(action, form(server))
        administered.touch(action.session)
    route = other.mail_route()
    assert route is not None
    assert route.sender == "mutasi@kota.test"
    with pytest.raises(NotAllowed), services.action(world.ani) as action:
        mail_route.save(action, form(server))
    with pytest.raises(Invalid), services.action(world.joko) as action:
        mail_route.save(action, form(server, host="/"))
    other.sessions.kw["bind"].dispose()
