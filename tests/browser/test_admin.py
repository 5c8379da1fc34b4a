"""What an administrator does, with the mouse, with keys alone, and on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.steps import PASSWORD, sign_in
from tests.browser.test_every_page import assert_no_barrier

OpenPage = Callable[..., Page]

ICS = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//uji//ID\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART;VALUE=DATE:{year}0804\r\n"
    "SUMMARY:Pesta rakyat\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def test_an_account_is_made_given_a_role_and_its_owner_comes_in(open_page: OpenPage) -> None:
    page = open_page("joko.admin")
    page.goto("/admin/accounts")
    page.get_by_role("link", name="Akun baru").click()
    page.fill("#username", "sari.baru")
    page.fill("#name", "Sari Baru")
    page.get_by_label("Manajer").check()
    page.get_by_role("button", name="Buat akun").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sari Baru")
    page.select_option("#role", "kepala_unit")
    page.locator("#lookup-unit").press_sequentially("Pusk")
    page.locator("#lookup-unit-list [role=option]").first.click()
    page.get_by_role("button", name="Beri peran").click()
    expect(page.locator("#roles")).to_contain_text(re.compile("Kepala unit · Pusk"))
    page.get_by_role("button", name="Buat tautan pengatur").click()
    page.wait_for_load_state()
    link = page.locator(".once").inner_text()

    owner = open_page(None)
    owner.goto(link)
    expect(owner.locator("form.sign-in")).to_contain_text("Sari Baru")
    for field in ("#password", "#again"):
        owner.fill(field, "enam ekor kancil lari")
    owner.get_by_role("button", name="Atur kata sandi").click()
    owner.wait_for_url("**/sign-in")
    owner.fill("#username", "sari.baru")
    owner.fill("#password", "enam ekor kancil lari")
    owner.click("form.sign-in button[type=submit]")
    owner.wait_for_url("**/overview")

    page.reload()
    page.get_by_role("button", name="Nonaktifkan").click()
    expect(page.get_by_role("status").first).to_contain_text("dinonaktifkan")
    owner.goto("/inbox")
    owner.wait_for_url("**/sign-in?**")


def test_with_keys_alone_an_account_is_found_and_a_role_taken(open_page: OpenPage) -> None:
    page = open_page("joko.admin")
    page.goto("/admin/accounts")
    page.locator("#q").focus()
    page.keyboard.type("intan")
    expect(page.locator("#found .rows > li")).to_have_count(1)
    page.locator("#found a").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Intan")
    page.locator("#role").focus()
    page.keyboard.type("Program luar")
    page.locator("form", has=page.locator("#role")).get_by_role("button").focus()
    page.keyboard.press("Enter")
    taking = page.get_by_role("button", name="Cabut Program luar")
    expect(taking).to_be_visible()
    taking.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("dicabut")
    expect(page.locator("#roles")).to_contain_text("Pemilik proses")
    expect(page.get_by_role("button", name="Cabut Program luar")).to_have_count(0)


def test_what_is_wrong_with_a_new_password_is_in_sight_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("kartika.inspektorat", width=390, height=844)
    page.goto("/account/security")
    page.fill("#present", "bukan kata sandi ini")
    for field in ("#password", "#again"):
        page.fill(field, "kuda laut makan apel")
    page.get_by_role("button", name="Ubah kata sandi").click()
    expect(page.get_by_role("alert")).to_have_text("Kata sandi sekarang salah.")
    expect(page.get_by_role("alert")).to_be_in_viewport()


def test_a_second_step_is_set_up_and_asked_for(open_page: OpenPage) -> None:
    page = open_page("kartika.inspektorat", fresh=True)
    page.goto("/account")
    page.locator("#content a[href='/account/security']").click()
    page.get_by_role("button", name="Siapkan").click()
    expect(page.locator(".qr svg")).to_be_visible()
    page.wait_for_load_state()
    totp = pyotp.TOTP(page.locator(".secret-key").inner_text().replace(" ", ""))
    page.fill("#code", totp.now())
    page.get_by_role("button", name="Hidupkan").click()
    shown = page.locator(".recovery-codes li")
    expect(shown).to_have_count(10)
    codes = shown.all_inner_texts()
    for scheme in ("light", "dark"):  # these codes are shown once: no other test can look at them
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert_no_barrier(page)
    page.get_by_role("link", name="Sudah saya simpan").click()
    expect(page.get_by_text("Tersisa 10 kode pemulihan.")).to_be_visible()

    again = open_page(None)
    again.goto("/sign-in")
    again.fill("#username", "kartika.inspektorat")
    again.fill("#password", PASSWORD)
    again.keyboard.press("Enter")
    again.wait_for_url("**/sign-in/code")
    expect(again.locator("#code")).to_be_focused()
    again.keyboard.type("000000")
    again.keyboard.press("Enter")
    expect(again.get_by_role("alert")).to_contain_text("Kode salah")
    expect(again.locator("#code")).to_be_focused()
    again.keyboard.type(codes[0])
    again.keyboard.press("Enter")
    again.wait_for_url("**/inbox")

    admin = open_page("joko.admin")
    admin.goto("/admin/accounts?q=kartika")
    admin.get_by_role("link", name=re.compile("Kartika")).click()
    admin.fill("#reason", "ponsel hilang")
    admin.get_by_role("button", name="Atur ulang").click()
    expect(admin.get_by_role("status").first).to_contain_text("diatur ulang")
    again.goto("/inbox")
    again.wait_for_url("**/sign-in?**")
    sign_in(again, "kartika.inspektorat")


def test_holidays_come_from_a_file_after_a_look_at_them(open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page("joko.admin")
    page.goto("/admin/calendar")
    year = int(page.locator(".segments [aria-current]").inner_text()) + 1
    year += {5: 2, 6: 1}.get(date(year, 8, 4).weekday(), 0)
    file = tmp_path / "kota.ics"
    file.write_text(ICS.format(year=year), encoding="utf-8", newline="")
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Lihat yang akan berubah").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Yang akan berubah")
    expect(page.locator(".rows")).to_contain_text("Pesta rakyat")
    page.get_by_role("button", name="Ambil alih 1 hari").click()
    page.wait_for_url(f"**/admin/calendar?year={year}")
    expect(page.locator(".month .is-own", has_text="Pesta rakyat")).to_have_count(1)
    page.get_by_role("button", name="Hapus Pesta rakyat").click()
    expect(page.locator(".month .is-own", has_text="Pesta rakyat")).to_have_count(0)


def test_the_audit_is_searched_and_taken_away_twice(open_page: OpenPage) -> None:
    page = open_page("joko.admin")
    page.goto("/admin/audit")
    page.select_option("#kind", "signed_in")
    page.get_by_role("button", name="Cari", exact=True).click()
    expect(page.locator(".rows > li").first).to_contain_text("Masuk")
    for _ in range(2):
        with page.expect_download() as got:
            page.get_by_role("button", name="CSV").click()
        assert got.value.suggested_filename.endswith(".csv")
    page.goto("/admin/audit?kind=audit_exported")
    page.locator(".rows a").first.click()
    expect(page.locator("dl.pairs").first).to_contain_text("Joko Susilo")


def test_a_token_is_copied_once_and_revoked_after_a_second_look(open_page: OpenPage) -> None:
    page = open_page("joko.admin", width=390, height=844)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/admin/tokens")
    page.locator("#lookup-username").press_sequentially("hadi")
    page.locator("#lookup-username-list [role=option]").first.click()
    page.fill("#name", "Laporan bulanan")
    page.get_by_role("button", name="Buat", exact=True).click()
    page.wait_for_load_state()
    token = page.locator(".once").inner_text()
    page.get_by_role("button", name="Salin").click()
    expect(page.get_by_role("button", name="Disalin")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == token
    asked = page.locator("li", has_text="Laporan bulanan")
    asked.locator("summary").click()
    expect(asked).to_contain_text("tidak dapat dikembalikan")
    asked.get_by_role("button", name="Cabut selamanya").click()
    expect(page.get_by_role("status").first).to_contain_text("Token dicabut")
    expect(page.locator("li", has_text="Laporan bulanan")).to_have_count(0)


def test_on_a_phone_the_state_is_read_and_sections_are_reached(open_page: OpenPage) -> None:
    page = open_page("joko.admin", width=390, height=844)
    page.goto("/admin")
    expect(page.locator(".notice").first).to_contain_text(re.compile("penjadwal|pekerjaan", re.I))
    page.locator(".admin-nav").get_by_role("link", name="Surel").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Surel")
    expect(page.locator(".admin-nav [aria-current]")).to_be_in_viewport()
    page.fill("#host", "")
    page.fill("#sender", "bukan alamat")
    page.locator("#host").fill("mail.kota.test")
    page.get_by_role("button", name="Simpan").click()
    expect(page.locator("#sender")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#sender")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
