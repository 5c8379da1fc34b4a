"""Cases: found, seen on the diagram, started, called off."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.operations import accounts
from service.wiring import Services
from tests.browser.steps import SCRIPTS, drawn, held_back, poured, start_case, without_worker

OpenPage = Callable[..., Page]


def test_a_started_case_shows_where_it_is_on_the_diagram(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    start_case(page, reason="Antrean layanan naik.")
    drawn(page)
    expect(page.locator(".djs-element.is-current").first).to_be_visible()
    expect(page.locator(".djs-element.is-done").first).to_be_attached()
    expect(page.get_by_role("heading", name="Riwayat")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Antrean layanan naik.")


def test_a_stage_opens_its_own_diagram(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    start_case(page)
    drawn(page)
    page.locator(".process-tabs button").nth(1).click()
    expect(page.locator(".process-tabs button").nth(1)).to_have_attribute("aria-pressed", "true")
    page.wait_for_selector("[data-diagrams][data-shown=needs_analysis]")


def test_cases_are_found_by_number_and_filter(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    start_case(page)
    number = page.locator(".lead").inner_text().split(" ")[0]
    page.goto("/cases")
    page.fill("#q", number)
    expect(page.locator(".case-table tbody tr")).to_have_count(1)
    expect(page.locator(".case-table tbody tr")).to_contain_text(number)
    page.goto("/cases")
    page.select_option("#status", "completed")
    page.wait_for_url("**status=completed**")
    shown = page.locator('.case-table td[data-column="status"]')
    expect(shown.filter(has_not_text="Selesai")).to_have_count(0)
    expect(shown).not_to_have_count(0)


def test_starting_looks_people_up_and_says_what_is_missing(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    page.goto("/start")
    page.click("main form button.btn-primary")
    expect(page.locator("#reason-error")).to_have_text("Sebutkan alasannya dalam satu kalimat.")
    page.select_option("#kind", "M7")
    page.fill("#reason", "Mengikuti keluarga.")
    page.get_by_role("combobox", name="Pegawai").press_sequentially("Gita")
    page.locator(".lookup [role=option]").first.wait_for()
    page.get_by_role("combobox", name="Pegawai").press("ArrowDown")
    page.get_by_role("combobox", name="Pegawai").press("Enter")
    expect(page.locator("input[name=subject]")).to_have_value(re.compile(r"^\d{18}$"))
    page.click("main form button.btn-primary")
    page.wait_for_url("**/cases/*-*")
    expect(page.locator("main")).to_contain_text("M7")


def test_the_usual_columns_fit_a_desktop(open_page: OpenPage) -> None:
    page = open_page("hadi.manajer", width=1440)
    page.goto("/cases?sort=started")
    table = page.locator(".case-table-scroll")
    assert table.evaluate("table => table.scrollWidth - table.clientWidth") == 0


def test_on_a_phone_the_timeline_is_one_press_away(open_page: OpenPage) -> None:
    page = open_page("ani.analis", width=390, height=844)
    start_case(page)
    jump = page.get_by_role("navigation", name="Di halaman ini").get_by_role("link", name="Riwayat")
    expect(jump).to_be_in_viewport()
    jump.click()
    expect(page.get_by_role("heading", name="Riwayat")).to_be_in_viewport()


def test_whoever_may_calls_a_case_off_with_a_reason(open_page: OpenPage) -> None:
    page = open_page("citra.bkpsdm")
    start_case(page)
    page.get_by_role("button", name="Batalkan kasus").first.click()
    dialog = page.locator("#cancel-dialog")
    dialog.locator("textarea").fill("Dimulai keliru.")
    dialog.locator("button.btn-danger").click()
    expect(page.locator(".page-head")).to_contain_text("Dibatalkan")
    expect(page.locator("main")).to_contain_text("Dimulai keliru.")


def test_a_manager_suspends_resumes_and_gives_more_time(open_page: OpenPage) -> None:
    start_case(starter := open_page("ani.analis"), reason="Untuk ditangguhkan.")
    page = open_page("hadi.manajer")
    page.goto(starter.url)
    page.get_by_role("button", name="Tangguhkan kasus").first.click()
    page.fill("#suspend-dialog-reason", "Menunggu audit.")
    page.locator("#suspend-dialog button.btn-primary").click()
    expect(page.locator(".page-head")).to_contain_text("Ditangguhkan")
    expect(page.locator(".task-tools")).to_have_count(0)
    expect(page.locator("#timeline")).to_contain_text("Menunggu audit.")
    page.get_by_role("button", name="Lanjutkan kasus").first.click()
    page.fill("#resume-dialog-reason", "Audit selesai.")
    page.locator("#resume-dialog button.btn-primary").click()
    expect(page.locator(".page-head")).not_to_contain_text("Ditangguhkan")
    page.locator("[commandfor^=extend-][command=show-modal]").first.click()
    dialog = page.locator("dialog[open]")
    dialog.locator("input[type=date]").fill("2031-01-06")
    dialog.locator("textarea").fill("Data terlambat.")
    dialog.locator("button.btn-primary").click()
    expect(page.locator(".case-facts")).to_contain_text("2031")
    page.locator("[commandfor^=remind-][command=show-modal]").first.click()
    page.locator("dialog[open] button.btn-primary").click()
    expect(page.locator("#timeline")).to_contain_text("diingatkan")


def test_a_button_opens_its_dialog_before_the_scripts_of_a_slow_line_are_here(open_page: OpenPage) -> None:
    start_case(starter := open_page("ani.analis"), reason="Jalur lambat.")
    page = open_page("hadi.manajer")
    without_worker(page)
    page.route(SCRIPTS, lambda route: None)  # never answered
    page.goto(starter.url, wait_until="commit")
    page.get_by_role("button", name="Tangguhkan kasus").click()
    expect(page.locator("#suspend-dialog-reason")).to_be_focused()
    page.locator("#suspend-dialog").get_by_role("button", name="Biarkan").click()
    expect(page.locator("#suspend-dialog")).to_be_hidden()
    page.unroute_all(behavior="ignoreErrors")


def test_what_is_typed_and_pressed_before_the_scripts_of_a_slow_line_are_here_is_not_lost(
    open_page: OpenPage,
) -> None:
    page = open_page("citra.bkpsdm")
    with held_back(page, "/start?definition=umum_vacancy"):
        page.get_by_label("Alasan").fill("Diketik dini.")
        page.get_by_role("combobox", name="Pegawai").press_sequentially("Gita")
    found = page.locator(".lookup [role=option]").first
    expect(found).to_be_visible()
    expect(page.locator("[data-kept-status]")).to_contain_text("Konsep tersimpan")
    found.click()
    page.click("main form button.btn-primary")
    page.wait_for_url("**/cases/*-*")
    with held_back(page, page.url):
        page.locator("[data-diagram-text]").click()
    as_text = page.locator("[data-diagram-text]")
    expect(as_text).to_have_attribute("aria-pressed", "true")
    drawn(page)
    as_text.click()
    expect(page.locator(".djs-element.is-current").first).to_be_in_viewport()


def test_a_button_pressed_before_its_dialog_has_arrived_opens_it(open_page: OpenPage, server: str) -> None:
    start_case(starter := open_page("ani.analis"), reason="Separuh halaman.")
    with poured(server, "<dialog") as (address, rest):
        page = open_page("hadi.manajer")
        page.route(SCRIPTS, lambda route: None)  # never answered
        page.goto(starter.url.replace(server, address), wait_until="commit")
        page.get_by_role("button", name="Tangguhkan kasus").click()
        rest.set()
        expect(page.locator("#suspend-dialog-reason")).to_be_focused()
        page.close()


@pytest.fixture(scope="module")
def sinta(services: Services) -> str:
    """The name of a second analyst."""
    with services.action() as action:
        account = accounts.create(action, "sinta.analis", "Sinta Rahayu")
        accounts.grant(action, account.username, "analis_sdm")
        return account.name


def expect_given(page: Page, name: str, reason: str) -> None:
    expect(page.get_by_role("status").first).to_contain_text("dialihkan ke orang lain")
    expect(page.locator(".opinion", has_text="Analisis kebutuhan")).to_contain_text(name)
    expect(page.locator("#timeline")).to_contain_text(reason)


def test_a_manager_gives_a_task_to_somebody_else(open_page: OpenPage, sinta: str) -> None:
    start_case(starter := open_page("ani.analis"), reason="Untuk dialihkan.")
    page = open_page("hadi.manajer")
    page.goto(starter.url)
    page.get_by_role("button", name="Alihkan").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Kepada").select_option(label=sinta)
    dialog.get_by_label("Alasan").fill("Ani cuti dua pekan.")
    dialog.get_by_role("button", name="Alihkan").click()
    expect_given(page, sinta, "Ani cuti dua pekan.")


def test_a_manager_gives_a_task_to_somebody_else_with_keys_alone(open_page: OpenPage, sinta: str) -> None:
    start_case(starter := open_page("ani.analis"), reason="Untuk dialihkan dengan papan ketik.")
    page = open_page("hadi.manajer")
    page.goto(starter.url)
    opener = page.get_by_role("button", name="Alihkan")
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Kepada")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type(sinta[:5])
    page.keyboard.press("Tab")
    page.keyboard.type("Beban Ani penuh.")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(dialog.get_by_role("button", name="Alihkan")).to_be_focused()
    page.keyboard.press("Enter")
    expect_given(page, sinta, "Beban Ani penuh.")


def test_the_outline_stands_in_place_of_the_diagram_with_keys_alone(open_page: OpenPage) -> None:
    page = open_page("hadi.manajer", width=390, height=844)
    page.goto("/cases?status=running")
    page.locator(".case-link").first.click()
    drawn(page)
    button = page.locator("[data-diagram-text]")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-diagram-place]")).to_be_hidden()
    expect(page.locator("#diagram-outline .is-current").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_link_opens_at_an_entry_and_the_timeline_narrows(open_page: OpenPage) -> None:
    page = open_page("hadi.manajer")
    page.goto("/cases?status=completed")
    page.locator(".case-link").first.click()
    page.wait_for_selector("#timeline [id^=event-]")
    entry = page.locator("#timeline [id^=event-]").last.get_attribute("id")
    page.goto(f"{page.url.split('#')[0]}#{entry}")
    expect(page.locator(f"#{entry}")).to_be_focused()
    page.locator("[data-timeline-kind]").nth(1).click()
    expect(page.locator("[data-timeline-kind]").nth(1)).to_have_attribute("aria-current", "true")


def test_what_is_exported_is_what_the_screen_shows(open_page: OpenPage) -> None:
    page = open_page("hadi.manajer")
    page.goto("/cases?status=completed&columns=number,stage,age&sort=number")
    shown = page.locator(".case-link").all_inner_texts()
    page.get_by_role("button", name="Ekspor").click()
    with page.expect_download() as download:
        page.locator("#export-dialog a").nth(1).click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(";")[0] for line in lines[1:]] == shown
    assert len(lines[0].split(";")) == 3


def test_columns_are_chosen_and_ordered_with_keys_alone(open_page: OpenPage) -> None:
    page = open_page("hadi.manajer")
    page.goto("/cases?columns=number,stage")
    page.locator("[commandfor=columns-dialog][command=show-modal]").focus()
    page.keyboard.press("Enter")
    page.locator("#columns-dialog [data-move=up]").nth(1).focus()
    page.keyboard.press("Enter")
    page.locator("#columns-dialog button.btn-primary").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "column=stage&column=number" in address or "stage%2Cnumber" in address)
    expect(page.locator(".case-table thead th").first).to_have_text("Tahap")


def test_the_cases_behind_a_figure_are_in_sight_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("hadi.manajer", width=390, height=844)
    page.goto("/cases?status=running&due=late")
    expect(page.locator("#chips")).to_contain_text("Tenggat berikutnya: Terlambat")
    expect(page.locator(".case-table tbody tr").first).to_be_in_viewport()
