"""Talk, notices, the account page, the calendar and the installed application, as a browser without script meets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import select

from service.db.accounts import Account
from service.db.cases import Task
from service.db.notices import Notice
from service.operations import accounts, due, extending
from service.wiring import Services

Client = Callable[[str], FlaskClient]


@pytest.fixture
def case(start: Callable[..., str]) -> str:
    return start()


def say(
    browser: FlaskClient, case: str, body: str, audience: str = "workers", **more: str
) -> tuple[int, str]:
    answer = browser.post(f"/cases/{case}/comments", data={"body": body, "audience": audience, **more})
    return answer.status_code, answer.text


def test_a_comment_stands_on_the_case_and_on_its_tasks(city: Services, client: Client, case: str) -> None:
    with city.reading() as action:
        task = action.session.scalars(
            select(Task.id).where(Task.state == "open").order_by(Task.id.desc())
        ).first()
    status, _ = say(
        client("ani.analis"), case, "Mohon cek formasi.\nLihat https://bkn.go.id/a?b=1&c=2.", task=str(task)
    )
    assert status == 303
    for address in (f"/cases/{case}", f"/tasks/{task}"):
        page = client("citra.bkpsdm").get(address).text
        assert "Mohon cek formasi.<br>" in page
        assert 'href="https://bkn.go.id/a?b=1&amp;c=2"' in page
        assert 'data-action="comment"' in page
    page = client("citra.bkpsdm").get(f"/cases/{case}").text
    assert "Menulis komentar" in page
    told = re.search(r'<p class="timeline-words"><a href="#(comment-[^"]+)">Mohon cek formasi\.', page)
    assert told
    assert f'id="{told[1]}"' in page


@pytest.mark.parametrize(
    "typed",
    ["<script>alert(1)</script>", '<img src=x onerror="a()">', "javascript:alert(1)", 'https://a.id/"onx="1'],
)
def test_what_is_typed_stays_text(client: Client, case: str, typed: str) -> None:
    say(client("ani.analis"), case, typed)
    page = client("ani.analis").get(f"/cases/{case}").text
    said = re.search(r'<p class="comment-body">(.*?)</p>', page, re.S)
    assert said
    assert "<script" not in said[1]
    assert "<img" not in said[1]
    assert 'href="javascript' not in said[1]
    assert not re.search(r"<a[^>]*onx", said[1])


def test_comments_of_deciders_are_hidden_from_who_only_sees_the_case(client: Client, case: str) -> None:
    say(client("ani.analis"), case, "Hanya untuk pemutus.")
    say(client("ani.analis"), case, "Untuk semua.", audience="everyone")
    page = client("hadi.manajer").get(f"/cases/{case}").text
    assert "Untuk semua." in page
    assert "Hanya untuk pemutus." not in page
    assert client("gita.pegawai").post(f"/cases/{case}/comments", data={"body": "x"}).status_code == 404


def test_a_mention_is_told_and_leads_to_the_comment(client: Client, case: str) -> None:
    assert say(client("ani.analis"), case, "@citra.bkpsdm, setuju?")[0] == 303
    citra = client("citra.bkpsdm")
    page = citra.get("/notices").text
    assert "Anda disebut dalam komentar" in page
    assert "@Citra Maharani" in page  # by name, as in the comment
    assert "setuju?" in page
    link = re.search(r'href="(/notices/[^"]+/open)"', page)
    assert link
    answer = citra.get(link[1])
    assert re.search(rf"/cases/{case}#comment-", answer.headers["Location"])
    assert ">@Citra Maharani" in citra.get(f"/cases/{case}").text


def test_nobody_is_named_who_may_not_read_it(client: Client, case: str) -> None:
    ani = client("ani.analis")
    for username in ("gita.pegawai", "hadi.manajer", "tidak.ada"):
        status, page = say(ani, case, f"@{username} tolong")
        assert status == 422
        assert f"@{username} tolong" in page, "what was typed is kept"
    assert say(ani, case, "@hadi.manajer tolong", audience="everyone")[0] == 303
    found = ani.get(f"/cases/{case}/mentionable?q=ha").get_json()["items"]
    assert "hadi.manajer" not in {item["value"] for item in found}
    found = ani.get(f"/cases/{case}/mentionable?q=ha&audience=everyone").get_json()["items"]
    assert "hadi.manajer" in {item["value"] for item in found}


def test_ones_own_comment_can_be_changed_and_taken_back_and_that_stays(client: Client, case: str) -> None:
    ani = client("ani.analis")
    say(ani, case, "Kasus ini menungu.")
    found = re.search(r'id="comment-([0-9a-f-]{36})"', ani.get(f"/cases/{case}").text)
    assert found
    path = f"/cases/{case}/comments/{found[1]}"
    assert ani.post(f"{path}/edit", data={"body": "Kasus ini menunggu."}).status_code == 303
    page = ani.get(f"/cases/{case}").text
    assert "Kasus ini menunggu." in page
    assert "(diubah)" in page
    assert client("citra.bkpsdm").post(f"{path}/delete").status_code == 403
    assert ani.post(f"{path}/delete").status_code == 303
    page = ani.get(f"/cases/{case}").text
    assert "Kasus ini menunggu." not in page
    assert "Ditarik kembali oleh penulisnya." in page


def test_a_script_gets_the_panel_alone(client: Client, case: str) -> None:
    answer = client("ani.analis").post(
        f"/cases/{case}/comments", data={"body": "Halo"}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Halo" in answer.text


def test_the_bell_counts_until_everything_is_read(city: Services, client: Client, case: str) -> None:
    say(client("ani.analis"), case, "@dewi.tpk mohon dilihat")
    dewi = client("dewi.tpk")
    assert dewi.get("/notices/count").get_json()["count"] == "2"  # and that she stands in for Eko
    assert "2 belum dibaca" in dewi.get("/inbox").text
    with city.reading() as action:
        notice = action.session.scalars(select(Notice).order_by(Notice.id.desc())).first()
    assert notice
    assert client("eko.sekda").post(f"/notices/{notice.id}/read").status_code == 404
    dewi.post("/notices/read")
    assert dewi.get("/notices/count").get_json()["count"] == ""
    assert "Semua sudah Anda baca." in dewi.get("/notices?view=unread").text


def test_wishes_are_kept(client: Client) -> None:
    fitri = client("fitri.walikota")
    wanted = {
        "rhythm": "daily",
        "offered_rhythm": "hourly",
        "hour": "09:00",
        "quiet": "on",
        "quiet_from": "18:30",
        "quiet_to": "05:15",
        "app:mention": "on",
        "push:mention": "on",
    }
    assert fitri.post("/account/notices", data=wanted).status_code == 303
    page = fitri.get("/account").text
    assert 'value="18:30"' in page
    assert re.search(r'name="mail:mention"[^>]*>', page)[0].count("checked") == 0  # type: ignore[index]
    assert re.search(r'name="push:mention"[^>]*>', page)[0].count("checked") == 1  # type: ignore[index]
    assert fitri.post("/account/notices", data=wanted | {"quiet_from": "99:99"}).status_code == 422


def test_language_and_zone_hold_on_every_page(client: Client, case: str) -> None:
    eko = client("eko.sekda")
    chosen = {"locale": "en", "timezone": "Asia/Jayapura"}
    assert eko.post("/account/settings", data=chosen).status_code == 303
    page = eko.get(f"/cases/{case}").text
    assert '<html lang="en">' in page
    assert " WIT" in page
    assert eko.post("/account/settings", data=chosen | {"timezone": "Mars/Base"}).status_code == 422
    eko.post("/account/settings", data={"locale": "id", "timezone": "Asia/Jakarta", "single_keys": "on"})


def test_a_calendar_shows_ones_deadlines_to_who_knows_its_address(
    city: Services, client: Client, start: Callable[..., str]
) -> None:
    start()
    with city.action() as action:
        ani_id = action.session.scalars(select(Account.id).where(Account.username == "ani.analis")).one()
        task = action.session.scalars(
            select(Task).where(Task.state == "open", Task.due_at.is_not(None)).order_by(Task.id.desc())
        ).first()
        assert task
        task.assignee_id = ani_id
        task_id = task.id
    ani = client("ani.analis")
    page = ani.post("/account/calendar").text
    address = re.search(r'value="http://localhost(/feeds/[^"]+\.ics)"', page)
    assert address
    assert address[1] not in ani.get("/account").text, "the address is shown once"
    nobody = client("")
    answer = nobody.get(address[1])
    assert answer.mimetype == "text/calendar"
    shown = Calendar.from_ical(answer.data)
    todo = next(part for part in shown.walk("VTODO") if str(task_id) in part["uid"])
    assert todo["status"] == "NEEDS-ACTION"
    assert todo["due"].dt.utcoffset().total_seconds() == 7 * 3600
    assert todo["url"].endswith(f"/tasks/{task_id}")
    assert "MUT-" in todo["summary"]
    assert any(str(task_id) in part["uid"] for part in shown.walk("VEVENT"))
    again = nobody.get(address[1], headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    event = next(part for part in shown.walk("VEVENT") if str(task_id) in part["uid"])
    with city.reading() as action:
        hadi = accounts.actor_of(action, accounts.named(action.session, "hadi.manajer"))
    with city.action(hadi) as action:
        extending.extend(action, task_id, date(2027, 3, 1), "Menunggu formasi")
    moved = Calendar.from_ical(nobody.get(address[1]).data)
    later = next(part for part in moved.walk("VEVENT") if part["uid"] == event["uid"])
    assert later["dtend"].dt.date() == date(2027, 3, 1)
    assert later["sequence"] > event["sequence"], "or programs keep the old deadline"
    with city.action() as action:
        task = action.session.get_one(Task, task_id)
        task.state, task.closed_by, task.closed_at = "completed", ani_id, action.now
    done = Calendar.from_ical(nobody.get(address[1]).data)
    assert [part for part in done.walk("VEVENT") if str(task_id) in part["uid"]] == []
    (todo,) = [part for part in done.walk("VTODO") if str(task_id) in part["uid"]]
    assert todo["status"] == "COMPLETED"
    ani.post("/account/calendar/revoke")
    assert nobody.get(address[1]).status_code == 404
    assert nobody.get("/feeds/x.ics").status_code == 404


def test_the_pages_can_be_installed(client: Client) -> None:
    nobody = client("")
    manifest = nobody.get("/manifest.webmanifest")
    assert manifest.mimetype == "application/manifest+json"
    said = manifest.get_json()
    assert said["start_url"] == "/", "where the day begins for whoever opens it"
    assert {icon["purpose"] for icon in said["icons"]} == {"any", "maskable"}
    for icon in said["icons"]:
        assert nobody.get(icon["src"]).mimetype == "image/png"
    worker = nobody.get("/sw.js")
    assert worker.mimetype == "text/javascript"
    assert worker.headers["Service-Worker-Allowed"] == "/"
    assert worker.headers["Cache-Control"] == "no-cache"
    policy = worker.headers["Content-Security-Policy"]
    assert "worker-src 'self'" in policy
    assert "manifest-src 'self'" in policy
    assert "Tidak ada sambungan" in nobody.get("/offline").text
    page = client("ani.analis").get("/inbox")
    assert 'rel="manifest"' in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_a_task_for_one_person_is_told_to_that_person(city: Services, start: Callable[..., str]) -> None:
    start()
    due.run(city, limit=500)
    with city.reading() as action:
        told = action.session.scalars(select(Notice.kind)).all()
    assert "offered" not in told, "work of a role is no row per member"
