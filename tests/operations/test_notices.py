"""Who is told what, by which way and when: wishes, quiet hours, digests, pushes, and each notice once."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from service.db.accounts import Account
from service.db.cases import Case, CaseEvent, Outbox, Task
from service.db.notices import Notice, PushSubscription
from service.db.queries import notices as queries
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.notices import DEFAULTS, Wishes
from service.operations import (
    cases,
    clock,
    comments,
    due,
    mailing,
    notices,
    outbox,
    pushing,
    returning,
    sample_clock,
    tasks,
    telling,
)
from service.wiring import Services
from tests.operations.mail import AT_ONCE, Server, said
from tests.operations.push import Service, push_service
from tests.operations.test_tasks import complete, open_task, start
from tests.world import GITA_NIP, World


@pytest.fixture
def push() -> Iterator[Service]:
    with push_service() as running:
        yield running


@pytest.fixture
def telling_all(
    eager: Services, server: Server, push: Service, with_settings: Callable[..., Services]
) -> Services:
    """A mail server, a push service, and people who want to hear of everything at once."""
    return with_settings(
        mail_url=server.url, mail_from="mutasi@contoh.test", push_hosts=f"http://{push.place}"
    )


def told(services: Services, name: str) -> list[str]:
    """The kinds of what somebody was told, oldest first."""
    with services.reading() as action:
        query = select(Notice.kind).join(Account, Account.id == Notice.account_id)
        return list(action.session.scalars(query.where(Account.username == name).order_by(Notice.id)))


def taken(services: Services, world: World) -> tuple[uuid.UUID, Task]:
    """A case whose first task Ani has taken."""
    case_id = start(services, world.ani)
    task = open_task(services, case_id, "periksa")
    with services.action(world.ani) as action:
        tasks.claim(action, task.id)
    due.run(services)
    return case_id, task


# -- when something leaves


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("wishes", "kind", "now", "leaves"),
    [
        (Wishes(), "mention", "2026-11-23T10:00+07:00", "2026-11-23T10:00+07:00"),
        (Wishes(), "mention", "2026-11-23T21:00+07:00", "2026-11-24T06:00+07:00"),
        (Wishes(), "mention", "2026-11-24T05:00+07:00", "2026-11-24T06:00+07:00"),
        (Wishes(zone="Asia/Jayapura"), "mention", "2026-11-23T19:00+07:00", "2026-11-24T06:00+09:00"),
        (Wishes(zone="Asia/Jayapura"), "mention", "2026-11-24T04:30+07:00", "2026-11-24T04:30+07:00"),
        (
            Wishes(quiet_from=12 * 60, quiet_to=13 * 60),
            "mention",
            "2026-11-23T12:30+07:00",
            "2026-11-23T13:00+07:00",
        ),
        (Wishes(rhythm="hourly"), "mention", "2026-11-23T10:05+07:00", "2026-11-23T11:00+07:00"),
        (Wishes(rhythm="hourly"), "mention", "2026-11-23T19:30+07:00", "2026-11-24T06:00+07:00"),
        (Wishes(rhythm="hourly"), "mention", "2026-11-23T10:59:30+07:00", "2026-11-23T12:00+07:00"),
        (Wishes(rhythm="daily", hour=8), "mention", "2026-11-23T07:59+07:00", "2026-11-23T08:00+07:00"),
        (Wishes(rhythm="daily", hour=8), "mention", "2026-11-23T08:00+07:00", "2026-11-24T08:00+07:00"),
        (
            Wishes(rhythm="daily", hour=8, zone="Asia/Makassar"),
            "mention",
            "2026-11-23T06:30+07:00",
            "2026-11-23T08:00+08:00",
        ),
        (Wishes(), "offered", "2026-11-23T10:00+07:00", "2026-11-24T07:00+07:00"),
        (Wishes(offered_rhythm="at_once"), "offered", "2026-11-23T10:02+07:00", "2026-11-23T10:10+07:00"),
    ],
)
def test_when_a_letter_leaves(wishes: Wishes, kind: str, now: str, leaves: str) -> None:
    assert wishes.moment(kind, "mail", at(now)) == at(leaves)


@given(
    zone=st.sampled_from(["Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"]),
    rhythm=st.sampled_from(["at_once", "hourly", "daily"]),
    hour=st.integers(0, 23),
    quiet=st.tuples(st.integers(0, 1439), st.integers(0, 1439)),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    kind=st.sampled_from(sorted(DEFAULTS)),
    channel=st.sampled_from(["mail", "push"]),
)
def test_nothing_leaves_in_the_quiet_hours_nor_later_than_two_days(
    zone: str, rhythm: str, hour: int, quiet: tuple[int, int], now: datetime, kind: str, channel: str
) -> None:
    wishes = Wishes(zone, rhythm, rhythm, hour, *quiet)
    leaves = wishes.moment(kind, channel, now)  # type: ignore[arg-type]
    local = leaves.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    first, last = quiet
    silent = first <= minute < last if first < last else first != last and (minute >= first or minute < last)
    assert not silent
    assert now <= leaves <= now + timedelta(hours=49)


# -- what is told to whom


def test_work_of_a_role_has_no_row_per_member_and_a_task_for_one_person_has_one(
    telling_all: Services, world: World
) -> None:
    case_id = start(telling_all, world.ani)
    due.run(telling_all)
    assert told(telling_all, "ani") == told(telling_all, "lina") == []
    with telling_all.sessions.begin() as session:
        session.execute(update(Task).where(Task.case_id == case_id).values(person_nip="199001012015012001"))
    with telling_all.action() as action:
        task = open_task(telling_all, case_id, "periksa")
        assert notices.assigned(action, task) == 1
        assert notices.assigned(action, task) == 0
    assert told(telling_all, "gita") == ["assigned"]


def test_deadlines_are_told_to_who_has_taken_the_task_and_then_to_those_above(
    telling_all: Services, world: World, server: Server
) -> None:
    taken(telling_all, world)
    sample_clock.advance(telling_all, timedelta(days=30))
    assert told(telling_all, "ani") == ["due_soon", "overdue"]
    assert told(telling_all, "lina") == []
    assert told(telling_all, "hadi") == ["overdue"]


def test_a_manager_reminds_once_an_hour_and_the_words_stay_in_the_notice(
    telling_all: Services, world: World, server: Server
) -> None:
    case_id, task = taken(telling_all, world)
    with telling_all.action(world.hadi) as action:
        assert notices.remind(action, task.id, "Mohon hari ini, Gita menunggu.") == 1
    with telling_all.action(world.hadi) as action, pytest.raises(Conflict):
        notices.remind(action, task.id)
    with telling_all.action(world.budi) as action, pytest.raises((NotAllowed, NotFound)):
        notices.remind(action, task.id)
    outbox.send(telling_all)
    assert told(telling_all, "ani") == ["reminder"]
    (letter,) = server.letters
    assert "Gita" not in f"{letter['Subject']}{said(letter)}{said(letter, 'html')}"
    with telling_all.reading(world.ani) as action:
        (row,) = queries.page(action.session, world.ani).items
        log = {
            event.kind: event.data
            for event in action.session.scalars(select(CaseEvent).where(CaseEvent.case_id == case_id))
        }
    assert (row.said_by, row.said) == ("Hadi", "Mohon hari ini, Gita menunggu.")
    assert log["task_reminded"] == {"told": 1}


def test_what_is_sent_back_or_taken_back_is_told(telling_all: Services, world: World) -> None:
    case_id, task = taken(telling_all, world)
    complete(telling_all, world.ani, task.id)
    kiri = open_task(telling_all, case_id, "kiri")
    with telling_all.action(world.budi) as action:
        returning.send_back(action, kiri.id, "periksa", "Formasi salah")
    due.run(telling_all)
    assert told(telling_all, "ani") == ["sent_back"]
    with telling_all.reading(world.ani) as action:
        (row,) = queries.page(action.session, world.ani).items
    assert (row.said_by, row.said, row.task_name) == ("Budi", "Formasi salah", "Periksa")


def test_whoever_held_tasks_of_a_cancelled_case_is_told_once_and_why(
    telling_all: Services, world: World
) -> None:
    case_id, task = taken(telling_all, world)
    complete(telling_all, world.ani, task.id)
    for element in ("kiri", "kanan"):
        with telling_all.action() as action:
            held = action.session.merge(open_task(telling_all, case_id, element))
            held.assignee_id = world.lina.id
    with telling_all.action(world.hadi) as action:
        cases.cancel(action, case_id, "Formasi dihapus")
    due.run(telling_all)
    assert told(telling_all, "lina") == ["withdrawn"]
    with telling_all.reading(world.lina) as action:
        (row,) = queries.page(action.session, world.lina).items
    assert (row.said_by, row.said) == ("Hadi", "Formasi dihapus")
    assert "withdrawn" not in told(telling_all, "budi"), "it was only offered to him"


def test_who_was_asked_in_person_is_told_of_the_cancelling_without_its_reason(
    telling_all: Services, world: World
) -> None:
    case_id, task = taken(telling_all, world)
    with telling_all.action() as action:
        asked = action.session.get_one(Task, task.id)
        asked.assignee_id, asked.person_nip = None, GITA_NIP
    with telling_all.action(world.hadi) as action:
        cases.cancel(action, case_id, "Budi lebih cocok")
    due.run(telling_all)
    with telling_all.reading(world.gita) as action:
        (row,) = queries.page(action.session, world.gita).items
    assert (row.kind, row.said) == ("withdrawn", "")


def test_who_cancels_is_told_nothing(telling_all: Services, world: World) -> None:
    case_id, task = taken(telling_all, world)
    with telling_all.action() as action:
        action.session.get_one(Task, task.id).assignee_id = world.hadi.id
    with telling_all.action(world.hadi) as action:
        cases.cancel(action, case_id, "Formasi dihapus")
    due.run(telling_all)
    assert told(telling_all, "hadi") == []


def test_an_incident_is_told_to_those_who_repair(telling_all: Services, world: World) -> None:
    case_id = start(telling_all, world.ani)
    with telling_all.action() as action:
        case = action.session.get_one(Case, case_id)
        case.incidents = 1
        notices.plan(action, "incident", "incident:x", case=case)
    due.run(telling_all)
    assert told(telling_all, "citra") == told(telling_all, "hadi") == ["incident"]
    assert told(telling_all, "ani") == []


def test_a_decision_is_told_to_the_employee_and_a_review_a_week_ahead_once(
    telling_all: Services, world: World, server: Server
) -> None:
    case_id = start(telling_all, world.ani)
    with telling_all.action(world.gita) as action:
        notices.choose(action, AT_ONCE, {})
    with telling_all.action() as action:
        case = action.session.get_one(Case, case_id)
        case.decided_at = case.effective_on = action.now - timedelta(days=80)
        case.wake_at = action.now + timedelta(days=5)
        action.session.execute(update(Task).where(Task.case_id == case_id).values(state="cancelled"))
        notices.plan(action, "decision", "decision:x", case=case)
    due.run(telling_all)
    assert told(telling_all, "gita") == ["decision"]
    outbox.send(telling_all)
    (letter,) = [sent for sent in server.letters if sent["To"] == "gita@contoh.test"]
    with telling_all.reading(world.gita) as action:
        (row,) = queries.page(action.session, world.gita).items
    assert f"/notices/{row.id}/open" in said(letter), "which leads to one's own transfer"
    for _ in range(2):
        with telling_all.action() as action:
            telling.reviews_coming(action)
    assert told(telling_all, "ani") == told(telling_all, "lina") == ["review"]


# -- by which way


def test_wishes_decide_about_each_way(telling_all: Services, world: World, server: Server) -> None:
    _, task = taken(telling_all, world)
    with telling_all.action(world.ani) as action:
        notices.choose(action, AT_ONCE, {"reminder": ["mail"]})
    with telling_all.action(world.hadi) as action:
        notices.remind(action, task.id)
    assert outbox.send(telling_all) == 1
    with telling_all.reading(world.ani) as action:
        assert queries.page(action.session, world.ani).items == ()
    with telling_all.action(world.ani) as action, pytest.raises(Invalid):
        notices.choose(action, AT_ONCE | {"hour": 24}, {})


def test_quiet_hours_hold_and_then_everything_is_one_letter(
    telling_all: Services, world: World, server: Server
) -> None:
    case_id, _ = taken(telling_all, world)
    with telling_all.reading() as action:
        local = action.now.astimezone(ZoneInfo("Asia/Jakarta"))
    begins = (local.hour * 60 + local.minute - 30) % 1440
    quiet = {"quiet_from": begins, "quiet_to": (begins + 180) % 1440}
    with telling_all.action(world.ani) as action:
        notices.choose(action, AT_ONCE | quiet, {})
    for number in range(3):
        with telling_all.action(world.citra) as action:
            comments.write(action, case_id, f"Pertanyaan {number}, @ani")
    assert outbox.send(telling_all) == 0
    sample_clock.advance(telling_all, timedelta(hours=3))
    assert outbox.send(telling_all) == 1
    (letter,) = server.letters
    assert letter["Subject"] == "Mutasi: 3 pemberitahuan"
    assert "Pertanyaan" not in said(letter)
    sample_clock.advance(telling_all, timedelta(hours=3))
    assert outbox.send(telling_all) == 0


def test_what_was_read_meanwhile_is_not_sent(telling_all: Services, world: World, server: Server) -> None:
    case_id, _ = taken(telling_all, world)
    with telling_all.action(world.ani) as action:
        notices.choose(action, AT_ONCE | {"rhythm": "hourly"}, {"offered": []})
    with telling_all.action(world.citra) as action:
        comments.write(action, case_id, "@ani?")
    with telling_all.action(world.ani) as action:
        notices.mark_all_read(action)
    sample_clock.advance(telling_all, timedelta(hours=2))
    assert outbox.send(telling_all) == 0
    assert server.letters == []


# -- pushes


def test_a_push_is_encrypted_for_the_browser_and_names_nobody(
    telling_all: Services, world: World, push: Service
) -> None:
    case_id, task = taken(telling_all, world)
    browser = push.browser("telepon")
    with telling_all.action(world.ani) as action:
        pushing.subscribe(action, browser.endpoint, **browser.keys, device="Chrome, Android")
    with telling_all.action(world.hadi) as action:
        notices.remind(action, task.id, "Gita menunggu")
    outbox.send(telling_all)
    ((path, headers, body),) = push.taken
    message = browser.read(body)
    with telling_all.reading() as action:
        notice = action.session.scalars(select(Notice).where(Notice.kind == "reminder")).one()
        number = action.session.get_one(Case, case_id).number
    assert (path, headers["content-encoding"]) == ("/telepon", "aes128gcm")
    assert message["title"] == "Anda diingatkan"
    assert message["body"] == f"Periksa · {number}"
    assert message["url"] == f"/notices/{notice.id}/open"
    assert "Gita" not in str(message)
    assert b"Periksa" not in body


def test_a_browser_that_is_gone_is_forgotten_and_one_that_was_asked_is_not_asked_twice(
    telling_all: Services, world: World, push: Service
) -> None:
    _, task = taken(telling_all, world)
    for name in ("baik", "hilang", "sibuk"):
        browser = push.browser(name)
        with telling_all.action(world.ani) as action:
            pushing.subscribe(action, browser.endpoint, **browser.keys, device=name)
    push.answers = {"/hilang": 410, "/sibuk": 503}
    with telling_all.action(world.hadi) as action:
        notices.remind(action, task.id)
    outbox.send(telling_all)
    with telling_all.reading() as action:
        left = set(action.session.scalars(select(PushSubscription.device)))
    assert left == {"baik", "sibuk"}
    push.answers = {}
    with telling_all.sessions.begin() as session:
        session.execute(update(Outbox).where(Outbox.state == "pending").values(next_at=clock.now(session)))
    outbox.send(telling_all)
    assert Counter(path for path, _, _ in push.taken) == {"/baik": 1, "/sibuk": 1}


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://169.254.169.254/latest",
        "https://localhost/x",
        "https://evil.test/fcm.googleapis.com",
        "https://fcm.googleapis.com.evil.test/x",
        "https://fcm.googleapis.com@evil.test/x",
        "file:///etc/passwd",
        "https://fcm.googleapis.com:8443/x",
    ],
)
def test_pushes_go_to_known_services_only(
    services: Services, world: World, push: Service, endpoint: str
) -> None:
    keys = push.browser("x").keys
    with services.action(world.ani) as action:
        with pytest.raises(Invalid):
            pushing.subscribe(action, endpoint, **keys, device="x")
        pushing.subscribe(action, "https://fcm.googleapis.com/fcm/send/abc", **keys, device="x")


# -- once


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    steps=st.lists(
        st.sampled_from(["comment", "tell", "send", "lost", "advance", "remind", "wishes"]),
        min_size=3,
        max_size=12,
    )
)
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_each_notice_is_carried_at_most_once_by_each_channel(
    telling_all: Services, world: World, server: Server, steps: list[str]
) -> None:
    """Whatever happens in whichever order, a letter that comes twice comes under the same name."""
    server.letters.clear()
    case_id = start(telling_all, world.ani)
    task = open_task(telling_all, case_id, "periksa")
    with telling_all.action(world.ani) as action:
        tasks.claim(action, task.id)
    for number, step in enumerate(steps):
        match step:
            case "comment":
                with telling_all.action(world.citra) as action:
                    comments.write(action, case_id, f"@ani {number}")
            case "tell":
                with telling_all.action() as action:
                    notices.tell(action, "sent_back", [world.ani.id], key=f"same:{case_id}", task=task)
            case "send":
                outbox.send(telling_all)
            case "lost":
                with telling_all.sessions.begin() as session:
                    session.execute(update(Outbox).values(state="pending", next_at=clock.now(session)))
            case "advance":
                sample_clock.advance(telling_all, timedelta(minutes=70))
            case "remind":
                with telling_all.action(world.hadi) as action:
                    try:
                        notices.remind(action, task.id)
                    except Conflict:
                        continue
            case "wishes":
                with telling_all.action(world.ani) as action:
                    notices.choose(action, AT_ONCE | {"rhythm": ["at_once", "hourly"][number % 2]}, {})
    sample_clock.advance(telling_all, timedelta(hours=2))
    while outbox.send(telling_all):
        pass
    with telling_all.reading() as action:
        rows = action.session.execute(
            select(Notice.key, Notice.account_id, Notice.mail_key).where(Notice.case_id == case_id)
        ).all()
    assert max(Counter((row.account_id, row.key) for row in rows).values(), default=1) == 1
    named = {str(letter["Message-ID"]) for letter in server.letters}
    keys = {row.mail_key for row in rows if row.mail_key}
    assert {mailing.message_id(key) for key in keys} <= named, "each left, once by name"
