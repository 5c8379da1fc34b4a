"""Whoever is signed out in the middle of something is told why, loses no text, and goes on after signing in again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from service.db.accounts import WebSession
from service.operations import sessions
from service.wiring import Services
from tests.access.test_totp import enrol
from tests.asking import PASSWORD, Asking, Person

ELSEWHERE = "This browser was signed out"
TEXT = "Alamat saya sudah pindah ke <Sukarame>."


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """One kind of database is enough: nothing here depends on it."""
    return sqlite_url


def end_all(services: Services, username: str) -> None:
    with services.action() as action:
        sessions.end_all(action, username)


def told(person: Person) -> str:
    """What the page says that the next click leads to."""
    answer = person.get("/account")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/account")
    return person.get("/sign-in?next=/account&lang=en").text


def test_a_browser_signed_out_from_another_one_is_told_so(asking: Asking) -> None:
    here, there = asking.as_person("ani"), asking.as_person("ani")
    here.post("/account/security/sessions/end", {"session": ""})
    assert ELSEWHERE in told(there)
    assert "Sign in to continue" not in told(there)
    assert here.get("/account").status_code == 200


def test_a_browser_signed_out_by_an_administrator_is_told_so(asking: Asking, services: Services) -> None:
    ani = asking.as_person("ani")
    end_all(services, "ani")
    assert ELSEWHERE in told(ani)


@pytest.mark.parametrize(
    ("column", "said"),
    [("seen_at", "nothing was done here for 480 minutes"), ("expires_at", "12 hours had passed")],
)
def test_whose_session_ran_out_is_told_so(asking: Asking, services: Services, column: str, said: str) -> None:
    settings = services.settings
    ani = asking.as_person("ani")
    with services.action() as action:
        long_ago = action.now - timedelta(days=9)
        action.session.execute(update(WebSession).values({column: long_ago}))
    minutes, hours = settings.session_idle_minutes, settings.session_hours
    assert said.replace("480", str(minutes)).replace("12", str(hours)) in told(ani)


def test_who_was_never_here_or_left_by_themselves_is_told_nothing(asking: Asking) -> None:
    ani, nobody = asking.as_person("ani"), Person(asking.as_nobody())
    ani.post("/sign-out")
    for person in (ani, nobody):
        page = told(person)
        assert "signed out:" not in page
        assert "Sign in to continue" in page


def test_text_sent_too_late_is_on_the_page_to_sign_in(asking: Asking, services: Services) -> None:
    ani = asking.as_person("ani")
    token = ani.csrf()
    end_all(services, "ani")
    fields = {"csrf_token": token, "body": TEXT, "kind": "address", "password": "rahasia dua kata"}
    answer = ani.client.post(
        "/my/data/wrong", data=fields, headers={"Referer": "http://localhost/my/data?x=1"}
    )
    assert answer.status_code == 401
    assert "Alamat saya sudah pindah ke &lt;Sukarame&gt;." in answer.text
    assert "rahasia" not in answer.text
    assert ">address<" not in answer.text
    assert 'name="next" value="/my/data?x=1"' in answer.text
    foreign = ani.client.post("/my/data/wrong", data=fields, headers={"Referer": "https://evil.test/x"})
    assert 'name="next" value=""' in foreign.text


def test_a_part_of_a_page_is_refused_and_not_replaced_by_the_sign_in_page(
    asking: Asking, services: Services
) -> None:
    ani = asking.as_person("ani")
    end_all(services, "ani")
    answer = ani.get("/inbox", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.mimetype) == (401, "application/json")
    assert answer.get_json()["said"]


def test_a_page_left_open_is_good_again_when_the_same_person_signs_in(
    asking: Asking, services: Services
) -> None:
    ani = asking.as_person("ani")
    totp = enrol(services, "ani")
    left_open = ani.csrf()
    end_all(services, "ani")
    assert ani.sign_in("ani", PASSWORD).location == "/sign-in/code"
    ani.post("/sign-in/code", {"code": totp.now()}, page="/sign-in/code")
    sent = ani.client.post("/account/calendar", data={"csrf_token": left_open})
    assert sent.status_code == 200


def test_a_page_left_open_is_worth_nothing_to_somebody_else(asking: Asking, services: Services) -> None:
    ani = asking.as_person("ani")
    left_open = ani.csrf()
    end_all(services, "ani")
    asking.give_password("budi")
    ani.sign_in("budi", PASSWORD)
    assert ani.client.post("/account/calendar", data={"csrf_token": left_open}).status_code == 403
    nobody = Person(asking.as_nobody())
    before = nobody.csrf("/sign-in")
    nobody.sign_in("budi", PASSWORD)
    assert nobody.client.post("/account/calendar", data={"csrf_token": before}).status_code == 403
