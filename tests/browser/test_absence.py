"""Absence in the browser: acting for somebody with the mouse, naming a substitute with keys alone, both on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select

from service.db.cases import Task
from service.operations import cases, definitions
from service.operations.definitions import SourceFile
from service.wiring import Services
from tests.browser.test_every_page import assert_no_barrier
from tests.operations.diagrams import HEAD

OpenPage = Callable[..., Page]

EKO, DEWI = "Eko Prasetyo", "dewi.tpk"
FOR_EKO = f"""{HEAD}
<process id="paraf_uji" name="Paraf" isExecutable="true"><startEvent id="s"/><endEvent id="e"/>
<userTask id="paraf" name="Beri paraf" mutasi:role="pyb"/>
<sequenceFlow id="f0" sourceRef="s" targetRef="paraf"/><sequenceFlow id="f1" sourceRef="paraf" targetRef="e"/>
</process></definitions>"""


def act(page: Page) -> None:
    """Switch to acting for Eko, who is away in the sample city."""
    page.goto("/inbox")
    waiting = page.locator(".absent-waiting")
    expect(waiting).to_contain_text(EKO)
    waiting.get_by_role("button").click()
    expect(page.locator(".acting-bar")).to_contain_text(EKO)


def test_a_substitute_sees_what_waits_and_acts_and_stops(open_page: OpenPage) -> None:
    page = open_page(DEWI, fresh=True)
    act(page)
    expect(page.locator(".absent-waiting")).to_have_count(0)
    for address in ("/cases", "/account", "/account/absence"):
        page.goto(address)
        expect(page.locator(".acting-bar")).to_contain_text(EKO)
    assert_no_barrier(page)
    page.locator(".acting-bar").get_by_role("button").click()
    expect(page.locator(".acting-bar")).to_have_count(0)


def test_a_link_to_a_task_of_the_absent_person_offers_to_act_for_them(
    open_page: OpenPage, services: Services
) -> None:
    with services.action() as action:
        definitions.deploy(action, [SourceFile("paraf_uji.bpmn", FOR_EKO.encode())])
        case_id = cases.start(action, "paraf_uji").id
        address = f"/tasks/{action.session.scalars(select(Task.id).where(Task.case_id == case_id)).one()}"
    page = open_page(DEWI, fresh=True)
    page.goto(address)
    offer = page.locator(".absent-waiting")
    expect(offer).to_contain_text(f"Anda menggantikan {EKO}")
    assert_no_barrier(page)
    offer.get_by_role("button").click()
    expect(page.locator(".acting-bar")).to_contain_text(EKO)
    expect(page).to_have_url(re.compile(re.escape(address)))
    expect(page.get_by_role("heading", name="Jawaban Anda")).to_be_visible()


def test_the_account_menu_switches_too(open_page: OpenPage) -> None:
    page = open_page(DEWI, fresh=True)
    page.locator(".rail .menu > summary").click()
    page.locator(".rail .menu button", has_text=EKO).click()
    expect(page.locator(".acting-bar")).to_contain_text(EKO)


def test_the_banner_stays_on_a_phone(open_page: OpenPage) -> None:
    page = open_page(DEWI, fresh=True, width=390, height=844)
    act(page)
    page.goto("/cases")
    expect(page.locator(".acting-bar")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_naming_a_substitute_and_coming_back_with_keys_alone(open_page: OpenPage) -> None:
    page = open_page("kartika.inspektorat", fresh=True)
    page.goto("/account/absence")
    page.locator("#lookup-substitute").focus()
    page.keyboard.type("Hadi")
    expect(page.locator("#lookup-substitute-list [role=option]").first).to_contain_text("Hadi")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=substitute]")).to_have_value("hadi.manajer")
    page.locator("#ends_on").fill((date.today() + timedelta(days=40)).isoformat())
    page.locator("#starts_on").fill((date.today() + timedelta(days=30)).isoformat())
    page.locator("#reason").focus()
    page.keyboard.type("Cuti tahunan")
    page.keyboard.press("Enter")
    row = page.locator(".absence").first
    expect(row).to_contain_text("Hadi Wijaya")
    expect(row).to_contain_text("Cuti tahunan")
    row.get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".absence").first.get_by_role("button")).to_have_count(0)
