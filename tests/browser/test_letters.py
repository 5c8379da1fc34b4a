"""The decree in the browser: looked at as a draft, signed by deciding, and checked on a phone."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.steps import drawn


def test_the_decision_is_previewed_signed_and_checked(open_page: Callable[..., Page]) -> None:
    """One walk, because a decision can be taken only once."""
    page = open_page("fitri.walikota")
    page.goto("/cases?q=MUT-&stage=Persetujuan")
    page.goto("/inbox")
    page.get_by_role("link", name="Keputusan PPK").first.click()
    page.wait_for_url("**/tasks/**") if "/tasks/" in page.url else None
    task = page.url
    drawn(page)
    page.get_by_role("link", name="Lihat draf SK").click()
    expect(page.locator(".letter-page img").first).to_be_visible()
    shown = page.locator(".letter-page img").first.evaluate(
        "image => image.decode().then(() => image.naturalWidth)"
    )
    assert shown > 600
    expect(page.get_by_text("Draf: belum bernomor, belum berlaku")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh PDF").click()
    assert download.value.suggested_filename.startswith("draf-MUT-")
    page.get_by_role("link", name="Kembali ke keputusan").click()
    assert page.url == task
