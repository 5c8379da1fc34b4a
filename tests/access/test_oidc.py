"""Signing in at an identity provider: what it says is believed only when everything about it is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests
from flask import Flask
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlalchemy import select

from service.app import create_app
from service.db.accounts import Account, WebSession
from service.db.administration import Identity, SignInRequest
from service.db.cases import CaseEvent
from service.operations import accounts, identities, oidc, second_factor, signing_in
from service.settings import BadSetting
from service.wiring import Services
from tests.access.provider import CLIENT, SECRET, Provider, running
from tests.asking import PASSWORD, Asking, Person
from tests.world import World


@pytest.fixture
def provider() -> Iterator[Provider]:
    oidc._known.clear()
    with running() as answering:
        yield answering


@pytest.fixture
def trusting(provider: Provider, with_settings: Callable[..., Services]) -> Callable[..., Flask]:
    """The application with this provider: `trusting(oidc_create_accounts=True)`."""

    def made(**changes: Any) -> Flask:
        return create_app(
            with_settings(
                oidc_issuer=provider.issuer,
                oidc_client_id=CLIENT,
                oidc_client_secret=SECRET,
                **changes,
            )
        )

    return made


def come_back(
    app: Flask, provider: Provider, person: Person | None = None, wanted: str = "/cases"
) -> tuple[Person, Any]:
    """Somebody goes to the provider and back; the person and the last answer."""
    person = person or Person(app.test_client())
    sent = person.get("/sign-in/sso", query_string={"next": wanted})
    assert sent.status_code == 303, sent.text
    return person, person.get(f"/sign-in/sso/back?{provider.authorize(sent.location)}")


def link(services: Services, provider: Provider, username: str, subject: str = "kc-1") -> None:
    with services.action() as action:
        account = accounts.named(action.session, username)
        action.session.add(
            Identity(
                issuer=provider.issuer,
                subject=subject,
                account_id=account.id,
                linked_at=action.now,
                last_at=action.now,
            )
        )


def refused(services: Services, answer: Any) -> str:
    """The answer is a plain page, nobody is in; why is in the log."""
    assert answer.status_code == 401
    assert 'role="alert"' in answer.text
    assert "Traceback" not in answer.text
    with services.reading() as action:
        assert action.session.scalars(select(WebSession).where(WebSession.method == "oidc")).all() == []
        event = action.session.scalars(
            select(CaseEvent).where(CaseEvent.kind == "sign_in_refused").order_by(CaseEvent.id.desc())
        ).first()
    assert event is not None
    return str(event.data["reason"])


def test_a_linked_account_enters_and_lands_where_it_wanted(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    person, answer = come_back(trusting(), provider)
    assert (answer.status_code, answer.location) == (303, "/cases")
    assert "Ani" in person.get("/account").text
    assert provider.asked[0]["code_verifier"]
    with services.reading() as action:
        assert action.session.scalars(select(WebSession)).one().method == "oidc"
        assert action.session.scalars(select(SignInRequest)).all() == []
    left = person.post("/sign-out")
    assert "/sign-in/sso/leave" in person.get(left.location).text
    assert person.get("/sign-in/sso/leave").location.startswith(f"{provider.issuer}/leave?client_id=mutasi")
    assert person.get("/account").status_code == 303


def test_the_sign_in_page_offers_it_beside_passwords(
    trusting: Callable[..., Flask], asking: Asking, services: Services
) -> None:
    asking.give_password("ani")
    person = Person(trusting(oidc_label="SSO Kota").test_client())
    assert "SSO Kota" in person.get("/sign-in").text
    assert person.sign_in("ani", PASSWORD).status_code == 303
    without = asking.as_nobody()
    assert "/sign-in/sso" not in without.get("/sign-in").text
    for path in ("/sign-in/sso", "/sign-in/sso/back", "/sign-in/sso/leave"):
        assert without.get(path).status_code == 404


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        ({"nonce": "yang lain"}, "nonce"),
        ({"nonce": None}, "nonce"),
        ({"aud": "program-lain"}, "aud"),
        ({"aud": ["mutasi", "lain"]}, "for another party"),
        ({"iss": "https://sso.lain.test"}, "iss"),
        ({"exp": 1_600_000_000}, "expired"),
        ({"exp": None}, "exp"),
        ({"iat": None}, "iat"),
        ({"sub": None}, "sub"),
        ({"sub": ""}, "sub"),
    ],
)
def test_claims_that_are_not_right_are_refused(
    trusting: Callable[..., Flask],
    provider: Provider,
    services: Services,
    world: World,
    extra: dict[str, Any],
    why: str,
) -> None:
    link(services, provider, "ani")
    link(services, provider, "budi", "")
    provider.extra = extra
    _, answer = come_back(trusting(), provider)
    assert why in refused(services, answer)


def test_signatures_that_are_not_the_providers_are_refused(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    app = trusting()
    provider.algorithm = "none"
    assert "ID token" in refused(services, come_back(app, provider)[1])
    provider.algorithm = "RS256"
    forged = RSAKey.generate_key(2048, {"kid": "satu"})
    for raw in (
        jwt.encode({"alg": "RS256", "kid": "satu"}, {"sub": "kc-1"}, forged),
        jwt.encode({"alg": "HS256"}, {"sub": "kc-1"}, OctKey.import_key(SECRET * 4)),
        "bukan.token.sama-sekali",
        "",
    ):
        provider.raw_token = raw or "x"
        answer = come_back(app, provider)[1]
        assert answer.status_code == 401


def test_keys_that_changed_are_read_anew(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    app = trusting()
    assert come_back(app, provider)[1].status_code == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "dua"})
    provider_id_token = provider._id_token
    provider._id_token = lambda nonce: jwt.encode(  # type: ignore[method-assign]
        {"alg": "RS256", "kid": "dua"},
        jwt.decode(provider_id_token(nonce), provider.key).claims,
        provider.key,
    )
    assert come_back(app, provider)[1].status_code == 303


def test_states_of_others_old_ones_and_used_ones_are_refused(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    app = trusting()
    victim, attacker = Person(app.test_client()), Person(app.test_client())
    theirs = provider.authorize(attacker.get("/sign-in/sso").location)
    victim.get("/sign-in/sso")
    assert "state" in refused(services, victim.get(f"/sign-in/sso/back?{theirs}"))
    assert "state" in refused(services, victim.get("/sign-in/sso/back"))
    person = Person(app.test_client())
    query = provider.authorize(person.get("/sign-in/sso").location)
    cookie = person.cookie()
    assert person.get(f"/sign-in/sso/back?{query}").status_code == 303
    thief = Person(app.test_client())
    thief.client.set_cookie("mutasi", cookie)
    replayed = thief.get(f"/sign-in/sso/back?{query}")
    assert replayed.status_code == 401
    assert thief.get("/account").status_code == 303


def test_a_code_replayed_in_another_request_is_refused_by_the_provider(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    app = trusting()
    first = Person(app.test_client())
    used = provider.authorize(first.get("/sign-in/sso").location)
    code = used.split("&")[0]
    assert first.get(f"/sign-in/sso/back?{used}").status_code == 303
    second = Person(app.test_client())
    state = provider.authorize(second.get("/sign-in/sso").location).split("&")[1]
    answer = second.get(f"/sign-in/sso/back?{code}&{state}")
    assert answer.status_code == 401
    assert second.get("/account").status_code == 303


def test_refusals_do_not_fill_the_log(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    client = trusting().test_client()
    statuses = [client.get("/sign-in/sso/back?state=x").status_code for _ in range(15)]
    most = services.settings.sign_in_attempts
    assert statuses == [401] * most + [429] * (15 - most)
    with services.reading() as action:
        events = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "sign_in_refused")).all()
    assert len(events) == most


def test_leaving_for_the_provider_is_throttled_per_address_until_one_comes_back(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    app = trusting(sign_in_attempts=1)
    assert come_back(app, provider)[1].status_code == 303
    departures = [Person(app.test_client()).get("/sign-in/sso") for _ in range(25)]
    assert [answer.status_code for answer in departures] == [303] * 20 + [429] * 5
    assert int(departures[-1].headers["Retry-After"]) > 0
    assert 'role="alert"' in departures[-1].text
    with services.reading() as action:
        assert len(action.session.scalars(select(SignInRequest)).all()) == 20, "nothing is kept of the rest"
    assert Person(app.test_client(), "192.0.2.55").get("/sign-in/sso").status_code == 303
    returning = Person(app.test_client())
    with services.action(now=datetime.now(UTC)) as action:
        signing_in.note_return(action, "127.0.0.1")
    assert come_back(app, provider, returning)[1].status_code == 303
    assert Person(app.test_client()).get("/sign-in/sso").status_code == 303, "who came back no longer counts"


def test_a_provider_that_is_away_is_not_asked_without_end(
    trusting: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    asked: list[str] = []

    def away(address: str) -> Any:
        asked.append(address)
        raise requests.ConnectionError

    monkeypatch.setattr(oidc, "_json", away)
    app = trusting(sign_in_attempts=1)
    answers = [app.test_client().get("/sign-in/sso") for _ in range(22)]
    assert answers[-1].status_code == 429
    assert len(asked) == 20


def test_a_stolen_code_is_worth_nothing_without_its_verifier(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    app = trusting()
    victim, thief = Person(app.test_client()), Person(app.test_client())
    stolen = provider.authorize(victim.get("/sign-in/sso").location).split("&")[0]
    state = provider.authorize(thief.get("/sign-in/sso").location).split("&")[1]
    assert "refused the code" in refused(services, thief.get(f"/sign-in/sso/back?{stolen}&{state}"))


def test_the_providers_no_and_its_silence_are_said_plainly(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    app = trusting()
    person = Person(app.test_client())
    state = provider.authorize(person.get("/sign-in/sso").location).split("&")[1]
    assert "access_denied" in refused(services, person.get(f"/sign-in/sso/back?error=access_denied&{state}"))
    oidc._known.clear()
    provider.discovered = {"issuer": "https://sso.lain.test"}
    assert "another issuer" in refused(services, person.get("/sign-in/sso"))
    provider.discovered = {"token_endpoint": "http://sso.kota.test/token"}
    assert "without TLS" in refused(services, person.get("/sign-in/sso"))


def test_away_is_said_plainly(
    with_settings: Callable[..., Services], services: Services, world: World
) -> None:
    oidc._known.clear()
    app = create_app(with_settings(oidc_issuer="http://127.0.0.1:9", oidc_client_id=CLIENT))
    assert "ConnectionError" in refused(services, app.test_client().get("/sign-in/sso"))


# -- who that is here


def test_a_stranger_is_refused_unless_accounts_are_made(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    assert "none is made" in refused(services, come_back(trusting(), provider)[1])
    provider.claims |= {"preferred_username": "ani", "email": "sari@kota.test", "email_verified": True}
    person, answer = come_back(trusting(oidc_create_accounts=True), provider)
    assert answer.status_code == 303
    with services.reading() as action:
        made = accounts.named(action.session, "ani-2")
        assert (made.name, made.email, made.grants) == ("Sari Dewi", "sari@kota.test", [])
    assert person.get("/account").status_code == 200
    come_back(trusting(oidc_create_accounts=True), provider)
    with services.reading() as action:
        assert len(action.session.scalars(select(Account).where(Account.name == "Sari Dewi")).all()) == 1


@pytest.mark.parametrize(
    ("trusted", "claims", "enters"),
    [
        ({"oidc_link_by": "email"}, {"email": "Ani@contoh.test", "email_verified": True}, True),
        ({"oidc_link_by": "email"}, {"email": "ani@contoh.test", "email_verified": False}, False),
        ({"oidc_link_by": "email"}, {"email": "ani@contoh.test", "email_verified": "true"}, False),
        ({"oidc_link_by": "email"}, {"email": "ani@contoh.test"}, False),
        ({"oidc_link_by": "email"}, {"email": "antah@contoh.test", "email_verified": True}, False),
        ({}, {"email": "ani@contoh.test", "email_verified": True}, False),
        ({"oidc_link_by": "nip", "oidc_nip_claim": "nip"}, {"nip": "19900101 201501 2 001"}, True),
        ({"oidc_link_by": "nip", "oidc_nip_claim": "nip"}, {"nip": "199001012015012009"}, False),
        ({"oidc_link_by": "nip", "oidc_nip_claim": "nip"}, {"nip": ""}, False),
        ({}, {"preferred_username": "ani", "name": "Ani"}, False),
    ],
)
def test_accounts_are_linked_by_a_trusted_claim_only(
    trusting: Callable[..., Flask],
    provider: Provider,
    services: Services,
    world: World,
    trusted: dict[str, Any],
    claims: dict[str, Any],
    enters: bool,
) -> None:
    provider.claims |= claims
    _, answer = come_back(trusting(**trusted), provider)
    assert (answer.status_code == 303) is enters
    with services.reading() as action:
        assert len(action.session.scalars(select(Identity)).all()) == int(enters)


def test_an_account_that_belongs_to_one_subject_is_not_taken_by_another(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani", "kc-9")
    provider.claims |= {"email": "ani@contoh.test", "email_verified": True}
    assert "none is made" in refused(services, come_back(trusting(oidc_link_by="email"), provider)[1])


def test_a_disabled_account_stays_out(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    with services.action() as action:
        accounts.set_active(action, "ani", False)
    assert "disabled" in refused(services, come_back(trusting(), provider)[1])


def test_groups_give_roles_and_take_them_at_the_next_sign_in(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "gita")
    with services.action(world.joko) as action:
        identities.map_group(action, "/bkpsdm/analis", "analis_sdm")
        identities.map_group(action, "/bkpsdm/analis", "pegawai")
        identities.map_group(action, "/tpk", "tpk")
    app = trusting()
    provider.claims["groups"] = ["/bkpsdm/analis", "/lain"]
    person, _ = come_back(app, provider)
    assert person.get("/start").status_code == 200
    with services.reading() as action:
        held = {grant.role: grant.source for grant in accounts.named(action.session, "gita").grants}
    assert held == {"pegawai": "local", "analis_sdm": "oidc"}, "what was given here stays given here"
    provider.claims["groups"] = ["/tpk"]
    come_back(app, provider)
    with services.reading() as action:
        held = {grant.role: grant.source for grant in accounts.named(action.session, "gita").grants}
    assert held == {"pegawai": "local", "tpk": "oidc"}
    assert person.get("/start").status_code == 403, "an open session loses it at once, too"
    provider.claims.pop("groups")
    come_back(app, provider)
    with services.reading() as action:
        assert {grant.role for grant in accounts.named(action.session, "gita").grants} == {"pegawai"}
        trace = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "role_revoked")).all()
    assert [event.data["role"] for event in trace] == ["analis_sdm", "tpk"]


def test_the_second_step_is_asked_for_unless_the_provider_did(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "ani")
    with services.action(world.joko) as action:
        second_factor.require(action, ["analis_sdm"])
    app = trusting()
    person, answer = come_back(app, provider)
    assert answer.location == "/sign-in/enrol"
    assert person.get("/account").status_code == 303
    provider.claims["amr"] = ["pwd", "mfa"]
    assert come_back(app, provider)[1].location == "/cases"


def test_unlinking_ends_sessions_and_roles_by_group(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World
) -> None:
    link(services, provider, "gita")
    with services.action(world.joko) as action:
        identities.map_group(action, "tpk", "tpk")
    provider.claims["groups"] = "tpk"
    person, _ = come_back(trusting(), provider)
    with services.action(world.joko) as action:
        identities.unlink(action, "gita")
    assert person.get("/account").status_code == 303
    with services.reading() as action:
        assert {grant.role for grant in accounts.named(action.session, "gita").grants} == {"pegawai"}


@pytest.mark.parametrize(
    "given",
    [
        {"oidc_issuer": "http://sso.kota.test", "oidc_client_id": "mutasi"},
        {"oidc_issuer": "https://sso.kota.test"},
        {"oidc_issuer": "https://sso.kota.test", "oidc_client_id": "x", "oidc_link_by": "nama"},
        {"oidc_issuer": "https://sso.kota.test", "oidc_client_id": "x", "oidc_link_by": "nip"},
    ],
)
def test_settings_that_cannot_be_trusted_stop_the_start(
    with_settings: Callable[..., Services], given: dict[str, Any]
) -> None:
    with pytest.raises(BadSetting):
        create_app(with_settings(**given))


@pytest.mark.parametrize("target", ["https://evil.test/", "//evil.test", "/\\evil.test"])
def test_coming_back_leads_to_pages_of_ours_only(
    trusting: Callable[..., Flask], provider: Provider, services: Services, world: World, target: str
) -> None:
    link(services, provider, "ani")
    _, answer = come_back(trusting(), provider, wanted=target)
    assert answer.location == "/"
