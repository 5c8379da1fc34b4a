"""Who sees the figures, what the address may say, and where people begin."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable

import pytest

from service.operations import figures
from service.wiring import Services
from tests.web.conftest import Client

TABLES = ("stages", "waiting", "steps", "months", "variants", "outside", "people", "roles")
OUTCOMES = ("complaints", "ratios", "balance", "transfers", "variants", "plans", "followups")


@pytest.fixture
def counted(city: Services, start: object) -> None:
    start()  # type: ignore[operator]
    with city.action() as action:
        figures.refresh(action)


@pytest.mark.parametrize("address", ["/overview", "/outcomes", "/overview/steps.csv", "/outcomes/plans.csv"])
def test_figures_are_for_those_who_may_see_all_cases(client: Client, counted: None, address: str) -> None:
    for who in ("hadi.manajer", "ani.analis", "citra.bkpsdm"):
        assert client(who).get(address).status_code == 200, who
    for who in ("budi.kepala", "gita.pegawai", "intan.proses", "joko.admin", "kartika.inspektorat"):
        assert client(who).get(address).status_code == 403, who
    assert client("").get(address).status_code == 303


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-99&to=x",
        "from=1900-01",
        "to=2999-01",
        "unit=nowhere&plan=none&definition=no",
        "from=2027-05&to=2026-01",
    ],
)
def test_what_an_address_says_wrongly_does_no_harm(client: Client, counted: None, query: str) -> None:
    for page in ("/overview", "/outcomes"):
        assert client("hadi.manajer").get(f"{page}?{query}").status_code == 200


def test_every_table_is_there_as_csv_and_others_are_not(client: Client, counted: None) -> None:
    browser = client("hadi.manajer")
    for page, names in (("overview", TABLES), ("outcomes", OUTCOMES)):
        for name in names:
            answer = browser.get(f"/{page}/{name}.csv")
            rows = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff")), delimiter=";"))
            assert answer.status_code == 200, name
            assert len({len(row) for row in rows}) == 1, name
        assert browser.get(f"/{page}/passwords.csv").status_code == 404
    asked = browser.get("/overview/stages.csv?separator=comma")
    stages = list(csv.reader(io.StringIO(asked.text)))
    assert asked.headers["Cache-Control"] == "no-store"
    assert sum(sum(map(int, row[1:])) for row in stages[1:]) >= 1


def test_the_page_says_as_of_when_and_how_it_counts(client: Client, counted: None) -> None:
    text = client("hadi.manajer").get("/overview").text
    assert "Per pukul" in text
    assert text.count("Cara menghitung") >= 7
    assert "Sumbatan pekan ini" in text


def test_kept_figures_give_way_to_those_counted_since(
    client: Client, counted: None, city: Services, start: Callable[..., str]
) -> None:
    running = re.compile(r"<dt>Kasus berjalan</dt>\s*<dd><a[^>]*>(\d+)</a>")
    pages = [client("hadi.manajer").get("/overview").text for _ in range(2)]
    start()
    with city.action() as action:
        figures.refresh(action)
    pages.append(client("hadi.manajer").get("/overview").text)
    first, kept, later = (int(found.group(1)) for page in pages if (found := running.search(page)))
    assert (kept, later) == (first, first + 1)
    english = client("hadi.manajer").get("/overview?lang=en").text
    assert "Cases running" in english, "each language has its own"


def test_everybody_begins_where_their_work_is(client: Client) -> None:
    for who, place in (("hadi.manajer", "/overview"), ("ani.analis", "/inbox"), ("citra.bkpsdm", "/inbox")):
        browser = client(who)
        assert browser.get("/").headers["Location"].startswith(place), who


def test_a_task_beside_the_stages_is_named_in_the_readers_language(
    client: Client, counted: None, city: Services, start: Callable[..., str]
) -> None:
    start("sorong_performance")
    with city.action() as action:
        figures.refresh(action)
    for page in ("/overview?lang=en", "/cases?lang=en"):
        stages = client("hadi.manajer").get(page).text
        assert "Review performance" in stages
        assert ">Tinjau evaluasi kinerja<" not in stages
