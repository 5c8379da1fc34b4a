"""The manager's overview and outcomes: with the mouse, with keys alone, on a phone; and figures equal the database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from service.db.cases import DueWork
from service.operations import figures as figure_counting
from service.wiring import Services

OpenPage = Callable[..., Page]


FIGURES = "/api/v1/figures/overview?from=2024-06"


@pytest.fixture
def overview(open_page: OpenPage, services: Services) -> Page:
    page = open_page("hadi.manajer")
    for _ in range(60):
        before = counts(page)
        page.goto("/overview?from=2024-06")
        if page.locator(".as-of").count() and before == counts(page) and counted(page) == running(page):
            break
        count_soon(services)
        page.wait_for_timeout(1000)
    return page


def count_soon(services: Services) -> None:
    """What other tests have begun is counted at the server's next tick, not within its minute."""
    with services.action() as action:
        row = action.session.get(DueWork, figure_counting.KIND)
        if row is not None:
            row.due_at = action.now


def counts(page: Page) -> Any:
    """What is counted by stage and by step, without the ages, which grow from moment to moment."""
    told = figures(page)
    return told["stages"], [
        (row["process"], row["element"], row["count"], row["late"]) for row in told["waiting"]
    ]


def counted(page: Page) -> int:
    """The cases in the figures by stage."""
    stages = figures(page)["stages"]
    return sum(row["late"] + row["soon"] + row["on_time"] + row["no_deadline"] for row in stages)


def running(page: Page) -> int:
    """The running cases of the list."""
    return len(json.loads(page.request.get("/api/v1/cases?status=running&limit=200").text())["items"])


def figures(page: Page, path: str = FIGURES) -> Any:
    answer = page.request.get(path)
    assert answer.ok, answer.text()
    return json.loads(answer.text())


def numbers(row: Any) -> list[int]:
    return [int(re.sub(r"\D.*", "", text.strip()) or 0) for text in row.locator("td.num").all_inner_texts()]


def test_managers_begin_here_and_the_figures_are_those_of_the_database(overview: Page) -> None:
    told = figures(overview)
    for stage in told["stages"]:
        row = overview.locator(f"tr[data-stage={json.dumps(stage['stage'])}]")
        assert numbers(row) == [stage["late"], stage["soon"], stage["on_time"], stage["no_deadline"]]
    shown = overview.locator("table[data-waiting] tbody tr")
    first = told["waiting"][0]
    assert numbers(shown.first)[:2] == [first["count"], first["late"]]
    assert counted(overview) == running(overview)
    overview.goto("/")
    expect(overview).to_have_url(re.compile("/overview$"))


def test_a_figure_leads_to_its_cases(overview: Page) -> None:
    waiting = figures(overview)["waiting"][0]
    place = f"{waiting['process']}/{waiting['element']}"
    overview.click(f'tr[data-step="{place}"] th a')
    overview.wait_for_url(re.compile(r"/cases\?"))
    assert "element=" in overview.url
    assert overview.locator("main a[href*='/cases/']").count() > 0


def test_the_heat_map_shows_what_waits_and_opens_what_is_below(overview: Page) -> None:
    overview.goto("/overview?from=2024-06&definition=transfer_lifecycle")
    overview.wait_for_selector("[data-diagrams][data-shown]")
    badge = overview.locator(".heat-badge").first
    expect(badge).to_be_visible()
    assert re.match(r"\d+ · ", badge.inner_text())
    waiting = figures(overview, f"{FIGURES}&definition=transfer_lifecycle")["waiting"]
    process = next(row["process"] for row in waiting)
    tab = overview.locator(f'[data-diagram-process="{process}"]')
    if tab.count():
        tab.click()
        overview.wait_for_selector(f'[data-diagrams][data-shown="{process}"]')
        link = overview.locator("a.heat-badge").first
        assert "element=" in (link.get_attribute("href") or "")


def test_filters_and_tables_with_keys_alone(overview: Page) -> None:
    overview.focus("select[name=definition]")
    overview.keyboard.press("ArrowDown")
    chosen = overview.eval_on_selector("select[name=definition]", "field => field.value")
    overview.locator(".figures-filters button[type=submit]").focus()
    overview.keyboard.press("Enter")
    overview.wait_for_url(f"**definition={chosen}*")
    table = overview.locator("details[data-table] > summary").first
    table.focus()
    overview.keyboard.press("Enter")
    expect(overview.locator("details[data-table]").first).to_have_attribute("open", "")
    counted = overview.locator(".counted > summary").first
    counted.focus()
    overview.keyboard.press("Enter")
    expect(overview.locator(".counted p").first).to_be_visible()


def test_charts_are_drawn_and_have_their_tables(overview: Page) -> None:
    overview.wait_for_selector("[data-chart][data-drawn]")
    assert overview.locator("[data-chart]").count() == 2
    months = figures(overview)["months"]
    for month in months[-3:]:
        row = overview.locator(f'tr[data-month="{month["month"]}"]')
        texts = [int(text) for text in row.locator("td.num").all_text_contents()[:3]]
        assert texts == [month["started"], month["completed"], month["stopped"]]


def test_a_table_as_csv(overview: Page) -> None:
    answer = overview.request.get("/overview/waiting.csv?from=2024-06")
    lines = answer.text().lstrip("\ufeff").splitlines()
    assert answer.headers["content-type"].startswith("text/csv")
    assert len(lines) == 1 + len(figures(overview)["waiting"])


def test_outcomes_say_how_sure_they_are(overview: Page) -> None:
    overview.goto("/outcomes?from=2024-06")
    told = figures(overview, "/api/v1/figures/outcomes?from=2024-06")
    rows = overview.locator("table[data-effects] tbody tr")
    assert rows.count() == 3
    for number, name in enumerate(("complaints", "load", "ratings")):
        text = rows.nth(number).inner_text()
        assert ("Terlalu sedikit" in text) == (told[name]["verdict"] == "too_few")
    reviews = overview.locator("table[data-reviews] tbody tr")
    for number, row in enumerate(told["reviews"]):
        assert numbers(reviews.nth(number)) == [row["late"], row["in_hand"], row["ahead"]]


def test_on_a_phone_nothing_scrolls_sideways(open_page: OpenPage) -> None:
    page = open_page("hadi.manajer", width=360, height=740)
    for address in ("/overview", "/outcomes?from=2024-06"):
        page.goto(address)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, address
        expect(page.locator(".hurts-text").first).to_be_in_viewport()
