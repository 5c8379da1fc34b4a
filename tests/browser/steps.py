"""What people do on pages, as tests say it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.request import Request, urlopen

from playwright.sync_api import Page, Route

SCRIPTS = re.compile(r"/build/(?!first).*\.js$")
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


@contextmanager
def poured(server: str, until: str) -> Iterator[tuple[str, Event]]:
    """The server by an address at which a page arrives until this text, and its rest when the event is set."""
    rest = Event()

    class Pouring(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = Request(server + self.path, headers={"Cookie": self.headers.get("Cookie", "")})
            with urlopen(asked) as answer:
                head, mark, tail = answer.read().partition(until.encode())
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            self.wfile.write(head)
            if mark and answer.headers.get_content_type() == "text/html":
                rest.wait(30)
            self.wfile.write(mark + tail)

    with ThreadingHTTPServer(("127.0.0.1", 0), Pouring) as slow:
        Thread(target=slow.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{slow.server_port}", rest
        finally:
            rest.set()
            slow.shutdown()


def without_worker(page: Page) -> None:
    """What the service worker has kept is asked of the server again."""
    page.evaluate(
        "navigator.serviceWorker.getRegistrations().then(all => Promise.all(all.map(one => one.unregister())))"
    )


@contextmanager
def held_back(page: Page, address: str) -> Iterator[None]:
    """A page whose scripts, but for the first, arrive at the end."""
    held: list[Route] = []
    without_worker(page)
    page.route(SCRIPTS, lambda route: held.append(route))
    page.goto(address, wait_until="commit")
    yield
    for route in held:
        route.continue_()
    page.unroute(SCRIPTS)
