"""The process owner edits a diagram: findings on the elements, what would change, and a new version."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

OpenPage = Callable[..., Page]
DUE = "#bio-properties-panel-mutasi-due"


def edit(page: Page, key: str) -> None:
    page.goto(f"/definitions/{key}/edit")
    page.wait_for_selector("[data-editor][data-shown]")


def set_due(page: Page, task: str, days: str) -> None:
    if not page.locator(DUE).is_visible():
        page.locator(f".djs-element[data-element-id={task}]").first.click()
        page.locator(".bio-properties-panel-group-header", has_text="Siapa ditanya").click()
    page.fill(DUE, days)
    page.wait_for_function(
        "() => !document.querySelector('[data-editor-check-status]').textContent.includes('Memeriksa')"
    )


def test_a_finding_stands_on_its_element_and_is_mended(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    edit(page, "execution")
    deploy = page.get_by_role("button", name="Berlakukan …")
    expect(deploy).to_be_disabled()
    set_due(page, "orientasi", "sebentar")
    expect(page.locator("[data-editor-findings]")).to_contain_text("sebentar")
    expect(page.locator(".djs-element.is-error[data-element-id=orientasi]")).to_be_attached()
    expect(deploy).to_be_disabled()
    set_due(page, "orientasi", "9")
    expect(page.locator("[data-editor-findings]")).to_be_empty()
    changes = page.locator("[data-editor-changes]")
    expect(changes).to_contain_text("berubah")
    expect(changes.locator("ins")).to_have_text("9")

    page.reload()  # as after a crash of the browser
    page.wait_for_selector("[data-editor][data-checked]")
    expect(page.locator("[data-editor-changes] ins")).to_have_text("9")
    page.get_by_role("button", name="Berlakukan …").click()
    page.fill("#deploy-note", "Orientasi lebih lama")
    page.locator("#deploy-dialog").get_by_role("button", name="Berlakukan").click()
    page.wait_for_url("**/definitions/execution/2")
    expect(page.locator("main")).to_contain_text("Orientasi lebih lama")
    expect(page.locator("main")).to_contain_text("Intan Permata")


def test_undo_by_keys_takes_a_change_back(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    edit(page, "consultation")
    page.locator(".djs-element.djs-shape").nth(6).click()
    expect(page.locator("[data-editor-undo]")).to_be_disabled()
    page.keyboard.press("Delete")
    expect(page.locator("[data-editor-undo]")).to_be_enabled()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-editor-undo]")).to_be_disabled()
    page.get_by_role("button", name="Buang konsep").first.wait_for(state="detached", timeout=2000)


def test_the_version_says_what_its_cases_are_doing(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    page.goto("/definitions/transfer_lifecycle/1")
    page.wait_for_selector("[data-diagrams][data-shown]")
    total = page.locator(".diagram-token.is-still")
    expect(total.first).to_be_visible()
    waiting = page.locator("section[aria-labelledby=doing-title] tbody tr")
    expect(waiting.first).to_be_visible()


def test_the_editor_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=390, height=844)
    edit(page, "socialization")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("[data-editor-properties]")).to_be_visible()
