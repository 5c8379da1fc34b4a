"""Draws the pictures of docs/images anew: python -m tests.screenshots (make screenshots).

Addresses are found by what stands on the pages, since the sample city is another one every day.
"""

from __future__ import annotations

import io
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, BROWSERS, MUTASI, environment, serving
from tests.browser.steps import sign_in

IMAGES = Path(__file__).parent.parent / "docs" / "images"
DESK, PHONE = (1440, 900), (390, 844)
COLORS = 128
SINCE = "from=2024-06"
"""The sample city's oldest transfers lie in this year; the overview begins a year ago otherwise."""


def main() -> None:
    """Serve a small sample city and photograph its pages, at a desk and on a phone."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for command in (["db", "upgrade"], ["demo", "--size", "kecamatan"]):
            subprocess.run([MUTASI, *command], env=environment(folder), check=True, capture_output=True)
        with serving(folder) as running, _camera(running.address) as camera:
            _staff(camera)
            _managers(camera)
            _process_owners(camera)
            _employee(camera)
            _administrators(camera)


@dataclass
class Camera:
    """Opens pages as somebody and keeps what they look like. People stay signed in."""

    browser: Browser
    address: str
    contexts: dict[tuple[str, tuple[int, int]], BrowserContext] = field(default_factory=dict)

    def page(self, username: str, size: tuple[int, int] = DESK) -> Page:
        known = self.contexts.get((username, size))
        if known:
            return known.pages[0]
        context = self.browser.new_context(
            base_url=self.address,
            viewport={"width": size[0], "height": size[1]},
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",
        )
        self.contexts[username, size] = context
        page = context.new_page()
        sign_in(page, username)
        return page

    def shot(self, page: Page, name: str, *, drawn: str = "", top: str = "") -> None:
        """Keep what the window shows once `drawn` is there, with the element `top` at its upper edge."""
        if drawn:
            page.wait_for_selector(drawn)
        page.wait_for_load_state("networkidle")
        if top:
            page.locator(top).first.evaluate("element => element.scrollIntoView({block: 'start'})")
        status = page.evaluate("performance.getEntriesByType('navigation')[0].responseStatus")
        if status >= 400:
            raise SystemExit(f"{page.url} answered {status}")
        page.wait_for_timeout(600)  # pictures and fonts that come last
        _keep(page.screenshot(), IMAGES / f"{name}.png")


@contextmanager
def _camera(address: str) -> Iterator[Camera]:
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield Camera(browser, address)
        browser.close()


def _staff(camera: Camera) -> None:
    desk = camera.page("ani.analis")
    task = _richest_task(desk)
    desk.goto(f"/inbox?view=all&task={task}")
    camera.shot(desk, "inbox", drawn="#pane [data-form][data-drawn]")
    desk.goto(f"/tasks/{task}")
    camera.shot(desk, "task", drawn="[data-form][data-drawn]")
    phone = camera.page("ani.analis", PHONE)
    phone.goto("/inbox")
    camera.shot(phone, "inbox-phone")
    phone.goto(f"/tasks/{task}")
    camera.shot(phone, "task-phone", drawn="[data-form][data-drawn]")
    _letter(camera)


def _richest_task(page: Page) -> str:
    """Of the analyst's first tasks with a form, the one whose page says most: the move, rules, candidates."""
    page.goto("/inbox")
    ids = page.locator("#found [data-task]").evaluate_all("cards => cards.map(card => card.dataset.task)")
    said: dict[str, int] = {}
    for task in list(dict.fromkeys(ids))[:10]:
        page.goto(f"/tasks/{task}")
        if page.locator("[data-form]").count():
            said[task] = page.locator(".rule, .candidate, .load, .move").count()
    return max(said, key=lambda task: said[task])


def _letter(camera: Camera) -> None:
    """The draft of a decree, as the appointing authority sees it before deciding."""
    decider = camera.page("fitri.walikota")
    decider.goto("/inbox")
    for address in _addresses(decider, "#found a[href*='/tasks/'], #found a[href*='task=']"):
        decider.goto(address)
        draft = decider.locator("a[href*='/letter?task='], a[href$='/letter']").first
        if draft.count():
            decider.goto(draft.get_attribute("href") or "")
            camera.shot(decider, "letter", drawn=".letter-pages img")
            return
    raise SystemExit("no draft of a decree waits for the appointing authority")


def _managers(camera: Camera) -> None:
    desk = camera.page("hadi.manajer")
    for _ in range(60):  # figures are counted within a few seconds of the start
        desk.goto(f"/overview?{SINCE}")
        if desk.locator(".as-of").count():
            break
        desk.wait_for_timeout(1000)
    camera.shot(desk, "overview")
    camera.shot(desk, "heat-map", drawn="[data-diagrams][data-shown] .heat-badge", top="[data-diagrams]")
    desk.goto(f"/outcomes?{SINCE}")
    camera.shot(desk, "outcomes")
    desk.goto("/cases?status=running")
    camera.shot(desk, "cases", drawn="main a[href*='/cases/']")
    case = _fullest_case(desk)
    desk.goto(case)
    camera.shot(desk, "case", drawn="[data-diagrams][data-shown]")
    phone = camera.page("hadi.manajer", PHONE)
    phone.goto(case)
    camera.shot(phone, "case-phone", drawn="[data-diagrams][data-shown]")


def _fullest_case(page: Page) -> str:
    """The running case with the longest timeline of those that stand first."""
    told: dict[str, int] = {}
    for address in _addresses(page, "main a[href*='/cases/']")[:8]:
        page.goto(address)
        told[address] = page.locator(".timeline > li").count()
    return max(told, key=lambda address: told[address])


def _process_owners(camera: Camera) -> None:
    desk = camera.page("intan.proses")
    desk.goto("/definitions/transfer_lifecycle")
    camera.shot(desk, "version", drawn="[data-diagrams][data-shown]")
    desk.goto("/definitions/execution/edit")
    desk.wait_for_selector("[data-editor][data-shown]")
    desk.locator(".djs-element[data-element-id=orientasi]").first.click()
    desk.locator(".bio-properties-panel-group-header", has_text="Siapa ditanya").click()
    desk.fill("#bio-properties-panel-mutasi-due", "sebentar")
    camera.shot(desk, "editor", drawn=".djs-element.is-error")


def _employee(camera: Camera) -> None:
    phone = camera.page("gita.pegawai", PHONE)
    phone.goto("/my")
    camera.shot(phone, "my-phone")
    phone.locator(".my-more").first.click()
    phone.wait_for_url("**/my/cases/**")
    camera.shot(phone, "my-case-phone")
    phone.goto("/my/data")
    camera.shot(phone, "my-data-phone")


def _administrators(camera: Camera) -> None:
    desk = camera.page("joko.admin")
    for address, name in (
        ("/admin", "admin-state"),
        ("/admin/accounts", "admin-accounts"),
        ("/admin/calendar", "admin-calendar"),
        ("/admin/audit", "admin-audit"),
    ):
        desk.goto(address)
        camera.shot(desk, name)


def _addresses(page: Page, selector: str) -> list[str]:
    """Where the links of a page lead, each once, in their order."""
    found = page.locator(selector).evaluate_all("links => links.map(link => link.getAttribute('href'))")
    return list(dict.fromkeys(found))


def _keep(picture: bytes, path: Path) -> None:
    """Store a screenshot with few colours: a third of the bytes, and no eye sees it."""
    with Image.open(io.BytesIO(picture)) as image:
        few = image.convert("RGB").quantize(COLORS, dither=Image.Dither.NONE)
        few.save(path, optimize=True)


if __name__ == "__main__":
    main()
