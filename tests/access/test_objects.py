"""Who may see and do what with whose cases, tasks, documents and definitions: every role, by pages and by the API."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pytest
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from service.db.cases import Case, CaseDocument
from service.operations import accounts, cases, definitions, documents, tasks
from service.wiring import Services
from tests.asking import Asking
from tests.operations.diagrams import HEAD, MESSAGE, branches, timed
from tests.operations.test_tasks import open_task
from tests.world import CAST, GITA_NIP, World

EVERYBODY = [*CAST, "odi"]
RUDI_NIP = "198505052010011005"


@dataclass(frozen=True)
class Stage:
    """A case at which Budi's and Bowo's units have a task each; Ani's own part is done; Gita is meant, undecided."""

    case: uuid.UUID
    number: str
    left: uuid.UUID
    right: uuid.UUID
    document: uuid.UUID


@pytest.fixture
def stage(services: Services, world: World) -> Stage:
    with services.action() as action:
        accounts.create(action, "odi", "Odi", nip="199901012020011009")  # an account without any role
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    with services.action(world.ani) as action:
        case = cases.start(action, "cabang", subject=GITA_NIP, data={"isi": "KENARI"})
        case_id, number = case.id, case.number
    with services.action(world.ani) as action:
        tasks.complete(action, open_task(services, case_id, "periksa").id, {})
    with services.action(world.ani) as action:
        document = documents.attach(action, case_id, "lampiran", "surat.pdf", BytesIO(b"%PDF-1.4 KENARI"))
        document_id = document.id
    left, right = (open_task(services, case_id, element).id for element in ("kiri", "kanan"))
    return Stage(case_id, number, left, right, document_id)


SEES = {"ani", "lina", "budi", "bowo", "citra", "dewi", "eko", "fitri", "hadi"}
"""By role for all cases, or by a task of their unit. Not Gita, whom the case is about, before the decision."""


MANAGES = {"hadi", "citra"}
"""May suspend cases and give more time."""


def shape(answer: TestResponse) -> Any:
    """A problem without what differs from one to the next."""
    body = answer.get_json()
    return answer.status_code, {
        key: value for key, value in body.items() if key not in ("instance", "trace_id")
    }


@pytest.mark.parametrize("who", EVERYBODY)
def test_api_reading(asking: Asking, stage: Stage, who: str) -> None:
    program, stranger = asking.as_program(who), uuid.uuid4()
    for path, unknown in (
        (f"/cases/{stage.case}", f"/cases/{stranger}"),
        (f"/cases/{stage.number}", "/cases/MUT-1999-999999"),
        (f"/cases/{stage.case}/events", f"/cases/{stranger}/events"),
        (f"/cases/{stage.case}/outline", f"/cases/{stranger}/outline"),
        (f"/cases/{stage.case}/comments", f"/cases/{stranger}/comments"),
        (f"/tasks/{stage.left}", f"/tasks/{stranger}"),
        (f"/tasks?case={stage.number}", f"/tasks?case={stranger}"),
    ):
        answer, nothing = program.get(path), program.get(unknown)
        assert nothing.status_code == 404
        if who in SEES:
            assert answer.status_code == 200, path
        else:
            assert shape(answer) == shape(nothing), path
            assert "KENARI" not in answer.text
    listed = [item["id"] for item in program.get("/cases").get_json()["items"]]
    assert listed == ([str(stage.case)] if who in SEES else [])
    for query in ("scope=all", "scope=mine", "scope=offered", "state=completed&scope=all"):
        items = program.get(f"/tasks?{query}").get_json()["items"]
        assert who in SEES or items == [], query
    found = program.get(f"/cases?search={stage.number}").get_json()["items"]
    assert bool(found) is (who in SEES)


@pytest.mark.parametrize("who", EVERYBODY)
def test_api_working_on_tasks(asking: Asking, stage: Stage, who: str) -> None:
    program, unknown = asking.as_program(who), uuid.uuid4()
    mine = {"budi": stage.left, "bowo": stage.right}.get(who)
    for task in (stage.left, stage.right):
        if task == mine:
            continue
        for verb in ("claim", "release", "complete"):
            answer = program.post(f"/tasks/{task}/{verb}", {"data": {}})
            nothing = program.post(f"/tasks/{unknown}/{verb}", {"data": {}})
            if who in SEES:
                assert answer.status_code == 403, verb
            else:
                assert shape(answer) == shape(nothing), verb
    if mine:
        assert program.post(f"/tasks/{mine}/complete", {"data": {}}).status_code == 200


@pytest.mark.parametrize("who", EVERYBODY)
def test_api_other_changes(asking: Asking, stage: Stage, who: str) -> None:
    program = asking.as_program(who)
    starts, cancels = who in {"ani", "lina", "citra"}, who in {"citra", "hadi"}
    deploys, sends = who == "intan", who in {"joko", "ani", "lina", "citra", "robi"}
    views = deploys or starts or who == "joko"
    started = program.post("/cases", {"definition": "cabang"})
    assert started.status_code == (201 if starts else 403)
    sent = program.post("/messages", {"name": "tidak_ditunggu"})
    assert sent.status_code == (404 if sends else 403)
    for audience in ("workers", "everyone"):
        said = program.post(f"/cases/{stage.case}/comments", {"body": "KENARI?", "audience": audience})
        assert said.status_code == (201 if who in SEES else 404)
    assert program.post(f"/notices/{uuid.uuid4()}/read").status_code == 404
    cancelled = program.post(f"/cases/{stage.case}/cancel", {"reason": "uji"})
    assert cancelled.status_code == (200 if cancels else 403 if who in SEES else 404)
    for path in ("/definitions", "/definitions/cabang", "/definitions/cabang/versions/1/xml"):
        assert program.get(path).status_code == (200 if views else 403), path
    upload = program.post("/definitions", data={"file": (BytesIO(branches("Lain").content), "cabang.bpmn")})
    assert upload.status_code == (201 if deploys else 403)


def _bare(page: str, path: str) -> str:
    """A page without what differs from one asking to the next: its address, and the time in its form token."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.replace(path, ""))


@pytest.mark.parametrize("who", EVERYBODY)
def test_pages(asking: Asking, stage: Stage, who: str) -> None:
    person, unknown = asking.as_person(who), uuid.uuid4()
    for path in (
        f"/cases/{stage.case}",
        f"/tasks/{stage.left}",
        f"/tasks/{stage.left}/panes",
        f"/documents/{stage.document}",
        f"/documents/{stage.document}/look",
    ):
        answer = person.get(path)
        assert answer.status_code == (200 if who in SEES else 404), path
        if who not in SEES:
            other = re.sub(r"[0-9a-f-]{36}", str(unknown), path)
            assert _bare(answer.text, path) == _bare(person.get(other).text, other)
    listed = person.get("/cases").text
    assert (stage.number in listed) is (who in SEES)
    for verb in ("extend", "remind", "assign"):
        address = f"/cases/{stage.case}/tasks/{stage.left}/{verb}"
        answer = person.post(address, {"until": "2031-01-06", "to": str(unknown), "reason": "uji"})
        if who not in SEES:
            assert answer.status_code == 404, verb
        elif verb == "extend":
            assert answer.status_code == (303 if who in MANAGES else 403)
    mine = {"budi": stage.left, "bowo": stage.right}.get(who)
    for task in (stage.left, stage.right):
        for verb in ("claim", "release", "complete", "draft", "files"):
            if task != mine:
                answer = person.post(
                    f"/tasks/{task}/{verb}", {"answers": "{}", "file": (BytesIO(b"%PDF-1"), "x.pdf")}
                )
                assert answer.status_code == (403 if who in SEES else 404), verb
        looked = person.get(f"/tasks/{task}/look-up?field=x&q=ani").status_code
        assert looked == (404 if task == mine or who not in SEES else 403)
        given = {"to": str(unknown), "reason": "uji", "element": "periksa"}
        for verb in ("delegate", "assign", "send-back", "withdraw", "draft/take-over"):
            answer = person.post(f"/tasks/{task}/{verb}", given)
            assert who in SEES or answer.status_code == 404, verb
    attached = person.post(f"/cases/{stage.case}/documents", {"file": (BytesIO(b"%PDF-1.4"), "x.pdf")})
    assert attached.status_code == (303 if who in SEES else 404)
    assert person.get("/cases/export.csv").status_code == 200
    assert (stage.number in person.get("/cases/export.csv").text) is (who in SEES)
    for verb in ("suspend", "resume"):
        answer = person.post(f"/cases/{stage.case}/{verb}", {"reason": "uji"})
        assert answer.status_code == (303 if who in MANAGES else 403 if who in SEES else 404), verb
    cancelled = person.post(f"/cases/{stage.case}/cancel", {"reason": "uji"})
    assert cancelled.status_code == (303 if who in {"citra", "hadi"} else 403 if who in SEES else 404)
    assert person.get("/definitions/upload").status_code == (200 if who == "intan" else 403)
    assert person.get("/start").status_code == (200 if who in {"ani", "lina", "citra"} else 403)
    for kind in ("employees", "units", "positions"):
        allowed = who in {"ani", "lina", "citra"}
        assert person.get(f"/lookup/{kind}?q=an").status_code == (200 if allowed else 403)


def test_documents_are_attached_by_those_who_see_the_case_only(
    asking: Asking, stage: Stage, services: Services
) -> None:
    for who in ("gita", "joko", "odi"):
        asking.as_person(who).post(
            f"/cases/{stage.case}/documents", {"file": (BytesIO(b"%PDF-1.4"), "x.pdf")}
        )
    with services.reading() as action:
        assert len(action.session.scalars(select(CaseDocument)).all()) == 1


SECRETS = {
    "calon": {"nip": GITA_NIP, "nama": "NAMARAHASIA"},
    "calon_nip": GITA_NIP,
    "peringkat": [{"nip": GITA_NIP, "nama": "NAMARAHASIA"}],
    "pilihan_calon": [{"label": "NAMARAHASIA", "value": GITA_NIP}],
    "profil_talenta": [{"nip": GITA_NIP, "nama": "NAMARAHASIA"}],
    "responden": [{"nip": GITA_NIP, "nama": "NAMARAHASIA"}],
    "aspirasi": [{"tujuan": "NAMARAHASIA"}],
    "pendapat": [{"alasan_pendapat": "NAMARAHASIA"}],
    "pihak": [{"peran": "pegawai", "label": "NAMARAHASIA", "nip": GITA_NIP}],
    "aturan": [{"id": "R01", "judul": "Uji", "hasil": "lulus", "pesan": "NAMARAHASIA", "masukan": {}}],
    "kejelasan": "NAMARAHASIA",
    "kejelasan_en": "NAMARAHASIA",
}

SECRET = f"""{HEAD}
  <process id="rahasia" name="Rahasia" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="bagi"/>
    <parallelGateway id="bagi" name="Bagi">
      <incoming>f1</incoming><outgoing>f2</outgoing><outgoing>f3</outgoing></parallelGateway>
    <sequenceFlow id="f2" sourceRef="bagi" targetRef="jawab"/>
    <sequenceFlow id="f3" sourceRef="bagi" targetRef="putuskan"/>
    <userTask id="jawab" name="Jawab" mutasi:role="pegawai" mutasi:person="= penjawab">
      <incoming>f2</incoming><outgoing>f4</outgoing></userTask>
    <userTask id="putuskan" name="Putuskan" mutasi:role="ppk"><incoming>f3</incoming><outgoing>f5</outgoing></userTask>
    <sequenceFlow id="f4" sourceRef="jawab" targetRef="selesai"/>
    <sequenceFlow id="f5" sourceRef="putuskan" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f4</incoming><incoming>f5</incoming></endEvent>
  </process>
</definitions>"""


@pytest.fixture
def secret(services: Services, world: World) -> uuid.UUID:
    """A case about an employee of a secret name, undecided; another employee, Rudi, was asked something in it."""
    with services.action() as action:
        accounts.create(action, "rudi", "Rudi", nip=RUDI_NIP)
        accounts.grant(action, "rudi", "pegawai")
    with services.action(world.intan) as action:
        definitions.deploy(action, [definitions.SourceFile("rahasia.bpmn", SECRET.encode())])
    with services.action(world.ani) as action:
        case = cases.start(
            action,
            "rahasia",
            subject=GITA_NIP,
            data={**SECRETS, "penjawab": RUDI_NIP},
            title=("Mutasi NAMARAHASIA", "Transfer of NAMARAHASIA"),
        )
        return case.id


def everything_shown(asking: Asking, who: str, case: uuid.UUID) -> str:
    """All that a person gets to read of a case, by pages and by the API."""
    program, person = asking.as_program(who), asking.as_person(who)
    texts = [
        program.get(path).text
        for path in (f"/cases/{case}", f"/cases/{case}/events", "/cases", "/tasks?scope=all")
    ]
    texts += [person.get(path).text for path in (f"/cases/{case}", "/cases", "/inbox")]
    for item in program.get("/tasks?scope=all").get_json()["items"]:
        texts += [program.get(f"/tasks/{item['id']}").text, person.get(f"/tasks/{item['id']}").text]
    return "\n".join(texts)


@pytest.mark.parametrize("who", ["ani", "citra", "dewi", "eko", "fitri"])
def test_those_who_decide_see_whom_it_is_about(asking: Asking, secret: uuid.UUID, who: str) -> None:
    assert "NAMARAHASIA" in everything_shown(asking, who, secret)


@pytest.mark.parametrize("who", ["hadi", "rudi", "gita", "intan", "joko", "budi"])
def test_before_the_decision_names_are_for_those_who_decide(
    asking: Asking, secret: uuid.UUID, who: str
) -> None:
    shown = everything_shown(asking, who, secret)
    assert "NAMARAHASIA" not in shown
    if who != "gita":
        assert GITA_NIP not in shown


@pytest.mark.parametrize("who", ["hadi", "rudi"])
@pytest.mark.parametrize("text", ["NAMARAHASIA", GITA_NIP, GITA_NIP[:8]])
def test_searching_reveals_no_name(asking: Asking, secret: uuid.UUID, who: str, text: str) -> None:
    program, person = asking.as_program(who), asking.as_person(who)
    for path in (f"/cases?search={text}", f"/tasks?scope=all&search={text}", f"/tasks?search={text}"):
        assert program.get(path).get_json()["items"] == [], path
    for path in (f"/cases?q={text}", f"/inbox?q={text}"):
        assert str(secret) not in person.get(path).text, path


def test_filtering_reveals_no_unit_that_is_hidden(
    asking: Asking, secret: uuid.UUID, services: Services
) -> None:
    with services.action() as action:
        action.session.execute(update(Case).values(origin_unit="unor-asal"))
    assert asking.as_program("hadi").get("/cases?unit=unor-asal").get_json()["items"] == []
    assert len(asking.as_program("ani").get("/cases?unit=unor-asal").get_json()["items"]) == 1


def test_after_the_decision_the_subject_and_the_manager_see_it(
    asking: Asking, secret: uuid.UUID, services: Services
) -> None:
    assert asking.as_program("gita").get(f"/cases/{secret}").status_code == 404
    with services.action() as action:
        action.session.execute(update(Case).values(decided_at=action.now))
    for who in ("gita", "hadi"):
        answer = asking.as_program(who).get(f"/cases/{secret}")
        assert (answer.status_code, answer.get_json()["subject"]) == (200, GITA_NIP)
        assert not {"peringkat", "pilihan_calon", "profil_talenta"} & set(answer.get_json()["data"])


def test_problems_hold_nothing_of_the_case(asking: Asking, secret: uuid.UUID) -> None:
    hadi, fitri = asking.as_program("hadi"), asking.as_program("fitri")
    tasks_seen = fitri.get("/tasks").get_json()["items"]
    answers = [
        hadi.post(f"/tasks/{tasks_seen[0]['id']}/complete", {"data": {}}),
        hadi.post("/cases", {"definition": "rahasia"}),
        fitri.post(f"/tasks/{tasks_seen[0]['id']}/complete", {"data": {}}, headers={"If-Match": '"99"'}),
        fitri.post(f"/cases/{secret}/cancel", {"reason": "uji"}),
    ]
    for answer in answers:
        assert answer.status_code >= 400
        assert "NAMARAHASIA" not in json.dumps(answer.get_json())


def test_who_may_only_start_cases_announces_no_permit(
    asking: Asking, services: Services, world: World
) -> None:
    with services.action() as action:
        accounts.create(action, "putu", "Putu")
        accounts.grant(action, "putu", "pengelola_opd")
        definitions.deploy(action, [timed("permohonan_uji", MESSAGE), waiting()])
    case = asking.as_program("ani").post("/cases", {"definition": "menunggu"}).get_json()
    putu, joko = asking.as_program("putu"), asking.as_program("joko")
    permit = {"name": "izin_tiba", "correlation": case["number"]}
    assert putu.post("/messages", permit).status_code == 404
    assert joko.post("/messages", permit).status_code == 200
    assert putu.post("/messages", {"name": "permohonan_uji"}).status_code == 200


def waiting() -> definitions.SourceFile:
    """A case that waits for a permit at once."""
    text = f"""{HEAD}
  <message id="m" name="izin_tiba"/>
  <process id="menunggu" name="Menunggu" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="terima"/>
    <intermediateCatchEvent id="terima" name="Terima izin" mutasi:correlation="= nomor_kasus">
      <incoming>f1</incoming><outgoing>f2</outgoing><messageEventDefinition id="md" messageRef="m"/>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="terima" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f2</incoming></endEvent>
  </process>
</definitions>"""
    return definitions.SourceFile("menunggu.bpmn", text.encode())


DECIDES = {"ani", "lina", "citra", "dewi", "eko", "fitri", "budi", "bowo", "kartika"}


def test_what_is_said_to_those_who_decide_stays_with_them(asking: Asking, secret: uuid.UUID) -> None:
    ani = asking.as_program("ani")
    assert ani.post(f"/cases/{secret}/comments", {"body": "Rahasia KUTILANG"}).status_code == 201
    for who in CAST:
        texts = [
            asking.as_program(who).get(f"/cases/{secret}/comments").text,
            asking.as_person(who).get(f"/cases/{secret}").text,
            asking.as_program(who).get(f"/cases/{secret}/events").text,
            asking.as_person(who).get("/notices").text,
        ]
        reads = any("KUTILANG" in text for text in texts)
        sees = asking.as_program(who).get(f"/cases/{secret}").status_code == 200
        assert reads is (sees and who in DECIDES), who


def test_a_comment_for_everybody_names_no_candidate_before_the_decision(
    asking: Asking, secret: uuid.UUID
) -> None:
    ani = asking.as_program("ani")
    for body in ("Menurut saya Gita cocok", f"NIP {GITA_NIP}", "gita, bukan?"):
        answer = ani.post(f"/cases/{secret}/comments", {"body": body, "audience": "everyone"})
        assert answer.status_code == 422, body
    assert ani.post(f"/cases/{secret}/comments", {"body": "Gita cocok"}).status_code == 201
    assert "Gita cocok" not in asking.as_person("hadi").get(f"/cases/{secret}").text
