"""The list of cases: filters and columns in the address, and files that hold exactly what is on the screen."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import date, datetime, timedelta
from itertools import product

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from service.db.cases import Case, CaseEvent
from service.operations import cases, definitions, suspending, tasks
from service.web import case_list, moments
from service.wiring import Services
from tests.asking import Asking, Person
from tests.operations import city
from tests.operations.diagrams import branches, limited
from tests.operations.test_tasks import open_task
from tests.world import GITA_NIP, UNIT_A, UNIT_B, World

TITLES = (
    "=HYPERLINK(1)",
    "+62 811",
    "-5",
    "@SUM(A1)",
    "Biasa; titik koma",
    'Kutip "ganda"',
    "\tTab",
    "Koma, ya",
)


@pytest.fixture
def listed(services: Services, world: World) -> list[uuid.UUID]:
    """Eight cases of two definitions, with titles that spreadsheets may misread; one suspended, one cancelled."""
    with services.sessions.begin() as session:
        city.build(session)
        session.add(city.employee(GITA_NIP, "Gita Gutawa", "J3", "U3", date(2022, 1, 1)))
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
        definitions.deploy(action, [limited()])
    ids = []
    for number, title in enumerate(TITLES):
        with services.action(world.ani) as action:
            case = cases.start(
                action,
                ("cabang", "batas")[number % 2],
                subject=GITA_NIP if number % 3 == 0 else None,
                title=(title, ""),
                data={"periode": str(2025 + number % 2)},
            )
            ids.append(case.id)
    with services.action() as action:
        action.session.execute(
            update(Case)
            .where(Case.id.in_(ids[:4]))
            .values(origin_unit=UNIT_A, target_unit=UNIT_B, transfer_kind="M3")
        )
    with services.action(world.citra) as action:
        suspending.suspend(action, ids[1], "Menunggu")
        cases.cancel(action, ids[2], "Keliru")
    with services.action(world.ani) as action:
        tasks.claim(action, open_task(services, ids[0], "periksa").id)
    return ids


def on_screen(text: str) -> tuple[list[str], list[list[str]]]:
    """The heads and the rows of the table, as plain text."""

    def plain(part: str) -> str:
        part = re.sub(r'<span class="(cell-label|due-note)[^>]*>.*?</span>', "", part, flags=re.S)
        part = re.sub(r"<[^>]+>", "", part, flags=re.S)
        return re.sub(
            r"\s+", " ", part.replace("&#34;", '"').replace("&amp;", "&").replace("&#39;", "'")
        ).strip()

    table = re.search(r"<table class=\"table case-table\".*?</table>", text, re.S)
    assert table, "no table"
    heads = [plain(part) for part in re.findall(r"<th .*?</th>", table[0], re.S)]
    rows = [
        [plain(cell) for cell in re.findall(r"<td .*?</td>", row, re.S)]
        for row in re.findall(r"<tr role=\"row\" class.*?</tr>", table[0], re.S)
    ]
    return heads, rows


def as_shown(person: Person, value: object) -> str:
    """A cell of a file as the page writes it."""
    text = "" if value is None else str(value)
    if isinstance(value, datetime):
        text = value.date().isoformat()
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        with person.client.application.test_request_context():
            return moments.day(date.fromisoformat(text))
    text = text[1:] if text[:1] == "'" else text
    return re.sub(r"\s+", " ", text).strip()


QUERIES = (
    "",
    "?status=running",
    "?status=suspended",
    "?definition=cabang",
    f"?origin={UNIT_A}",
    f"?target={UNIT_B}&kind=M3",
    "?plan=2026&sort=number",
    "?holder=me",
    "?role=analis_sdm&sort=-due",
    "?due=on_time&sort=due",
    "?q=titik",
    "?outcome=dibatalkan",
)
COLUMNS = (
    "",
    "columns=due,number,title,subject,nip,turn",
    "columns=number,started,changed,ended,origin,target,position,stage,status,plan,process,version,starter,incidents,suspended,age,lasted,kind,outcome",
)


@pytest.mark.parametrize("who", ["ani", "hadi"])
def test_files_hold_what_is_on_the_screen(asking: Asking, listed: list[uuid.UUID], who: str) -> None:
    person = asking.as_person(who)
    for query, columns in product(QUERIES, COLUMNS):
        check_files(person, query, columns)


def check_files(person: Person, query: str, columns: str) -> None:
    address = query + (("&" if query else "?") + columns if columns else "")
    page = person.get(f"/cases{address}")
    assert page.status_code == 200
    heads, rows = on_screen(page.text) if "case-table" in page.text else ([], [])
    if not rows and "holder=me" in query:
        return
    assert rows
    for separator in (";", ","):
        name = "semicolon" if separator == ";" else "comma"
        answer = person.get(f"/cases/export.csv{address}{'&' if address else '?'}separator={name}")
        assert answer.data.startswith(b"\xef\xbb\xbf")
        found = list(
            csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline=""), delimiter=separator)
        )
        assert found[0] == heads
        assert [[as_shown(person, cell) for cell in row] for row in found[1:]] == rows
        assert not [cell for row in found for cell in row if cell[:1] in "=+-@\t\r" and cell]
    book = load_workbook(io.BytesIO(person.get(f"/cases/export.xlsx{address}").data))
    sheet = [list(row) for row in book.active.iter_rows(values_only=True)]  # type: ignore[union-attr]
    assert sheet[0] == heads
    assert [[as_shown(person, cell) for cell in row] for row in sheet[1:]] == rows
    cells = [cell for row in book.active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}


def test_the_columns_of_a_workbook_are_as_wide_as_what_stands_in_them(
    asking: Asking, listed: list[uuid.UUID]
) -> None:
    person = asking.as_person("citra")
    sheet = load_workbook(io.BytesIO(person.get("/cases/export.xlsx").data)).active
    assert sheet is not None
    longest = max(len(str(row[1].value)) for row in sheet.iter_rows())
    assert longest < sheet.column_dimensions["B"].width <= 48


def test_every_kind_that_a_case_begins_with_can_be_filtered_by(
    asking: Asking, listed: list[uuid.UUID]
) -> None:
    begun, found = (asking.as_person("ani").get(address).text for address in ("/start", "/cases"))
    kinds = re.search(r'<select[^>]* id="kind".*?</select>', begun, re.DOTALL)
    assert kinds is not None
    for option in re.findall(r'value="(M[^"]+)"[^>]*>([^<]+)<', kinds[0]):
        assert re.search(r'<option value="{}"[^>]*>{}</option>'.format(*map(re.escape, option)), found), (
            option
        )


def test_outcomes_of_one_name_are_one_filter(
    asking: Asking, listed: list[uuid.UUID], services: Services
) -> None:
    with services.action() as action:
        for case_id, code in zip(listed, ("kpi_tercapai", "target_tercapai"), strict=False):
            action.session.execute(update(Case).where(Case.id == case_id).values(outcome=code))
    person = asking.as_person("citra")
    options = re.findall(r'<option value="(\w+)"[^>]*>Target tercapai<', person.get("/cases").text)
    assert len(options) == 1
    for code in (*options, "kpi_tercapai"):  # the address of a view that was kept names either
        text = person.get(f"/cases?outcome={code}").text
        assert len(on_screen(text)[1]) == 2
        assert "Hasil: Target tercapai" in text


def test_the_age_can_be_sorted_by_the_oldest_first(
    asking: Asking, listed: list[uuid.UUID], services: Services
) -> None:
    with services.action() as action:
        for days, case_id in enumerate(listed):
            then = action.now - timedelta(days=days, hours=1)
            action.session.execute(update(Case).where(Case.id == case_id).values(started_at=then))
    person = asking.as_person("citra")
    address = "/cases?columns=number,age&sort=number"
    for direction, ages in (("descending", range(7, -1, -1)), ("ascending", range(8))):
        found = re.search(r'<a class="sort" href="([^"]+)">Umur', person.get(address).text)
        assert found
        address = found[1].replace("&amp;", "&")
        text = person.get(address).text
        assert [row[1] for row in on_screen(text)[1]] == [str(age) for age in ages]
        assert re.search(rf'aria-sort="{direction}">\s*<a class="sort" href="[^"]+">Umur', text)


def test_each_filter_narrows(asking: Asking, listed: list[uuid.UUID]) -> None:
    person = asking.as_person("citra")
    counts = {
        query: len(on_screen(person.get(f"/cases{query}").text)[1])
        for query in QUERIES
        if "holder" not in query
    }
    assert counts[""] == 8
    assert counts["?status=suspended"] == counts["?q=titik"] == counts["?outcome=dibatalkan"] == 1
    assert counts["?status=running"] == 7
    assert counts["?definition=cabang"] == counts["?plan=2026&sort=number"] == 4
    assert counts[f"?origin={UNIT_A}"] == counts[f"?target={UNIT_B}&kind=M3"] == 4
    today = date.today().isoformat()
    for query, shown in (
        (f"?started_from={today}", 8),
        ("?started_to=2020-01-01", 0),
        ("?ended_from=2020-01-01", 1),
        ("?older=30", 0),
        ("?overdue=yes", 0),
        ("?due=late", 0),
        ("?due=on_time&overdue=yes", 0),
        ("?incidents=yes", 0),
        ("?element=cabang/periksa", 3),
    ):
        text = person.get(f"/cases{query}").text
        assert len(on_screen(text)[1] if shown else []) == shown, query
        assert shown or 'case-table"' not in text


def test_the_step_at_which_cases_wait_is_named(asking: Asking, listed: list[uuid.UUID]) -> None:
    page = asking.as_person("citra").get("/cases?element=cabang/periksa").text
    assert "Menunggu di: Periksa" in page
    assert "Menunggu di: periksa" not in page


def test_what_the_address_says_wrongly_is_not_said(asking: Asking, listed: list[uuid.UUID]) -> None:
    person = asking.as_person("citra")
    wrong = ["status=ada", "older=-1", "older=x", "sort=nama", "columns=,,x", "holder=siapa"]
    wrong += ["started_from=kapan", "ended_to=9999-12-31", "due=besok"]
    for query in wrong:
        assert person.get(f"/cases?{query}").status_code == 200, query


def test_names_are_hidden_in_files_too(asking: Asking, listed: list[uuid.UUID]) -> None:
    """Hadi does not decide: before the decision he learns neither the name nor the unit somebody leaves."""
    columns = "?columns=number,title,subject,nip,origin"
    for path in (f"/cases/export.csv{columns}", f"/cases{columns}"):
        text = asking.as_person("hadi").get(path).text
        assert "Gita" not in text
        assert GITA_NIP not in text
        assert "HYPERLINK" not in text  # the title of a case of a secret person
    assert "Gita" in asking.as_person("citra").get(f"/cases/export.csv{columns}").text


def test_an_export_leaves_a_trace(asking: Asking, listed: list[uuid.UUID], services: Services) -> None:
    asking.as_person("hadi").get("/cases/export.xlsx?status=running&columns=number,due")
    with services.reading() as action:
        event = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "cases_exported")).one()
    assert (event.actor_name, event.name) == ("Hadi", "xlsx")
    assert event.data == {"filters": {"status": "running"}, "columns": ["number", "due"]}


def test_a_file_that_is_cut_off_says_so(
    asking: Asking, listed: list[uuid.UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_list, "MOST_EXPORTED", 5)
    monkeypatch.setattr(case_list, "AT_ONCE", 2)
    lines = asking.as_person("citra").get("/cases/export.csv").data.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + 5 + 1
    assert "5" in lines[-1]
    monkeypatch.setattr(case_list, "MOST_EXPORTED", 8)
    assert len(asking.as_person("citra").get("/cases/export.csv").data.decode().splitlines()) == 9


@pytest.mark.parametrize(
    "sort", ["started", "-started", "changed", "-changed", "due", "-due", "number", "-number"]
)
def test_pages_in_any_order_hold_every_case_once(
    asking: Asking, listed: list[uuid.UUID], sort: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(case_list, "PAGE", 3)
    person = asking.as_person("citra")
    address, numbers = f"/cases?sort={sort}&columns=number", []
    for _ in range(5):
        text = person.get(address).text
        numbers += [row[0] for row in on_screen(text)[1]]
        following = re.search(r'href="([^"]+)" rel="next"', text)
        if not following:
            break
        address = following[1].replace("&amp;", "&")
    assert len(numbers) == len(set(numbers)) == 8
    if sort.endswith("number"):
        assert numbers == sorted(numbers, reverse=sort.startswith("-"))
