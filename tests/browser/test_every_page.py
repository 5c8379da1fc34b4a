"""What holds for every page: axe finds no barrier, phones never scroll sideways, both languages, dark too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages import PAGES

OpenPage = Callable[..., Page]

SERIOUS = ("serious", "critical")


def visit(page: Page, address: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")


def assert_no_barrier(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    serious = [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in SERIOUS
    ]
    assert serious == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_serious(open_page: OpenPage, name: str, scheme: str) -> None:
    username, address = PAGES[name]
    page = open_page(username, scheme=scheme)
    visit(page, address)
    assert_no_barrier(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious_on_a_task_and_a_case(open_page: OpenPage, scheme: str) -> None:
    page = open_page("ani.analis", scheme=scheme)
    page.goto("/inbox")
    page.get_by_role("link", name="Susun rencana mutasi").first.click()
    page.wait_for_selector("[data-form][data-drawn]")
    page.wait_for_load_state("networkidle")
    assert_no_barrier(page)
    page.locator(".lead a").click()
    page.wait_for_selector("[data-diagrams][data-shown]")
    page.wait_for_load_state("networkidle")
    assert_no_barrier(page)


@pytest.mark.parametrize("width", [360, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_phone_never_scrolls_sideways(open_page: OpenPage, name: str, width: int) -> None:
    username, address = PAGES[name]
    page = open_page(username, width=width, height=780)
    visit(page, address)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_task_and_a_case_fit_a_phone(open_page: OpenPage) -> None:
    page = open_page("ani.analis", width=390, height=844)
    page.get_by_role("link", name="Susun rencana mutasi").first.click()
    page.wait_for_selector("[data-form][data-drawn]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".lead a").click()
    page.wait_for_selector("[data-diagrams][data-shown]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_language_is_switched_for_pages_forms_and_diagrams(open_page: OpenPage) -> None:
    page = open_page("dewi.tpk", fresh=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kotak masuk")
    page.get_by_role("button", name="English").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/cases?status=running")
    page.locator(".work a").first.click()
    page.wait_for_selector("[data-diagrams][data-shown]")
    expect(page.locator("main")).to_contain_text("Where the case is")
    expect(page.locator("[data-diagram-place]")).to_contain_text("HR analyst")
    page.get_by_role("button", name="Indonesia").first.click()
    expect(page.get_by_role("link", name="Kasus").first).to_be_visible()


def test_signing_out_ends_the_session(open_page: OpenPage) -> None:
    page = open_page("gita.pegawai", fresh=True)
    page.locator(".rail details.menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/sign-in")
    page.goto("/inbox")
    page.wait_for_url("**/sign-in?**")


def test_the_keyboard_alone_reaches_the_content(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
