"""The case page: what a manager does there, its timeline, and its diagram as text."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from service.db.cases import Case, CaseEvent, DueWork, Task
from service.db.people import Unit
from service.engine.steps import SourceFile
from service.operations import cases, definitions, sample_clock
from service.operations.recording import write_event
from service.wiring import Services
from tests.asking import Asking
from tests.clocks import mark_sample
from tests.operations.diagrams import branches
from tests.operations.test_tasks import complete, open_task
from tests.world import GITA_NIP, UNIT_A, UNIT_B, World


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
    ani = asking.as_person("ani")
    assert 'class="work-pick"' in ani.get("/inbox").text
    assert hadi.post(f"/cases/{case}/suspend", {"reason": "Menunggu audit"}).status_code == 303
    inbox = ani.get("/inbox").text
    assert "Ditangguhkan" in inbox
    assert 'class="work-pick"' not in inbox  # nothing to decide there now
    page = hadi.get(f"/cases/{case}").text
    assert "Hadi: Menunggu audit" in page
    assert "Menunggu audit" in page
    assert 'id="resume-dialog"' in page
    assert "Ditangguhkan" in hadi.get("/cases?status=suspended").text
    hadi.post(f"/cases/{case}/resume", {"reason": "Selesai"})
    assert 'id="suspend-dialog"' in hadi.get(f"/cases/{case}").text


def test_tasks_of_one_name_say_for_which_unit_each_is(
    asking: Asking, case: uuid.UUID, services: Services, world: World
) -> None:
    with services.action() as action:
        for key, name in (("unor-a", "Dinas Asal"), ("unor-b", "Dinas Tujuan")):
            action.session.add(Unit(id=key, nama=name, instansi_id="i"))
    complete(services, world.ani, open_task(services, case, "periksa").id)
    left = open_task(services, case, "kiri")
    page = asking.as_person("hadi").get(f"/cases/{case}").text
    assert "Kepala unit · Dinas Asal · " in page
    assert "Kepala unit · Dinas Tujuan · " in page
    dialog = page.split(f'id="extend-{left.id}"')[1]
    assert "Kiri (Dinas Asal)" in dialog.split("</h2>")[0]


def test_whom_a_task_could_be_given_to_does_not_give_a_secret_name_away(
    asking: Asking, case: uuid.UUID, services: Services, world: World
) -> None:
    complete(services, world.ani, open_task(services, case, "periksa").id)
    left, right = (open_task(services, case, element).id for element in ("kiri", "kanan"))
    with services.action() as action:
        about = action.session.get_one(Case, case)
        about.subject_nip, about.origin_unit, about.target_unit = GITA_NIP, UNIT_A, UNIT_B
    page = asking.as_person("hadi").get(f"/cases/{case}").text
    assert f'id="assign-{right}"' in page
    assert f'id="extend-{left}"' in page
    assert f'id="assign-{left}"' not in page


def test_what_is_due_at_one_moment_stands_once(asking: Asking, case: uuid.UUID, services: Services) -> None:
    with services.action() as action:
        for number in range(3):
            action.session.add(
                DueWork(
                    key=f"timer:{case}:{number}", kind="timer", case_id=case, due_at=action.now + timedelta(3)
                )
            )
    page = asking.as_person("hadi").get(f"/cases/{case}").text
    assert page.count("Kasus berlanjut sendiri (3×)") == 1


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
    assert refused.status_code == 422
    assert "bukan hari kerja" in refused.text
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


def test_what_was_refused_is_open_again_with_what_was_typed(
    asking: Asking, case: uuid.UUID, services: Services
) -> None:
    task = open_task(services, case, "periksa")
    name = f"extend-{task.id}"
    typed = {"dialog": name, "until": "2031-01-05", "reason": "Data <telat>"}
    page = asking.as_person("hadi").post(f"/cases/{case}/tasks/{task.id}/extend", typed).text
    dialog = re.search(rf'<dialog id="{name}".*?</dialog>', page, re.DOTALL)
    assert dialog is not None
    assert "data-open-at-once" in dialog[0]
    assert "bukan hari kerja" in dialog[0]
    assert 'value="2031-01-05"' in dialog[0]
    assert "Data &lt;telat&gt;" in dialog[0]
    assert page.count("data-open-at-once") == 1


def test_the_timeline_says_to_whom_a_late_task_is_offered(
    asking: Asking, case: uuid.UUID, services: Services
) -> None:
    mark_sample(services)
    sample_clock.advance(services, timedelta(days=30))
    assert "terlambat, ditawarkan juga kepada Manajer" in asking.as_person("hadi").get(f"/cases/{case}").text


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


def deployed(services: Services, world: World, old: str, new: str) -> uuid.UUID:
    """A case of the diagram with something of it said otherwise."""
    file = branches()
    text = file.content.decode()
    assert old in text
    with services.action(world.intan) as action:
        definitions.deploy(action, [SourceFile(file.name, text.replace(old, new, 1).encode())])
    with services.action(world.ani) as action:
        return cases.start(action, "cabang").id


def test_a_beginning_without_a_name_is_not_called_by_its_id(
    asking: Asking, services: Services, world: World
) -> None:
    case = deployed(services, world, '<startEvent id="mulai" name="Mulai">', '<startEvent id="mulai">')
    text = asking.as_person("hadi").get(f"/cases/{case}").text
    line = re.search(r'data-outline="cabang/mulai">.*?</li>', text, re.DOTALL)
    assert line is not None
    assert "<strong>" not in line[0]


def test_the_process_is_named_in_the_reader_s_language(
    asking: Asking, services: Services, world: World
) -> None:
    case = deployed(services, world, 'name="Dua cabang"', 'name="Dua cabang" mutasi:nameEn="Two branches"')
    hadi = asking.as_person("hadi")
    hadi.post("/language", {"language": "en", "next": "/"})
    assert "Two branches version" in hadi.get(f"/cases/{case}").text
    assert ">Two branches</span></td>" in hadi.get("/cases?columns=number,process").text
    assert "Two branches" in hadi.get("/cases/export.csv?columns=number,process").text


def test_a_case_is_called_in_the_reader_s_language(asking: Asking, services: Services, world: World) -> None:
    case = deployed(services, world, 'name="Dua cabang"', 'name="Dua cabang" mutasi:nameEn="Two branches"')
    hadi, ani = asking.as_person("hadi"), asking.as_person("ani")
    task = open_task(services, case, "periksa").id
    for browser in (hadi, ani):
        browser.post("/language", {"language": "en", "next": "/"})
    assert "<h1>Two branches</h1>" in hadi.get(f"/cases/{case}").text
    assert ">Two branches</span></td>" in hadi.get("/cases?columns=number,title").text
    assert "<span>Two branches</span>" in ani.get("/inbox").text
    assert "· Two branches</p>" in ani.get(f"/tasks/{task}").text
    with services.action() as action:
        found = action.session.get_one(Case, case)
        found.title, found.title_en = "Mutasi ke Perawat", "Transfer to Nurse"
    assert "<h1>Transfer to Nurse</h1>" in hadi.get(f"/cases/{case}").text
    assert "<span>Transfer to Nurse</span>" in ani.get("/inbox").text
    hadi.post("/language", {"language": "id", "next": "/"})
    assert "<h1>Mutasi ke Perawat</h1>" in hadi.get(f"/cases/{case}").text
