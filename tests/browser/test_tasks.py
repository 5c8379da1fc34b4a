"""From the inbox through a task's form to what comes next, as staff do it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.steps import drawn, start_case

OpenPage = Callable[..., Page]


def open_analysis(page: Page) -> str:
    """Start a case whose first task is the analyst's, and open that task."""
    start_case(page)
    page.get_by_role("link", name="Analisis kebutuhan").click()
    drawn(page)
    return page.url


def fill_analysis(page: Page, note: str = "Perawat paling mendesak.") -> None:
    form = page.locator("[data-form-place]")
    period = form.get_by_label("Periode")
    if not period.input_value():
        period.fill("2026")
    for name in ("prioritas", "jabatan_tujuan"):
        field = form.locator(f".fjs-form-field:has([id$=Field_{name}])")
        field.locator(".fjs-input-group").click()
        field.locator(".fjs-dropdownlist-item").first.click()
    form.get_by_label("Catatan").fill(note)


def test_a_task_is_found_in_the_inbox_and_completed(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    task = open_analysis(page)
    number = page.locator(".lead").inner_text()
    page.goto("/inbox")
    page.locator(f'.work a[href="{task[task.index("/tasks") :]}"]').click()
    drawn(page)
    fill_analysis(page)
    page.get_by_role("button", name="Selesaikan").click()
    page.wait_for_url(lambda url: url != task)
    expect(page.get_by_role("status").first).to_contain_text("Analisis kebutuhan: selesai.")
    assert "MUT-" in number
    page.goto(task)
    expect(page.get_by_role("heading", name="Tugas ini selesai")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Perawat paling mendesak.")


def test_the_browser_says_what_is_missing_in_the_readers_language(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    open_analysis(page)
    page.get_by_role("button", name="Selesaikan").click()
    expect(page.get_by_text("Wajib diisi.").first).to_be_visible()
    assert page.evaluate("document.activeElement.closest('.fjs-has-errors') !== null")


def test_the_server_refuses_what_the_browser_let_through_and_keeps_the_text(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    open_analysis(page)
    page.evaluate(
        """() => {
            const form = document.querySelector("[data-form-post]");
            const answers = {prioritas: "tidak-ada", catatan_analisis: "Jangan hilang"};
            form.elements.answers.value = JSON.stringify(answers);
            HTMLFormElement.prototype.submit.call(form);
        }"""
    )
    expect(page.get_by_role("alert")).to_contain_text("Ini bukan salah satu pilihan.")
    drawn(page)
    expect(page.locator("[data-form-place]").get_by_label("Catatan")).to_have_value("Jangan hilang")
    expect(page.locator(".fjs-form-field-error").first).to_be_visible()


def test_the_second_of_two_learns_who_was_first_and_keeps_what_was_typed(open_page: OpenPage) -> None:
    first, second = open_page("ani.analis"), open_page("ani.analis")
    task = open_analysis(first)
    second.goto(task)
    drawn(second)
    fill_analysis(first)
    fill_analysis(second, note="Catatan orang kedua")
    first.get_by_role("button", name="Selesaikan").click()
    first.wait_for_url(lambda url: url != task)
    second.get_by_role("button", name="Selesaikan").click()
    expect(second.get_by_role("heading", name="Ada yang lebih dahulu")).to_be_visible()
    expect(second.locator("main")).to_contain_text(
        re.compile(r"Ani Lestari lebih dahulu menyelesaikan tugas ini")
    )
    expect(second.locator("main")).to_contain_text("Catatan orang kedua")


def test_taking_a_task_and_giving_it_back(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    task = open_analysis(page)
    page.get_by_role("button", name="Ambil").click()
    expect(page.locator(".page-head")).to_contain_text("Anda ambil")
    page.goto("/inbox?view=mine")
    expect(page.locator(f'.work a[href="{task[task.index("/tasks") :]}"]')).to_be_visible()
    page.goto(task)
    page.get_by_role("button", name="Lepas").click()
    expect(page.get_by_role("status").first).to_contain_text("kembali terbuka")


def test_the_facts_stand_beside_the_form(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    page.goto("/inbox")
    page.get_by_role("link", name="Susun rencana mutasi").first.click()
    drawn(page)
    facts = page.locator(".decide-facts")
    expect(facts.get_by_role("heading", name="Peringkat calon")).to_be_visible()
    facts.locator(".candidate summary").first.click()
    expect(facts.locator(".candidate").first).to_contain_text("Kompetensi")
    expect(page.locator(".bjs-powered-by, .fjs-powered-by").first).to_be_visible()
