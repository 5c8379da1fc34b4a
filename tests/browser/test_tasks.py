"""From the inbox through a task's form to what comes next, as staff do it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote_plus

import pytest
from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

from service.db.cases import Task
from service.operations import accounts, cases, definitions, tasks
from service.operations.definitions import SourceFile
from service.settings import shipped
from service.wiring import Services
from tests.browser.conftest import Running, serving
from tests.browser.steps import drawn, held_back, sign_in, start_case
from tests.operations.diagrams import HEAD

OpenPage = Callable[..., Page]


@pytest.fixture(scope="module")
def patient(city: Path) -> Iterator[Running]:
    """A server on the same city that holds decisions for ten seconds."""
    with serving(city, MUTASI_UNDO_SECONDS="10", MUTASI_TICK_SECONDS="1") as running:
        yield running


HEARING = f"""{HEAD}
  <process id="sidang_uji" name="Sidang uji" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="usulkan"/>
    <userTask id="usulkan" name="Usulkan" mutasi:role="analis_sdm"><incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="usulkan" targetRef="sidang"/>
    <userTask id="sidang" name="Sidang uji" mutasi:role="tpk" mutasi:form="sidang_tpk">
      <incoming>f2</incoming><outgoing>f3</outgoing></userTask>
    <sequenceFlow id="f3" sourceRef="sidang" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f3</incoming></endEvent>
  </process>
</definitions>"""
KNOWN = {
    "calon": {"nip": "198001012005012001", "nama": "Calon Uji", "jabatan": "Penyuluh"},
    "asal": {"unit": "U1", "unit_nama": "Dinas Asal", "rasio_sebelum": 0.9, "rasio_sesudah": 1.0},
    "tujuan": {"unit": "U2", "unit_nama": "Dinas Tujuan", "rasio_sebelum": 1.4, "rasio_sesudah": 1.2},
    "aturan": [
        {"id": "R01", "judul": "Dua tahun", "hasil": "peringatan", "tingkat": "P", "dasar": "Pasal 190"}
    ],
    "peringkat": [
        {
            "nip": "198001012005012001",
            "nama": "Calon Uji",
            "skor": 81.5,
            "rincian": [{"aspek": "Kompetensi", "bobot": 40, "nilai": 90, "alasan": "di atas standar"}],
        }
    ],
}


@pytest.fixture
def hearing(services: Services) -> str:
    """The path of an open task of the appraisal team, with everything a decider needs; an analyst was before them."""
    return second_task(services, "sidang_uji", "sidang_tpk")


@pytest.fixture
def survey(services: Services) -> str:
    """The path of an open task whose form takes files."""
    return second_task(services, "survei_uji", "survei_kebutuhan")


def second_task(services: Services, process: str, form: str) -> str:
    """The path of the team's task with this form, in a new case of a process of its own; the analyst's is done."""
    diagram = HEARING.replace("sidang_uji", process).replace("sidang_tpk", form)
    content = (shipped("forms") / f"{form}.json").read_bytes()
    files = [SourceFile(f"{process}.bpmn", diagram.encode()), SourceFile(f"{form}.json", content)]
    with services.action() as action:
        definitions.deploy(action, files)
        case_id = cases.start(action, process, data=KNOWN).id
        ani = accounts.actor_of(action, accounts.named(action.session, "ani.analis"))
    found = select(Task.id).where(Task.case_id == case_id, Task.state == "open")
    with services.action(ani) as action:
        tasks.complete(action, action.session.scalars(found).one(), {})
    with services.reading() as action:
        return f"/tasks/{action.session.scalars(found).one()}"


def open_analysis(page: Page) -> str:
    """Start a case whose first task is the analyst's, and open that task."""
    start_case(page)
    page.get_by_role("link", name="Analisis kebutuhan").click()
    page.wait_for_url("**/tasks/*")
    drawn(page)
    return page.url


def fill_analysis(page: Page, note: str = "Perawat paling mendesak.") -> None:
    form = page.locator("[data-form-place]")
    period = form.get_by_label("Periode")
    if not period.input_value():
        period.fill("2026")
    for name in ("prioritas", "jabatan_tujuan"):
        field = form.locator(f".fjs-form-field:has([id$=Field_{name}])")
        field.locator(".fjs-input-group").click()
        field.locator(".fjs-dropdownlist-item").first.click()
    form.get_by_label("Catatan").fill(note)


@contextmanager
def draft_saved(page: Page, pattern: str) -> Iterator[None]:
    """Wait until the server has kept a draft in which this is found."""

    def keeps(answer: Response) -> bool:
        return answer.url.endswith("/draft") and bool(
            re.search(pattern, unquote_plus(answer.request.post_data or ""))
        )

    with page.expect_response(keeps):
        yield


def test_a_task_is_found_in_the_inbox_and_completed(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    task = open_analysis(page)
    number = page.locator(".lead a").first.inner_text()
    page.goto(f"/inbox?q={number}")
    page.locator(f'.work a[href="{task[task.index("/tasks") :]}"]').click()
    drawn(page)
    fill_analysis(page)
    page.get_by_role("button", name="Selesaikan").click()
    expect(page.get_by_role("status").filter(has_text="Analisis kebutuhan: selesai.")).to_be_visible()
    assert "MUT-" in number
    page.goto(task)
    expect(page.get_by_role("heading", name="Tugas ini selesai")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Perawat paling mendesak.")


def test_the_browser_says_what_is_missing_in_the_readers_language(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    open_analysis(page)
    page.get_by_role("button", name="Selesaikan").click()
    expect(page.get_by_text("Wajib diisi.").first).to_be_visible()
    expect(page.locator(".fjs-has-errors :focus")).to_have_count(1)


def test_nothing_is_decided_before_the_form_is_drawn(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    task = open_analysis(page)
    buttons = page.locator(".form-foot-buttons button")
    with held_back(page, task):
        expect(buttons.first).to_be_visible()
        expect(buttons.and_(page.locator(":enabled"))).to_have_count(0)
    expect(buttons.and_(page.locator(":disabled"))).to_have_count(0)


def test_the_server_refuses_what_the_browser_let_through_and_keeps_the_text(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    open_analysis(page)
    page.evaluate(
        """() => {
            const form = document.querySelector("[data-form-post]");
            const answers = {prioritas: "tidak-ada", catatan_analisis: "Jangan hilang"};
            form.elements.answers.value = JSON.stringify(answers);
            HTMLFormElement.prototype.submit.call(form);
        }"""
    )
    expect(page.get_by_role("alert")).to_contain_text("Ini bukan salah satu pilihan.")
    drawn(page)
    expect(page.locator("[data-form-place]").get_by_label("Catatan")).to_have_value("Jangan hilang")
    expect(page.locator(".fjs-form-field-error").first).to_be_visible()


def test_the_second_of_two_learns_who_was_first_and_keeps_what_was_typed(open_page: OpenPage) -> None:
    first, second = open_page("ani.analis"), open_page("ani.analis")
    task = open_analysis(first)
    second.goto(task)
    drawn(second)
    fill_analysis(first)
    fill_analysis(second, note="Catatan orang kedua")
    first.get_by_role("button", name="Selesaikan").click()
    first.wait_for_url(lambda url: url != task)
    second.get_by_role("button", name="Selesaikan").click()
    expect(second.get_by_role("heading", name="Ada yang lebih dahulu")).to_be_visible()
    expect(second.locator("main")).to_contain_text(
        re.compile(r"Ani Lestari lebih dahulu menyelesaikan tugas ini")
    )
    expect(second.locator("main")).to_contain_text("Catatan orang kedua")


def test_taking_a_task_and_giving_it_back(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    task = open_analysis(page)
    page.get_by_role("button", name="Ambil").click()
    expect(page.locator(".page-head")).to_contain_text("Anda ambil")
    page.goto("/inbox?view=mine")
    expect(page.locator(f'.work a[href="{task[task.index("/tasks") :]}"]')).to_be_visible()
    page.goto(task)
    page.get_by_role("button", name="Lepas").click()
    expect(page.get_by_role("status").filter(has_text="kembali terbuka")).to_be_visible()


def test_the_facts_stand_beside_the_form(open_page: OpenPage, hearing: str) -> None:
    page = open_page("dewi.tpk")
    page.goto(hearing)
    drawn(page)
    facts = page.locator(".decide-facts")
    facts.get_by_role("heading", name="Peringkat calon").click()
    facts.locator(".candidate summary").first.click()
    expect(facts.locator(".candidate").first).to_contain_text("Kompetensi")
    expect(page.locator(".bjs-powered-by, .fjs-powered-by").first).to_be_visible()


def test_a_decision_is_taken_back_with_its_text_and_taken_again(
    open_page: OpenPage, patient: Running
) -> None:
    page = open_page("ani.analis", address=patient.address)
    task = open_analysis(page)
    fill_analysis(page, note="Tetap ada sesudah dibatalkan.")
    page.get_by_role("button", name="Selesaikan").click()
    page.wait_for_url(lambda url: url != task)
    toast = page.locator(f'[data-tasks="{task.rsplit("/", 1)[1]}"]')
    expect(toast).to_contain_text("Analisis kebutuhan: diputuskan.")
    toast.get_by_role("button", name="Batalkan").click()
    page.wait_for_url(task)
    drawn(page)
    expect(page.locator("[data-form-place]").get_by_label("Catatan")).to_have_value(
        "Tetap ada sesudah dibatalkan."
    )
    page.get_by_role("button", name="Selesaikan").click()
    page.wait_for_url(lambda url: url != task)
    expect(toast).to_be_visible()
    expect(toast).to_be_hidden(timeout=12_000)
    for _ in range(10):  # the scheduler looks every second
        page.goto(task)
        if page.get_by_role("heading", name="Tugas ini selesai").count():
            break
        page.wait_for_timeout(500)
    expect(page.get_by_role("heading", name="Tugas ini selesai")).to_be_visible()


def test_ones_own_decision_is_withdrawn_by_keys_alone_when_the_next_stage_has_begun(
    open_page: OpenPage,
) -> None:
    page = open_page("ani.analis")
    task = open_analysis(page)
    fill_analysis(page, note="Ditarik lagi.")
    page.get_by_role("button", name="Selesaikan").click()
    page.wait_for_url(lambda url: url != task)
    page.goto(task)
    page.locator("summary", has_text="Tarik putusan saya").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#withdraw-reason")).to_be_focused()
    page.keyboard.type("Keliru")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Putusan Anda ditarik; tugas terbuka lagi.")).to_be_visible()
    drawn(page)
    expect(page.locator("[data-form-place]").get_by_label("Catatan")).to_have_value("Ditarik lagi.")


def test_a_draft_is_saved_after_typing_and_survives_a_killed_server_and_signing_out(
    open_page: OpenPage, patient: Running
) -> None:
    page = open_page("ani.analis", address=patient.address, fresh=True)
    task = open_analysis(page)
    with draft_saved(page, "Setengah jadi"):
        page.locator("[data-form-place]").get_by_label("Catatan").press_sequentially("Setengah jadi")
    expect(page.locator("[data-draft-status]")).to_have_text(re.compile(r"Konsep tersimpan \d\d[.:]\d\d"))
    patient.kill()
    patient.start()
    page.context.clear_cookies()
    again = open_page("ani.analis", address=patient.address, fresh=True)
    again.goto(task)
    drawn(again)
    expect(again.locator("[data-form-place]").get_by_label("Catatan")).to_have_value("Setengah jadi")


def test_what_was_typed_is_saved_when_the_page_is_left_at_once(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    task = open_analysis(page)
    page.locator("[data-form-place]").get_by_label("Catatan").fill("Ditinggal begitu saja")
    page.goto("/cases")
    page.goto(task)
    drawn(page)
    expect(page.locator("[data-form-place]").get_by_label("Catatan")).to_have_value("Ditinggal begitu saja")


def test_what_was_typed_is_saved_when_one_signs_out_at_once(open_page: OpenPage) -> None:
    page = open_page("ani.analis", fresh=True)
    task = open_analysis(page)
    page.locator("[data-form-place]").get_by_label("Catatan").fill("Keluar begitu saja")
    page.locator("form[action='/sign-out']").last.evaluate("form => form.requestSubmit()")
    page.wait_for_url("**/sign-in**")
    sign_in(page, "ani.analis")
    page.goto(task)
    drawn(page)
    expect(page.locator("[data-form-place]").get_by_label("Catatan")).to_have_value("Keluar begitu saja")


def test_on_a_phone_two_buttons_decide_and_what_is_missing_is_asked(
    open_page: OpenPage, hearing: str
) -> None:
    page = open_page("dewi.tpk", width=360, height=740)
    page.goto(hearing)
    drawn(page)
    for button in page.locator(".form-foot-buttons .btn:visible").all():
        box = button.bounding_box()
        assert box
        assert box["height"] >= 44
        assert box["y"] + box["height"] <= 740
    assert page.locator(".form-foot-buttons .btn:visible").count() == 2
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    expect(page.get_by_role("heading", name="Aturan hukum")).to_be_hidden()
    page.get_by_role("button", name="Tolak").click()
    expect(page.get_by_text("Wajib diisi.").first).to_be_visible()
    expect(page.locator(".fjs-has-errors textarea")).to_be_focused()
    page.get_by_text("Fakta, dokumen, dan riwayat").click()
    expect(page.get_by_role("heading", name="Aturan hukum")).to_be_visible()


def test_on_a_phone_no_label_of_a_form_is_cut(open_page: OpenPage) -> None:
    page = open_page("ani.analis", width=360, height=740)
    page.goto("/inbox?kind=susun_rencana")
    page.get_by_role("link", name="Susun rencana mutasi").first.click()
    drawn(page)
    label = page.get_by_text("Hentikan: tidak ada calon yang dapat diajukan")
    assert label.evaluate("label => label.scrollWidth <= label.clientWidth")


def test_members_are_looked_up_by_keys_alone_in_a_list_of_rows(open_page: OpenPage, hearing: str) -> None:
    page = open_page("dewi.tpk")
    page.goto(hearing)
    drawn(page)
    page.get_by_role("button", name="Tambah baris").focus()
    page.keyboard.press("Enter")
    member = page.get_by_role("combobox", name="Anggota")
    expect(member).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Berkepentingan")).to_be_focused()
    page.keyboard.press("r")  # no key while a form is filled in: a letter would refuse
    expect(page.locator(".form-foot-buttons .btn:visible")).to_have_count(2)  # nothing was chosen
    member.focus()
    page.keyboard.type("an", delay=30)
    expect(page.locator('.lookup [role="option"]').first).to_be_visible()
    name = page.locator('[role="option"] .lookup-name').first.inner_text()
    with draft_saved(page, r'"nip":"\d{18}"'):
        page.keyboard.press("Enter")
        expect(member).to_have_value(name)
    expect(page.locator("[data-draft-status]")).to_contain_text("Konsep tersimpan")
    page.reload()
    drawn(page)
    expect(page.get_by_role("combobox", name="Anggota")).to_have_value(name)


def test_files_are_sent_while_filling_in_and_refused_by_their_content(
    open_page: OpenPage, survey: str, tmp_path: Path
) -> None:
    page = open_page("dewi.tpk")
    page.goto(survey)
    drawn(page)
    good, bad = tmp_path / "Bukti – rekap (1).txt", tmp_path / "program.pdf"
    good.write_text("Rekap beban kerja")
    bad.write_bytes(b"MZ\x90\x00")
    chooser = page.get_by_label("Berkas bukti")
    chooser.set_input_files(str(good))
    link = page.get_by_role("link", name=good.name)
    expect(link).to_be_visible()
    chooser.set_input_files(str(bad))
    expect(page.get_by_role("alert")).to_contain_text("program.pdf: Hanya berkas PDF")
    expect(link).to_be_visible()


def test_the_menus_of_a_task_open_and_close_by_keys_alone(open_page: OpenPage, hearing: str) -> None:
    page = open_page("dewi.tpk")
    page.goto(hearing)
    drawn(page)
    opener = page.locator('[data-action="send-back"]')
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Ke langkah mana")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    expect(page.get_by_label("Ke langkah mana")).to_be_hidden()


def test_what_is_filled_in_to_start_a_case_is_kept_until_it_is_started(open_page: OpenPage) -> None:
    page = open_page("citra.bkpsdm")
    page.goto("/start?definition=umum_vacancy")
    with draft_saved(page, "Belum selesai"):
        page.get_by_label("Alasan").fill("Belum selesai ditulis.")
    expect(page.locator("[data-kept-status]")).to_have_text(re.compile(r"Konsep tersimpan \d\d[.:]\d\d"))
    page.goto("/start")
    expect(page.get_by_label("Alasan")).to_have_value("Belum selesai ditulis.")
    expect(page.locator("input[type=radio][value=umum_vacancy]")).to_be_checked()
    page.get_by_role("button", name="Mulai kasus").click()
    page.wait_for_url("**/cases/*-*")
    page.goto("/start")
    expect(page.get_by_label("Alasan")).to_have_value("")


def test_the_calendar_of_a_date_field_can_be_seen_and_used(open_page: OpenPage, services: Services) -> None:
    with services.reading() as action:
        decisions = select(Task.id).where(Task.element == "keputusan_ppk", Task.state == "open")
        task = action.session.scalars(decisions).first()
    page = open_page("fitri.walikota", width=1440)
    page.goto(f"/tasks/{task}")
    drawn(page)
    page.get_by_label("Setuju dan tanda tangani SK").check()
    day = page.get_by_label("Tanggal SK")
    day.evaluate("field => field.scrollIntoView({ block: 'center' })")
    day.click()
    months = page.locator(".flatpickr-calendar.open .flatpickr-months")
    expect(months).to_be_visible()
    assert months.evaluate(
        "shown => { const { x, y, width, height } = shown.getBoundingClientRect();"
        " return shown.contains(document.elementFromPoint(x + width / 2, y + height / 2)); }"
    )
    page.locator(".flatpickr-calendar.open .flatpickr-day:not(.prevMonthDay)").first.click()
    expect(day).to_have_value(re.compile(r"^0?1\D"))
