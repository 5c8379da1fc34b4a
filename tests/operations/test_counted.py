"""Every figure that leads to cases leads to as many as it says; one of tasks, to all the cases they belong to."""

from __future__ import annotations

import html
import re
import uuid
from datetime import date, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from service.db.cases import Case, CaseEvent, Task
from service.db.figures import CaseFigure
from service.db.queries.counting.meaning import meaning
from service.operations import definitions, figures
from service.operations.recording import write_event
from service.wiring import Services
from tests.asking import Asking, Person
from tests.operations.diagrams import branches
from tests.operations.test_figures import BEGIN, act
from tests.world import UNIT_A, UNIT_B, World

STEPS = 100
PERIOD = "from=2026-01&to=2026-12"
LINK = re.compile(r'<a href="(/cases\?[^"]*)" aria-label="[^"]*: (?:\d+% \()?(\d+)(?: dari \d+\))?"')
OF_TASKS = ("waiting", "finished", "timed", "late", "judged", "returned", "rejected", "refused")
ANSWERS = ("setuju", "kembalikan", "tolak")
SEEN = {"late", "none", "stopped", "bkn", "other", *OF_TASKS[1:]} | {
    *("transfers", "agreed", "wished", "objections", "upheld", "reached"),
    *("followed", "carried_out", "reached_then", "review_ahead"),
}
"""What must have been there to follow."""
KINDS = ("pelatihan", "penempatan")


@pytest.fixture
def counted(services: Services, world: World) -> Services:
    """Much begun, returned, rejected, late and stopped, and transfers that took effect; all of it counted."""
    random = Random(7)
    now = BEGIN
    with services.action(world.intan, now=now) as action:
        definitions.deploy(action, [branches()])
    for _ in range(STEPS):
        now += timedelta(hours=random.choice((5, 30, 90)))
        act(services, world, random, now)
    with services.action(now=now) as action:
        decide(action, random)
    figures.rebuild(services)
    with services.action() as action:
        for figure in action.session.scalars(
            select(CaseFigure).join(Case, Case.id == CaseFigure.case_id).order_by(Case.number)
        ):
            take_effect(figure, random, action.calendar.local_date(action.now))
        action.session.flush()
        for month in range(1, 13):
            figures.count_month(action, date(2026, month, 1))
    return services


def decide(action: Any, random: Random) -> None:
    """Decrees for all cases; every second finished task decided something; some that ended were completed."""
    done = select(Task).where(Task.state == "completed").order_by(Task.id)
    for task in action.session.scalars(done).all()[::2]:
        case = action.session.get_one(Case, task.case_id)
        place = {"task_id": task.id, "process": task.process, "element": task.element, "at": task.closed_at}
        said = {"answers": {"putusan_ppk": random.choice(ANSWERS)}}
        write_event(action, "task_completed", case=case, data=said, **place)
    for case in action.session.scalars(select(Case).order_by(Case.number)):
        case.decided_at, case.origin_unit = action.now, UNIT_A
        case.target_unit = random.choice((UNIT_A, UNIT_B))
        if case.ended_at:
            case.status = random.choice(("completed", "cancelled"))


def take_effect(figure: CaseFigure, random: Random, today: date) -> None:
    """What a decree, its consultation and its reviews would have left of a case."""
    if figure.ended_month:
        figure.outside_bkn, figure.outside_other = random.choice((None, 60)), random.choice((None, 90))
    figure.effective_on = date(2026, random.randint(1, 6), 3)
    figure.agreed, figure.against = random.choice(((1, 0), (0, 1)))
    figure.objected = random.randint(0, 1)
    figure.upheld = figure.objected and random.randint(0, 1)
    figure.wish_met, figure.target_reached = random.choice((None, 0, 1)), random.choice((0, 1))
    figure.follow_ups = [
        {"jenis": kind, "tgl": "2026-05-01", "selesai": random.choice((None, "2026-06-01", "2026-06-02"))}
        for kind in random.sample(KINDS, random.randint(1, 2))
    ]
    figure.followed = len(figure.follow_ups)
    figure.next_review, figure.review_month = today + timedelta(days=random.randint(-9, 9)), 3


@pytest.mark.parametrize("about", ["", f"&unit={UNIT_B}", "&plan=Program", "&definition=cabang"])
def test_following_a_figure_lists_as_many_cases_as_it_says(
    asking: Asking, counted: Services, about: str
) -> None:
    hadi = asking.as_person("hadi")
    followed = set()
    for page in ("overview", "outcomes"):
        for address, count in LINK.findall(hadi.get(f"/{page}?{PERIOD}{about}").text):
            said = {
                name: values[0] for name, values in parse_qs(urlsplit(html.unescape(address)).query).items()
            }
            figure = said.get("figure", "")
            expected = int(count)
            if figure in OF_TASKS:
                expected = len(cases_with(counted, said))
                assert 0 < expected <= int(count), address
            assert listed(hadi, html.unescape(address)) == expected, address
            followed.add(figure or said.get("due") or "dates")
    assert len(followed) > 5
    assert about or followed >= SEEN


def test_open_tasks_lead_to_the_inbox_of_all(asking: Asking, counted: Services) -> None:
    hadi = asking.as_person("hadi")
    text = hadi.get(f"/overview?{PERIOD}").text
    found = re.search(r'<dt>Tugas terbuka</dt>\s*<dd><a href="([^"]*)"[^>]*>(\d+)</a>', text)
    late = re.search(r'<a href="([^"]*)"[^>]*>(\d+) terlambat</a>', text)
    assert found
    assert late
    assert (html.unescape(found[1]), html.unescape(late[1])) == (
        "/inbox?view=all",
        "/inbox?view=all&due=late",
    )
    with counted.reading() as action:
        tasks = select(func.count()).select_from(Task).where(Task.state == "open")
        assert action.session.scalar(tasks) == int(found[2])
        assert action.session.scalar(tasks.where(Task.due_at < action.now)) == int(late[2])


def test_figures_are_asked_only_by_those_who_may_see_them(asking: Asking, counted: Services) -> None:
    address = "/cases?figure=against&figure_from=2026-01"
    assert "Di balik angka" not in asking.as_person("hadi").get(address).text, "there is no such figure"
    address = "/cases?figure=agreed&figure_from=0001-01&figure_to=x&due=tomorrow"
    assert "Di balik angka: Setuju" in asking.as_person("hadi").get(address).text
    assert "Di balik angka" not in asking.as_person("budi").get(address).text


def listed(person: Person, address: str) -> int:
    found = re.search(r'role="status">(\d+) kasus', person.get(address).text)
    assert found, address
    return int(found[1])


def cases_with(services: Services, said: dict[str, str]) -> set[uuid.UUID]:
    """The cases whose tasks or decisions a figure counts, told from every task and the whole log."""
    process, _, element = said.get("figure_of", "").partition("/")
    found = set()
    with services.reading() as action:
        rows = action.session.execute(
            select(Task, CaseFigure).join(CaseFigure, CaseFigure.case_id == Task.case_id)
        )
        log = action.session.scalars(select(CaseEvent).order_by(CaseEvent.id)).all()
        verdicts = {
            event.task_id: meaning().verdict(event.data.get("answers") or {})
            for event in log
            if event.kind == "task_completed"
        }
        back = {event.task_id for event in log if event.kind == "task_sent_back"}
        for task, figure in rows:
            if (process and task.process != process) or (element and task.element != element):
                continue
            if said.get("unit") and said["unit"] not in (figure.origin_unit, figure.target_unit):
                continue
            if said.get("plan") and said["plan"] != figure.plan:
                continue
            done, verdict = task.state == "completed", verdicts.get(task.id)
            counts = {
                "waiting": task.state == "open",
                "finished": done,
                "timed": done and task.due_at is not None,
                "late": done and task.due_at is not None and task.closed_at > task.due_at,
                "judged": (done and verdict is not None) or task.id in back,
                "returned": (done and verdict == "returned") or task.id in back,
                "rejected": done and verdict == "rejected",
                "refused": (done and verdict in ("returned", "rejected")) or task.id in back,
            }
            if counts[said["figure"]]:
                found.add(task.case_id)
    return found
