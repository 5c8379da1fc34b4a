"""The installed command serving the sample city, and a Chromium that notes what goes wrong on a page."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Playwright,
    StorageState,
    expect,
    sync_playwright,
)

from service.settings import load
from service.wiring import Services, wire
from tests.browser.steps import sign_in

MUTASI = Path(sys.executable).with_name("mutasi")
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The shell is the same Chromium without a browser's own windows: it takes half the CPU time."""
EXPECTED = (
    "status of 409",
    "status of 422",
    "status of 403",
    "status of 404",
    "status of 401",
)
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PATIENCE = 15_000
"""What a page is given to show what is expected, in milliseconds: it ends as soon as it is shown."""
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All browser tests are marked. Those of one process share one server."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a SQLite database with the smallest sample city."""
    folder = tmp_path_factory.mktemp("server")
    for command in (["db", "upgrade"], ["demo", "--size", "kecamatan"]):
        subprocess.run([MUTASI, *command], env=environment(folder), check=True, capture_output=True)
    return folder


@pytest.fixture(scope="package")
def services(city: Path) -> Iterator[Services]:
    """The operations on that city, for what has happened before somebody looks."""
    wired = wire(load({"MUTASI_VAR_DIR": str(city)}, undo_seconds=0))
    yield wired
    wired.sessions.kw["bind"].dispose()


@pytest.fixture(scope="package")
def server(city: Path) -> Iterator[str]:
    """`mutasi serve` on that city; the address it answers on. What is decided there is carried out at once."""
    with serving(city, MUTASI_UNDO_SECONDS="0") as running:
        yield running.address


@pytest.fixture(scope="package")
def playwright_driver() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="package")
def browser(playwright_driver: Playwright) -> Iterator[Browser]:
    """The system's Chromium. A missing one is a failure, never a skip."""
    path = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    assert path, f"none of {', '.join(BROWSERS)} is installed"
    launched = playwright_driver.chromium.launch(executable_path=path, args=ARGUMENTS)
    yield launched
    launched.close()


@pytest.fixture(scope="package")
def sessions() -> dict[str, StorageState]:
    """User name -> the cookies of somebody who signed in before."""
    return {}


@pytest.fixture
def open_page(
    browser: Browser, server: str, sessions: dict[str, StorageState]
) -> Iterator[Callable[..., Page]]:
    """`open_page("ani.analis", width=390)`: a page of its own, signed in. Errors of any page fail the test.

    Sessions are kept from test to test, and begun anew where a test has ended one; `fresh` signs in anew, for tests that
    end or change the session. `tolerated`: a part of a message of the console that this page may give.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def opened(
        username: str | None = None,
        *,
        width: int = 1280,
        height: int = 900,
        scheme: str = "light",
        fresh: bool = False,
        address: str = "",
        tolerated: str = "",
    ) -> Page:
        expected = (*EXPECTED, tolerated) if tolerated else EXPECTED
        context = browser.new_context(
            base_url=address or server,
            viewport={"width": width, "height": height},
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="id-ID",
            timezone_id="Asia/Jakarta",
            reduced_motion="reduce",  # a click waits until what it clicks stands still
            storage_state=None if fresh else sessions.get(username or ""),
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(f"{page.url}: {error}"))
        page.on(
            "console",
            lambda said: (
                problems.append(f"{page.url}: {said.type}: {said.text}")
                if said.type in ("error", "warning") and not any(text in said.text for text in expected)
                else None
            ),
        )
        if username and not fresh and username in sessions:
            page.goto("/inbox")
        if username and (page.url == "about:blank" or "/sign-in" in page.url):
            sign_in(page, username)
            if not fresh:
                sessions[username] = context.storage_state()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert problems == []


@dataclass
class Running:
    """A server process. `kill` ends it as a crash would; `start` brings it up again at the same address."""

    folder: Path
    settings: dict[str, str]
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        variables = environment(self.folder) | {"MUTASI_PORT": str(self.port)} | self.settings
        log = self.folder / f"server-{self.port}.log"
        with log.open("a") as said:
            self.process = subprocess.Popen(
                [MUTASI, "serve"],
                env=variables,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_for(f"{self.address}/sign-in", self.process, log)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=60)


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Running]:
    """A server on the database of a folder."""
    running = Running(folder, settings, free_port())
    running.start()
    try:
        yield running
    finally:
        running.stop()


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MUTASI_")}
    return kept | {"MUTASI_VAR_DIR": str(folder)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(150):
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(address, timeout=2):
                return
        except OSError:  # refused, or too slow yet
            time.sleep(0.2)
    raise AssertionError(log.read_text())
