"""The inbox as staff use it all day: with the mouse, with keys alone, on a phone."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from service.db.cases import Task
from service.operations import accounts, cases, definitions, tasks
from service.operations.definitions import SourceFile
from service.wiring import Services
from tests.browser.conftest import serving
from tests.browser.steps import PASSWORD, held_back
from tests.operations.diagrams import HEAD

OpenPage = Callable[..., Page]

DIAGRAM = f"""{HEAD}
  <process id="putusan_uji" name="Putusan uji" isExecutable="true">
    <startEvent id="mulai" name="Mulai"><outgoing>f1</outgoing></startEvent>
    <sequenceFlow id="f1" sourceRef="mulai" targetRef="putus"/>
    <userTask id="putus" name="Putuskan usul" mutasi:role="analis_sdm" mutasi:form="putusan_uji">
      <incoming>f1</incoming><outgoing>f2</outgoing></userTask>
    <sequenceFlow id="f2" sourceRef="putus" targetRef="selesai"/>
    <endEvent id="selesai" name="Selesai"><incoming>f2</incoming></endEvent>
  </process>
</definitions>"""


def form() -> str:
    values = [{"value": value, "label": value.title()} for value in ("setuju", "tolak", "kembalikan")]
    unless = {"hide": '=putusan != "tolak" and putusan != "kembalikan"'}
    needed = {"required": True}
    components: list[dict[str, Any]] = [
        {"type": "radio", "id": "F_a", "key": "putusan", "label": "Putusan", "values": values, "validate": needed},
        {"type": "textarea", "id": "F_b", "key": "alasan", "label": "Alasan", "validate": needed, "conditional": unless},
        {
            "type": "textfield",
            "id": "F_c",
            "key": "nomor",
            "label": "Nomor surat",
            "properties": {"label_en": "Number of the letter"},
            "validate": needed | {"pattern": "[0-9].*"},
            "conditional": {"hide": "=perlu_nomor != true"},
        },
    ]  # fmt: skip
    return json.dumps({"type": "default", "id": "putusan_uji", "components": components})


@dataclass(frozen=True)
class Desk:
    """A server that holds decisions for ten seconds, and the services on its database."""

    address: str
    services: Services

    def start(self, title: str, count: int = 1, **data: Any) -> None:
        """Cases with one plain decision each for the analysts."""
        for number in range(1, count + 1):
            with self.services.action() as action:
                cases.start(
                    action,
                    "putusan_uji",
                    title=(f"{title} {number}", ""),
                    data={"perlu_nomor": False, **data},
                )

    def take(self, username: str, task: str) -> None:
        with self.services.action() as action:
            found = action.session.get_one(Task, uuid.UUID(task))
            found.assignee_id = accounts.named(action.session, username).id

    def complete(self, username: str, task: str) -> None:
        with self.services.reading() as action:
            actor = accounts.actor_of(action, accounts.named(action.session, username))
        with self.services.action(actor) as action:
            tasks.complete(action, uuid.UUID(task), {"putusan": "setuju"})


@pytest.fixture(scope="module")
def desk(city: Path, services: Services) -> Iterator[Desk]:
    files = [
        SourceFile("putusan_uji.bpmn", DIAGRAM.encode()),
        SourceFile("putusan_uji.json", form().encode()),
    ]
    with services.action() as action:
        definitions.deploy(action, files)
    with serving(city, MUTASI_UNDO_SECONDS="10", MUTASI_TICK_SECONDS="1") as running:
        yield Desk(running.address, services)


@pytest.fixture
def title() -> str:
    """The beginning of the titles of one test's cases: its list is what a search for them finds."""
    return f"Uji {uuid.uuid4().hex[:8]}"


def inbox(
    open_page: OpenPage,
    desk: Desk,
    title: str,
    count: int = 3,
    width: int = 1440,
    present: int = 0,
    **data: Any,
) -> Page:
    """Ani's inbox with so many decisions of this test in it, and nothing else."""
    desk.start(title, count, **data)
    page = open_page("ani.analis", width=width, address=desk.address)
    page.goto(f"/inbox?q={title}")
    expect(cards(page)).to_have_count(count + present)
    return page


def cards(page: Page) -> Locator:
    return page.locator("#found [data-task]:visible")


def ids(page: Page) -> list[str]:
    return cards(page).evaluate_all("cards => cards.map(card => card.dataset.task)")


def card(page: Page, task: str) -> Locator:
    return page.locator(f'#found [data-task="{task}"]')


def undo(page: Page, task: str) -> Locator:
    return page.locator(f'#held [data-tasks="{task}"]').get_by_role("button", name="Batalkan")


def test_a_task_opens_beside_the_list_and_the_address_leads_back_to_it(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title)
    first = ids(page)[0]
    card(page, first).get_by_role("link").click()
    pane = page.locator("#pane")
    expect(pane.get_by_role("heading", name="Putuskan usul")).to_be_visible()
    page.wait_for_url(f"**task={first}")
    expect(pane.locator("[data-form][data-drawn]")).to_be_visible()
    page.reload()
    expect(pane.get_by_role("heading", name="Putuskan usul")).to_be_visible()
    expect(card(page, first)).to_have_class(re.compile("is-current"))
    page.go_back()
    expect(pane.locator("[data-task]")).to_have_count(0)


def test_the_head_of_a_unit_in_the_sample_city_is_asked_something(open_page: OpenPage) -> None:
    page = open_page("budi.kepala")
    page.goto("/inbox")
    expect(page.locator(".work", has_text="Isi survei kebutuhan").first).to_be_visible()


def test_a_decision_with_the_mouse_leaves_at_once_and_can_be_undone(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title)
    first = ids(page)[0]
    card(page, first).hover()
    card(page, first).get_by_role("button", name="Setuju").click()
    expect(card(page, first)).to_be_hidden()
    undo(page, first).click()
    expect(card(page, first)).to_be_visible()
    expect(page.locator("#pane [data-task]")).to_have_attribute("data-task", first)
    expect(page.locator("#pane").get_by_role("radio", name="Setuju")).to_be_checked()


def test_counts_follow_a_decision_and_the_offer_to_undo_moves_nothing(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title, count=3)
    count = page.locator("#scopes [aria-current] .count")
    expect(count).to_have_text("3")
    head = "head => head.getBoundingClientRect().top"
    place = page.locator("h1").evaluate(head)
    task = ids(page)[0]
    card(page, task).get_by_role("button", name="Setuju").click()
    expect(count).to_have_text("2")
    expect(undo(page, task)).to_be_visible()
    assert page.locator("h1").evaluate(head) == place


def test_keys_alone_decide_one_after_the_other(open_page: OpenPage, desk: Desk, title: str) -> None:
    page = inbox(open_page, desk, title, count=4)
    tasks = ids(page)
    press = page.keyboard.press
    press("j")
    expect(card(page, tasks[0]).get_by_role("link")).to_be_focused()
    press("j")
    press("k")
    press("Enter")
    expect(page.locator("#pane [data-task]")).to_have_attribute("data-task", tasks[0])
    press("a")
    expect(card(page, tasks[0])).to_be_hidden()
    expect(page.locator("#pane [data-task]")).to_have_attribute("data-task", tasks[1])
    expect(undo(page, tasks[0])).to_be_visible()
    press("z")
    expect(card(page, tasks[0])).to_be_visible()
    expect(page.locator("#pane [data-task]")).to_have_attribute("data-task", tasks[0])
    expect(card(page, tasks[0])).to_contain_text("Draf")
    press("r")
    dialog = page.locator("#reason-dialog")
    expect(dialog.get_by_label("Alasan")).to_be_focused()
    page.keyboard.type("Formasi belum ada")
    press("Tab")
    press("Tab")
    press("Enter")
    expect(card(page, tasks[0])).to_be_hidden()
    expect(page.locator("#pane [data-task]")).to_have_attribute("data-task", tasks[1])
    press("c")
    expect(card(page, tasks[1])).to_contain_text("Anda ambil")
    expect(page.locator("#pane")).to_contain_text("Anda ambil")
    press("m")
    expect(page.get_by_label("Komentar Anda")).to_be_focused()
    page.keyboard.type("ada apa")  # letters of a comment, no keys
    press("Control+Enter")
    expect(page.locator("#pane .comment")).to_contain_text("ada apa")
    press("Escape")
    expect(card(page, tasks[1]).get_by_role("link")).to_be_focused()
    press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.type("jk")
    expect(page.locator("#q")).to_have_value("jk")
    press("Escape")
    page.locator("#found").evaluate("() => document.activeElement.blur()")
    press("?")
    expect(page.locator("#keys-help")).to_be_visible()
    press("Escape")
    expect(page.locator("#keys-help")).to_be_hidden()


def test_many_at_once_are_tried_out_first_and_each_has_its_result(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    desk.start(f"{title} aturan", aturan=[{"id": "R03", "hasil": "peringatan", "tingkat": "W"}])
    page = inbox(open_page, desk, title, count=3, present=1)
    tasks = ids(page)
    for _task in tasks:
        page.keyboard.press("j")
        page.keyboard.press("x")
    bar = page.locator("[data-batch]")
    expect(bar).to_contain_text(f"{len(tasks)} dipilih")
    bar.get_by_role("button", name="Tolak").click()
    dialog = page.locator("#batch-dialog")
    dialog.get_by_label("Satu alasan untuk semuanya").fill("Anggaran habis")
    dialog.get_by_role("button", name="Coba dahulu").click()
    expect(dialog).to_contain_text(f"{len(tasks) - 1} akan lolos")
    expect(dialog).to_contain_text("1 perlu dilihat dahulu")
    expect(dialog).to_contain_text("Perlu dipertimbangkan: R03.")
    dialog.locator("[data-batch-go]").click()
    expect(dialog).to_contain_text(f"{len(tasks) - 1} diputus, 0 tidak.")
    expect(dialog.locator(".is-done")).to_have_count(len(tasks) - 1)
    dialog.get_by_role("button", name="Tutup").click()
    expect(cards(page)).to_have_count(1)


def test_many_decided_at_once_are_taken_back_at_once(open_page: OpenPage, desk: Desk, title: str) -> None:
    page = inbox(open_page, desk, title, count=10)
    tasks = ids(page)

    def decide_all() -> None:
        for task in tasks:
            card(page, task).locator(".work-pick").click()
        page.locator("[data-batch]").get_by_role("button", name="Setuju").click()
        page.locator("[data-batch-go]").click()
        expect(page.locator("#batch-dialog")).to_contain_text("10 diputus, 0 tidak.")

    page.route("**/tasks/held", lambda _: None, times=1)  # the offer on the page is a long time coming
    decide_all()
    expect(cards(page)).to_have_count(0)
    expect(page.locator("#found")).to_contain_text("Semua ini sudah Anda putus", use_inner_text=True)
    page.keyboard.press("Enter")  # the focus is on taking them back
    expect(page.locator("#batch-dialog")).to_be_hidden()
    expect(page.locator("#inbox-said")).to_contain_text("10 putusan dibatalkan.")
    expect(cards(page)).to_have_count(10)
    assert ids(page) == tasks
    expect(page.locator("#found")).not_to_contain_text("Semua ini sudah Anda putus", use_inner_text=True)
    decide_all()
    page.locator("#batch-dialog").get_by_role("button", name="Tutup").click()
    expect(page.locator("#held")).to_contain_text("10 diputus sekaligus")
    page.keyboard.press("z")
    expect(cards(page)).to_have_count(10)
    with desk.services.reading() as action:
        states = {action.session.get_one(Task, uuid.UUID(task)).state for task in tasks}
    assert states == {"open"}


def test_what_all_forms_still_need_is_filled_in_once(open_page: OpenPage, desk: Desk, title: str) -> None:
    page = inbox(open_page, desk, title, count=2, perlu_nomor=True)
    for task in ids(page):
        card(page, task).locator(".work-pick").click()
    page.locator("[data-batch]").get_by_role("button", name="Setuju").click()
    dialog = page.locator("#batch-dialog")
    expect(dialog).to_contain_text("0 akan lolos")
    expect(dialog.get_by_label("Nomor surat")).to_be_focused()
    page.keyboard.type("800/12/BKPSDM")
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("2 akan lolos")
    go = dialog.locator("[data-batch-go]")
    expect(go).to_be_focused()
    dialog.get_by_label("Nomor surat").fill("800/13/BKPSDM")
    expect(go).to_be_hidden()  # not tried out with this number
    page.keyboard.press("Enter")
    expect(go).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_contain_text("2 diputus, 0 tidak.")
    dialog.get_by_role("button", name="Batalkan semuanya").click()
    expect(cards(page)).to_have_count(2)
    card(page, ids(page)[0]).get_by_role("link").click()
    expect(page.locator("#pane").get_by_label("Nomor surat")).to_have_value("800/13/BKPSDM")


def test_what_the_form_still_needs_is_opened_with_the_answer_chosen(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title, count=1, perlu_nomor=True)
    task = ids(page)[0]
    card(page, task).get_by_role("link").focus()
    page.keyboard.press("a")
    dialog = page.locator("#reason-dialog")
    expect(dialog.get_by_text("Nomor surat")).to_be_visible()
    page.keyboard.press("Escape")
    expect(card(page, task)).to_be_visible()
    card(page, task).get_by_role("link").focus()
    page.keyboard.press("r")
    page.keyboard.type("Belum lengkap")
    dialog.locator("[data-reason-do]").click()
    pane = page.locator("#pane")
    expect(pane.get_by_role("radio", name="Tolak")).to_be_checked()
    expect(pane.get_by_label("Alasan")).to_have_value("Belum lengkap")
    expect(pane.get_by_label("Nomor surat")).to_be_focused()
    pane.get_by_label("Nomor surat").fill("B/7/2026")
    pane.get_by_role("button", name="Selesaikan").click()
    expect(card(page, task)).to_be_hidden()


def test_on_failure_the_row_returns_with_the_text_kept(open_page: OpenPage, desk: Desk, title: str) -> None:
    page = inbox(open_page, desk, title)
    task = ids(page)[0]
    page.route(
        "**/decide", lambda route: route.fulfill(status=409, json={"said": "Budi lebih dahulu (10:41)."})
    )
    card(page, task).get_by_role("link").focus()
    page.keyboard.press("r")
    page.keyboard.type("Formasi belum ada")
    page.locator("#reason-dialog [data-reason-do]").click()
    expect(card(page, task)).to_be_visible()
    expect(card(page, task)).to_contain_text("Budi lebih dahulu (10:41).")
    page.unroute("**/decide")
    card(page, task).get_by_role("link").focus()
    page.keyboard.press("r")
    expect(page.locator("#reason-text")).to_have_value("Formasi belum ada")


def test_a_decision_of_somebody_signed_out_meanwhile_comes_back(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    with desk.services.action() as action:
        account = accounts.create(action, "uji.keluar", "Uji Keluar", password=PASSWORD)
        accounts.grant(action, account.username, "analis_sdm")
    desk.start(title)
    page = open_page(account.username, width=1440, address=desk.address, fresh=True)
    page.goto(f"/inbox?q={title}")
    (task,) = ids(page)
    with desk.services.action() as action:
        accounts.end_sessions(action, account.id)
    card(page, task).get_by_role("link").focus()
    page.keyboard.press("a")
    expect(card(page, task)).to_contain_text("Anda sudah keluar")


def test_new_work_is_announced_and_what_a_colleague_finished_greys_out_in_place(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title)
    before = ids(page)
    desk.start(f"{title} baru")
    desk.complete("ani.analis", before[1])
    look = "document.dispatchEvent(new Event('visibilitychange'))"
    page.evaluate(look)
    expect(card(page, before[1])).to_contain_text("Ani Lestari menyelesaikannya")
    assert ids(page) == before
    news = page.get_by_role("button", name="1 tugas baru")
    expect(news).to_be_visible()
    news.click()
    expect(card(page, before[1])).to_have_count(0)
    assert len(ids(page)) == len(before)
    expect(news).to_be_hidden()
    taken = ids(page)[0]
    desk.take("citra.bkpsdm", taken)
    page.evaluate(look)
    said = card(page, taken).get_by_text("Diambil Citra", exact=False)
    expect(said).to_have_count(1)
    page.reload()
    with page.expect_response(re.compile("/inbox/news")):
        page.evaluate(look)
    expect(said).to_have_count(1)


def test_a_search_typed_before_the_scripts_are_here_is_made(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title)
    with held_back(page, "/inbox"):
        page.locator("#q").press_sequentially(title)
    page.wait_for_url(lambda url: parse_qs(urlsplit(url).query).get("q") == [title])
    expect(cards(page)).to_have_count(3)


def test_filters_stand_in_the_address_and_are_kept_as_a_view(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title)
    page.locator(".inbox-more > summary").click()
    page.get_by_label("Diambil oleh").select_option("nobody")
    page.wait_for_url(
        lambda url: parse_qs(urlsplit(url).query, keep_blank_values=True) == {"q": [title], "who": ["nobody"]}
    )
    page.get_by_role("button", name="Simpan tampilan ini").click()
    page.locator("dialog[open]").get_by_label("Nama", exact=True).fill(f"Belum diambil {title}")
    page.get_by_role("button", name="Simpan", exact=True).click()
    chip = page.locator("#views").get_by_role("link", name=f"Belum diambil {title}")
    expect(chip).to_have_attribute("aria-current", "true")
    page.goto("/inbox")
    chip.click()
    page.wait_for_url("**who=nobody**")
    expect(cards(page)).to_have_count(3)


def test_the_palette_goes_finds_and_does_on_every_page(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    page.goto("/cases")
    page.keyboard.press("Control+k")
    palette = page.locator("#palette")
    expect(palette.get_by_role("combobox", name="Buka, lakukan, atau cari")).to_be_focused()
    expect(palette.get_by_role("option", name="Kotak masuk", exact=True)).to_be_visible()
    page.keyboard.type("akun saya")
    expect(palette.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url("**/account")
    page.keyboard.press("Control+k")
    page.keyboard.type("MUT-2026-000001")
    expect(palette.get_by_role("option", name=re.compile("MUT-2026-000001"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/**")


def test_single_keys_can_be_turned_off(open_page: OpenPage) -> None:
    page = open_page("eko.sekda", fresh=True)
    page.goto("/account")
    page.locator("input[name=single_keys]").uncheck()
    page.locator("#settings button[type=submit]").click()
    expect(page.locator("body")).to_have_attribute("data-single-keys", "no")
    page.goto("/inbox")
    page.keyboard.press("?")
    expect(page.locator("#keys-help")).to_be_hidden()
    page.keyboard.press("Control+k")
    expect(page.locator("#palette")).to_be_visible()


def test_nothing_moves_under_the_mouse_and_no_answer_leaves_its_button(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title)
    places = "cards => cards.map(card => card.getBoundingClientRect().top)"
    before = cards(page).evaluate_all(places)
    card(page, ids(page)[0]).hover()
    assert cards(page).evaluate_all(places) == before
    page.set_viewport_size({"width": 360, "height": 740})
    within = "buttons => buttons.every(button => button.scrollWidth <= button.clientWidth)"
    assert page.locator(".work-verdict").evaluate_all(within)


def test_a_card_at_the_edge_of_the_screen_opens_at_the_first_click(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title)
    last = ids(page)[-1]
    name = card(page, last).get_by_role("link").bounding_box()
    assert name
    page.set_viewport_size({"width": 1440, "height": int(name["y"] + name["height"]) + 8})
    page.mouse.click(name["x"] + 5, name["y"] + 5)
    expect(page.locator("#pane [data-task]")).to_have_attribute("data-task", last)


def test_on_a_phone_cards_decide_with_big_buttons_and_open_a_page(
    open_page: OpenPage, desk: Desk, title: str
) -> None:
    page = inbox(open_page, desk, title, width=390)
    first, second = ids(page)[:2]
    for button in card(page, first).get_by_role("button").all():
        size = button.bounding_box()
        assert size is not None
        assert size["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    card(page, first).get_by_role("button", name="Setuju").click()
    expect(card(page, first)).to_be_hidden()
    expect(undo(page, first)).to_be_visible()
    card(page, second).get_by_role("link").click()
    page.wait_for_url(f"**/tasks/{second}")
