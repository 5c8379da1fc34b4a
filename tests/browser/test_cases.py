"""Cases: found, seen on the diagram, started, called off."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.steps import drawn, start_case

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
    assert all(
        "Selesai" in text for text in page.locator('.case-table td[data-column="status"]').all_inner_texts()
    )


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
    assert len(page.locator("input[name=subject]").input_value()) == 18
    page.click("main form button.btn-primary")
    page.wait_for_url("**/cases/*-*")
    expect(page.locator("main")).to_contain_text("M7")


def test_whoever_may_calls_a_case_off_with_a_reason(open_page: OpenPage) -> None:
    page = open_page("citra.bkpsdm")
    start_case(page)
    page.get_by_role("button", name="Batalkan kasus").first.click()
    page.fill("#cancel-reason", "Dimulai keliru.")
    page.locator("dialog button.btn-danger").click()
    expect(page.locator(".page-head")).to_contain_text("Dibatalkan")
    expect(page.locator("main")).to_contain_text("Dimulai keliru.")
