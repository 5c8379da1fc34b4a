"""The decree in the browser: looked at as a draft, issued and signed by deciding, and checked on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from service.settings import load
from tests.browser.steps import drawn
from tests.browser.test_every_page import assert_no_barrier, assert_open_to_everybody
from tests.operations.signing import signatures_of

OpenPage = Callable[..., Page]


def decoded(picture: Locator) -> int:
    """The width in pixels of a picture, once it has arrived."""
    width: int = picture.evaluate("image => image.decode().then(() => image.naturalWidth)")
    return width


def decide(page: Page) -> None:
    """Agree as the authority who appoints; the day of the decree and the day it takes effect are asked for."""
    form = page.locator("[data-form-place]")
    page.locator('[data-action="approve"][data-choose]').click()
    for label, day in (("Tanggal SK", "01/12/2026"), ("Terhitung mulai tanggal", "01/01/2027")):
        field = form.get_by_label(label).and_(form.locator("input:visible"))
        field.fill(day)
        field.press("Tab")
    page.get_by_role("button", name="Selesaikan").click()


def compare(reader: Page, number: str) -> None:
    """Type the number of the paper in hand."""
    reader.get_by_label("Nomor yang tercetak").fill(number)
    reader.get_by_role("button", name="Cocokkan").click()


def test_a_decree_is_previewed_signed_by_deciding_and_genuine_on_a_phone(
    open_page: OpenPage, city: Path
) -> None:
    page = open_page("fitri.walikota")
    page.goto("/inbox?view=all")
    task = page.get_by_role("link", name="Keputusan PPK").first.get_attribute("href")
    assert task
    page.goto(task)
    drawn(page)
    case = page.locator(".lead a").get_attribute("href")
    page.get_by_role("link", name="Lihat draf SK").click()
    assert decoded(page.locator(".letter-page img").first) > 600
    expect(page.get_by_text("Draf: belum bernomor, belum berlaku")).to_be_visible()
    with page.expect_download() as draft:
        page.get_by_role("link", name="Unduh PDF").click()
    assert draft.value.suggested_filename.startswith("draf-MUT-")

    page.get_by_role("link", name="Kembali ke keputusan").click()
    drawn(page)
    decide(page)
    page.wait_for_url(lambda address: task not in address)
    page.goto(f"{case}#letters")
    page.locator("#letters .letter-row a").first.click()
    expect(page.locator(".lead")).to_contain_text("Nomor")
    number = re.search(r"Nomor (\S.*?) ·", page.locator(".lead").inner_text())
    assert number
    for _ in range(60):  # the scheduler prints and signs
        if page.locator(".tags").get_by_text("Ditandatangani", exact=True).count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert decoded(page.locator(".letter-page img").first) > 600
    with page.expect_download() as letter:
        page.get_by_role("link", name="Unduh PDF").click()
    pdf = Path(letter.value.path()).read_bytes()
    with ThreadPoolExecutor(1) as beside:  # Playwright's event loop runs in this thread
        verdicts = beside.submit(signatures_of, pdf, load({"MUTASI_VAR_DIR": str(city)})).result()
    assert len(verdicts) == 2
    assert all(verdict.bottom_line for verdict in verdicts)

    address = page.get_by_role("link", name="Buka halaman umum").get_attribute("href")
    phone = open_page(None, width=360, height=740)
    phone.goto(str(address))
    expect(phone.get_by_role("heading", level=1)).to_have_text("Surat ini asli")
    expect(phone.locator("main")).not_to_contain_text(number[1])
    assert_open_to_everybody(phone, str(address))
    phone.goto(str(address))
    compare(phone, "800.1.3.3/999/BKPSDM/2026")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Nomor itu bukan milik kode ini")
    expect(phone.locator("main")).to_contain_text("mungkin disalin dari surat lain")
    assert_no_barrier(phone)
    compare(phone, f" {number[1].lower()}")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Surat ini asli")
    expect(phone.locator("main")).to_contain_text("Kode ini milik surat dengan nomor itu.")
    assert_no_barrier(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.goto("/verify/tidak-dikenal")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Surat ini tidak dikenal")

    manager = open_page("hadi.manajer")
    manager.goto(str(case))
    manager.get_by_role("button", name="Batalkan kasus").click()
    expect(manager.get_by_role("dialog")).to_contain_text(f"Keputusan {number[1]} tetap berlaku")
