"""The second step: once per code, not too old, not by guessing; recovery codes; asked for by role; reset by hand."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import select

from service.db.accounts import Account
from service.db.administration import RecoveryCode, SecondFactor
from service.db.cases import CaseEvent
from service.domain.errors import BadCredentials, Conflict, TooManyAttempts
from service.operations import accounts, second_factor, signing_in, vault
from service.operations.action import Action
from service.wiring import Services
from tests.asking import PASSWORD, Asking, Person
from tests.world import World

NOON = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)


def ani(action: Action) -> Account:
    return accounts.named(action.session, "ani")


@pytest.fixture
def enrolled(services: Services, world: World) -> tuple[pyotp.TOTP, list[str]]:
    """Ani has a second factor, begun at noon with the code of then."""
    with services.action(now=NOON) as action:
        totp = pyotp.TOTP(second_factor.begin(action, ani(action)))
        codes = second_factor.confirm(action, ani(action), totp.at(NOON))
    return totp, codes


def taken(services: Services, code: str, at: datetime) -> bool:
    try:
        with services.action(now=at) as action:
            second_factor.check(action, ani(action), code)
    except BadCredentials:
        return False
    return True


def test_a_code_is_taken_once_and_never_an_earlier_one(
    services: Services, enrolled: tuple[pyotp.TOTP, list[str]]
) -> None:
    totp, _ = enrolled
    assert not taken(services, totp.at(NOON), NOON), "the code that switched it on is used"
    later = NOON + timedelta(minutes=2)
    assert taken(services, totp.at(later), later)
    assert not taken(services, totp.at(later), later), "the same code twice"
    assert not taken(services, totp.at(later - timedelta(seconds=30)), later), (
        "an earlier window than the last"
    )
    assert not taken(services, totp.at(later + timedelta(seconds=90)), later), "a window ahead of time"


@pytest.mark.parametrize(
    ("off", "fits"), [(-90, False), (-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
def test_clocks_may_differ_by_half_a_minute(
    services: Services, enrolled: tuple[pyotp.TOTP, list[str]], off: int, fits: bool
) -> None:
    totp, _ = enrolled
    later = NOON + timedelta(minutes=10)
    assert taken(services, totp.at(later + timedelta(seconds=off)), later) is fits


def test_recovery_codes_work_once_each_and_lie_hashed(
    services: Services, enrolled: tuple[pyotp.TOTP, list[str]]
) -> None:
    totp, codes = enrolled
    assert len(codes) == second_factor.RECOVERY_CODES
    assert taken(services, codes[0].upper().replace("-", " "), NOON)
    assert not taken(services, codes[0], NOON)
    assert taken(services, codes[1], NOON)
    with services.action(now=NOON) as action:
        assert second_factor.codes_left(action, ani(action)) == len(codes) - 2
        stored = {row.code_hash for row in action.session.scalars(select(RecoveryCode))}
        assert not stored & {code.replace("-", "") for code in codes}
        again = second_factor.renew_codes(action, ani(action), totp.at(NOON + timedelta(seconds=30)))
    assert not taken(services, codes[2], NOON)
    assert taken(services, again[0], NOON)


def test_the_secret_is_sealed_at_rest(
    services: Services, enrolled: tuple[pyotp.TOTP, list[str]], with_settings: Callable[..., Services]
) -> None:
    totp, _ = enrolled
    with services.reading() as action:
        stored = action.session.scalars(select(SecondFactor)).one().secret
    assert totp.secret not in stored
    assert vault.unseal(services.settings, stored) == totp.secret
    other = with_settings(secret_key="another key, as long as the first one")
    with pytest.raises(vault.Unsealable):
        vault.unseal(other.settings, stored)


def test_only_a_first_code_switches_it_on(services: Services, world: World) -> None:
    with services.action(now=NOON) as action:
        second_factor.begin(action, ani(action))
    with pytest.raises(BadCredentials), services.action(now=NOON) as action:
        second_factor.confirm(action, ani(action), "000000")
    with services.action(now=NOON) as action:
        assert not second_factor.is_enrolled(action, ani(action))


# -- signing in with it, by pages


def enrol(services: Services, username: str) -> pyotp.TOTP:
    """Give an account a second factor whose present code is still unused."""
    now = datetime.now(UTC)
    with services.action(now=now - timedelta(minutes=5)) as action:
        account = accounts.named(action.session, username)
        totp = pyotp.TOTP(second_factor.begin(action, account))
        second_factor.confirm(action, account, totp.at(now - timedelta(minutes=5)))
    return totp


def secret_of(page: str) -> str:
    """The key that a page shows below the picture to scan."""
    shown = re.search(r'secret-key">([A-Z2-7 ]+)<', page)
    assert shown
    return shown[1].replace(" ", "")


def code(person: Person, text: str) -> int:
    return person.post("/sign-in/code", {"code": text}, page="/sign-in/code").status_code


def test_the_password_alone_opens_nothing(asking: Asking, services: Services) -> None:
    asking.give_password("ani")
    totp = enrol(services, "ani")
    person = Person(asking.as_nobody())
    assert person.sign_in("ani", PASSWORD, next="/cases").location == "/sign-in/code"
    assert person.get("/account").status_code == 303
    assert person.get("/sign-in/enrol").location == "/sign-in/code"
    assert code(person, "000000") == 422
    assert person.get("/account").status_code == 303
    answer = person.post("/sign-in/code", {"code": totp.now()}, page="/sign-in/code")
    assert (answer.status_code, answer.location) == (303, "/cases")
    assert person.get("/account").status_code == 200
    other = Person(asking.as_nobody())
    other.sign_in("ani", PASSWORD)
    assert code(other, totp.now()) == 422, "a code seen over the shoulder is worth nothing"


def test_the_half_opened_session_is_no_session(asking: Asking, services: Services) -> None:
    asking.give_password("ani")
    totp = enrol(services, "ani")
    person = Person(asking.as_nobody())
    person.sign_in("ani", PASSWORD)
    half = person.cookie()
    assert code(person, totp.now()) == 303
    thief = Person(asking.as_nobody())
    thief.client.set_cookie("mutasi", half)
    assert thief.get("/account").status_code == 303
    assert thief.get("/sign-in/code").status_code == 401, "the half session has ended"


def test_guessing_codes_is_throttled(asking: Asking, services: Services) -> None:
    asking.give_password("ani")
    totp = enrol(services, "ani")
    person = Person(asking.as_nobody())
    person.sign_in("ani", PASSWORD)
    statuses = [code(person, f"{number:06}") for number in range(services.settings.sign_in_attempts)]
    assert set(statuses) == {422}
    assert code(person, totp.now()) == 429, "the right code at the end of a guess is no way in"
    with services.reading() as action:
        events = action.session.scalars(
            select(CaseEvent).where(CaseEvent.kind == "second_factor_failed")
        ).all()
    assert len(events) == services.settings.sign_in_attempts
    with pytest.raises(TooManyAttempts), services.reading(now=datetime.now(UTC)) as action:
        signing_in.check_guesses(action, second_factor.guesses_of(ani(action)))


def test_a_role_that_asks_for_it_makes_people_enrol_before_anything_opens(
    asking: Asking, services: Services
) -> None:
    joko = asking.as_person("joko")
    joko.post("/admin/sign-in/second-factor", {"role": ["ppk", "analis_sdm"]})
    person = Person(asking.as_nobody())
    asking.give_password("ani")
    assert person.sign_in("ani", PASSWORD).location == "/sign-in/enrol"
    assert person.get("/account").status_code == 303
    page = person.get("/sign-in/enrol").text
    assert "<svg" in page
    totp = pyotp.TOTP(secret_of(page))
    wrong = person.post("/sign-in/enrol", {"code": "123"}, page="/sign-in/enrol")
    assert wrong.status_code == 422
    assert secret_of(wrong.text) == totp.secret, "the same secret is shown again"
    done = person.post("/sign-in/enrol", {"code": totp.now()}, page="/sign-in/enrol")
    assert len(re.findall(r"<li>\w{4}-\w{4}-\w{4}-\w{4}</li>", done.text)) == second_factor.RECOVERY_CODES
    assert person.get("/account").status_code == 200
    off = person.post("/account/security/factor/off", {"code": totp.now()})
    assert off.status_code == 422, "a role asks for it"
    budi = Person(asking.as_nobody())
    asking.give_password("budi")
    assert budi.sign_in("budi", PASSWORD).location == "/"


def test_enrolling_by_ones_own_will_on_the_account_page(asking: Asking, services: Services) -> None:
    person = asking.as_person("ani")
    page = person.post("/account/security/factor/begin").text
    totp = pyotp.TOTP(secret_of(page))
    wrong = person.post("/account/security/factor", {"code": "000000"})
    assert wrong.status_code == 422
    assert secret_of(wrong.text) == totp.secret, "the picture to scan is still there"
    assert person.post("/account/security/factor", {"code": totp.now()}).status_code == 200
    person.post("/sign-out")
    assert person.sign_in("ani", PASSWORD).location == "/sign-in/code"
    with pytest.raises(Conflict), services.action() as action:
        second_factor.begin(action, ani(action))


def test_a_lost_factor_is_reset_by_an_administrator_with_a_reason(asking: Asking, services: Services) -> None:
    ani_here = asking.as_person("ani")
    enrol(services, "ani")
    joko = asking.as_person("joko")
    with services.reading() as action:
        path = f"/admin/accounts/{ani(action).id}/factor"
    joko.post(path, {"reason": " "})
    with services.reading() as action:
        assert second_factor.is_enrolled(action, ani(action))
    joko.post(path, {"reason": "ponsel hilang"})
    assert ani_here.get("/account").status_code == 303, "whoever was in is signed out"
    assert ani_here.sign_in("ani", PASSWORD).location == "/"
    with services.reading() as action:
        event = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "second_factor_reset")).one()
    assert (event.actor_name, event.name, event.data["reason"]) == ("Joko", "ani", "ponsel hilang")
