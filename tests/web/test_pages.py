"""Status, redirect and who may: every page, for those it is for and for the outsider."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from service.db.cases import CaseDocument, Task
from service.operations import demo
from service.wiring import Services

Client = Callable[[str], FlaskClient]
Start = Callable[..., str]
NOWHERE = uuid.UUID(int=0)


def open_tasks(city: Services, case_id: str) -> list[Task]:
    with city.reading() as action:
        return list(action.session.query(Task).filter_by(case_id=uuid.UUID(case_id), state="open"))


@pytest.mark.parametrize(
    "address",
    ["/inbox", "/cases", "/start", "/definitions", "/definitions/upload", "/account", f"/tasks/{NOWHERE}",
     f"/cases/{NOWHERE}", f"/documents/{NOWHERE}", "/lookup/employees?q=an"],
)  # fmt: skip
def test_nobody_gets_in_without_signing_in(client: Client, address: str) -> None:
    answer = client("").get(address)
    assert answer.status_code == 303
    assert "/sign-in" in answer.headers["Location"]


def test_the_front_door_leads_to_the_inbox(client: Client) -> None:
    answer = client("ani.analis").get("/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/inbox")


@pytest.mark.parametrize("username", [role.username for role in demo.CAST])
def test_everybody_has_an_inbox_cases_and_an_account(client: Client, username: str) -> None:
    browser = client(username)
    for address in ("/inbox", "/inbox?view=mine", "/inbox?view=done", "/cases", "/account"):
        assert browser.get(address).status_code == 200, address


@pytest.mark.parametrize(
    ("username", "address", "status"),
    [
        ("gita.pegawai", "/start", 403),
        ("gita.pegawai", "/lookup/employees?q=an", 403),
        ("gita.pegawai", "/definitions", 403),
        ("ani.analis", "/definitions/upload", 403),
        ("joko.admin", "/definitions", 200),
        ("joko.admin", "/definitions/upload", 403),
        ("intan.proses", "/definitions/upload", 200),
        ("ani.analis", "/start", 200),
        ("ani.analis", f"/tasks/{NOWHERE}", 404),
        ("ani.analis", f"/cases/{NOWHERE}", 404),
        ("intan.proses", "/definitions/tidak_ada", 404),
        ("intan.proses", "/definitions/approval/99", 404),
        ("intan.proses", "/definitions/approval/1/files/tidak_ada.json", 404),
        ("ani.analis", "/inbox?cursor=rusak", 422),
    ],
)
def test_who_may_and_what_is_missing(client: Client, username: str, address: str, status: int) -> None:
    assert client(username).get(address).status_code == status


def test_an_outsider_learns_nothing_of_a_task_or_case(client: Client, start: Start, city: Services) -> None:
    case_id = start()
    task = open_tasks(city, case_id)[0]
    outsider = client("gita.pegawai")
    for address in (f"/tasks/{task.id}", f"/cases/{case_id}"):
        assert outsider.get(address).status_code == 404
    assert outsider.post(f"/tasks/{task.id}/complete", data={"answers": "{}"}).status_code == 404
    assert outsider.post(f"/cases/{case_id}/cancel", data={"reason": "x"}).status_code == 404


def test_a_reader_who_is_not_asked_sees_the_task_but_no_form(
    client: Client, start: Start, city: Services
) -> None:
    task = open_tasks(city, start())[0]
    page = client("hadi.manajer").get(f"/tasks/{task.id}")
    assert page.status_code == 200
    assert b"data-form-post" not in page.data
    assert (
        client("hadi.manajer").post(f"/tasks/{task.id}/complete", data={"answers": "{}"}).status_code == 403
    )


def test_completing_leads_on_and_a_second_time_is_a_conflict(
    client: Client, start: Start, city: Services
) -> None:
    case_id = start()
    task = open_tasks(city, case_id)[0]
    browser = client("ani.analis")
    page = browser.get(f"/tasks/{task.id}").get_data(as_text=True)
    content = json.loads(re.search(r"data-form-content>(.*?)</script>", page, re.DOTALL)[1])  # type: ignore[index]
    choice = content["data"]["pilihan_kebutuhan"][0]["value"]
    answers = json.dumps({"periode": "2026", "jabatan_tujuan": choice})
    answer = browser.post(f"/tasks/{task.id}/complete", data={"answers": answers})
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith(("/tasks/", "/inbox"))
    again = browser.post(f"/tasks/{task.id}/complete", data={"answers": json.dumps({"periode": "Tetap ada"})})
    assert again.status_code == 409
    assert "Ani Lestari lebih dahulu" in again.get_data(as_text=True)
    assert "Tetap ada" in again.get_data(as_text=True)


def test_answers_that_do_not_fit_come_back_with_messages(
    client: Client, start: Start, city: Services
) -> None:
    task = open_tasks(city, start())[0]
    page = client("ani.analis").post(
        f"/tasks/{task.id}/complete", data={"answers": json.dumps({"catatan_analisis": "Jangan hilang"})}
    )
    assert page.status_code == 422
    assert "Wajib diisi." in page.get_data(as_text=True)
    assert "Jangan hilang" in page.get_data(as_text=True)


@pytest.mark.parametrize("answers", ["", "[]", "{", '"x"', "null"])
def test_an_answer_of_no_form_is_refused_not_a_fault(
    client: Client, start: Start, city: Services, answers: str
) -> None:
    task = open_tasks(city, start())[0]
    assert (
        client("ani.analis").post(f"/tasks/{task.id}/complete", data={"answers": answers}).status_code == 422
    )


def test_the_form_of_an_asked_employee_holds_no_candidates(
    client: Client, start: Start, city: Services
) -> None:
    """What the browser gets to draw a form is what the form speaks of, and nothing else of the case's data."""
    task = open_tasks(city, start())[0]
    page = client("ani.analis").get(f"/tasks/{task.id}").get_data(as_text=True)
    content = json.loads(re.search(r"data-form-content>(.*?)</script>", page, re.DOTALL)[1])  # type: ignore[index]
    assert set(content["data"]) <= {
        "periode",
        "pilihan_kebutuhan",
        "jabatan_tujuan",
        "prioritas",
        "catatan_analisis",
    }


def test_the_language_is_kept_and_leads_back_only_to_ourselves(client: Client) -> None:
    browser = client("dewi.tpk")
    for wanted, location in [
        ("/cases?status=running", "/cases?status=running"),
        ("//evil.example/x", "/"),
        ("https://evil.example", "/"),
    ]:
        answer = browser.post("/language", data={"language": "en", "next": wanted})
        assert (answer.status_code, answer.headers["Location"]) == (303, location)
    assert 'lang="en"' in browser.get("/inbox").get_data(as_text=True)
    assert "Inbox" in browser.get("/inbox").get_data(as_text=True)
    browser.post("/language", data={"language": "id", "next": "/"})
    assert "Kotak masuk" in browser.get("/inbox").get_data(as_text=True)


@pytest.mark.parametrize("address", ["/cases", "/inbox/fields", "/account/absence"])
def test_filters_name_the_processes_in_the_reader_s_language(
    client: Client, start: Start, address: str
) -> None:
    start()
    browser = client("ani.analis")
    for language, name in (("en", "Transfer lifecycle"), ("id", "Siklus mutasi")):
        browser.post("/language", data={"language": language, "next": "/"})
        assert name in browser.get(address).text, language


def test_a_document_is_attached_and_handed_out_as_a_download(
    client: Client, start: Start, city: Services
) -> None:
    case_id = start()
    browser = client("ani.analis")
    sent = {
        "kind": "Surat bebas temuan",
        "number": "1/2026",
        "file": (io.BytesIO(b"%PDF-1.7 isi"), "Surat bebas temuan.pdf"),
    }
    answer = browser.post(f"/cases/{case_id}/documents", data=sent, content_type="multipart/form-data")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/cases/{case_id}")
    page = browser.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "Surat bebas temuan.pdf" in page
    assert "Dokumen dilampirkan: Surat bebas temuan" in page
    with city.reading() as action:
        document = action.session.query(CaseDocument).filter_by(case_id=uuid.UUID(case_id)).one()
    assert document.kind == "bebas_temuan"  # as the rule on documents calls it
    got = browser.get(f"/documents/{document.id}")
    assert got.data == b"%PDF-1.7 isi"
    assert got.headers["Content-Disposition"].startswith("attachment")
    assert client("gita.pegawai").get(f"/documents/{document.id}").status_code == 404


def test_a_path_in_the_name_of_a_file_is_left_out(client: Client, start: Start) -> None:
    case_id, browser = start(), client("ani.analis")
    sent = {"kind": "lain", "file": (io.BytesIO(b"%PDF-1.7 isi"), "../../etc/surat.pdf")}
    browser.post(f"/cases/{case_id}/documents", data=sent, content_type="multipart/form-data")
    page = browser.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "surat.pdf dilampirkan." in page
    assert "etc" not in page
    assert " 1 KB" in page


def test_a_page_of_script_is_not_taken_as_a_document(client: Client, start: Start) -> None:
    case_id = start()
    browser = client("ani.analis")
    sent = {"kind": "lain", "file": (io.BytesIO(b"<html><script>alert(1)</script>"), "surat.pdf")}
    browser.post(f"/cases/{case_id}/documents", data=sent, content_type="multipart/form-data")
    page = browser.get(f"/cases/{case_id}").get_data(as_text=True)
    assert "surat.pdf" not in page
    assert "yang diterima" in page


@pytest.mark.parametrize("content", [b"<html>", b"%PDF-1.7" + bytes(11 * 1024 * 1024), None])
def test_what_was_typed_beside_a_refused_file_is_kept_for_the_next_one(
    client: Client, start: Start, content: bytes | None
) -> None:
    case_id, browser = start(), client("ani.analis")

    def attach(sent: bytes | None) -> str:
        file = {} if sent is None else {"file": (io.BytesIO(sent), "surat.pdf")}
        data = {"kind": "Nota dinas", "number": "7/2026", **file}
        browser.post(f"/cases/{case_id}/documents", data=data, content_type="multipart/form-data")
        return browser.get(f"/cases/{case_id}").text

    typed = ('value="Nota dinas"', 'value="7/2026"')
    refused = attach(content)
    assert all(text in refused for text in typed)
    assert not any(text in attach(b"%PDF-1.7 isi") for text in typed)
    attach(content)
    assert not any(text in browser.get(f"/cases/{case_id}").text for text in typed), "once"


def test_stored_sources_are_downloads_in_a_sandbox(client: Client) -> None:
    answer = client("intan.proses").get("/definitions/approval/1/files/approval.bpmn")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_lookups_answer_in_few_letters(client: Client) -> None:
    browser = client("ani.analis")
    assert browser.get("/lookup/employees?q=G").get_json() == {"items": []}
    people = browser.get("/lookup/employees?q=Gita").get_json()["items"]
    assert people
    assert all(set(item) == {"value", "label", "detail"} for item in people)
    assert browser.get("/lookup/positions?q=perawat").get_json()["items"]
    assert browser.get("/lookup/units?q=kecamatan").get_json()["items"]


def test_a_case_is_started_with_what_was_chosen(client: Client, city: Services) -> None:
    browser = client("ani.analis")
    assert browser.post("/start", data={"definition": "umum_vacancy", "kind": "M1"}).status_code == 422
    assert (
        browser.post("/start", data={"definition": "tidak_ada", "kind": "M1", "reason": "x"}).status_code
        == 422
    )
    answer = browser.post(
        "/start", data={"definition": "umum_vacancy", "kind": "M1", "reason": "Jabatan kosong."}
    )
    assert answer.status_code == 303
    assert "Jabatan kosong." in browser.get(answer.headers["Location"]).get_data(as_text=True)
    assert client("gita.pegawai").post("/start", data={"definition": "umum_vacancy"}).status_code == 403


def test_an_upload_that_is_no_diagram_is_said_so(client: Client) -> None:
    browser = client("intan.proses")
    for name, content in [("x.exe", b"MZ"), ("x.bpmn", b"not xml"), ("x.bpmn", b"")]:
        sent = {"files": (io.BytesIO(content), name)}
        answer = browser.post("/definitions/upload", data=sent, content_type="multipart/form-data")
        assert answer.status_code == 422, name


def test_a_stage_that_others_share_says_what_their_cases_do_in_it(
    start: Callable[..., str], client: Client
) -> None:
    start("umum_vacancy")
    page = client("intan.proses").get("/definitions/needs_analysis/1").text
    assert re.search(r"[1-9]\d* kasus berada pada tahap ini", page)
    assert "0 kasus berjalan" not in page
    assert 'id="doing-title"' in page
