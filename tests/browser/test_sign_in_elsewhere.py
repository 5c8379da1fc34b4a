"""Signing in at the identity provider in the browser, beside passwords, with roles by group."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.access.provider import CLIENT, SECRET, Provider, running
from tests.browser.conftest import serving
from tests.browser.steps import sign_in

OpenPage = Callable[..., Page]


@pytest.fixture
def provider() -> Iterator[Provider]:
    with running() as answering:
        answering.claims = {"sub": "kc-9", "name": "Wawan Setiawan", "preferred_username": "wawan"}
        yield answering


@pytest.fixture
def trusting(city: Path, provider: Provider) -> Iterator[str]:
    """The address of a server that trusts the provider."""
    with serving(
        city,
        MUTASI_OIDC_ISSUER=provider.issuer,
        MUTASI_OIDC_CLIENT_ID=CLIENT,
        MUTASI_OIDC_CLIENT_SECRET=SECRET,
        MUTASI_OIDC_LABEL="SSO Kota",
        MUTASI_OIDC_CREATE_ACCOUNTS="true",
    ) as server:
        yield server.address


def test_a_group_gives_a_role_and_takes_it_with_it(
    open_page: OpenPage, trusting: str, provider: Provider
) -> None:
    admin = open_page(None, address=trusting)
    sign_in(admin, "joko.admin")
    admin.goto("/admin/sign-in")
    admin.fill("#group", "pengelola-kota")
    admin.select_option("#role", "manajer")
    admin.get_by_role("button", name="Tambah aturan").click()
    expect(admin.get_by_role("status").first).to_contain_text("Berlaku mulai saat masuk berikutnya")

    provider.claims["groups"] = ["pengelola-kota"]
    person = open_page(None, address=trusting, width=390, height=844)
    person.goto("/sign-in")
    expect(person.locator("#username")).to_be_visible()
    person.get_by_role("link", name="Masuk dengan SSO Kota").press("Enter")
    person.wait_for_url("**/overview")
    person.goto("/account")
    expect(person.locator("main")).to_contain_text("Manajer")

    admin.goto("/admin/accounts?q=wawan")
    admin.locator("#found a").first.click()
    expect(admin.locator("#roles")).to_contain_text("lewat grup")
    expect(admin.locator("main")).to_contain_text("Oleh: grup pada penyedia identitas")

    provider.claims["groups"] = []
    person.get_by_role("button", name="Keluar").click()
    person.get_by_role("link", name="Keluar juga di sana").click()
    person.wait_for_url("**/sign-in")
    person.get_by_role("link", name="Masuk dengan SSO Kota").click()
    person.wait_for_url("**/inbox")
    person.goto("/account")
    expect(person.locator("main")).to_contain_text("peran diberikan administrator")


def test_what_the_provider_says_wrongly_leads_back_to_the_form(
    open_page: OpenPage, trusting: str, provider: Provider
) -> None:
    provider.extra = {"nonce": "yang lain"}
    page = open_page(None, address=trusting)
    page.goto("/sign-in")
    page.get_by_role("link", name="Masuk dengan SSO Kota").click()
    expect(page.get_by_role("alert")).to_contain_text("tidak dapat diterima. Mulailah lagi.")
    expect(page.locator("#username")).to_be_visible()
    sign_in(page, "ani.analis")
