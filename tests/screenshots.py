"""Draws the pictures of docs/images anew: python -m tests.screenshots (make screenshots)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import ARGUMENTS, BROWSERS, MUTASI, free_port, wait_for
from tests.browser.steps import sign_in

IMAGES = Path(__file__).parent.parent / "docs" / "images"
DESK, PHONE = (1440, 900), (390, 844)


def main() -> None:
    """Serve a small sample city and photograph its pages, at a desk and on a phone."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MUTASI_")}
        port = free_port()
        environment |= {"MUTASI_VAR_DIR": folder, "MUTASI_PORT": str(port)}
        for command in (["db", "upgrade"], ["demo", "--size", "kecamatan"]):
            subprocess.run([MUTASI, *command], env=environment, check=True, capture_output=True)
        log = Path(folder, "server.log")
        with log.open("w") as output:
            process = subprocess.Popen([MUTASI, "serve"], env=environment, stdout=output, stderr=output)
            try:
                wait_for(f"http://127.0.0.1:{port}/sign-in", process, log)
                _photograph(f"http://127.0.0.1:{port}")
            finally:
                process.terminate()
                process.wait(timeout=30)


def _photograph(address: str) -> None:
    path = next(found for name in BROWSERS if (found := shutil.which(name)))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=ARGUMENTS)
        analyst = _page(browser, address, DESK, "ani.analis")
        _shot(analyst, "/inbox", "inbox")
        _shot(analyst, "/cases", "cases")
        _shot(analyst, "/start", "start")
        case = _first(analyst, "/cases", "/cases/")
        _shot(analyst, case, "case")
        _shot(analyst, _first(analyst, "/inbox", "/tasks/"), "task")
        phone = _page(browser, address, PHONE, "ani.analis")
        _shot(phone, "/inbox", "inbox-phone")
        _shot(phone, _first(phone, "/inbox", "/tasks/"), "task-phone")
        _shot(phone, case, "case-phone")
        owner = _page(browser, address, DESK, "intan.proses")
        _shot(owner, "/definitions", "definitions")
        browser.close()


def _page(browser: Browser, address: str, size: tuple[int, int], username: str) -> Page:
    context = browser.new_context(
        base_url=address,
        viewport={"width": size[0], "height": size[1]},
        locale="id-ID",
        timezone_id="Asia/Jakarta",
    )
    page = context.new_page()
    sign_in(page, username)
    return page


def _first(page: Page, listing: str, prefix: str) -> str:
    """The last entry of a list: the latest case, or the task with the most to see."""
    page.goto(listing)
    found = [
        link.get_attribute("href") or "" for link in page.query_selector_all(f'main a[href^="{prefix}"]')
    ]
    return found[len(found) // 2]


def _shot(page: Page, address: str, name: str) -> None:
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(900)
    page.screenshot(path=str(IMAGES / f"{name}.png"))


if __name__ == "__main__":
    main()
