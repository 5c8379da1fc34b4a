"""The process owner edits a diagram: findings on the elements, what would change, and a new version."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Locator, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from service.operations import accounts, editing
from service.wiring import Services

OpenPage = Callable[..., Page]
FIRST_CHECK = 20_000
"""The first check of a server reads the engine from the disk."""
DUE = "#bio-properties-panel-mutasi-due"
KEPT_WITHIN = 20_000
"""The editor asks a server that was away again after five seconds."""


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
    expect(page.locator("[data-editor-findings]")).to_contain_text("sebentar", timeout=FIRST_CHECK)
    expect(
        page.locator("[data-editor-findings]").get_by_role("button", name=re.compile("^Orientasi pegawai: "))
    ).to_be_visible()
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
    page.get_by_role("button", name="Buang konsep").first.wait_for(state="detached")


def test_the_version_says_what_its_cases_are_doing(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    page.goto("/definitions/transfer_lifecycle/1")
    page.wait_for_selector("[data-diagrams][data-shown]")
    total = page.locator(".diagram-token.is-still")
    expect(total.first).to_be_visible()
    waiting = page.locator("[aria-labelledby=doing-title] tbody tr")
    expect(waiting.first).to_be_visible()


def test_the_editor_fits_a_phone(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=390, height=844)
    edit(page, "socialization")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("[data-editor-properties]")).to_be_visible()


def kept(page: Page) -> None:
    """The last change is kept and checked."""
    expect(page.locator("[data-editor-saved]")).to_contain_text("tersimpan pukul", timeout=KEPT_WITHIN)
    expect(page.locator("[data-editor-check-status]")).not_to_contain_text("Memeriksa", timeout=KEPT_WITHIN)


def test_the_editor_is_dark_in_the_dark_and_its_menus_open_beside_their_element(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440, scheme="dark", tolerated="ContextPad#getPad")
    edit(page, "socialization")
    shape = page.locator(".djs-element[data-element-id=sosialisasi]").first
    shape.click()
    page.locator(".djs-context-pad [data-action=replace]").click()
    menu = page.locator(".djs-popup")
    expect(menu).to_be_visible()
    beside, opened = shape.bounding_box(), menu.bounding_box()
    assert beside is not None
    assert opened is not None
    assert abs(opened["x"] - beside["x"] - beside["width"]) < 100
    with Image.open(io.BytesIO(page.locator(".editor-body").screenshot())) as drawn:
        assert ImageStat.Stat(drawn.convert("L")).mean[0] < 64


def test_a_discarded_draft_stays_discarded(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    edit(page, "socialization")
    set_due(page, "sosialisasi", "4")
    kept(page)
    page.get_by_role("button", name="Buang konsep").click()
    page.get_by_role("dialog").get_by_role("button", name="Buang konsep").click()
    page.wait_for_url(re.compile(r"/definitions/socialization/\d+$"))
    page.wait_for_load_state("networkidle")
    edit(page, "socialization")
    expect(page.locator("[data-editor-saved]")).to_have_text("Belum ada perubahan")


def test_what_is_drawn_waits_for_the_server_to_come_back(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440, tolerated="ERR_INTERNET_DISCONNECTED")
    edit(page, "needs_analysis")
    page.context.set_offline(True)
    set_due(page, "analisis_kebutuhan", "8")
    expect(page.locator("[data-editor-check-status]")).to_contain_text("Server tidak menjawab")
    expect(page.locator("[data-editor-saved]")).to_have_text("Belum tersimpan")
    page.on("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.close(run_before_unload=True)
    assert asked.value.type == "beforeunload"
    page.context.set_offline(False)  # nothing else is done
    kept(page)
    expect(page.locator("[data-editor-changes] ins")).to_have_text("8")


def test_whoever_is_signed_out_is_told_and_goes_on_after_signing_in(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440, fresh=True)
    edit(page, "competency_mapping")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    set_due(page, "pemetaan_kompetensi", "8")
    expect(page.locator("[data-editor-check-status]")).to_contain_text("Anda sudah keluar")
    page.context.add_cookies(cookies)  # type: ignore[arg-type] # what `cookies` answers
    kept(page)


def test_two_owners_hear_of_each_other_while_they_draw(open_page: OpenPage, services: Services) -> None:
    page = open_page("intan.proses", width=1440)
    edit(page, "evaluation")
    with services.action() as action:
        sari = accounts.create(action, "sari.proses", "Sari Wibowo")
        accounts.grant(action, sari.username, "pemilik_proses")
        owner = accounts.actor_of(action, sari)
    with services.action(owner) as action:
        editing.save(action, "evaluation", 1, {})
    set_due(page, "evaluasi_analis", "9")
    expect(page.locator("[data-editor-beside]")).to_contain_text("Sari Wibowo")


def test_deploying_says_which_other_definitions_change(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    edit(page, "needs_analysis")
    set_due(page, "analisis_kebutuhan", "9")
    kept(page)
    page.get_by_role("button", name="Berlakukan …").click()
    expect(page.locator("[data-editor-others]")).to_contain_text("Siklus mutasi")
    page.keyboard.press("Escape")


@pytest.mark.parametrize(
    ("element", "kind"),
    [
        ("kolaborasi_approval", "Kolaborasi"),
        ("pool_approval", "Peserta"),
        ("lajur_approval_1", "Lajur"),
        ("sidang_tpk", "Tugas orang"),
        ("putusan_sidang", "Percabangan pilihan (salah satu)"),
        ("siapkan_persetujuan__sidang_tpk", "Alur"),
    ],
)
def test_the_panel_names_each_kind_of_element_in_indonesian(
    open_page: OpenPage, element: str, kind: str
) -> None:
    page = open_page("intan.proses", width=1440)
    edit(page, "approval")
    if not element.startswith("kolaborasi"):
        page.locator(f".djs-element[data-element-id={element}] .djs-hit").first.dispatch_event("click")
    expect(page.locator(".bio-properties-panel-header-type")).to_have_text(kind)
    expect(page.locator(".bio-properties-panel [title*=section i]")).to_have_count(0)


def test_an_element_is_appended_with_keys_alone(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    edit(page, "execution")
    page.locator("[data-editor-canvas] svg[tabindex]").focus()
    page.keyboard.press("Control+f")
    expect(page.locator(".djs-search-input input")).to_be_focused()
    page.keyboard.type("Orientasi")
    expect(page.locator(".djs-search-result").first).to_contain_text("Orientasi")
    page.keyboard.press("Enter")
    expect(page.locator(".bio-properties-panel-header")).to_contain_text("Orientasi")
    press_until(page, "n", page.locator(".djs-popup"))
    menu, drawing = (page.locator(part).bounding_box() for part in (".djs-popup", "[data-editor-canvas]"))
    assert menu
    assert drawing
    assert drawing["x"] < menu["x"] < drawing["x"] + drawing["width"]
    page.keyboard.press("Escape")
    expect(page.locator(".djs-popup")).to_have_count(0)
    press_until(page, "a", page.locator(".djs-popup input"))
    page.keyboard.type("Tugas orang")
    expect(page.locator(".djs-popup .entry")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("[data-editor-undo]")).to_be_enabled()
    name = page.locator(".djs-direct-editing-content")
    expect(name).to_be_focused()  # it asks for a name
    page.keyboard.press("Escape")
    expect(name).to_have_count(0)
    page.locator("[data-editor-canvas] svg[tabindex]").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("[data-editor-undo]")).to_be_disabled()


def press_until(page: Page, key: str, shown: Locator) -> None:
    """Press a key until what it opens is there: the drawing listens a moment after a menu has closed."""
    for _ in range(10):
        page.keyboard.press(key)
        with suppress(PlaywrightTimeout):
            shown.wait_for(timeout=1000)
            return
    expect(shown).to_be_visible()
