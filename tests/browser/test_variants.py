"""One case of each process, from its start to its twelve-month review, by the people its diagram names, in Chromium."""

from __future__ import annotations

import json
import sqlite3
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from service.operations import accounts, sample_clock
from service.settings import load
from service.wiring import Services, wire
from tests.browser.conftest import MUTASI, environment, serving
from tests.browser.steps import PASSWORD, drawn, sign_in, start_case
from tests.operations.walking import VARIANTS

FORMS = Path(__file__).parent.parent.parent / "forms"
DECIDE = {
    "selisih": "kurang",
    "bersedia": "ya",
    "pendapat_pihak": "setuju",
    "lanjut": "lanjut",
    "putusan_tpk": "setuju",
    "putusan_pyb": "setuju",
    "putusan_ppk": "setuju",
    "hasil_izin": "disetujui",
    "hasil_persetujuan": "disetujui",
    "tanggapan": "terima",
    "putusan_keberatan": "ditolak",
    "target_tercapai": "ya",
    "kpi_tercapai": "ya",
    "laksanakan": "ya",
    "beban_timpang": "ya",
    "mendesak": "ya",
    "skor_pemahaman": 4,
    "jenis_tindak_lanjut": "tutup",
}
MOST_STEPS = 90
DRAWN_ANEW = (
    "() => new Promise((done) => setTimeout(() => requestAnimationFrame(() => setTimeout(done)), 50))"
)
"""What answers show or hide is drawn a moment later."""


@dataclass
class City:
    """A served sample city of its own: its clock is moved by a year and more."""

    address: str
    folder: Path
    services: Services
    browser: Browser
    pages: dict[str, Page] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        connection = sqlite3.connect(f"file:{self.folder / 'mutasi.sqlite3'}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def today(self) -> date:
        offset = self.rows("SELECT value FROM installation WHERE name = 'clock_offset_seconds'")
        return (datetime.now(UTC) + timedelta(seconds=int(offset[0]["value"]) if offset else 0)).date()

    def page_of(self, username: str) -> Page:
        """The page on which this person works; they sign in once."""
        if username not in self.pages:
            context = self.browser.new_context(
                base_url=self.address, locale="id-ID", timezone_id="Asia/Jakarta", reduced_motion="reduce"
            )
            context.set_default_timeout(20_000)
            page = context.new_page()
            page.on("pageerror", lambda error: self.problems.append(f"{page.url}: {error}"))
            page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
            sign_in(page, username)
            self.pages[username] = page
        return self.pages[username]

    def who_does(self, task: sqlite3.Row) -> str:
        """The user name of somebody the task is offered to; an employee without an account gets one."""
        if task["person_nip"]:
            found = self.rows("SELECT username FROM account WHERE nip = ?", task["person_nip"])
            if found:
                return str(found[0]["username"])
            username = f"pegawai.{task['person_nip'][-6:]}.{task['person_nip'][2:8]}"
            with self.services.action() as action:
                accounts.create(action, username, "Pegawai", nip=task["person_nip"], password=PASSWORD)
                accounts.grant(action, username, "pegawai")
            return username
        found = self.rows(
            "SELECT a.username FROM account a JOIN account_role r ON r.account_id = a.id"
            " WHERE r.role = ? AND (r.unit_id = ? OR (r.unit_id IS NULL)) ORDER BY r.unit_id IS NULL",
            task["role"],
            task["unit_id"],
        )
        assert found, f"nobody holds {task['role']} for {task['unit_id']}"
        return str(found[0]["username"])


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[City]:
    folder = tmp_path_factory.mktemp("city")
    for command in (["db", "upgrade"], ["demo", "--size", "kecamatan", "--no-cases"]):
        subprocess.run([MUTASI, *command], env=environment(folder), check=True, capture_output=True)
    wired = wire(load({"MUTASI_VAR_DIR": str(folder)}))
    # A hundred decisions are waited for here, each till the engine took it.
    with serving(folder, MUTASI_UNDO_SECONDS="0") as running:
        yield (served := City(running.address, folder, wired, browser))
        for page in served.pages.values():
            page.context.close()  # a server that stops waits for the connections that are still open
    wired.sessions.kw["bind"].dispose()


@pytest.mark.parametrize("process", VARIANTS)
def test_a_case_runs_to_its_twelve_month_review(city: City, process: str) -> None:
    page = city.page_of("ani.analis")
    address = start_case(page, process)
    case = address.rpartition("/")[2].replace("-", "")
    visits: dict[str, int] = {}
    for _ in range(MOST_STEPS):
        row = city.rows("SELECT status, wake_at FROM cases WHERE id = ?", case)[0]
        if row["status"] != "running":
            break
        tasks = city.rows("SELECT * FROM task WHERE case_id = ? AND state = 'open' ORDER BY engine_key", case)
        if tasks:
            visits[tasks[0]["element"]] = visits.get(tasks[0]["element"], 0) + 1
            complete(city, tasks[0], visits[tasks[0]["element"]] - 1)
        else:
            days = (datetime.fromisoformat(row["wake_at"]).date() - city.today()).days + 1
            sample_clock.advance(city.services, timedelta(days=max(days, 1)))
    done = [
        found["element"]
        for found in city.rows(
            "SELECT element FROM event WHERE case_id = ? AND kind = 'element_completed' ORDER BY id", case
        )
    ]
    assert row["status"] == "completed", visits
    assert done.count("evaluasi_analis") == 3, visits
    page.goto(address)
    expect(page.locator("main")).to_contain_text("Selesai")
    expect(page.locator("main")).to_contain_text("12")
    assert city.problems == []


def complete(city: City, task: sqlite3.Row, visit: int) -> None:
    """Open the task as somebody it is offered to, fill its form by hand, and send it."""
    page = city.page_of(city.who_does(task))
    address = f"/tasks/{_dashed(task['id'])}"
    page.goto(address)
    if task["form"]:
        drawn(page)
        components = json.loads((FORMS / f"{task['form']}.json").read_text())["components"]
        fill_all(page, [component for component in components if component.get("key")], visit, city.today())
    page.get_by_role("button", name="Selesaikan").click()
    try:
        page.wait_for_url(lambda url: address not in url, wait_until="commit")
    except PlaywrightTimeout:
        said = page.locator(".fjs-form-field-error, [role=alert]").all_inner_texts()
        raise AssertionError(f"{task['element']} was not completed: {said}") from None


def fill_all(page: Page, components: list[dict[str, Any]], visit: int, today: date) -> None:
    """Answer the fields that are shown, then those that these answers have shown, until there are no more."""
    hidden = components
    while True:
        shown = [component for component in hidden if fill(page, component, visit, today)]
        if not shown:
            return
        hidden = [component for component in hidden if component not in shown]
        page.evaluate(DRAWN_ANEW)


def fill(page: Page, component: dict[str, Any], visit: int, today: date) -> bool:
    """Answer one field as a person would; whether it is shown."""
    key, kind = component["key"], component["type"]
    place = page.locator(f".fjs-form-field:has([id*=Field_{key}])").first
    if not place.is_visible():
        return False
    looked_up = component.get("properties", {}).get("lookup")
    if key == "sk_nomor" or (looked_up and not component.get("validate", {}).get("required")):
        return True  # the letter takes the next number of its series; nobody else is proposed
    if kind in ("textfield", "textarea"):
        if not place.locator("input, textarea").first.input_value():
            place.locator("input, textarea").first.fill(_words(component))
            place.locator("input, textarea").first.blur()
    elif kind == "number":
        place.locator("input").first.fill("90" if key == "capaian_target" else "3")
    elif kind in ("radio", "checklist"):
        values = [option["value"] for option in component["values"]]
        wanted = DECIDE.get(key, values[0])
        place.locator("input").nth(values.index(wanted)).check()
    elif kind == "checkbox":
        if key != "hentikan_rencana":
            place.locator("input").check()
    elif kind == "datetime":
        day = today + timedelta(days=10) if key in ("sk_tmt", "tenggat") else today
        page.evaluate(DRAWN_ANEW)  # a field that has just been shown makes its calendar a moment later
        place.locator("input").first.evaluate(
            "(input, day) => input._flatpickr.setDate(day, true)", day.isoformat()
        )
    elif kind == "select":
        choose(page, place, component, visit)
    return True


def choose(page: Page, place: Any, component: dict[str, Any], visit: int) -> None:
    """Pick from a list: the wanted value, else the first; another one each time the task comes back."""
    values = [option["value"] for option in component.get("values", [])]
    wanted = DECIDE.get(component["key"])
    place.locator(".fjs-input-group").click()
    items = place.locator(".fjs-dropdownlist-item")
    items.first.wait_for()
    items.nth(values.index(wanted) if wanted in values else visit % items.count()).click()


def _words(component: dict[str, Any]) -> str:
    return (
        "2026"
        if component["key"] == "periode"
        else f"Diisi untuk {component.get('label') or component['key']}."[:100]
    )


def _dashed(identity: str) -> str:
    return "-".join((identity[:8], identity[8:12], identity[12:16], identity[16:20], identity[20:]))
