"""Signing in and out through HTTP: cookies, replay, throttling, forged requests, and roles that change meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.app import create_app, secret_key
from service.db.accounts import SignInAttempt, WebSession
from service.db.cases import CaseEvent
from service.operations import accounts
from service.settings import BadSetting
from service.wiring import Services
from tests.asking import PASSWORD, Asking, Person

OWNER, STRANGER = "10.0.0.7", "203.0.113.9"


def signed_in(answer: TestResponse) -> bool:
    return answer.status_code == 200


def test_a_cookie_replayed_after_signing_out_is_worth_nothing(asking: Asking) -> None:
    ani = asking.as_person("ani")
    cookie = ani.cookie()
    assert signed_in(ani.get("/account"))
    assert ani.post("/sign-out").status_code == 303
    thief = asking.as_nobody()
    thief.set_cookie("mutasi", cookie)
    answer = thief.get("/account")
    assert (answer.status_code, answer.location) == (303, "/sign-in?next=/account")


def test_a_session_is_new_at_every_sign_in(asking: Asking, services: Services) -> None:
    person = Person(asking.as_nobody())
    person.get("/sign-in")
    before = person.cookie()
    asking.give_password("ani")
    for _ in range(2):
        person.sign_in("ani", PASSWORD)
    with services.reading() as action:
        assert len(action.session.scalars(select(WebSession)).all()) == 1
    assert person.cookie() != before
    person.post("/sign-out")
    person.sign_in("ani", PASSWORD)
    with services.reading() as action:
        assert len(action.session.scalars(select(WebSession)).all()) == 2


def test_cookie_flags(asking: Asking, services: Services, with_settings: Callable[..., Services]) -> None:
    asking.give_password("ani")
    plain = SimpleCookie(asking.as_nobody().get("/sign-in").headers["Set-Cookie"])["mutasi"]
    assert (plain["httponly"], plain["samesite"], plain["path"], plain["domain"]) == (True, "Lax", "/", "")
    secure = create_app(with_settings(https=True)).test_client().get("/sign-in", base_url="https://localhost")
    cookie = SimpleCookie(secure.headers["Set-Cookie"])["__Host-mutasi"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (
        True,
        True,
        "Lax",
        "/",
        "",
    )
    assert secure.headers["Strict-Transport-Security"].endswith("includeSubDomains")


def test_a_disabled_account_is_out_at_the_next_request(asking: Asking, services: Services) -> None:
    ani, program = asking.as_person("ani"), asking.as_program("ani")
    with services.action() as action:
        accounts.set_active(action, "ani", False)
    assert ani.get("/account").status_code == 303
    assert program.get("/tasks").status_code == 401
    assert Person(asking.as_nobody()).sign_in("ani", PASSWORD).status_code == 401


def test_a_new_password_ends_the_sessions_opened_with_the_old_one(asking: Asking, services: Services) -> None:
    ani = asking.as_person("ani")
    with services.action() as action:
        accounts.set_password(action, "ani", "empat belas burung nuri")
    assert ani.get("/account").status_code == 303


def test_a_role_taken_away_is_gone_in_open_sessions(asking: Asking, services: Services) -> None:
    intan, program = asking.as_person("intan"), asking.as_program("intan")
    assert signed_in(intan.get("/definitions/upload"))
    with services.action() as action:
        accounts.revoke(action, "intan", "pemilik_proses")
    assert intan.get("/definitions/upload").status_code == 403
    assert program.get("/definitions").status_code == 403
    with services.action() as action:
        accounts.grant(action, "intan", "pemilik_proses")
    assert signed_in(intan.get("/definitions/upload"))


@pytest.mark.parametrize("column", ["seen_at", "expires_at"])
def test_old_sessions_lead_to_the_sign_in_page(asking: Asking, services: Services, column: str) -> None:
    ani = asking.as_person("ani")
    with services.action() as action:
        action.session.execute(update(WebSession).values({column: action.now.replace(year=2020)}))
    assert ani.get("/account").status_code == 303


def test_wrong_password_and_unknown_name_look_alike(asking: Asking) -> None:
    asking.give_password("ani")
    answers = [Person(asking.as_nobody()).sign_in(name, "bukan kata sandi ini") for name in ("ani", "antah")]
    assert [answer.status_code for answer in answers] == [401, 401]
    pages = [answer.text.replace("antah", "ani") for answer in answers]
    assert [len(page) for page in pages] == [len(pages[0])] * 2


def test_unknown_names_take_as_long(
    asking: Asking, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher())  # at its full price
    asking.give_password("ani")
    with services.reading() as action:
        known = accounts.named(action.session, "ani")
    spent = {}
    for name, account in (("known", known), ("unknown", None)):
        durations = []
        for _ in range(5):
            begin = time.process_time()
            assert not accounts.verify(account, "bukan kata sandi ini")
            durations.append(time.process_time() - begin)
        spent[name] = min(durations)
    assert 0.4 < spent["known"] / spent["unknown"] < 2.5


def test_a_hundred_guesses_are_throttled_and_the_owner_still_enters(
    asking: Asking, services: Services
) -> None:
    owner = asking.as_person("ani", OWNER)
    owner.post("/sign-out")
    stranger = Person(asking.as_nobody(), STRANGER)
    statuses = []
    for number in range(services.settings.sign_in_attempts + 5):
        answer = stranger.sign_in("ani", f"tebakan ke {number}")
        statuses.append(answer.status_code)
    assert statuses == [401] * services.settings.sign_in_attempts + [429] * 5
    assert int(answer.headers["Retry-After"]) > 0
    assert stranger.sign_in("ani", PASSWORD).status_code == 429, (
        "the right password at the end of a guess is no way in"
    )
    assert owner.sign_in("ani", PASSWORD).status_code == 303


def test_guesses_from_many_addresses_do_not_lock_the_owner_out(asking: Asking, services: Services) -> None:
    owner = asking.as_person("ani", OWNER)
    owner.post("/sign-out")
    with services.action() as action:
        for number in range(services.settings.sign_in_attempts * 20):
            action.session.add(SignInAttempt(subject="account:ani", at=action.now))
            action.session.add(SignInAttempt(subject=f"account:ani@198.51.100.{number}", at=action.now))
    assert Person(asking.as_nobody(), "192.0.2.55").sign_in("ani", PASSWORD).status_code == 429
    assert owner.sign_in("ani", PASSWORD).status_code == 303


def test_one_address_cannot_try_all_names(asking: Asking, services: Services) -> None:
    asking.give_password("budi")
    with services.action() as action:
        for _ in range(services.settings.sign_in_attempts * 20):
            action.session.add(SignInAttempt(subject=f"address:{STRANGER}", at=action.now))
    assert Person(asking.as_nobody(), STRANGER).sign_in("budi", PASSWORD).status_code == 429
    assert Person(asking.as_nobody(), OWNER).sign_in("budi", PASSWORD).status_code == 303


def test_behind_a_proxy_peoples_addresses_count(
    asking: Asking, with_settings: Callable[..., Services]
) -> None:
    asking.give_password("ani")
    app = create_app(with_settings(proxies=1))
    behind = Person(app.test_client())
    behind.client.environ_base["HTTP_X_FORWARDED_FOR"] = f"6.6.6.6, {STRANGER}"
    behind.sign_in("ani", "bukan kata sandi ini")
    direct = Person(asking.as_nobody())
    direct.client.environ_base["HTTP_X_FORWARDED_FOR"] = "6.6.6.6"
    direct.sign_in("ani", "bukan kata sandi ini")
    with asking.services.reading() as action:
        subjects = set(action.session.scalars(select(SignInAttempt.subject)))
    assert {f"address:{STRANGER}", "address:127.0.0.1"} <= subjects
    assert "address:6.6.6.6" not in subjects


def test_signing_in_and_out_is_in_the_log_by_its_own_name(asking: Asking, services: Services) -> None:
    ani = asking.as_person("ani")
    ani.post("/sign-out")
    ani.sign_in("ani", "bukan kata sandi ini")
    with services.reading() as action:
        events = action.session.scalars(
            select(CaseEvent)
            .where(CaseEvent.kind.in_(("signed_in", "signed_out", "sign_in_failed")))
            .order_by(CaseEvent.id)
        ).all()
    assert [(event.kind, event.name) for event in events] == [
        ("signed_in", "ani"),
        ("signed_out", "ani"),
        ("sign_in_failed", "ani"),
    ]
    assert events[0].actor_name == events[1].actor_name == "Ani"


@pytest.mark.parametrize("field", ["username", "password"])
@pytest.mark.parametrize("value", ["a\0b", "\ud800", "x" * 100_000, "' OR 1=1 --", "{{7*7}}"])
def test_odd_credentials_are_refused_calmly(asking: Asking, field: str, value: str) -> None:
    person = Person(asking.as_nobody())
    form = {"username": "ani", "password": PASSWORD, "csrf_token": person.csrf("/sign-in")}
    text = value.encode("utf-8", "surrogatepass")
    answer = person.client.post("/sign-in", data={**form, field: text})
    assert answer.status_code in (400, 401)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.test/",
        "//evil.test",
        "/\\evil.test",
        "javascript:alert(1)",
        "\thttps://evil.test",
        "/%09/evil.test",
    ],
)
def test_signing_in_leads_to_pages_of_ours_only(asking: Asking, target: str) -> None:
    asking.give_password("ani")
    answer = Person(asking.as_nobody()).sign_in("ani", PASSWORD, next=target)
    assert answer.status_code == 303
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))


def test_unsafe_requests_need_the_token_of_their_own_session(asking: Asking) -> None:
    ani, budi = asking.as_person("ani"), asking.as_person("budi")
    foreign = budi.csrf()
    for token in ("", "x", foreign):
        answer = ani.client.post("/sign-out", data={"csrf_token": token})
        assert answer.status_code == 403
        assert signed_in(ani.get("/account"))
    assert (
        asking.as_nobody().post("/sign-in", data={"username": "ani", "password": PASSWORD}).status_code == 403
    )


def test_the_api_takes_a_cookie_only_with_the_token_of_a_page(asking: Asking) -> None:
    ani = asking.as_person("ani")
    body = {"definition": "tidak_ada"}
    assert ani.client.get("/api/v1/tasks").status_code == 200
    refused = ani.client.post("/api/v1/cases", json=body)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "csrf")
    allowed = ani.client.post("/api/v1/cases", json=body, headers={"X-CSRFToken": ani.csrf()})
    assert allowed.status_code == 404
    for junk in ("Bearer mut_salah", "Basic YW5pOng="):
        answer = ani.client.post("/api/v1/cases", json=body, headers={"Authorization": junk})
        assert answer.status_code in (401, 403), (
            "a header of a program is no way around the check of forged requests"
        )


def test_bearer_tokens_open_the_api_only(asking: Asking) -> None:
    program = asking.as_program("ani")
    headers = {"Authorization": f"Bearer {program.token}"}
    assert program.client.get("/api/v1/tasks", headers=headers).status_code == 200
    assert program.client.get("/inbox", headers=headers).status_code == 303
    assert "Set-Cookie" not in program.client.get("/api/v1/tasks", headers=headers).headers


def test_a_key_is_needed_behind_tls_and_made_once_elsewhere(
    with_settings: Callable[..., Services], tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match="secret_key"):
        create_app(with_settings(https=True, secret_key=""))
    with pytest.raises(BadSetting, match="secret_key"):
        create_app(with_settings(secret_key="pendek"))
    settings = with_settings(secret_key="", var_dir=str(tmp_path / "baru")).settings
    made = secret_key(settings)
    assert (len(made) > 40, secret_key(settings)) == (True, made)
    assert [path.name for path in (tmp_path / "baru").iterdir()] == ["secret_key"]
    assert (tmp_path / "baru" / "secret_key").stat().st_mode & 0o077 == 0
