"""Every figure that leads to cases leads to as many as it says; one of tasks, to all the cases they belong to."""

from __future__ import annotations

import html
import re
import uuid
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import func, select

from service.db.cases import Case, CaseEvent, Task
from service.db.figures import CaseFigure
from service.db.queries.counting.meaning import meaning
from service.db.queries.figures import acceptance, choosing, transfers
from service.domain import figures as figures_of
from service.operations import definitions, figures
from service.operations.recording import write_event
from service.wiring import Services
from tests.asking import Asking, Person
from tests.operations.diagrams import branches
from tests.operations.test_figures import BEGIN, act
from tests.world import UNIT_A, UNIT_B, World

STEPS = 100
JUST_NOW = 6
PERIOD = "from=2026-01&to=2026-12"
LINK = re.compile(r'<a href="(/cases\?[^"]*)" aria-label="[^"]*: (?:\d+% \()?(\d+)(?: dari \d+\))?"')
OF_AGES = re.compile(r'<a href="(/cases\?[^"]*)" aria-label="[^"]*, (?:Median|p90): [^"]*"')
OF_TASKS = (
    "waiting",
    "waiting_late",
    "finished",
    "timed",
    "late",
    "touched",
    "judged",
    "returned",
    "rejected",
    "refused",
)
OF_PERSON = ("held", "held_late", "done_by", "done_late_by")
ANSWERS = ("setuju", "kembalikan", "tolak")
SEEN = {"late", "none", "stopped", "bkn", "other", *OF_TASKS, *OF_PERSON} | {
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
        figures.count_transfers(action, None)
    return services


def decide(action: Any, random: Random) -> None:
    """Decrees for all cases; a few tasks finished just now; every second finished one decided something; some that ended
    were completed."""
    done = action.session.scalars(select(Task).where(Task.state == "completed").order_by(Task.id)).all()
    for task in done[:JUST_NOW]:
        task.closed_at = datetime.now(UTC) - timedelta(hours=1)
    for task in done[::2]:
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


def test_following_a_figure_lists_as_many_cases_as_it_says(asking: Asking, counted: Services) -> None:
    hadi = asking.as_person("hadi")
    for about in ("", f"&unit={UNIT_B}", "&plan=Program", "&definition=cabang"):
        followed = {
            follow(counted, hadi, address, int(count))
            for page in ("overview", "outcomes")
            for address, count in LINK.findall(hadi.get(f"/{page}?{PERIOD}{about}").text)
        }
        assert len(followed) > 5
        assert about or followed >= SEEN


def follow(services: Services, person: Person, address: str, count: int) -> str:
    """What a link says is counted, once its list was seen to hold as many."""
    said = said_by(address)
    figure = said.get("figure", "")
    expected = count
    if figure in (*OF_TASKS, *OF_PERSON):
        expected = len(cases_with(services, said))
        assert 0 < expected <= count, address
    assert listed(person, html.unescape(address)) == expected, address
    return figure or said.get("due") or "dates"


def said_by(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(html.unescape(address)).query).items()}


def test_following_an_age_lists_the_cases_whose_tasks_are_as_old(asking: Asking, counted: Services) -> None:
    hadi = asking.as_person("hadi")
    ages = set()
    for address in OF_AGES.findall(hadi.get(f"/overview?{PERIOD}").text):
        said = said_by(address)
        if said.get("figure") in OF_TASKS:
            behind = cases_with(counted, said)
            assert behind, address
            assert listed(hadi, html.unescape(address)) == len(behind), address
            ages.add(said["figure"])
    assert ages == {"waiting", "finished"}


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
    if said["figure"] in OF_PERSON:
        return cases_of_person(services, said)
    process, element, role, minute = (said.get("figure_of", "").split("/") + [""] * 4)[:4]
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
        taken = {event.task_id for event in log if event.kind == "task_claimed"}
        for task, figure in rows:
            if (process and task.process != process) or (element and task.element != element):
                continue
            if (role and task.role != role) or (minute and figures_of.minute(task.opened_at) > int(minute)):
                continue
            if said.get("unit") and said["unit"] not in (figure.origin_unit, figure.target_unit):
                continue
            if said.get("plan") and said["plan"] != figure.plan:
                continue
            done, verdict = task.state == "completed", verdicts.get(task.id)
            counts = {
                "waiting": task.state == "open",
                "waiting_late": task.state == "open" and task.due_at is not None and task.due_at < action.now,
                "touched": done and task.id in taken,
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


def cases_of_person(services: Services, said: dict[str, str]) -> set[uuid.UUID]:
    """The cases whose tasks a person holds or has finished in the last 30 days, told from every task."""
    account = uuid.UUID(said["figure_of"])
    found = set()
    with services.reading() as action:
        for task in action.session.scalars(select(Task)):
            held = task.state == "open" and task.assignee_id == account
            done = task.closed_by == account and task.closed_at >= action.now - timedelta(days=30)
            counts = {
                "held": held,
                "held_late": held and task.due_at is not None and task.due_at < action.now,
                "done_by": done and task.state == "completed",
                "done_late_by": done and task.due_at is not None and task.closed_at > task.due_at,
            }
            if counts[said["figure"]]:
                found.add(task.case_id)
    return found


@pytest.mark.parametrize("about", [{}, {"unit": UNIT_B}, {"plan": "Program"}, {"definition": "cabang"}])
def test_transfers_are_as_many_summed_up_as_in_the_rows_by_month(
    counted: Services, about: dict[str, str]
) -> None:
    chosen = choosing.chosen(date(2026, 12, 1), date(2026, 1, 1), **about)
    with counted.reading() as action:
        rows = transfers.tables(action.session, chosen)
        total = transfers.summed(action.session, chosen)
        cases = action.session.scalar(select(func.count(CaseFigure.case_id)).where(*chosen.of_transfers()))
    assert acceptance.accepted(rows) == acceptance.accepted([total])
    assert total["transfers"] == cases > 0
