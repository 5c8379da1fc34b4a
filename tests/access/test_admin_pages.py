"""The administration's pages: nobody but an administrator enters, and what they change is changed and in the log."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from service.db.accounts import Account, ApiToken, Grant
from service.db.cases import CaseEvent
from service.db.people import Employee, Unit
from service.operations import accounts, demo
from service.wiring import Services
from tests.asking import PASSWORD, Asking, Person
from tests.world import CAST, World

SOMEBODY = "00000000-0000-0000-0000-000000000001"
PAGES = (
    "/admin",
    "/admin/accounts",
    "/admin/accounts/new",
    f"/admin/accounts/{SOMEBODY}",
    "/admin/accounts/lookup/employees?q=an",
    "/admin/accounts/lookup/units?q=an",
    "/admin/accounts/lookup/accounts?q=an",
    "/admin/roles",
    "/admin/units",
    "/admin/units/x",
    "/admin/sessions",
    "/admin/sign-in",
    "/admin/tokens",
    "/admin/calendar",
    "/admin/mail",
    "/admin/audit",
    "/admin/audit/1",
    "/admin/audit/people?q=an",
    f"/admin/audit/who/{SOMEBODY}",
)


def log(services: Services, *kinds: str) -> list[CaseEvent]:
    with services.reading() as action:
        query = select(CaseEvent).where(CaseEvent.kind.in_(kinds)).order_by(CaseEvent.id)
        return list(action.session.scalars(query))


def account_id(services: Services, username: str) -> uuid.UUID:
    with services.reading() as action:
        return accounts.named(action.session, username).id


def admin_rules(asking: Asking) -> list[tuple[str, str]]:
    """(method, path) of every route below /admin, with something in the place of its variables."""
    found = []
    for rule in asking.app.url_map.iter_rules():
        if rule.rule.startswith("/admin"):
            path = re.sub(r"<uuid:[^>]+>", SOMEBODY, rule.rule)
            path = re.sub(r"<int:[^>]+>", "1", path)
            path = re.sub(r"<[^>]+>", "x", path)
            found += [(method, path) for method in rule.methods or () if method in ("GET", "POST")]
    return found


ON_ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""Who may go where does not hang on the kind of database."""


@ON_ONE_DATABASE
@pytest.mark.parametrize("who", sorted(set(CAST) - {"joko"}))
def test_nobody_else_enters_any_route(asking: Asking, who: str) -> None:
    person = asking.as_person(who)
    token = person.csrf()
    rules = admin_rules(asking)
    assert len(rules) > 40
    for method, path in rules:
        if method == "GET":
            answer = person.get(path)
        else:
            answer = person.client.post(path, data={"csrf_token": token}, environ_overrides=person.address)
        assert answer.status_code == 403, (method, path)
    assert "/admin" not in person.get("/account").text


@ON_ONE_DATABASE
def test_nobody_at_all_is_sent_to_sign_in(asking: Asking) -> None:
    for path in PAGES:
        answer = asking.as_nobody().get(path)
        assert (answer.status_code, answer.location.split("?")[0]) == (303, "/sign-in"), path


@ON_ONE_DATABASE
def test_a_program_with_an_administrators_token_gets_no_page(asking: Asking) -> None:
    program = asking.as_program("joko")
    headers = {"Authorization": f"Bearer {program.token}"}
    assert program.client.get("/admin/accounts", headers=headers).status_code == 303


@ON_ONE_DATABASE
def test_the_administrator_opens_every_page_in_both_languages(asking: Asking) -> None:
    joko = asking.as_person("joko")
    assert "/admin" in joko.get("/account").text
    for path in PAGES:
        for language in ("id", "en"):
            answer = joko.get(f"{path}{'&' if '?' in path else '?'}lang={language}")
            missing = SOMEBODY in path or path in ("/admin/units/x",)
            assert answer.status_code == (404 if missing else 303 if "/who/" in path else 200), path


@ON_ONE_DATABASE
def test_changes_need_the_token_of_the_session(asking: Asking) -> None:
    joko, budi = asking.as_person("joko"), asking.as_person("budi")
    foreign = budi.csrf()
    for method, path in admin_rules(asking):
        if method == "POST":
            answer = joko.client.post(path, data={"csrf_token": foreign}, environ_overrides=joko.address)
            assert answer.status_code == 403, path


def test_making_an_account_with_roles_and_giving_its_owner_a_way_in(
    asking: Asking, services: Services
) -> None:
    joko = asking.as_person("joko")
    form = {"username": "sari", "name": "Sari", "email": "sari@contoh.test", "role": ["tpk", "pegawai"]}
    made = joko.post("/admin/accounts/new", form)
    assert made.status_code == 303, made.text
    with services.reading() as action:
        sari = accounts.named(action.session, "sari")
        assert {grant.role for grant in sari.grants} == {"tpk", "pegawai"}
        assert (sari.email, sari.password_hash) == ("sari@contoh.test", None)
    shown = joko.post(f"{made.location}/link").text
    link = re.search(r"http://[^<\s]+(/sign-in/link/[\w-]+)", shown)
    assert link
    owner = Person(asking.as_nobody())
    assert "Sari" in owner.get(link[1]).text
    twice = {"password": "lima ekor gajah terbang", "again": "lima ekor gajah terbang"}
    differ = owner.post(link[1], {**twice, "again": "lain"}, page=link[1])
    assert differ.status_code == 422
    assert owner.post(link[1], twice, page=link[1]).status_code == 303
    assert owner.sign_in("sari", twice["password"]).status_code == 303
    assert Person(asking.as_nobody()).get(link[1]).status_code == 404, "a link works once"
    kinds = [event.kind for event in log(services, "account_created", "role_granted", "password_link_made")]
    assert kinds == ["account_created", "role_granted", "role_granted", "password_link_made"]
    assert all(event.actor_name == "Joko" for event in log(services, "role_granted"))


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "Sari Dewi"), ("username", "ani"), ("name", ""), ("email", "bukan"), ("nip", "123")],
)
def test_an_account_that_cannot_be_made_says_where(
    asking: Asking, services: Services, field: str, value: str
) -> None:
    joko = asking.as_person("joko")
    form = {"username": "sari", "name": "Sari", "email": "", "nip": "", "role": "tpk"} | {field: value}
    answer = joko.post("/admin/accounts/new", form)
    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    with services.reading() as action:
        made = action.session.scalar(select(Account.id).where(Account.username == "sari"))
        assert made is None, "nothing of it is kept"


def test_what_is_refused_is_said_in_the_readers_language_with_its_values(asking: Asking) -> None:
    answer = asking.as_person("joko").post("/admin/accounts/new", {"username": "ani", "name": "Ani Kedua"})
    assert answer.status_code == 422
    assert "Nama pengguna ani sudah dipakai." in answer.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Berkas kosong."),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEV", "Ekspor ulang dari program kalender sebagai .ics."),
        (b"x" * 1_000_001, "Paling besar 1 MB."),
    ],
    ids=["empty", "broken", "large"],
)
def test_a_file_that_is_no_calendar_is_refused_in_the_readers_words(
    asking: Asking, content: bytes, said: str
) -> None:
    file = (io.BytesIO(content), "libur.ics")
    answer = asking.as_person("joko").post("/admin/calendar/import", {"file": file})
    assert answer.status_code == 422
    assert said in answer.text
    assert "BEGIN:" not in answer.text


def test_a_link_is_void_after_two_days_and_after_another(asking: Asking, services: Services) -> None:
    joko, ani = asking.as_person("joko"), account_id(services, "ani")
    links = [
        re.search(r"/sign-in/link/[\w-]+", joko.post(f"/admin/accounts/{ani}/link").text) for _ in range(2)
    ]
    first, second = (found[0] for found in links if found)
    assert asking.as_nobody().get(first).status_code == 404
    assert asking.as_nobody().get(second).status_code == 200
    with services.action() as action:
        from service.db.administration import PasswordLink

        for link in action.session.scalars(select(PasswordLink)):
            link.expires_at -= timedelta(hours=48)
    assert asking.as_nobody().get(second).status_code == 404


def test_a_temporary_password_has_to_be_changed_before_anything_opens(
    asking: Asking, services: Services
) -> None:
    joko, ani = asking.as_person("joko"), asking.as_person("ani")
    shown = joko.post(f"/admin/accounts/{account_id(services, 'ani')}/password").text
    made = re.search(r'class="once[^>]*>([^<]+)<', shown)
    assert made
    assert ani.get("/account").status_code == 303, "a new password ends what was open"
    answer = ani.sign_in("ani", made[1])
    assert answer.location == "/sign-in/password"
    assert ani.get("/account").status_code == 303
    page = "/sign-in/password"
    for wanted in (made[1], "pendek"):
        assert ani.post(page, {"password": wanted, "again": wanted}, page=page).status_code == 422
    chosen = {"password": "tujuh kerbau di sawah", "again": "tujuh kerbau di sawah"}
    assert ani.post(page, chosen, page=page).status_code == 303
    assert ani.get("/account").status_code == 200
    assert ani.post("/sign-out").status_code == 303
    assert ani.sign_in("ani", made[1]).status_code == 401


def test_roles_are_given_for_a_unit_and_taken_at_once(asking: Asking, services: Services) -> None:
    with services.action() as action:
        action.session.add(Unit(id="unor-a", nama="Puskesmas Melati", jenis="lain", instansi_id="kota"))
    joko, gita = asking.as_person("joko"), asking.as_person("gita")
    path = f"/admin/accounts/{account_id(services, 'gita')}/roles"
    assert joko.post(path, {"role": "analis_sdm"}).status_code == 303
    assert gita.get("/start").status_code == 200
    assert joko.post(path, {"role": "kepala_unit", "unit": "unor-a"}).status_code == 303
    assert "Puskesmas Melati" in joko.get(f"/admin/accounts/{account_id(services, 'gita')}").text
    joko.post(path, {"role": "kepala_unit", "unit": "tidak-ada"})
    joko.post(path, {"role": "raja"})
    joko.post(f"{path}/take", {"role": "analis_sdm"})
    assert gita.get("/start").status_code == 403
    with services.reading() as action:
        held = action.session.execute(
            select(Grant.role, Grant.unit_id).where(Grant.account_id == account_id(services, "gita"))
        ).all()
    assert sorted(map(tuple, held)) == [("kepala_unit", "unor-a"), ("pegawai", None)]


def test_the_last_administrator_stays(asking: Asking, services: Services) -> None:
    joko = asking.as_person("joko")
    path = f"/admin/accounts/{account_id(services, 'joko')}"
    joko.post(f"{path}/roles/take", {"role": "administrator"})
    joko.post(f"{path}/active", {"active": "no"})
    assert joko.get("/admin/accounts").status_code == 200
    assert log(services, "role_revoked", "account_disabled") == []
    with services.action() as action:
        accounts.grant(action, "citra", "administrator")
    joko.post(f"{path}/roles/take", {"role": "administrator"})
    assert joko.get("/admin/accounts").status_code == 403


def test_disabling_ends_sessions_and_tokens_at_once(asking: Asking, services: Services) -> None:
    joko, ani, program = asking.as_person("joko"), asking.as_person("ani"), asking.as_program("ani")
    path = f"/admin/accounts/{account_id(services, 'ani')}/active"
    joko.post(path, {"active": "no"})
    assert ani.get("/account").status_code == 303
    assert program.get("/tasks").status_code == 401
    joko.post(path, {"active": "yes"})
    assert ani.sign_in("ani", PASSWORD).status_code == 303


def test_profile_fields_cannot_smuggle_rights(asking: Asking, services: Services) -> None:
    gita = asking.as_person("gita")
    smuggled = {"present": PASSWORD, "password": "sembilan kuda nil", "again": "sembilan kuda nil"}
    answer = gita.post("/account/security/password", smuggled | {"role": "administrator", "is_admin": "1"})
    assert answer.status_code == 303
    with services.reading() as action:
        assert [grant.role for grant in accounts.named(action.session, "gita").grants] == ["pegawai"]


def test_tokens_are_shown_once_used_and_revoked(asking: Asking, services: Services) -> None:
    joko = asking.as_person("joko")
    answer = joko.post("/admin/tokens", {"username": "robi", "name": "jembatan", "days": "30"})
    token = re.search(r"mut_[\w-]{20,}", answer.text)
    assert token
    assert token[0] not in joko.get("/admin/tokens").text
    headers = {"Authorization": f"Bearer {token[0]}"}
    assert asking.as_nobody().get("/api/v1/tasks", headers=headers).status_code == 200
    with services.reading() as action:
        row = action.session.scalars(select(ApiToken)).one()
        assert row.used_at is not None
        assert row.expires_at is not None
        assert timedelta(days=29) < row.expires_at - row.created_at <= timedelta(days=30)
        assert token[0] not in str(row.__dict__)
    joko.post(f"/admin/tokens/{row.id}/revoke")
    assert asking.as_nobody().get("/api/v1/tasks", headers=headers).status_code == 401
    assert joko.post("/admin/tokens", {"username": "antah", "name": "x"}).status_code == 422


def test_sessions_are_seen_and_ended(asking: Asking, services: Services) -> None:
    joko = asking.as_person("joko")
    ani, elsewhere = asking.as_person("ani"), asking.as_person("ani", "10.9.8.7")
    page = joko.get("/admin/sessions?q=10.9.8").text
    handle = re.search(r'name="session" value="([0-9a-f]+)"', page)
    assert handle
    joko.post("/admin/sessions/end", {"account": account_id(services, "ani"), "session": handle[1]})
    assert elsewhere.get("/account").status_code == 303
    assert ani.get("/account").status_code == 200
    for wrong in ("", "0" * 24, handle[1]):
        joko.post("/admin/sessions/end", {"account": account_id(services, "ani"), "session": wrong})
    assert ani.get("/account").status_code == 200
    joko.post(f"/admin/accounts/{account_id(services, 'ani')}/sessions")
    assert ani.get("/account").status_code == 303


def test_ones_own_sessions_are_ended_one_by_one_or_all_others(asking: Asking) -> None:
    here, there, phone = (asking.as_person("ani", f"10.0.0.{number}") for number in (1, 2, 3))
    budi = asking.as_person("budi")
    page = here.get("/account/security").text
    assert "10.0.0.2" in page
    handles = re.findall(r'name="session" value="([0-9a-f]+)"', page)
    assert len(handles) == 2, "this browser's own cannot be ended here"
    budi.post("/account/security/sessions/end", {"session": handles[0]})
    assert [person.get("/account").status_code for person in (here, there, phone)] == [200, 200, 200]
    here.post("/account/security/sessions/end", {"session": handles[0]})
    assert sorted(person.get("/account").status_code for person in (there, phone)) == [200, 303]
    here.post("/account/security/sessions/end")
    assert [person.get("/account").status_code for person in (here, there, phone)] == [200, 303, 303]


def test_changing_ones_password_needs_the_present_one_and_is_throttled(
    asking: Asking, services: Services
) -> None:
    here, there = asking.as_person("ani"), asking.as_person("ani")
    wanted = {"password": "delapan merpati putih", "again": "delapan merpati putih"}
    path = "/account/security/password"
    assert here.post(path, {"present": "salah sama sekali", **wanted}).status_code == 422
    assert here.post(path, {"present": PASSWORD, **wanted}).status_code == 303
    assert (here.get("/account").status_code, there.get("/account").status_code) == (200, 303)
    guesses = [here.post(path, {"present": f"tebakan {n}", **wanted}).status_code for n in range(12)]
    assert guesses[-1] == 429


def test_the_audit_finds_by_who_what_when_case_and_person(
    asking: Asking, services: Services, world: World
) -> None:
    with services.action(world.joko) as action:
        accounts.grant(action, "gita", "tpk")
        accounts.grant(action, "hadi", "tpk")
    with services.action() as action:
        accounts.revoke(action, "hadi", "tpk")
        today = action.calendar.local_date(action.now)
    joko = asking.as_person("joko")

    def found(**filters: Any) -> list[str]:
        answer = joko.get("/admin/audit", query_string={**filters, "lang": "en"})
        assert answer.status_code == 200
        return re.findall(r'/admin/audit/(\d+)"', answer.text)

    given = [str(event.id) for event in log(services, "role_granted")]
    taken = [str(event.id) for event in log(services, "role_revoked")]
    assert found(kind="role_granted") == given[::-1]
    assert found(kind="role_granted", person="gita") == given[:1]
    assert found(who="joko", kind="role_granted") == given[::-1]
    assert found(who="system", kind="role_revoked") == taken
    assert found(kind="role_granted", since=(today + timedelta(days=1)).isoformat()) == []
    assert found(kind="role_granted", until=today.isoformat(), since=today.isoformat()) == given[::-1]
    assert found(kind="role_granted", until=(today - timedelta(days=1)).isoformat()) == []
    assert found(case="MUT-1999-000001") == []
    line = joko.get(f"/admin/audit/{given[0]}?lang=en").text
    assert "<dt>Role</dt><dd>Performance appraisal team</dd>" in line


def test_the_audit_is_exported_with_its_filter_and_the_export_is_in_it(
    asking: Asking, services: Services, world: World
) -> None:
    with services.action() as action:
        accounts.create(action, "rumus", "=HYPERLINK(1)")
        for number in range(3):
            accounts.create(action, f"orang{number}", f"Orang {number}")
        actor = accounts.actor_of(action, accounts.named(action.session, "rumus"))
    with services.action(actor) as action:
        from service.operations.recording import write_event

        write_event(action, "mail_tested", name="=1+1")
    joko = asking.as_person("joko")
    answer = joko.post("/admin/audit/export", {"form": "csv", "kind": "account_created"})
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["what"] for row in rows] == ["orang2", "orang1", "orang0", "rumus"]
    page = joko.get("/admin/audit?kind=account_created").text
    assert {row["happened"] for row in rows} == {"Akun dibuat"}
    assert page.count("Akun dibuat</a>") == len(rows)
    assert all(row["at"].endswith("+07:00") for row in rows)
    assert all(datetime.fromisoformat(row["at"]) == datetime.fromisoformat(row["at_utc"]) for row in rows)
    risky = joko.post("/admin/audit/export", {"form": "csv", "kind": "mail_tested"})
    cells = next(csv.DictReader(io.StringIO(risky.data.decode("utf-8-sig"))))
    assert (cells["who"], cells["what"]) == ("'=HYPERLINK(1)", "'=1+1")
    book = joko.post("/admin/audit/export", {"form": "xlsx", "kind": "mail_tested"})
    sheet = load_workbook(io.BytesIO(book.data)).worksheets[0]
    assert (
        dict(zip((cell.value for cell in sheet[1]), (cell.data_type for cell in sheet[2]), strict=True))[
            "what"
        ]
        == "s"
    )
    exported = log(services, "audit_exported")
    assert [(event.name, event.data["filters"]["kind"]) for event in exported] == [
        ("csv", "account_created"),
        ("csv", "mail_tested"),
        ("xlsx", "mail_tested"),
    ]
    assert exported[0].actor_name == "Joko"


def test_pages_of_the_audit_follow_each_other(asking: Asking, services: Services, world: World) -> None:
    with services.action() as action:
        for number in range(120):
            accounts.create(action, f"orang{number:03}", f"Orang {number}")
    joko = asking.as_person("joko")
    path, seen = "/admin/audit?kind=account_created", []
    while path:
        text = joko.get(path).text
        seen += re.findall(r'/admin/audit/(\d+)"', text)
        following = re.search(r'href="([^"]+)" rel="next"', text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 120


@ON_ONE_DATABASE
def test_an_administrators_day_begins_at_the_state_and_any_section_is_found_by_its_name(
    asking: Asking,
) -> None:
    joko = asking.as_person("joko")
    assert joko.get("/").location == "/admin"
    found = joko.get("/palette?q=audit").get_json()["groups"][0]["items"]
    assert [entry["url"] for entry in found] == ["/admin/audit"]
    assert not any(
        "/admin" in str(group) for group in asking.as_person("ani").get("/palette?q=a").get_json()["groups"]
    )


@ON_ONE_DATABASE
def test_holidays_are_named_in_the_readers_language(asking: Asking) -> None:
    joko = asking.as_person("joko")
    assert "Tahun Baru Masehi" in joko.get("/admin/calendar?year=2026&lang=id").text
    assert "New Year&#39;s Day" in joko.get("/admin/calendar?year=2026&lang=en").text


@ON_ONE_DATABASE
def test_substitutes_stand_within_the_administration(asking: Asking) -> None:
    page = asking.as_person("joko").get("/absences").text
    assert re.search(r'href="/admin" aria-current="page"', page)
    assert re.search(r'href="/absences" aria-current="page"', page)
    assert "admin-nav" not in asking.as_person("budi").get("/absences").text


def test_a_unit_gets_a_head(asking: Asking, services: Services) -> None:
    with services.action() as action:
        demo.fill(action, "kecamatan", with_cases=False)
        unit = action.session.scalars(select(Unit.id).where(Unit.kepala_nip.is_not(None))).first()
        nip = action.session.scalars(select(Employee.nip).where(Employee.unor_id != unit)).first()
    joko = asking.as_person("joko")
    assert unit in joko.get("/admin/units").text
    assert nip in joko.get(f"/admin/accounts/lookup/employees?q={nip}").get_json()["items"][0]["detail"]
    assert joko.post(f"/admin/units/{unit}/head", {"nip": nip}).status_code == 303
    joko.post(f"/admin/units/{unit}/head", {"nip": "000000000000000000"})
    with services.reading() as action:
        assert action.session.get_one(Unit, unit).kepala_nip == nip
    assert [event.name for event in log(services, "unit_head_set")] == [unit]
