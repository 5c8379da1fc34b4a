"""Signed out from elsewhere in the middle of something: told why, and what was typed is still there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import Page, expect
from sqlalchemy import select

from service.db.accounts import Account, WebSession
from service.operations import cases, signing_in
from service.wiring import Services
from tests.browser.steps import PASSWORD, sign_in
from tests.browser.test_every_page import assert_no_barrier

OpenPage = Callable[..., Page]
SAID = "Masa jabatannya perlu dilihat lagi."
WHY = "Peramban ini dikeluarkan"


def end_session(services: Services, username: str) -> None:
    """End the session that this person opened last."""
    with services.action(now=datetime.now(UTC)) as action:
        opened = select(WebSession).join(Account, Account.id == WebSession.account_id)
        latest = opened.where(Account.username == username).order_by(WebSession.created_at.desc()).limit(1)
        signing_in.end_session(action, action.session.scalars(latest).one().token_hash)


def test_a_comment_sent_too_late_stays_and_is_sent_after_signing_in_again(
    open_page: OpenPage, services: Services
) -> None:
    with services.action() as action:
        case = cases.start(action, "umum_vacancy", data={"jenis_mutasi": "M1"}).id
    page = open_page("citra.bkpsdm", fresh=True, tolerated="Response Status Error Code 401")
    page.goto(f"/cases/{case}")
    comment = page.locator("#comment-body")
    comment.fill(SAID)
    end_session(services, "citra.bkpsdm")
    comment.press("Control+Enter")
    expect(page.locator("#comments [role=alert]")).to_contain_text("masuk lagi di tab lain")
    expect(comment).to_have_value(SAID)
    assert_no_barrier(page)
    other_tab = page.context.new_page()
    other_tab.goto("/inbox")
    expect(other_tab.locator("main")).to_contain_text(WHY)
    sign_in(other_tab, "citra.bkpsdm")
    comment.press("Control+Enter")
    expect(page.locator("#comments .comment-body")).to_have_text(SAID)
    expect(page.locator("#comments [role=alert]")).to_have_count(0)


def test_a_form_sent_too_late_gives_its_text_back(open_page: OpenPage, services: Services) -> None:
    page = open_page("gita.pegawai", fresh=True, width=390, height=844)
    page.goto("/my/data/wrong?kind=other")
    page.locator("main textarea").first.fill(SAID)
    end_session(services, "gita.pegawai")
    page.get_by_role("button", name="Kirim").click()
    expect(page.locator("main")).to_contain_text(WHY)
    expect(page.get_by_role("textbox", name="Yang Anda ketik")).to_have_value(SAID)
    assert_no_barrier(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.fill("#username", "gita.pegawai")
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Masuk", exact=True).click()
    expect(page).to_have_url("/my/data/wrong?kind=other")
