"""The page of a task: drafts, decisions that can be taken back, handing on, sending back, fields that ask the server."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from service.db.accounts import Account
from service.db.cases import CaseDocument, Task
from service.db.drafts import Draft, HeldDecision
from service.db.people import Employee
from service.operations import accounts, cases, definitions, demo, due, holding, suspending
from service.web.answers import for_the_form
from service.wiring import Services
from tests.clocks import put_ahead
from tests.operations.diagrams import HEAD

Start = Callable[..., str]
Client = Callable[[str], FlaskClient]


@pytest.fixture(scope="module")
def slow(city: Services) -> Services:
    """The city, with ten seconds to take a decision back."""
    return replace(city, settings=replace(city.settings, undo_seconds=10))


@pytest.fixture(scope="module")
def served(slow: Services) -> Services:
    return slow


@pytest.fixture
def task(start: Start, city: Services) -> uuid.UUID:
    """The analyst's task at the beginning of a new case."""
    return first_open(city, start())


@pytest.fixture(scope="module", autouse=True)
def colleague(city: Services) -> None:
    with city.action() as action:
        accounts.create(action, "siti.analis", "Siti Analis", password=demo.PASSWORD)
        accounts.grant(action, "siti.analis", "analis_sdm")


def first_open(city: Services, case_id: str) -> uuid.UUID:
    with city.reading() as action:
        found = select(Task.id).where(Task.case_id == uuid.UUID(case_id), Task.state == "open")
        return action.session.scalars(found).all()[0]


def of(city: Services, model: Any, task_id: uuid.UUID) -> Any:
    with city.reading() as action:
        return action.session.scalars(select(model).where(model.task_id == task_id)).first()


def state(city: Services, task_id: uuid.UUID) -> str:
    with city.reading() as action:
        return action.session.get_one(Task, task_id).state


def content(page: str) -> dict[str, Any]:
    found = re.search(r"data-form-content>(.*?)</script>", page, re.DOTALL)
    assert found
    drawn: dict[str, Any] = json.loads(found[1])
    return drawn


def answers(browser: FlaskClient, task_id: uuid.UUID) -> dict[str, Any]:
    drawn = content(browser.get(f"/tasks/{task_id}").text)
    choice = drawn["data"]["pilihan_kebutuhan"][0]["value"]
    return {"periode": "2026", "jabatan_tujuan": choice, "catatan_analisis": "Ingat ini"}


def decide(browser: FlaskClient, task_id: uuid.UUID) -> Any:
    given = json.dumps(answers(browser, task_id))
    return browser.post(f"/tasks/{task_id}/complete", data={"answers": given})


def type_in(browser: FlaskClient, task_id: uuid.UUID, **answers: Any) -> Any:
    return browser.post(
        f"/tasks/{task_id}/draft",
        data={"answers": json.dumps(answers)},
        headers={"Accept": "application/json"},
    )


def test_a_decision_waits_with_an_undo_on_every_page_and_then_reaches_the_engine(
    client: Client, city: Services, slow: Services, task: uuid.UUID
) -> None:
    browser = client("ani.analis")
    answer = decide(browser, task)
    assert answer.status_code == 303
    assert state(city, task) == "open"
    for path in (answer.headers["Location"], "/cases", f"/tasks/{task}", "/tasks/held"):
        assert f'action="/tasks/{task}/undo"' in browser.get(path, follow_redirects=True).text, path
    assert str(task) not in browser.get("/inbox").text.replace(f"/tasks/{task}/undo", "").replace(
        f'data-tasks="{task}"', ""
    )
    colleague = client("siti.analis").get(f"/tasks/{task}").text
    assert "sedang memutuskan tugas ini" in colleague
    assert "data-form-content" not in colleague
    put_ahead(slow, seconds=11)
    due.run(slow)
    assert state(city, task) == "completed"
    put_ahead(slow, seconds=0)
    assert f"/tasks/{task}/undo" not in browser.get("/cases").text


def test_taken_back_the_form_has_its_text_again(client: Client, city: Services, task: uuid.UUID) -> None:
    browser = client("ani.analis")
    decide(browser, task)
    answer = browser.post(f"/tasks/{task}/undo")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/tasks/{task}")
    page = browser.get(f"/tasks/{task}").text
    assert "isian Anda ada di formulir" in page
    assert content(page)["data"]["catatan_analisis"] == "Ingat ini"
    assert of(city, HeldDecision, task) is None
    assert state(city, task) == "open"
    in_inbox = {"data": {"from": "inbox"}, "headers": {"Referer": "http://localhost/inbox?kind=analisis"}}
    again = browser.post(f"/tasks/{task}/undo", **in_inbox).headers["Location"]
    assert again == f"/inbox?kind=analisis&task={task}"  # with the filters that were set
    too_late = browser.post(f"/tasks/{task}/undo", follow_redirects=True)
    assert "tidak dapat dibatalkan lagi" in too_late.text


def test_the_way_back_leads_to_the_inbox_as_it_was_filtered(client: Client, task: uuid.UUID) -> None:
    browser, inbox = client("ani.analis"), "http://localhost/inbox?kind=analisis&task=x"
    page = browser.get(f"/tasks/{task}", headers={"Referer": inbox}).text
    assert '<a class="back" href="/inbox?kind=analisis">' in page
    page = browser.get(f"/tasks/{task}", headers={"Referer": "http://localhost/cases?kind=M1"}).text
    assert '<a class="back" href="/inbox">' in page


def test_what_was_decided_together_is_taken_back_together_and_by_nobody_else(
    client: Client, city: Services, slow: Services, start: Start
) -> None:
    browser, batch = client("ani.analis"), uuid.uuid4()
    tasks = [first_open(city, start()) for _ in range(2)]
    with city.reading() as action:
        ani = accounts.actor_of(action, accounts.named(action.session, "ani.analis"))
    for task in tasks:
        with slow.action(ani) as action:
            holding.decide(action, task, answers(browser, task), batch=batch)
    undo = f"/inbox/batch/{batch}/undo"
    page = browser.get("/cases").text
    assert page.count(f'action="{undo}"') == 1
    assert "2 diputus sekaligus" in page
    assert "tidak dapat dibatalkan lagi" in client("siti.analis").post(undo, follow_redirects=True).text
    answer = browser.post(undo, headers={"Referer": "http://localhost/inbox?kind=putus"})
    assert answer.headers["Location"] == "/inbox?kind=putus"  # the filters that were set are set again
    assert "2 putusan dibatalkan." in browser.get(answer.headers["Location"]).text
    for elsewhere in ("http://elsewhere.example/inbox?kind=putus", f"http://localhost{undo}"):
        assert browser.post(undo, headers={"Referer": elsewhere}).headers["Location"] == "/inbox"
    assert [of(city, HeldDecision, task) for task in tasks] == [None, None]
    assert "tidak dapat dibatalkan lagi" in browser.post(undo, follow_redirects=True).text


def test_a_decision_that_could_not_be_carried_out_is_told_on_every_page(
    client: Client, city: Services, slow: Services, task: uuid.UUID
) -> None:
    browser = client("ani.analis")
    decide(browser, task)
    with city.action() as action:
        citra = accounts.actor_of(action, accounts.named(action.session, "citra.bkpsdm"))
    with city.action(citra) as action:
        cases.cancel(action, action.session.get_one(Task, task).case_id, "Salah orang")
    put_ahead(slow, seconds=11)
    due.run(slow)
    put_ahead(slow, seconds=0)
    assert "tidak dijalankan" in browser.get("/inbox").text
    page = browser.get(f"/tasks/{task}").text
    assert "Putusan Anda tidak dapat dijalankan" in page
    assert re.search(r"Citra Maharani[^<]* membatalkan kasus: Salah orang", page)
    assert "Ingat ini" in page
    browser.post(f"/tasks/{task}/draft/discard")
    assert "tidak dijalankan" not in browser.get("/inbox").text


def test_a_draft_is_kept_unchecked_and_back_after_signing_out(
    client: Client, city: Services, task: uuid.UUID
) -> None:
    browser = client("ani.analis")
    answer = type_in(browser, task, catatan_analisis="belum selesai", jabatan_tujuan="entah")
    assert answer.status_code == 200
    assert re.fullmatch(r"\d\d[.:]\d\d", answer.get_json()["saved"])
    browser.post("/sign-out")
    page = client("ani.analis").get(f"/tasks/{task}").text
    assert content(page)["data"]["catatan_analisis"] == "belum selesai"
    assert "Konsep tersimpan" in page
    assert of(city, Draft, task).answers["jabatan_tujuan"] == "entah"


def test_a_colleagues_draft_is_offered_and_taken_over(client: Client, task: uuid.UUID) -> None:
    siti, ani = client("siti.analis"), client("ani.analis")
    type_in(siti, task, catatan_analisis="dari Siti")
    page = ani.get(f"/tasks/{task}").text
    assert "Siti Analis meninggalkan konsep" in page
    assert "dari Siti" not in page
    whose = re.search(r'name="whose" value="([^"]+)"', page)
    assert whose
    ani.post(f"/tasks/{task}/draft/take-over", data={"whose": whose[1]})
    page = ani.get(f"/tasks/{task}").text
    assert content(page)["data"]["catatan_analisis"] == "dari Siti"
    assert "meninggalkan konsep" not in page


def test_typing_on_after_somebody_finished_says_who_was_first(client: Client, task: uuid.UUID) -> None:
    ani, siti = client("ani.analis"), client("siti.analis")
    type_in(ani, task, catatan_analisis="milik Ani")
    decide(siti, task)
    assert type_in(ani, task, catatan_analisis="milik Ani").status_code == 200  # it may still come back
    answer = ani.post(
        f"/tasks/{task}/complete", data={"answers": json.dumps({"catatan_analisis": "milik Ani"})}
    )
    assert answer.status_code == 409
    assert "Siti Analis" in answer.text
    assert "milik Ani" in answer.text


def test_what_the_data_offer_is_named_in_the_readers_language(client: Client, task: uuid.UUID) -> None:
    ani = client("ani.analis")
    for language, lacking in (("en", r"\(\d+\.\d short\)$"), ("id", r"\(kurang \d+,\d\)$")):
        ani.post("/language", data={"language": language, "next": "/"})
        offered = content(ani.get(f"/tasks/{task}").text)["data"]["pilihan_kebutuhan"][0]
        assert re.search(lacking, offered["label"])
        assert set(offered) == {"label", "value"}


def test_a_draft_of_a_finished_task_is_refused_and_what_was_typed_stays_readable(
    client: Client, city: Services, slow: Services, task: uuid.UUID
) -> None:
    ani, siti = client("ani.analis"), client("siti.analis")
    type_in(ani, task, catatan_analisis="milik Ani")
    position = content(ani.get(f"/tasks/{task}").text)["data"]["pilihan_kebutuhan"][0]
    decide(siti, task)
    put_ahead(slow, seconds=11)
    due.run(slow)
    put_ahead(slow, seconds=0)
    refused = type_in(ani, task, catatan_analisis="lebih")
    assert refused.status_code == 409
    assert refused.get_json()["by"] == "Siti Analis"
    answer = ani.post(
        f"/tasks/{task}/complete", data={"answers": json.dumps({"catatan_analisis": "sebelah"})}
    )
    assert answer.status_code == 409
    assert all(text in answer.text for text in ("Ingat ini", "sebelah", "Siti Analis lebih dahulu"))
    assert position["label"] in html.unescape(answer.text)  # what was chosen, in words
    assert position["value"] not in answer.text
    assert "sebelah" in ani.get(f"/tasks/{task}").text


def test_handing_on_and_what_the_page_says(client: Client, city: Services, task: uuid.UUID) -> None:
    ani, siti = client("ani.analis"), client("siti.analis")
    page = ani.get(f"/tasks/{task}").text
    with city.reading() as action:
        to = action.session.scalars(select(Account.id).where(Account.username == "siti.analis")).one()
    assert f'<option value="{to}">Siti Analis</option>' in page
    assert 'data-action="delegate"' in page
    answer = ani.post(f"/tasks/{task}/delegate", data={"to": str(to), "note": "Saya cuti"})
    assert answer.status_code == 303
    page = siti.get(f"/tasks/{task}").text
    assert "didelegasikan kepada Siti Analis" in page
    assert "Saya cuti" in page
    assert str(task) in siti.get("/inbox?view=mine").text
    refused = ani.post(f"/tasks/{task}/delegate", data={"to": str(to)})
    assert refused.status_code == 409
    assert "Siti Analis" in refused.text
    assert ani.post(f"/tasks/{task}/assign", data={"to": str(to)}).status_code == 403


def test_sending_back_to_an_earlier_step_by_its_name(
    client: Client, city: Services, slow: Services, start: Start
) -> None:
    case_id = start("tinjauan")
    client("ani.analis").post(f"/tasks/{first_open(city, case_id)}/complete", data={"answers": "{}"})
    put_ahead(slow, seconds=11)
    due.run(slow)
    put_ahead(slow, seconds=0)
    second, dewi = first_open(city, case_id), client("dewi.tpk")
    page = dewi.get(f"/tasks/{second}").text
    assert '<option value="periksa">Periksa</option>' in page
    assert 'data-action="send-back"' in page
    dewi.post(f"/tasks/{second}/send-back", data={"element": "periksa"})
    assert state(city, second) == "open"
    dewi.post(f"/tasks/{second}/send-back", data={"element": "periksa", "reason": "Belum lengkap"})
    assert state(city, second) == "cancelled"
    page = client("ani.analis").get(f"/tasks/{first_open(city, case_id)}").text
    assert "Belum lengkap" in page


def test_ones_own_decision_can_be_withdrawn_while_nobody_acted_on_it(
    client: Client, city: Services, slow: Services, start: Start
) -> None:
    case_id = start("tinjauan")
    ani = client("ani.analis")
    task = first_open(city, case_id)
    ani.post(f"/tasks/{task}/complete", data={"answers": "{}"})
    put_ahead(slow, seconds=11)
    due.run(slow)
    put_ahead(slow, seconds=0)
    assert state(city, task) == "completed"
    assert "Tarik putusan saya" in ani.get(f"/tasks/{task}").text
    ani.post(f"/tasks/{task}/withdraw", data={"reason": "Salah lampiran"})
    again = first_open(city, case_id)
    with city.reading() as action:
        assert action.session.get_one(Task, again).element == "periksa"
    assert "Salah lampiran" in ani.get(f"/tasks/{again}").text


REVIEW = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:mutasi="{namespace}" id="d" targetNamespace="t">
  <process id="tinjauan" name="Tinjauan" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="periksa"/>
    <userTask id="periksa" name="Periksa" mutasi:role="analis_sdm" mutasi:form="tinjauan">
      <incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="periksa" targetRef="putuskan"/>
    <userTask id="putuskan" name="Putuskan" mutasi:role="tpk"><incoming>f2</incoming><outgoing>f3</outgoing></userTask>
    <sequenceFlow id="f3" sourceRef="putuskan" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f3</incoming></endEvent>
  </process>
</definitions>"""
FORM = {
    "type": "default",
    "id": "tinjauan",
    "schemaVersion": 18,
    "components": [
        {
            "type": "textfield",
            "id": "F1",
            "key": "pengganti",
            "label": "Pengganti",
            "properties": {"lookup": "employees"},
        },
        {
            "type": "textfield",
            "id": "F2",
            "key": "jabatan",
            "label": "Jabatan",
            "properties": {"lookup": "positions"},
        },
        {"type": "filepicker", "id": "F3", "key": "berkas", "label": "Berkas", "multiple": True},
        {"type": "textfield", "id": "F4", "key": "catatan", "label": "Catatan"},
        {
            "type": "dynamiclist",
            "id": "F5",
            "path": "hadir",
            "label": "Hadir",
            "isRepeating": True,
            "allowAddRemove": True,
            "components": [
                {
                    "type": "textfield",
                    "id": "F6",
                    "key": "nip",
                    "label": "Nama",
                    "properties": {"lookup": "employees"},
                },
                {"type": "textfield", "id": "F7", "key": "sebagai", "label": "Sebagai"},
            ],
        },
    ],
}


@pytest.fixture(scope="module", autouse=True)
def review(city: Services) -> None:
    """A process whose form looks people up and takes files."""
    namespace = re.search(r'xmlns:mutasi="([^"]+)"', HEAD)
    assert namespace
    files = [
        definitions.SourceFile("tinjauan.bpmn", REVIEW.format(namespace=namespace[1]).encode()),
        definitions.SourceFile("tinjauan.json", json.dumps(FORM).encode()),
    ]
    with city.action() as action:
        definitions.deploy(action, files)


@pytest.fixture
def reviewed(start: Start, city: Services) -> uuid.UUID:
    return first_open(city, start("tinjauan"))


def look_up(browser: FlaskClient, task_id: uuid.UUID, field: str, text: str) -> Any:
    return browser.get(
        f"/tasks/{task_id}/look-up",
        query_string={"field": field, "q": text},
        headers={"Accept": "application/json"},
    )


def test_fields_look_up_by_a_few_letters_and_store_the_key(
    client: Client, city: Services, reviewed: uuid.UUID
) -> None:
    ani = client("ani.analis")
    people = look_up(ani, reviewed, "pengganti", "an").get_json()["items"]
    posts = look_up(ani, reviewed, "jabatan", "kepala").get_json()["items"]
    assert 0 < len(people) <= 12
    assert posts
    nip, name = people[0]["value"], people[0]["label"]
    assert re.fullmatch(r"\d{18}", nip)
    assert look_up(ani, reviewed, "hadir.nip", nip[:8]).get_json()["items"]
    assert look_up(ani, reviewed, "pengganti", "a").get_json()["items"] == []
    type_in(ani, reviewed, pengganti=nip)
    drawn = content(ani.get(f"/tasks/{reviewed}").text)
    assert drawn["data"]["pengganti"] == nip
    assert drawn["named"]["employees"][nip]["label"] == name
    answers = {"pengganti": nip, "jabatan": posts[0]["value"], "hadir": [{"nip": nip, "sebagai": "Ketua"}]}
    assert ani.post(f"/tasks/{reviewed}/complete", data={"answers": json.dumps(answers)}).status_code == 303


def test_what_was_not_chosen_from_the_list_is_refused_on_its_field(
    client: Client, reviewed: uuid.UUID
) -> None:
    answers = {"pengganti": "Budi saja", "jabatan": "x", "hadir": [{"nip": "0", "sebagai": "Ketua"}]}
    answer = client("ani.analis").post(f"/tasks/{reviewed}/complete", data={"answers": json.dumps(answers)})
    assert answer.status_code == 422
    drawn = content(answer.text)
    assert set(drawn["errors"]) == {"pengganti", "jabatan", "hadir.0.nip"}
    assert "Pilih dari daftar." in drawn["errors"]["pengganti"]
    assert drawn["data"]["pengganti"] == "Budi saja"
    assert "Budi saja" not in drawn["named"].get("employees", {})  # or it would look as if chosen
    assert "Hadir: Tidak ada pegawai" in answer.text


@pytest.mark.parametrize(("who", "status"), [("dewi.tpk", 403), ("gita.pegawai", 404), ("hadi.manajer", 403)])
def test_only_who_is_offered_the_task_looks_up_and_sends_files(
    client: Client, reviewed: uuid.UUID, who: str, status: int
) -> None:
    browser = client(who)
    assert look_up(browser, reviewed, "pengganti", "ani").status_code == status
    sent = browser.post(
        f"/tasks/{reviewed}/files", data={"field": "berkas", "file": (BytesIO(b"%PDF-1.4"), "x.pdf")}
    )
    assert sent.status_code == status
    assert type_in(browser, reviewed, catatan="x").status_code == status


def test_a_field_that_looks_nothing_up_answers_nothing(client: Client, reviewed: uuid.UUID) -> None:
    ani = client("ani.analis")
    for field in ("catatan", "berkas", "hadir", "tidak_ada", ""):
        assert look_up(ani, reviewed, field, "ani").status_code == 404


def test_a_file_becomes_a_document_under_its_own_name(
    client: Client, city: Services, reviewed: uuid.UUID
) -> None:
    ani = client("ani.analis")
    name = "Surat bukti – Ñoño (2).pdf"
    sent = ani.post(
        f"/tasks/{reviewed}/files", data={"field": "berkas", "file": (BytesIO(b"%PDF-1.4 isi"), name)}
    )
    assert (sent.status_code, sent.get_json()["name"]) == (200, name)
    document = sent.get_json()["id"]
    type_in(ani, reviewed, berkas=[document])
    assert content(ani.get(f"/tasks/{reviewed}").text)["named"]["files"][document]["name"] == name
    answer = ani.post(f"/tasks/{reviewed}/complete", data={"answers": json.dumps({"berkas": [document]})})
    assert answer.status_code == 303
    with city.reading() as action:
        stored = action.session.get_one(CaseDocument, uuid.UUID(document))
        assert (stored.filename, stored.kind, stored.media_type) == (name, "berkas", "application/pdf")


@pytest.mark.parametrize(
    ("body", "name", "said"),
    [
        (b"MZ\x90\x00", "surat.pdf", "Hanya berkas PDF"),
        (b"", "kosong.pdf", "kosong"),
        (b"<html><script>", "halaman.txt", "Hanya berkas PDF"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_content(
    client: Client, reviewed: uuid.UUID, body: bytes, name: str, said: str
) -> None:
    answer = client("ani.analis").post(
        f"/tasks/{reviewed}/files", data={"field": "berkas", "file": (BytesIO(body), name)}
    )
    assert answer.status_code == 422
    assert said in answer.get_json()["said"]


def test_an_answer_names_documents_of_its_own_case_only(
    client: Client, city: Services, start: Start, reviewed: uuid.UUID
) -> None:
    ani, other = client("ani.analis"), first_open(city, start("tinjauan"))
    sent = ani.post(f"/tasks/{other}/files", data={"field": "berkas", "file": (BytesIO(b"%PDF-1"), "a.pdf")})
    answers = {"berkas": [sent.get_json()["id"]]}
    answer = ani.post(f"/tasks/{reviewed}/complete", data={"answers": json.dumps(answers)})
    assert answer.status_code == 422
    assert set(content(answer.text)["errors"]) == {"berkas"}


def test_a_task_of_a_suspended_case_says_why_nothing_can_be_done_and_keeps_what_was_typed(
    client: Client, city: Services, task: uuid.UUID
) -> None:
    browser = client("ani.analis")
    type_in(browser, task, catatan_analisis="Setengah")
    with city.reading() as action:
        case_id = action.session.get_one(Task, task).case_id
    with city.action() as action:
        hadi = accounts.actor_of(action, accounts.named(action.session, "hadi.manajer"))
    with city.action(hadi) as action:
        suspending.suspend(action, case_id, "Menunggu hasil audit")
    page = browser.get(f"/tasks/{task}").get_data(as_text=True)
    assert "Kasus ditangguhkan sejak" in page
    assert "Menunggu hasil audit" in page
    assert "Setengah" in page
    assert "data-form-post" not in page
    for action_name in ("claim", "delegate", "approve", "send-back"):
        assert f'data-action="{action_name}"' not in page
    with city.action(hadi) as action:
        suspending.resume(action, case_id)
    again = browser.get(f"/tasks/{task}").get_data(as_text=True)
    assert "Kasus ditangguhkan sejak" not in again
    assert content(again)["data"]["catatan_analisis"] == "Setengah"


def test_what_others_said_and_whom_they_suggest_is_among_the_facts(
    client: Client, city: Services, start: Start
) -> None:
    with city.reading() as action:
        nip, name = action.session.execute(select(Employee.nip, Employee.nama).limit(1)).one()
    said = {"peran": "unit_asal", "label": "Dinas Asal", "pendapat_pihak": "setuju_bersyarat"}
    case_id = start(
        pendapat=[said | {"pengganti": nip, "alasan_pendapat": "Bila ada pengganti"}],
        putusan_tpk="ubah",
        alasan_tpk="Cari calon dari unit yang longgar",
    )
    page = client("ani.analis").get(f"/tasks/{first_open(city, case_id)}").get_data(as_text=True)
    assert "Bila ada pengganti" in page
    assert re.search(rf"Pengganti yang diusulkan:</span> {re.escape(str(escape(name)))}", page)
    assert "Cari calon dari unit yang longgar" in page


def test_legal_rules_are_said_in_the_readers_language_and_older_ones_in_indonesian(
    client: Client, city: Services, start: Start
) -> None:
    rule = {"hasil": "gagal", "tingkat": "P", "dasar": "PP 11/2017 Pasal 190 ayat (3)"}
    rules = [
        rule | {"id": "R02", "judul": "Masa jabatan", "judul_en": "Time in the post"},
        rule | {"id": "R03", "judul": "Wajib ditinjau", "pesan": "Sudah 80 bulan."},
    ]
    rules[0] |= {"pesan": "Masa jabatan 20 bulan.", "pesan_en": "Months in the post: 20."}
    summary = {"kejelasan": "R02 perlu alasan khusus.", "kejelasan_en": "Special reason needed: R02."}
    path = f"/tasks/{first_open(city, start(aturan=rules, **summary))}"
    browser = client("ani.analis")
    english, indonesian = browser.get(f"{path}?lang=en").text, browser.get(f"{path}?lang=id").text
    for page, said, unsaid in (
        (english, rules[0]["pesan_en"], rules[0]["pesan"]),
        (english, summary["kejelasan_en"], summary["kejelasan"]),
        (indonesian, rules[0]["pesan"], rules[0]["pesan_en"]),
        (indonesian, summary["kejelasan"], summary["kejelasan_en"]),
    ):
        assert said in page
        assert unsaid not in page
    for page in (english, indonesian):
        assert "Sudah 80 bulan." in page
        assert "PP 11/2017 Pasal 190 ayat (3)" in page


def test_the_panes_for_the_inbox_are_the_page_without_its_frame(client: Client, task: uuid.UUID) -> None:
    panes = client("ani.analis").get(f"/tasks/{task}/panes").text
    assert "<html" not in panes
    assert "data-form-content" in panes
    assert 'name="from" value="inbox"' in panes
    assert (
        f'name="next" value="/inbox?task={task}"' in panes
    )  # attaching a document leads back beside the list
    assert client("gita.pegawai").get(f"/tasks/{task}/panes").status_code == 404


def test_of_a_variable_the_browser_gets_only_what_the_form_speaks_of() -> None:
    schema = {
        "components": [{"key": "pengganti", "conditional": {"hide": '=pihak.peran = "pegawai" or n > 1'}}]
    }
    data = {"pihak": {"peran": "pegawai", "label": "Gita", "nip": "1990"}, "n": 2, "calon": "Gita"}
    assert for_the_form(schema, data) == {"pihak": {"peran": "pegawai"}, "n": 2}
