"""What people do on pages, as tests say it."""

from __future__ import annotations

from playwright.sync_api import Page

PASSWORD = "mutasi-contoh-2026"


def sign_in(page: Page, username: str) -> None:
    give_password(page, username)
    page.wait_for_url(lambda address: "/sign-in" not in address)


def give_password(page: Page, username: str, password: str = PASSWORD) -> None:
    """The first step of signing in, for some accounts not the last."""
    page.goto("/sign-in")
    page.fill("#username", username)
    page.fill("#password", password)
    page.click("form.sign-in button[type=submit]")


def start_case(page: Page, process: str = "umum_vacancy", reason: str = "Jabatan kosong sejak Maret.") -> str:
    """Start a case through the page; the address of the case."""
    page.goto("/start")
    page.check(f"input[type=radio][name=definition][value={process}]")
    page.fill("#reason", reason)
    page.click("main form button.btn-primary")
    page.wait_for_url("**/cases/*-*")
    return page.url


def drawn(page: Page) -> None:
    """Wait until the form or the diagram of a page is drawn."""
    page.wait_for_selector("[data-form][data-drawn], [data-diagrams][data-shown]")
