"""Talk and notices on real pages: with the mouse, with keys alone, on a phone; and what makes the pages installable."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.steps import start_case

OpenPage = Callable[..., Page]


def test_a_comment_names_somebody_who_reads_it_from_the_bell(open_page: OpenPage) -> None:
    ani = open_page("ani.analis")
    start_case(ani)
    text = ani.get_by_label("Komentar Anda")
    text.press_sequentially("Mohon arahan @citra")
    ani.get_by_role("option", name=re.compile("Citra Maharani")).click()
    expect(text).to_have_value("Mohon arahan @citra.bkpsdm ")
    ani.get_by_role("button", name="Kirim komentar").click()
    expect(ani.locator(".comment-body")).to_have_text(re.compile("Mohon arahan @Citra Maharani"))
    expect(ani.locator("#comment-body")).to_have_value("")
    citra = open_page("citra.bkpsdm")
    bell = citra.locator(".rail [data-bell]")
    expect(bell).to_have_attribute("aria-label", re.compile(r"\d+ belum dibaca"))
    bell.click()
    citra.get_by_role("link", name=re.compile("Anda disebut dalam komentar")).first.click()
    expect(citra).to_have_url(re.compile(r"#comment-"))
    expect(citra.locator(".comment:target")).to_contain_text("Mohon arahan")


def test_keys_alone_write_change_and_take_back_a_comment(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    start_case(page)
    page.get_by_label("Komentar Anda").focus()
    page.keyboard.type("@dew")
    expect(page.get_by_role("option", name=re.compile("Dewi Anggraini"))).to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.type("dan")
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox", name="Orang")).to_be_hidden()
    page.keyboard.type(" semua: siap?")
    page.keyboard.press("Control+Enter")
    comment = page.locator(".comment")
    expect(comment).to_contain_text("@Dewi Anggraini dan semua: siap?")
    change = comment.locator("summary", has_text="Ubah")
    change.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("End")
    page.keyboard.type(" Besok.")
    page.keyboard.press("Control+Enter")
    expect(comment).to_contain_text("Besok.")
    expect(comment).to_contain_text("diubah")
    comment.get_by_role("button", name="Tarik kembali").focus()
    page.keyboard.press("Enter")
    expect(comment).to_contain_text("Ditarik kembali oleh penulisnya.")


def test_on_a_phone_the_bell_leads_to_what_is_unread_and_everything_can_be_read(open_page: OpenPage) -> None:
    ani = open_page("ani.analis")
    start_case(ani)
    ani.get_by_label("Komentar Anda").fill("@eko.sekda mohon dilihat")
    ani.get_by_role("button", name="Kirim komentar").click()
    expect(ani.locator(".comment")).to_be_visible()
    page = open_page("eko.sekda", width=390, height=844)
    bell = page.locator(".top [data-bell]")
    box = bell.bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44
    bell.click()
    page.get_by_role("link", name=re.compile("^Belum dibaca")).click()
    expect(page.locator(".told")).not_to_have_count(0)
    page.get_by_role("button", name="Tandai semua dibaca").click()
    expect(page.locator(".top [data-bell-count]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_wishes_zone_and_calendar_are_set_on_the_account_page(open_page: OpenPage) -> None:
    page = open_page("kartika.inspektorat")
    page.goto("/account")
    page.get_by_role("checkbox", name="Komentar baru Surel").uncheck()
    page.get_by_label("Surel tentang yang untuk saya").select_option("daily")
    page.locator("#notices").get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("status").first).to_contain_text("Pengaturan Anda disimpan.")
    expect(page.get_by_role("checkbox", name="Komentar baru Surel")).not_to_be_checked()
    expect(page.get_by_label("Surel tentang yang untuk saya")).to_have_value("daily")
    page.get_by_role("button", name="Buat alamat kalender").click()
    address = page.get_by_label("Alamat kalender Anda").input_value()
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.text().startswith("BEGIN:VCALENDAR")
    page.get_by_role("button", name="Akhiri alamat").click()
    expect(page.get_by_role("button", name="Buat alamat kalender")).to_be_visible()
    assert page.request.get(address).status == 404


def test_without_a_net_the_installed_application_says_so_and_keeps_no_page(open_page: OpenPage) -> None:
    page = open_page("ani.analis", tolerated="ERR_INTERNET_DISCONNECTED")
    page.goto("/inbox")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.goto("/notices")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    kept = page.evaluate(
        "caches.keys().then(names => Promise.all(names.map(name => caches.open(name).then(cache => cache.keys()))))"
        ".then(all => all.flat().map(request => new URL(request.url).pathname))"
    )
    assert "/offline" in kept
    assert all(path == "/offline" or path.startswith("/static/build/") for path in kept), kept
    page.context.set_offline(True)
    page.goto("/cases")
    expect(page.get_by_role("heading", name="Tidak ada sambungan")).to_be_visible()
    page.context.set_offline(False)


def test_the_browser_asks_on_a_click_only_and_a_refusal_is_explained(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    page.add_init_script(
        "window.asked = 0; Notification.requestPermission = async () => { window.asked += 1; return 'denied'; };"
    )
    page.goto("/account")
    button = page.get_by_role("button", name="Tampilkan pemberitahuan di perangkat ini")
    expect(button).to_be_visible()
    assert page.evaluate("window.asked") == 0
    button.click()
    expect(page.locator("[data-push-status]")).to_contain_text("tidak mengizinkan pemberitahuan")
    assert page.evaluate("window.asked") == 1
