"""The employee's pages in the browser: on a phone first, with keys alone, and a correction from asking to the answer."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.test_every_page import assert_no_barrier

OpenPage = Callable[..., Page]

GITA = "gita.pegawai"


def test_on_a_phone_the_day_begins_with_what_is_mine_to_do(open_page: OpenPage) -> None:
    page = open_page(GITA, width=390, height=844)
    page.goto("/")
    page.wait_for_url("**/my")
    action = page.locator(".my-story .my-action").first
    expect(action).to_be_in_viewport()
    box = action.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    page.locator(".my-more").first.click()
    page.wait_for_url("**/my/cases/**")
    expect(page.locator(".my-days").first).to_contain_text("hari lagi untuk mengajukan keberatan")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert_no_barrier(page)


def test_the_decree_is_answered_from_here(open_page: OpenPage) -> None:
    """The form opens; nothing is sent, so that the sample stays as it is."""
    page = open_page(GITA, width=390, height=844)
    page.goto("/my")
    page.locator(".my-story .my-action").first.click()
    page.wait_for_selector("[data-form][data-drawn]")
    expect(page.locator("main")).to_contain_text("Mengajukan keberatan")


def test_a_wish_is_stated_and_withdrawn_with_keys_alone(open_page: OpenPage) -> None:
    page = open_page(GITA)
    page.goto("/my/wishes")
    before = page.locator(".my-buttons form").count()
    page.locator("#lookup-unit").focus()
    page.keyboard.type("Kelurahan")
    option = page.locator("#lookup-unit-list [role=option]").first
    expect(option).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#reason").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".my-buttons form")).to_have_count(before + 1)
    page.locator(".my-buttons form button").last.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".my-buttons form")).to_have_count(before)


def test_a_refused_form_comes_back_with_the_first_field_to_mend_in_sight(open_page: OpenPage) -> None:
    page = open_page(GITA, width=360, height=740)
    page.goto("/my/wishes")
    page.locator("main form button.btn-primary").click()
    field = page.locator("#lookup-unit")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_be_in_viewport()


def test_what_is_wrong_is_said_and_corrected(open_page: OpenPage) -> None:
    page = open_page(GITA, width=390, height=844)
    page.goto("/my/data")
    page.locator(".my-wrong[href*='field=jurusan']").click()
    page.fill("#wanted", "Administrasi Publik, menurut ijazah")
    page.locator("main form button[type=submit]").click()
    request = page.locator("#requests .opinion", has_text="Administrasi Publik")
    expect(request).to_contain_text("Sedang diperiksa")
    analyst = open_page("ani.analis")
    analyst.goto("/corrections")
    analyst.locator(".absence", has_text="Administrasi Publik").get_by_role("link").click()
    analyst.fill("#value", "Administrasi Publik")
    analyst.fill("#answer", "Sesuai ijazah.")
    analyst.locator("button[value=accept]").click()
    analyst.wait_for_url("**/corrections")
    page.goto("/my/data")
    expect(request).to_contain_text("Sesuai ijazah.")
    expect(page.locator(".my-data", has_text="Jurusan")).to_contain_text("Administrasi Publik")
