"""The case page: what a manager does there, its timeline, and its diagram as text."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.cases import Case, CaseEvent, Task
from service.operations import cases, definitions
from service.operations.recording import write_event
from service.wiring import Services
from tests.asking import Asking
from tests.operations.diagrams import branches
from tests.operations.test_tasks import complete, open_task
from tests.world import World


@pytest.fixture
def case(services: Services, world: World) -> uuid.UUID:
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    with services.action(world.ani) as action:
        return cases.start(action, "cabang").id


def test_a_manager_suspends_and_resumes_with_a_reason(
    asking: Asking, case: uuid.UUID, services: Services
) -> None:
    hadi = asking.as_person("hadi")
    assert 'id="suspend-dialog"' in hadi.get(f"/cases/{case}").text
    assert hadi.post(f"/cases/{case}/suspend", {"reason": "Menunggu audit"}).status_code == 303
    page = hadi.get(f"/cases/{case}").text
    assert "Menunggu audit" in page
    assert 'id="resume-dialog"' in page
    assert "Ditangguhkan" in hadi.get("/cases?status=suspended").text
    hadi.post(f"/cases/{case}/resume", {"reason": "Selesai"})
    assert 'id="suspend-dialog"' in hadi.get(f"/cases/{case}").text


def test_a_manager_gives_more_time_and_reassigns(
    asking: Asking, case: uuid.UUID, services: Services, world: World
) -> None:
    hadi = asking.as_person("hadi")
    task = open_task(services, case, "periksa")
    page = hadi.get(f"/cases/{case}").text
    assert f'id="extend-{task.id}"' in page
    hadi.post(f"/cases/{case}/tasks/{task.id}/extend", {"until": "2031-01-06", "reason": "Data terlambat"})
    after = open_task(services, case, "periksa")
    assert after.due_at == services.calendar.close_of(services.calendar.local_date(after.due_at))
    assert after.due_at.year == 2031
    assert "Data terlambat" in hadi.get(f"/cases/{case}").text
    refused = hadi.post(f"/cases/{case}/tasks/{task.id}/extend", {"until": "2031-01-05", "reason": "x"})
    assert refused.status_code == 303
    assert "bukan hari kerja" in hadi.get(f"/cases/{case}").text
    if f'id="assign-{task.id}"' in page:
        hadi.post(f"/cases/{case}/tasks/{task.id}/assign", {"to": str(world.lina.id), "reason": "x"})
        assert open_task(services, case, "periksa").assignee_id == world.lina.id


@pytest.mark.parametrize(("who", "status"), [("ani", 403), ("fitri", 403), ("gita", 404), ("joko", 404)])
def test_others_may_not(asking: Asking, case: uuid.UUID, services: Services, who: str, status: int) -> None:
    person, task = asking.as_person(who), open_task(services, case, "periksa")
    for path, form in (
        ("suspend", {"reason": "x"}),
        ("resume", {}),
        (f"tasks/{task.id}/extend", {"until": "2031-01-06", "reason": "x"}),
    ):
        assert person.post(f"/cases/{case}/{path}", form).status_code == status, path
    if status == 404:
        assert person.get(f"/cases/{case}/timeline").status_code == 404
        with services.reading() as action:
            number = action.session.get_one(Case, case).number
        assert person.get(f"/cases/{number}").status_code == 404


def test_the_number_leads_to_the_page(asking: Asking, case: uuid.UUID, services: Services) -> None:
    with services.reading() as action:
        number = action.session.get_one(Case, case).number
    answer = asking.as_person("hadi").get(f"/cases/{number}")
    assert (answer.status_code, answer.location) == (302, f"/cases/{case}")
    assert asking.as_person("hadi").get("/cases/MUT-1999-000001").status_code == 404


def test_the_outline_says_where_the_case_is(
    asking: Asking, case: uuid.UUID, services: Services, world: World
) -> None:
    complete(services, world.ani, open_task(services, case, "periksa").id, {})
    text = asking.as_person("hadi").get(f"/cases/{case}").text
    told = re.findall(r'class="outline-line (is-\w+)" data-outline="cabang/(\w+)"', text)
    assert {element: state for state, element in told} == {
        "mulai": "is-done", "periksa": "is-done", "bagi": "is-done", "kiri": "is-current", "kanan": "is-current",
        "gabung": "is-ahead", "tunggu": "is-ahead", "terima": "is-ahead", "tutup": "is-ahead", "selesai": "is-ahead",
    }  # fmt: skip
    assert re.search(r"outline-notes\">setelah\s+90", text), re.findall(r"outline-notes.*", text)
    assert "izin_tiba" in text


def test_a_long_history_comes_page_by_page_and_opens_at_any_entry(
    asking: Asking, case: uuid.UUID, services: Services, world: World
) -> None:
    with services.action(world.ani) as action:
        row = action.session.get_one(Case, case)
        for number in range(200):
            write_event(
                action, "commented" if number % 2 else "document_attached", case=row, name=f"ke-{number}"
            )
    hadi = asking.as_person("hadi")
    page = hadi.get(f"/cases/{case}").text
    seen: list[str] = re.findall(r'id="event-(\d+)"', page)
    address = re.search(r'hx-get="([^"]+cursor[^"]+)"', page)
    while address:
        part = hadi.get(address[1].replace("&amp;", "&")).text
        seen += re.findall(r'id="event-(\d+)"', part)
        address = re.search(r'hx-get="([^"]+cursor[^"]+)"', part)
    assert len(seen) == len(set(seen)) == 201
    first = hadi.get(f"/cases/{case}/timeline?event={seen[-1]}").text
    assert f'id="event-{seen[-1]}"' in first
    only = hadi.get(f"/cases/{case}/timeline?only=documents").text
    assert "ke-198" in only
    with services.reading() as action:
        kinds = select(CaseEvent.kind).where(
            CaseEvent.id.in_([int(one) for one in re.findall(r'event-(\d+)"', only)])
        )
        assert set(action.session.scalars(kinds)) == {"document_attached"}


def test_tasks_of_other_cases_are_not_reached_through_this_one(
    asking: Asking, case: uuid.UUID, services: Services, world: World
) -> None:
    with services.action(world.ani) as action:
        other = cases.start(action, "cabang").id
    task = open_task(services, other, "periksa")
    answer = asking.as_person("hadi").post(
        f"/cases/{case}/tasks/{task.id}/extend", {"until": "2031-01-06", "reason": "x"}
    )
    assert answer.status_code == 404
    with services.reading() as action:
        due = action.session.get_one(Task, task.id).due_at
        assert due is not None
        assert due < action.now + timedelta(days=60)
