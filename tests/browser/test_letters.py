"""The decree in the browser: looked at as a draft, signed by deciding, and checked on a phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.steps import drawn


def test_the_draft_of_a_decree_is_looked_at_from_the_task(open_page: Callable[..., Page]) -> None:
    page = open_page("fitri.walikota")
    task = page.locator("a[href*='/tasks/'], a[href*='task=']").filter(has_text="Keputusan PPK").first
    task.click()
    drawn(page)
    page.get_by_role("link", name="Lihat draf SK").click()
    picture = page.locator(".letter-page img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
    expect(page.get_by_text("Draf: belum bernomor, belum berlaku")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh PDF").click()
    assert download.value.suggested_filename.startswith("draf-MUT-")


def test_a_signed_letter_is_checked_on_a_phone(open_page: Callable[..., Page]) -> None:
    page = open_page("hadi.manajer", width=390, height=844)
    page.goto("/cases?status=completed")
    page.locator("main a[href^='/cases/']").filter(has_text="Mutasi ke").first.click()
    page.locator("#letters a").first.click()
    expect(page.get_by_role("heading", name="Keputusan mutasi")).to_be_visible()
    page.get_by_role("link", name="Buka halaman umum").click()
    expect(page.locator(".verify h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
