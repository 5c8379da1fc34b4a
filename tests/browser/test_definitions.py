"""The process owner uploads a diagram: broken, then good."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.steps import drawn
from tests.browser.test_every_page import assert_no_barrier

OpenPage = Callable[..., Page]
SHIPPED = Path(__file__).parents[2] / "workflows"


def test_a_broken_diagram_is_refused_with_findings_on_its_elements(
    open_page: OpenPage, tmp_path: Path
) -> None:
    broken = (
        (SHIPPED / "socialization.bpmn")
        .read_text(encoding="utf-8")
        .replace('mutasi:form="sosialisasi"', 'mutasi:form="tidak_ada"')
    )
    file = tmp_path / "socialization.bpmn"
    file.write_text(broken, encoding="utf-8")
    page = open_page("intan.proses")
    page.goto("/definitions/upload")
    page.set_input_files("#files", str(file))
    expect(page.locator("[data-definition-chosen]")).to_contain_text("socialization.bpmn")
    page.get_by_role("button", name="Periksa dan berlakukan").click()
    expect(page.get_by_role("alert")).to_contain_text("tidak diberlakukan")
    expect(page.locator("table")).to_contain_text("tidak_ada")
    drawn(page)
    expect(page.locator(".djs-element.is-error").first).to_be_attached()


def test_a_good_diagram_becomes_a_version(open_page: OpenPage, tmp_path: Path) -> None:
    changed = (
        (SHIPPED / "socialization.bpmn")
        .read_text(encoding="utf-8")
        .replace("</bpmn:documentation>", " Diperbarui.</bpmn:documentation>", 1)
    )
    file = tmp_path / "socialization.bpmn"
    file.write_text(changed, encoding="utf-8")
    page = open_page("intan.proses")
    page.goto("/definitions/upload")
    page.set_input_files("#files", str(file))
    page.fill("#note", "Keterangan diperjelas")
    page.get_by_role("button", name="Periksa dan berlakukan").click()
    page.wait_for_url("**/definitions/socialization/2")
    drawn(page)
    expect(page.locator("main")).to_contain_text("Keterangan diperjelas")
    expect(page.locator("main")).to_contain_text("Intan Permata")
    page.get_by_role("link", name="versi 1", exact=True).click()
    page.get_by_role("link", name="Berlakukan lagi").click()
    expect(page.locator("main li").first).to_contain_text("Diperbarui.")
    assert_no_barrier(page)
    page.get_by_label("Mengapa").fill("Penjelasan lama lebih tepat")
    page.keyboard.press("Enter")
    page.wait_for_url("**/definitions/socialization/3")
    expect(page.locator("main")).to_contain_text("Penjelasan lama lebih tepat")


def test_a_version_shows_its_forms_and_diagram(open_page: OpenPage) -> None:
    page = open_page("intan.proses")
    page.goto("/definitions")
    page.get_by_role("link", name="Siklus mutasi").click()
    drawn(page)
    page.locator("#form-keputusan_ppk summary").click()
    expect(page.locator("#form-keputusan_ppk").get_by_text("Setuju dan tanda tangani SK")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Unduh diagram").click()
    assert download.value.suggested_filename == "transfer_lifecycle.bpmn"


def test_no_english_word_is_broken_on_a_diagram_placed_for_indonesian(open_page: OpenPage) -> None:
    page = open_page("intan.proses", width=1440)
    page.goto("/definitions/approval/1?lang=en")
    drawn(page)
    lines = page.locator(".djs-label tspan").all_text_contents()
    for word in ("Rejected", "Approved?", "Decision?", "Approve", "Change"):
        assert word in lines
