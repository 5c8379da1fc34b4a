"""Accounts, passwords, roles and tokens, and the trace that every change leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.accounts import ApiToken, WebSession
from service.db.cases import CaseEvent
from service.db.people import Unit
from service.domain.access import Actor
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import accounts, signing_in
from service.wiring import Services
from tests.world import World

GOOD = "kuda laut makan apel"


def kinds(services: Services) -> list[tuple[str, str, str]]:
    with services.reading() as action:
        events = action.session.scalars(
            select(CaseEvent).where(CaseEvent.case_id.is_(None)).order_by(CaseEvent.id)
        )
        return [(event.kind, event.actor_name, event.name) for event in events]


def test_every_change_leaves_who_and_what(services: Services, world: World) -> None:
    with services.action(world.joko) as action:
        accounts.create(action, "mira", "Mira Lestari", password=GOOD)
        accounts.grant(action, "mira", "analis_sdm")
        accounts.grant(action, "mira", "analis_sdm")
        accounts.revoke(action, "mira", "analis_sdm")
        token = signing_in.create_token(action, "mira", "laporan")
        signing_in.end_token(action, token[:12])
        accounts.set_active(action, "mira", False)
    assert kinds(services) == [
        ("account_created", "Joko", "mira"),
        ("password_set", "Joko", "mira"),
        ("role_granted", "Joko", "mira"),
        ("role_revoked", "Joko", "mira"),
        ("token_created", "Joko", "mira"),
        ("token_revoked", "Joko", token[:12]),
        ("account_disabled", "Joko", "mira"),
    ]


def test_neither_passwords_nor_tokens_are_stored(services: Services, world: World) -> None:
    with services.action() as action:
        accounts.create(action, "mira", "Mira", password=GOOD)
        token = signing_in.create_token(action, "mira", "laporan")
        account = accounts.named(action.session, "mira")
        cookie = signing_in.open_session(action, account, "10.0.0.1", "Firefox")
    with services.reading() as action:
        stored = action.session.scalars(select(ApiToken)).one()
        session = action.session.scalars(select(WebSession)).one()
        assert (account.password_hash or "").startswith("$argon2id$")
        assert token not in (stored.token_hash, stored.prefix)
        assert cookie != session.token_hash


@pytest.mark.parametrize(
    "password",
    [
        "kuda laut ap",
        "x7" * 32 + "yz",
        "пароль длинный 密码 🦄",
        "👩‍👩‍👧‍👧 keluarga besar",
        "semua huruf kecil saja",
    ],
)
def test_long_enough_passwords_of_any_kind_are_taken(services: Services, world: World, password: str) -> None:
    with services.action() as action:
        account = accounts.create(action, "mira", "Mira", password=password)
    assert accounts.verify(account, password)
    assert not accounts.verify(account, password + "x")


@pytest.mark.parametrize(
    "password",
    [
        "",
        "sebelas1234",
        "x" * 129,
        "aaaaaaaaaaaaaaaa",
        "Administrator123",
        "IndonesiaIndonesia",
        "123456789012",
        "kuda laut\0apel",
        "kuda laut \ud800",
    ],
)
def test_short_overlong_and_well_known_passwords_are_refused(
    services: Services, world: World, password: str
) -> None:
    with pytest.raises(Invalid), services.action() as action:
        accounts.create(action, "mira", "Mira", password=password)
    with services.reading() as action, pytest.raises(NotFound):
        accounts.named(action.session, "mira")


def test_every_bundled_common_password_is_refused() -> None:
    assert len(accounts.COMMON) >= 3000
    for password in accounts.COMMON:
        with pytest.raises(Invalid):
            accounts.check_password(password.upper())


def test_the_same_password_typed_on_another_keyboard_fits(services: Services, world: World) -> None:
    with services.action() as action:
        account = accounts.create(action, "mira", "Mira", password="caf\u00e9 di ujung jalan")
    assert accounts.verify(account, "cafe\u0301 di ujung jalan")


@pytest.mark.parametrize("username", ["", "A B", "x", "-mira", "mira/../joko", "m" * 65, "mi\nra"])
def test_odd_user_names_are_refused(services: Services, world: World, username: str) -> None:
    with pytest.raises(Invalid), services.action() as action:
        accounts.create(action, username, "Mira")


def test_a_name_is_taken_once(services: Services, world: World) -> None:
    with pytest.raises(Conflict), services.action() as action:
        accounts.create(action, "ANI", "Ani Lain")


def test_unknown_roles_and_units_are_refused(services: Services, world: World) -> None:
    with pytest.raises(Invalid), services.action() as action:
        accounts.grant(action, "ani", "raja")
    with pytest.raises(Invalid), services.action() as action:
        accounts.grant(action, "ani", "kepala_unit", "unor-antah")
    with pytest.raises(NotFound), services.action() as action:
        accounts.revoke(action, "ani", "kepala_unit")


@pytest.mark.parametrize("who", ["ani", "citra", "gita", "hadi", "intan", "nobody"])
def test_only_administrators_manage_accounts(services: Services, world: World, who: str) -> None:
    actor = Actor(None, "") if who == "nobody" else getattr(world, who)
    for change in (
        lambda action: accounts.create(action, "mira", "Mira"),
        lambda action: accounts.grant(action, who, "administrator"),
        lambda action: accounts.revoke(action, "joko", "administrator"),
        lambda action: accounts.set_password(action, "joko", GOOD),
        lambda action: accounts.set_active(action, "joko", False),
        lambda action: signing_in.create_token(action, "joko", "pintu belakang"),
        lambda action: signing_in.end_token(action, "mut_xxxxxxxx"),
    ):
        with pytest.raises(NotAllowed), services.action(actor) as action:
            change(action)


def test_a_role_for_a_unit_and_one_for_all_add_up(services: Services, world: World) -> None:
    with services.action() as action:
        action.session.add(Unit(id="unor-uji", nama="Unit Uji", jenis="dinas", instansi_id="kota-uji"))
        action.session.flush()
        accounts.create(action, "mira", "Mira")
        accounts.grant(action, "mira", "kepala_unit", "unor-uji")
        account = accounts.named(action.session, "mira")
        bound = accounts.actor_of(action, account)
        accounts.grant(action, "mira", "kepala_unit")
        free = accounts.actor_of(action, account)
    assert (bound.holds("kepala_unit", "unor-uji"), bound.holds("kepala_unit", "unor-b")) == (True, False)
    assert (free.holds("kepala_unit", "unor-uji"), free.holds("kepala_unit", "unor-b")) == (True, True)


def test_tokens_end_when_they_expire_are_revoked_or_their_account_stops(
    services: Services, world: World
) -> None:
    with services.action() as action:
        dated, revoked, stopped = (
            signing_in.create_token(action, "ani", name, 30) for name in ("a", "b", "c")
        )
        signing_in.end_token(action, revoked[:12])
        later = action.now + timedelta(days=31)
    with services.reading() as action:
        assert [
            signing_in.by_token(action, token) is not None for token in (dated, revoked, stopped, "mut_")
        ] == [
            True,
            False,
            True,
            False,
        ]
    with services.reading(now=later) as action:
        assert signing_in.by_token(action, dated) is None
    with services.action() as action:
        accounts.set_active(action, "ani", False)
    with services.reading() as action:
        assert signing_in.by_token(action, stopped) is None


def test_sessions_end_when_idle_and_after_their_hours(services: Services, world: World) -> None:
    with services.action() as action:
        cookie = signing_in.open_session(action, accounts.named(action.session, "ani"), "10.0.0.1", "Firefox")
        start = action.now
    idle, hours = timedelta(minutes=services.settings.session_idle_minutes), services.settings.session_hours
    for after, alive in ((idle - timedelta(seconds=1), True), (idle, False)):
        with services.reading(now=start + after) as action:
            assert (signing_in.by_session(action, cookie) is not None) is alive
    moment = start
    while moment < start + timedelta(hours=hours):  # in use all day
        with services.action(now=moment) as action:
            assert signing_in.by_session(action, cookie) is not None
            signing_in.touch(action, signing_in.digest(cookie))
        moment += idle / 2
    with services.reading(now=moment) as action:
        assert signing_in.by_session(action, cookie) is None


def test_what_no_longer_counts_is_forgotten(services: Services, world: World) -> None:
    with services.action() as action:
        signing_in.note_failure(action, "ani", "10.0.0.1")
        cookie = signing_in.open_session(action, accounts.named(action.session, "ani"), "10.0.0.1", "Firefox")
        start = action.now
    with services.action(now=start + timedelta(days=1)) as action:
        signing_in.forget(action)
    with services.action(now=start) as action:
        assert signing_in.by_session(action, cookie) is not None
    with services.action(now=start + timedelta(days=120)) as action:
        signing_in.forget(action)
        assert action.session.scalars(select(WebSession)).all() == []
        assert action.session.scalars(select(signing_in.SignInAttempt)).all() == []
