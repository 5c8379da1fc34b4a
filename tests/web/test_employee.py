"""My transfer: what an employee may know of it and when, their data, and who else may look."""

from __future__ import annotations

import io
import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from service.app import create_app
from service.db.accounts import Account
from service.db.cases import Case, Task
from service.db.corrections import CorrectionRequest
from service.db.notices import Notice
from service.domain.access import Actor
from service.operations import accounts, demo, due, holding, tasks, withdrawing
from service.operations.demo import employee
from service.wiring import Services
from tests.clocks import put_ahead
from tests.web.conftest import on_copy
from tests.web.test_task_page import content

GITA, ANI, FITRI = "gita.pegawai", "ani.analis", "fitri.walikota"
DECREE, RULING = "tanggapan_sk", "jawab_keberatan"


@pytest.fixture(scope="module")
def filled(city_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city in which Gita's decree has been delivered and she may object."""
    folder = tmp_path_factory.mktemp("filled")
    wired = on_copy(city_template, folder)
    with wired.action() as action:
        employee.move(action)
    wired.sessions.kw["bind"].dispose()
    return folder / "test.sqlite3"


@pytest.fixture
def town(filled: Path, tmp_path: Path) -> Iterator[Services]:
    wired = on_copy(filled, tmp_path)
    yield wired
    wired.sessions.kw["bind"].dispose()


@pytest.fixture
def client(town: Services) -> Callable[[str], FlaskClient]:
    app = create_app(town)
    app.config["WTF_CSRF_ENABLED"] = False

    def opened(username: str) -> FlaskClient:
        browser = app.test_client()
        answer = browser.post("/sign-in", data={"username": username, "password": demo.PASSWORD})
        assert answer.status_code == 303
        return browser

    return opened


Client = Callable[[str], FlaskClient]


def open_task(town: Services, form: str) -> uuid.UUID:
    with town.reading() as action:
        found = action.session.scalar(select(Task.id).where(Task.form == form, Task.state == "open"))
    assert found is not None
    return found


def actor_named(town: Services, username: str) -> Actor:
    with town.reading() as action:
        return accounts.actor_of(action, accounts.named(action.session, username))


def answer(town: Services, username: str, form: str, **given: str) -> None:
    task = open_task(town, form)
    with town.action(actor_named(town, username)) as action:
        tasks.complete(action, task, given)


def kinds_told(town: Services) -> list[str]:
    """The kinds of what Gita was told, oldest first."""
    with town.reading() as action:
        query = select(Notice.kind).join(Account, Account.id == Notice.account_id)
        return list(action.session.scalars(query.where(Account.username == GITA).order_by(Notice.id)))


def case_page(town: Services, browser: FlaskClient) -> str:
    with town.reading() as action:
        case = action.session.scalars(select(Case).order_by(Case.started_at)).all()[0]
    answer = browser.get(f"/my/cases/{case.id}")
    assert answer.status_code == 200
    return text_of(answer.text)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def later(town: Services, days: int) -> None:
    put_ahead(town, days=days)
    due.run(town)


def test_an_employee_starts_at_their_own_transfer(client: Client) -> None:
    gita = client(GITA)
    assert gita.get("/").location == "/my"
    page = text_of(gita.get("/my").text)
    assert "Sekarang giliran Anda." in page
    assert "Tanggapi SK" in page
    assert "Mutasi ke" in page
    assert "Transfer to" in text_of(gita.get("/my?lang=en").text)


def test_who_is_no_employee_has_no_such_pages(client: Client) -> None:
    fitri = client("fitri.walikota")
    for path in (
        "/my",
        "/my/wishes",
        "/my/data",
        "/my/data/export",
        "/my/data/wrong",
        "/my/wishes/units?q=an",
    ):
        assert fitri.get(path).status_code == 403, path
    for path in ("/my/request", "/my/wishes", "/my/data/wrong"):
        assert fitri.post(path).status_code == 403, path


def test_nobody_sees_the_transfer_of_another_here(client: Client, town: Services) -> None:
    with town.reading() as action:
        case = action.session.scalars(select(Case).order_by(Case.started_at)).all()[0].id
    budi = client("budi.kepala")
    assert (
        budi.get(f"/my/cases/{case}").status_code == budi.get(f"/my/cases/{uuid.uuid4()}").status_code == 404
    )
    assert str(case) not in budi.get("/my").text


def test_after_the_decree_all_about_oneself(client: Client, town: Services) -> None:
    page = case_page(town, client(GITA))
    for said in (
        "hari lagi untuk mengajukan keberatan",
        "Bagaimana Anda dinilai",
        "Aturan hukum untuk mutasi Anda",
        "Surat keputusan",
        "Yang ditanyakan kepada Anda",
        "Mengapa",
        "Evaluasi 3, 6, 12 bulan · yang pertama sekitar",
    ):
        assert said in page, said


def test_an_objection_and_its_written_answer(client: Client, town: Services) -> None:
    gita = client(GITA)
    answer(
        town, GITA, DECREE, tanggapan="keberatan", keberatan_teks="Orang tua saya sakit dan dirawat di sini."
    )
    page = case_page(town, gita)
    assert "Orang tua saya sakit" in page
    assert "menjawab secara tertulis paling lambat" in page
    ruling = client("fitri.walikota").get(f"/tasks/{open_task(town, RULING)}").text
    assert content(ruling)["data"]["keberatan_teks"].startswith("Orang tua saya sakit")  # beside the answer
    answer(
        town,
        "fitri.walikota",
        RULING,
        putusan_keberatan="ditolak",
        jawaban_keberatan="Unit penerima dekat rumah sakit.",
    )
    page = case_page(town, gita)
    assert "Jawaban tertulis" in page
    assert "Unit penerima dekat rumah sakit." in page


def test_that_an_objection_was_dismissed_is_told_and_leads_to_the_answer(
    client: Client, town: Services
) -> None:
    answer(town, GITA, DECREE, tanggapan="keberatan", keberatan_teks="Orang tua saya sakit.")
    due.run(town)
    before = kinds_told(town)
    ruling = open_task(town, RULING)
    answer(town, FITRI, RULING, putusan_keberatan="ditolak", jawaban_keberatan="Dekat rumah sakit.")
    due.run(town)
    assert kinds_told(town) == [*before, "decision"]
    gita = client(GITA)
    link = re.search(r'href="(/notices/[^"]+/open)"', gita.get("/notices").text)
    assert link
    led = gita.get(link[1])
    assert led.location.startswith("/my/cases/")
    assert "Dekat rumah sakit." in text_of(gita.get(led.location).text)

    with town.action(actor_named(town, FITRI)) as action:
        withdrawing.withdraw(action, ruling, "Salah ketik")
    due.run(town)
    assert kinds_told(town) == [*before, "decision", "withdrawn"], "the dismissal stands no more"


def test_an_answer_that_was_sent_is_not_asked_for_again(client: Client, town: Services) -> None:
    gita, task = client(GITA), open_task(town, DECREE)
    slow = replace(town, settings=replace(town.settings, undo_seconds=10))
    with slow.action(actor_named(town, GITA)) as action:
        holding.decide(action, task, {"tanggapan": "terima"})
    for page in (case_page(town, gita), text_of(gita.get("/my").text)):
        assert "Jawaban Anda sudah dikirim." in page
        assert "Sekarang giliran Anda" not in page
        assert "Terima atau ajukan keberatan" not in page
        assert "Giliran siapa" not in page


def test_an_answer_that_is_overdue_is_said_to_be(client: Client, town: Services) -> None:
    answer(town, GITA, DECREE, tanggapan="keberatan", keberatan_teks="Mohon ditinjau kembali.")
    later(town, 60)
    page = case_page(town, client(GITA))
    assert "Jawaban terlambat sejak" in page
    assert "Citra Maharani" in page


def test_too_late_to_object(client: Client, town: Services) -> None:
    gita, task = client(GITA), open_task(town, DECREE)
    later(town, 30)
    page = case_page(town, gita)
    assert "Masa keberatan berakhir" in page
    assert "Tidak sempat menjawab?" in page
    given = {"tanggapan": "keberatan", "keberatan_teks": "Mohon ditinjau kembali."}
    refused = gita.post(f"/tasks/{task}/complete", data={"answers": json.dumps(given)})
    assert refused.status_code == 409
    assert "Jangka waktunya sudah berakhir" in text_of(refused.text)
    assert "Ada yang lebih dahulu" not in refused.text  # nobody was: the time was over
    assert "Mohon ditinjau kembali." in refused.text
    assert "/my/cases/" in refused.text
    assert "Waktunya sudah habis" in text_of(gita.get(f"/tasks/{task}").text)


def test_before_the_decree_only_what_was_asked(client: Client, town: Services) -> None:
    gita = client(GITA)
    with town.action() as action:
        case = action.session.scalars(select(Case).order_by(Case.started_at)).all()[0]
        case_id, title = case.id, case.title
        case.decided_at = None
        case.effective_on = None
        case.started_by = None
        for task in action.session.scalars(select(Task).where(Task.person_nip == case.subject_nip)):
            if task.form == DECREE:
                task.person_nip = None  # as if only her wishes and her opinion had been asked
            if task.form == "permohonan":
                task.person_nip = None
    page = case_page(town, gita)
    assert title in page
    full = gita.get(f"/cases/{case_id}")  # the case's own page tells her no more
    assert full.status_code == 200
    for secret in ("Bagaimana Anda dinilai", "Aturan hukum", "Surat keputusan", "PP 11/2017 Pasal 190 ayat"):
        assert secret not in page
        assert secret not in text_of(full.text)
    with town.action() as action:  # and now as if only her wishes had been asked
        for task in action.session.scalars(select(Task).where(Task.form == "konsultasi")):
            task.person_nip = None
    page = case_page(town, gita) + text_of(gita.get("/my").text)
    assert title not in page
    assert "rahasia sampai keputusan" in page
    with town.action() as action:  # and not even that
        for task in action.session.scalars(select(Task)):
            task.person_nip = None
    assert gita.get(f"/my/cases/{case_id}").status_code == 404
    assert str(case_id) not in gita.get("/my").text


def test_who_is_asked_answers_and_does_not_steer_the_case(client: Client, town: Services) -> None:
    gita, task = client(GITA), open_task(town, DECREE)
    page = gita.get(f"/tasks/{task}").text
    for action in ("send-back", "claim", "release", "delegate"):
        assert f'data-action="{action}"' not in page
    back = {"element": "sampaikan_sk", "reason": "Saya tidak mau."}
    assert gita.post(f"/tasks/{task}/send-back", data=back).status_code == 403
    assert open_task(town, DECREE) == task


def test_a_task_is_described_in_the_readers_language(client: Client, town: Services) -> None:
    gita, task = client(GITA), open_task(town, DECREE)
    assert "diam berarti menerima" in gita.get(f"/tasks/{task}").text
    page = gita.get(f"/tasks/{task}?lang=en").text
    assert "silence means acceptance" in page
    assert "diam berarti menerima" not in page
    lifecycle = text_of(client("intan.proses").get("/definitions/execution/1?lang=en").text)
    assert "(Employee)" in lifecycle, "lanes, too"
    assert "(Pegawai)" not in lifecycle
    assert "Approval" in text_of(client("intan.proses").get("/definitions?lang=en").text)


def test_after_ones_answer_the_way_leads_back_to_ones_transfer(client: Client, town: Services) -> None:
    gita, task = client(GITA), open_task(town, DECREE)
    answered = gita.post(f"/tasks/{task}/complete", data={"answers": '{"tanggapan": "terima"}'})
    assert answered.status_code == 303
    assert gita.get(answered.location).location == "/my"


def test_staff_send_back_to_steps_of_other_stages_by_their_names(client: Client, town: Services) -> None:
    answer(town, GITA, DECREE, tanggapan="keberatan", keberatan_teks="Mohon ditinjau kembali.")
    page = client("fitri.walikota").get(f"/tasks/{open_task(town, RULING)}").text
    assert '<option value="susun_rencana">Susun rencana mutasi</option>' in page


def test_wishes_on_the_page(client: Client, town: Services) -> None:
    gita = client(GITA)
    units = gita.get("/my/wishes/units?q=kelurahan").get_json()["items"]
    form = {"unit": units[0]["value"], "priority": "3", "reason": "keluarga", "anywhere": "1"}
    assert gita.post("/my/wishes", data={**form, "reason": ""}).status_code == 422
    assert gita.post("/my/wishes", data=form).status_code == 303
    page = gita.get("/my/wishes").text
    assert units[0]["label"] in page
    wish = re.findall(r"/my/wishes/(\d+)/withdraw", page)[-1]
    assert gita.get(f"/my/wishes/{wish}").status_code == 200
    assert gita.post(f"/my/wishes/{wish}", data={**form, "reason": "karier"}).status_code == 303
    assert client("budi.kepala").post(f"/my/wishes/{wish}/withdraw").status_code == 404
    assert gita.post(f"/my/wishes/{wish}/withdraw").status_code == 303
    assert f"/my/wishes/{wish}/withdraw" not in gita.get("/my/wishes").text
    names = gita.get("/my/wishes/positions?q=penata").get_json()["items"]
    assert names
    assert not any(re.search(r"\d+/\d+", item["detail"]) for item in names)  # not how many are missing


def test_a_changed_wish_says_what_was_changed(client: Client, town: Services) -> None:
    gita = client(GITA)
    wish = re.search(r'href="(/my/wishes/\d+)#form"', gita.get("/my/wishes").text)
    assert wish is not None
    form = gita.get(wish.group(1)).text
    assert not re.search(r'name="unit_text" value="U\d+"', form), "a unit is shown by its name, or not at all"
    given = dict(re.findall(r'name="(unit|position)" value="([^"]*)"', form))
    given |= {"priority": "1", "reason": "kesehatan", "anywhere": "1"}
    assert gita.post(wish.group(1), data=given).status_code == 303
    page = text_of(gita.get("/my/wishes").text)
    assert "Alasan: Karier → Kesehatan" in page
    assert "hanya dekat tempat tinggal → juga di luar wilayah tempat tinggal" in page


def test_a_correction_from_asking_to_the_answer(client: Client, town: Services) -> None:
    gita, ani = client(GITA), client(ANI)
    page = gita.get("/my/data").text
    assert "R02" in page
    assert "72 jam" in page
    nip = re.search(r"kind=employee&amp;key=(\d+)&amp;field=tmt_jabatan", page)
    assert nip is not None
    datum = {"kind": "employee", "key": nip.group(1), "field": "tmt_jabatan"}
    assert "TMT jabatan" in gita.get("/my/data/wrong", query_string=datum).text
    assert gita.post("/my/data/wrong", data=datum).status_code == 422
    sent = {**datum, "wanted": "1 Maret 2020, lihat SK", "evidence": (io.BytesIO(b"%PDF-1.4 SK"), "sk.pdf")}
    assert gita.post("/my/data/wrong", data=sent).status_code == 303
    with town.reading() as action:
        asked = (
            action.session.scalars(select(CorrectionRequest).where(CorrectionRequest.field == "tmt_jabatan"))
            .one()
            .id
        )
    assert "1 Maret 2020" in ani.get("/corrections").text
    assert ani.get(f"/corrections/{asked}").status_code == 200
    assert ani.get(f"/corrections/{asked}/evidence").data == b"%PDF-1.4 SK"
    assert gita.get(f"/corrections/{asked}/evidence").status_code == 200
    for stranger in ("budi.kepala", "hadi.manajer", "joko.admin", GITA):
        browser = client(stranger)
        assert browser.get("/corrections").status_code == 403, stranger
        assert browser.get(f"/corrections/{asked}").status_code == 403, stranger
        assert (
            browser.post(f"/corrections/{asked}", data={"verdict": "accept", "value": "x"}).status_code == 403
        )
        if stranger != GITA:
            assert browser.get(f"/corrections/{asked}/evidence").status_code == 403, stranger
    wrong = ani.post(f"/corrections/{asked}", data={"verdict": "accept", "value": "kemarin"})
    assert wrong.status_code == 422
    assert "Tuliskan tanggal." in wrong.text
    done = {"verdict": "accept", "value": "2020-03-01", "answer": "Sesuai SK."}
    assert ani.post(f"/corrections/{asked}", data=done).status_code == 303
    page = text_of(gita.get("/my/data").text)
    assert "Sesuai SK." in page
    assert "→ 1 Mar 2020" in page
    answered = text_of(ani.get(f"/corrections/{asked}").text)
    assert re.search(r"TMT jabatan \d+ \w+ \d{4} → 1 Mar 2020", answered), "neither columns nor codes"
    assert "Diperbaiki oleh Ani Lestari" in page


def test_ones_own_data_in_english(client: Client) -> None:
    gita = client(GITA)
    gita.post("/language", data={"language": "en", "next": "/"})
    page = text_of(gita.get("/my/data").text)
    for english in ("Female", "Active", "expect", "Verified", "Latest rank decree"):
        assert english in page
    for indonesian in ("Perempuan", "Aktif", "ekspektasi", "Paham", "Terverifikasi", "Sk pangkat"):
        assert indonesian not in page


def test_letters_are_named_in_english_in_the_history_and_the_audit(client: Client, town: Services) -> None:
    with town.reading() as action:
        case = action.session.scalar(select(Task.case_id).where(Task.form == DECREE, Task.state == "open"))
    for who, address in ((ANI, f"/cases/{case}"), ("joko.admin", "/admin/audit?kind=letter_issued")):
        browser = client(who)
        browser.post("/language", data={"language": "en", "next": "/"})
        page = text_of(browser.get(address).text)
        assert "Transfer decree" in page
        assert "Keputusan mutasi" not in page


def test_a_correction_is_chosen_in_english(client: Client, town: Services) -> None:
    gita, ani = client(GITA), client(ANI)
    found = re.search(r"kind=employee&amp;key=(\d+)&amp;field=jk", gita.get("/my/data").text)
    assert found is not None
    asked = {"kind": "employee", "key": found.group(1), "field": "jk", "wanted": "Male"}
    assert gita.post("/my/data/wrong", data=asked).status_code == 303
    with town.reading() as action:
        request = action.session.scalar(
            select(CorrectionRequest.id).where(
                CorrectionRequest.field == "jk", CorrectionRequest.state == "open"
            )
        )
    ani.post("/language", data={"language": "en", "next": "/"})
    assert re.search(r"<option[^>]*>Female</option>", ani.get(f"/corrections/{request}").text)


def test_a_copy_of_ones_own_data(client: Client) -> None:
    answer = client(GITA).get("/my/data/export")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Cache-Control"] == "no-store"
    assert json.loads(answer.data)["pegawai"][0]["nama"] == "Gita Puspita"


def test_a_request_of_ones_own(client: Client, town: Services) -> None:
    budi = client("budi.kepala")
    begun = budi.post("/my/request")
    assert begun.location.startswith("/tasks/")
    assert budi.get(begun.location).status_code == 200
    assert budi.post("/my/request").location == "/my"
    assert "Permohonan mutasi saya" in budi.get("/my").text
