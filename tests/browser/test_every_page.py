"""What holds for every page: axe finds no barrier, phones never scroll sideways, both languages, dark too."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from io import BytesIO

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from sqlalchemy import select

from service.db.cases import Case, Task
from service.domain.errors import Incident
from service.operations import (
    accounts,
    cases,
    definitions,
    documents,
    passwords,
    second_factor,
    suspending,
    tasks,
)
from service.operations.definitions import SourceFile
from service.operations.demo.cases import agreed_until
from service.wiring import Services
from tests.api.test_incidents import FRAGILE
from tests.browser.pages import PAGES, STEPS
from tests.browser.steps import PASSWORD, give_password

OpenPage = Callable[..., Page]

WIDTHS = (390, 360)


def assert_no_barrier(page: Page) -> None:
    """axe, with all its rules, finds nothing."""
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []


def assert_open_to_everybody(page: Page, address: str, drawn: str | None = None) -> None:
    """No barrier in light and dark and in both languages, and no sideways scrolling on a phone."""
    for language in ("id", "en"):
        page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        if drawn:
            page.wait_for_selector(drawn)
        page.wait_for_load_state("networkidle")
        assert page.locator("html").get_attribute("lang") == language
        assert_no_barrier(page)
        if language == "id":
            page.emulate_media(
                color_scheme="dark", reduced_motion="reduce"
            )  # colours at once, not on their way
            assert_no_barrier(page)
            page.emulate_media(color_scheme="light")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 780})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_open_to_everybody(open_page: OpenPage, name: str) -> None:
    username, address = PAGES[name]
    assert_open_to_everybody(open_page(username), address)


def open_task(services: Services, case: uuid.UUID, element: str) -> uuid.UUID:
    here = select(Task.id).where(Task.case_id == case, Task.state == "open", Task.element == element)
    with services.reading() as action:
        return action.session.scalars(here).one()


def test_a_task_and_a_case_are_open_to_everybody(open_page: OpenPage, services: Services) -> None:
    with services.action() as action:
        case = agreed_until(action, "susun_rencana").id
    page = open_page("ani.analis")
    assert_open_to_everybody(
        page, f"/tasks/{open_task(services, case, 'susun_rencana')}", "[data-form][data-drawn]"
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_open_to_everybody(page, f"/cases/{case}", "[data-diagrams][data-shown]")


def test_documents_and_letters_are_open_to_everybody(open_page: OpenPage, services: Services) -> None:
    with services.action() as action:
        case = agreed_until(action, "sidang_tpk").id
        text, name = BytesIO(b"Rekap beban kerja " * 400), f"{'Bukti-rekap-beban-kerja-' * 6}.txt"
        document = documents.attach(action, case, "bukti", name, text).id
    page = open_page("dewi.tpk")
    assert_open_to_everybody(
        page, f"/tasks/{open_task(services, case, 'sidang_tpk')}", "[data-form][data-drawn]"
    )
    draft = page.locator("#letters .letter-draft a").get_attribute("href")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_open_to_everybody(page, str(draft), ".letter-page img")
    page.set_viewport_size({"width": 1280, "height": 900})
    assert_open_to_everybody(page, f"/documents/{document}/look", ".document-text")


def suspended(services: Services) -> Case:
    with services.action() as action:
        trigger = {"jenis": "manual", "keterangan": "Untuk ditangguhkan."}
        case = cases.start(action, "umum_vacancy", data={"pemicu": trigger})
        hadi = accounts.actor_of(action, accounts.named(action.session, "hadi.manajer"))
    with services.action(hadi) as action:
        return suspending.suspend(action, case.id, "Menunggu audit.")


def failed(services: Services) -> Case:
    """A case of which a step failed."""
    with services.action() as action:
        definitions.deploy(action, [SourceFile("rapuh.bpmn", FRAGILE.encode())])
        case = cases.start(action, "rapuh")
        ani = accounts.actor_of(action, accounts.named(action.session, "ani.analis"))
    task = open_task(services, case.id, "a")
    with pytest.raises(Incident), services.action(ani) as action:
        tasks.complete(action, task, {})
    return case


@pytest.mark.parametrize(("made", "says"), [(suspended, "Ditangguhkan"), (failed, "Satu langkah gagal")])
def test_a_case_that_stands_still_is_open_to_everybody(
    open_page: OpenPage, services: Services, made: Callable[[Services], Case], says: str
) -> None:
    address = f"/cases/{made(services).id}"
    page = open_page("hadi.manajer")
    page.goto(address)
    expect(page.locator("main")).to_contain_text(says)
    assert_open_to_everybody(page, address, "[data-diagrams][data-shown]")


def half_signed_in(services: Services, step: str) -> tuple[str, str]:
    """The name and the password of somebody whose sign-in stops at this step."""
    username, password = f"uji.{step}", PASSWORD
    with services.action() as action:
        account = accounts.create(action, username, f"Uji {step}", password=password)
        if step == "code":
            totp = pyotp.TOTP(second_factor.begin(action, account))
            second_factor.confirm(action, account, totp.at(action.now))
        if step == "enrol":
            accounts.grant(action, username, "program")
            second_factor.require(action, ["program"])
        if step == "password":
            password = passwords.give_temporary(action, username)
    return username, password


@pytest.mark.parametrize("step", STEPS)
def test_a_step_of_signing_in_is_open_to_everybody(
    open_page: OpenPage, services: Services, step: str
) -> None:
    page = open_page()
    give_password(page, *half_signed_in(services, step))
    page.wait_for_url(f"**/sign-in/{step}")
    assert_open_to_everybody(page, f"/sign-in/{step}")


@pytest.mark.parametrize("name", ["accounts", "inbox", "my wishes", "security"])
def test_buttons_are_readable_in_the_dark_once_they_have_stopped_moving(
    open_page: OpenPage, name: str
) -> None:
    username, address = PAGES[name]
    page = open_page(username)
    page.goto(address)
    page.emulate_media(color_scheme="dark", reduced_motion="no-preference")
    button = page.locator("main .btn:visible").first
    for reach in (button.scroll_into_view_if_needed, button.hover, button.focus):
        reach()
        page.evaluate("Promise.all(document.getAnimations().map(({ finished }) => finished))")
        assert_no_barrier(page)


def test_the_language_is_switched_for_pages_forms_and_diagrams(
    open_page: OpenPage, services: Services
) -> None:
    with services.action() as action:  # somebody of whom no other test expects a language
        accounts.create(action, "uji.bahasa", "Uji Bahasa", password=PASSWORD)
        accounts.grant(action, "uji.bahasa", "tpk")
        case = cases.start(action, "umum_vacancy").id
    page = open_page("uji.bahasa", fresh=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kotak masuk")
    page.get_by_role("button", name="English").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Inbox")
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(f"/cases/{case}")
    page.wait_for_selector("[data-diagrams][data-shown]")
    expect(page.locator("main")).to_contain_text("Where the case is")
    expect(page.locator("[data-diagram-place]")).to_contain_text("HR analyst")
    page.get_by_role("button", name="Indonesia").first.click()
    expect(page.get_by_role("link", name="Kasus").first).to_be_visible()


def test_signing_out_ends_the_session(open_page: OpenPage) -> None:
    page = open_page("gita.pegawai", fresh=True)
    page.locator(".rail details.menu summary").click()
    page.get_by_role("button", name="Keluar").click()
    page.wait_for_url("**/sign-in")
    page.goto("/inbox")
    page.wait_for_url("**/sign-in?**")


def test_the_keyboard_alone_reaches_the_content(open_page: OpenPage) -> None:
    page = open_page("ani.analis")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()
