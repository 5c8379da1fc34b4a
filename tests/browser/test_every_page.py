"""What holds for every page: axe finds no barrier, phones never scroll sideways, both languages, dark too."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from service.operations import documents
from service.settings import load
from service.wiring import wire
from tests.browser.pages import PAGES

OpenPage = Callable[..., Page]

WIDTHS = (390, 360)


def assert_no_barrier(page: Page) -> None:
    """axe, with all its rules, finds nothing."""
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []


def assert_open_to_everybody(page: Page, address: str, drawn: str | None = None) -> None:
    """No barrier in light and dark and in both languages, and no sideways scrolling on a phone."""
    for language in ("id", "en"):
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        if drawn:
            page.wait_for_selector(drawn)
        page.wait_for_load_state("networkidle")
        assert page.locator("html").get_attribute("lang") == language
        assert_no_barrier(page)
        if language == "id":
            page.emulate_media(
                color_scheme="dark", reduced_motion="reduce"
            )  # colours at once, not on their way
            assert_no_barrier(page)
            page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 780})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_open_to_everybody(open_page: OpenPage, name: str) -> None:
    username, address = PAGES[name]
    assert_open_to_everybody(open_page(username), address)


def test_a_task_and_a_case_are_open_to_everybody(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    page.goto("/inbox")
    task = page.get_by_role("link", name="Susun rencana mutasi").first.get_attribute("href")
    assert task
    page.goto(task)
    case = page.locator(".lead a").get_attribute("href")
    assert case
    assert_open_to_everybody(page, task, "[data-form][data-drawn]")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_open_to_everybody(page, case, "[data-diagrams][data-shown]")


def test_documents_and_letters_are_open_to_everybody(open_page: OpenPage, city: Path) -> None:
    page = open_page("dewi.tpk")
    page.goto("/inbox?view=all")
    task = page.get_by_role("link", name="Sidang TPK").first.get_attribute("href")
    page.goto(str(task))
    assert_open_to_everybody(page, str(task), "[data-form][data-drawn]")
    draft = page.locator("#letters .letter-draft a").get_attribute("href")
    case = str(page.locator(".lead a").get_attribute("href"))
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_open_to_everybody(page, str(draft), ".letter-page img")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_open_to_everybody(page, f"/documents/{attached(city, case)}/look", ".document-text")


def attached(city: Path, case: str) -> uuid.UUID:
    """A text of a long name and long lines, attached to the case of this address."""
    services = wire(load({"MUTASI_VAR_DIR": str(city)}))
    with services.action() as action:
        text, name = BytesIO(b"Rekap beban kerja " * 400), f"{'Bukti-rekap-beban-kerja-' * 6}.txt"
        document = documents.attach(action, uuid.UUID(case.rsplit("/", 1)[1]), "bukti", name, text).id
    services.sessions.kw["bind"].dispose()
    return document


def test_the_language_is_switched_for_pages_forms_and_diagrams(open_page: OpenPage) -> None:
    page = open_page("dewi.tpk", fresh=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kotak masuk")
    page.get_by_role("button", name="English").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/cases?status=running")
    page.locator("#found a[href*='/cases/'], main tbody a[href*='/cases/']").first.click()
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
