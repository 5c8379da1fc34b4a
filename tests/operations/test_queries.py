"""What each person finds in lists, and what lists keep from them."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from service.db.cases import Case, Task
from service.db.queries import (
    Page,
    administration,
    audit,
    case_list,
    cases,
    definitions,
    incidents,
    searching,
    signed_in,
    tasks,
)
from service.db.queries.audit import Wanted
from service.db.queries.case_list import CaseFilter
from service.db.queries.cursors import encode_cursor
from service.db.queries.task_filters import TaskFilter
from service.db.queries.visibility import SECRET
from service.domain.access import Actor
from service.domain.errors import Invalid, NotFound
from service.operations import cases as case_operations
from service.operations import definitions as definition_operations
from service.operations import tasks as task_operations
from service.wiring import Services
from tests.operations import city
from tests.operations.diagrams import branches, limited
from tests.operations.test_tasks import complete, open_task, start
from tests.world import GITA_NIP, UNIT_A, UNIT_B, World

SECRET_TITLE = "Mutasi Gita"


@pytest.fixture
def deployed(services: Services, world: World) -> World:
    with services.action(world.intan) as action:
        definition_operations.deploy(action, [branches()])
        definition_operations.deploy(action, [limited()])
    return world


@pytest.fixture
def about_gita(services: Services, deployed: World) -> uuid.UUID:
    """A case about Gita, from unit A to unit B, not yet decided, with the heads of both units asked."""
    case_id = start(services, deployed.ani)
    with services.sessions.begin() as session:
        city.build(session)
        session.add(city.employee(GITA_NIP, "Gita Gutawa", "J3", "U3", date(2022, 1, 1)))
        session.flush()
        session.execute(
            update(Case)
            .where(Case.id == case_id)
            .values(origin_unit=UNIT_A, target_unit=UNIT_B, title=SECRET_TITLE)
        )
    complete(services, deployed.ani, open_task(services, case_id, "periksa").id)
    return case_id


def decide(services: Services, case_id: uuid.UUID) -> None:
    with services.sessions.begin() as session:
        session.execute(update(Case).where(Case.id == case_id).values(decided_at=datetime.now(UTC)))


def sees(services: Services, actor: Actor, case_id: uuid.UUID) -> bool:
    """Whether the case is found; the page, the list and its tasks must agree."""
    with services.reading(actor) as action:
        listed = case_id in {row.id for row in case_list.page(action.session, actor).items}
        try:
            cases.get(action.session, actor, case_id)
        except NotFound:
            assert not listed
            with pytest.raises(NotFound):
                cases.events(action.session, actor, case_id)
            return False
        assert listed
        return True


def test_a_task_does_not_name_the_unit_that_would_give_a_secret_name_away(
    services: Services, deployed: World, about_gita: uuid.UUID
) -> None:
    def asked(actor: Actor) -> set[tuple[str | None, str | None]]:
        with services.reading(actor) as action:
            rows = tasks.of_case(action.session, actor, about_gita)
            return {(row.unit_id, row.assignee) for row in rows if row.role == "kepala_unit"}

    for actor, element in ((deployed.budi, "kiri"), (deployed.bowo, "kanan")):
        with services.action(actor) as action:
            task_operations.claim(action, open_task(services, about_gita, element).id)
    assert asked(deployed.hadi) == {(None, None), (UNIT_B, "Bowo")}
    assert asked(deployed.ani) == {(UNIT_A, "Budi"), (UNIT_B, "Bowo")}
    decide(services, about_gita)
    assert asked(deployed.hadi) == {(UNIT_A, "Budi"), (UNIT_B, "Bowo")}


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("ani", True, True),
        ("budi", True, True),  # head of the origin unit
        ("bowo", True, True),  # head of the receiving unit
        ("dewi", True, True),
        ("eko", True, True),
        ("fitri", True, True),
        ("hadi", True, True),
        ("kartika", False, False),  # the inspectorate sees what it is asked about
        ("gita", False, True),  # the employee concerned learns of it with the decision
        ("intan", False, False),
        ("joko", False, False),
    ],
)
def test_who_sees_a_case(
    services: Services, deployed: World, about_gita: uuid.UUID, name: str, before: bool, after: bool
) -> None:
    actor = getattr(deployed, name)
    assert sees(services, actor, about_gita) is before
    decide(services, about_gita)
    assert sees(services, actor, about_gita) is after


def test_heads_of_other_units_see_nothing(services: Services, deployed: World, about_gita: uuid.UUID) -> None:
    other = Actor(uuid.uuid4(), "Kepala lain", None, {"kepala_unit": frozenset({"unor-c"})}, sees="unit")
    assert not sees(services, other, about_gita)
    with services.reading(other) as action:
        for scope in ("offered", "mine", "all"):
            assert tasks.inbox(action.session, other, scope=scope).items == ()


def test_names_stay_secret_before_the_decision(
    services: Services, deployed: World, about_gita: uuid.UUID
) -> None:
    """The manager may see the case, takes no part in it and does not decide."""
    reader = deployed.hadi
    with services.reading(reader) as action:
        row = cases.get(action.session, reader, about_gita)
        (_, task) = tasks.of_case(action.session, reader, about_gita)[:2]
        found = case_list.page(action.session, reader, CaseFilter(search="Gita")).items
        by_nip = case_list.page(action.session, reader, CaseFilter(search=GITA_NIP)).items
        seen_by_deciders = cases.get(action.session, deployed.dewi, about_gita)
    assert (row.subject_name, row.subject_nip, row.origin_unit) == (SECRET, None, None)
    assert (task.subject_name, task.subject_nip) == (SECRET, None)
    assert SECRET_TITLE not in (row.title, task.case_title)
    assert (found, by_nip) == ((), ())
    assert seen_by_deciders.subject_name == "Gita Gutawa"
    decide(services, about_gita)
    with services.reading(reader) as action:
        assert cases.get(action.session, reader, about_gita).subject_name == "Gita Gutawa"
        assert [
            row.id for row in case_list.page(action.session, reader, CaseFilter(search="gita")).items
        ] == [about_gita]


@pytest.mark.parametrize("few", [0, 500], ids=["read along", "one by one"])
def test_cases_and_tasks_are_found_by_the_title_in_either_language(
    services: Services, deployed: World, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(searching, "FEW_CASES", few)
    called = ("Mutasi ke Puskesmas", "Transfer to the clinic")
    with services.action(deployed.ani) as action:
        wanted = case_operations.start(action, "cabang", title=called).id
        case_operations.start(action, "cabang", title=("Mutasi ke Puskesmas lain", ""))
    for search in ("puskesmas", "the CLINIC"):
        with services.reading(deployed.ani) as action:
            found = case_list.page(action.session, deployed.ani, CaseFilter(search=search)).items
            waiting = tasks.inbox(action.session, deployed.ani, wanted=TaskFilter(search=search)).items
        assert wanted in {row.id for row in found}
        assert len(found) == (1 if "CLINIC" in search else 2)
        assert {row.case_id for row in waiting} == {row.id for row in found}


def test_searching_tasks_reveals_no_names(services: Services, deployed: World, about_gita: uuid.UUID) -> None:
    reader = deployed.hadi
    with services.reading(reader) as action:
        assert tasks.inbox(action.session, reader, scope="all", wanted=TaskFilter(search="Gita")).items == ()
        assert (
            tasks.inbox(action.session, reader, scope="all", wanted=TaskFilter(search=GITA_NIP)).items == ()
        )
        mine = tasks.inbox(action.session, deployed.budi, wanted=TaskFilter(search="Gita")).items
    assert [row.element for row in mine] == ["kiri"]


def test_answers_that_name_people_are_secret_too(
    services: Services, deployed: World, about_gita: uuid.UUID
) -> None:
    complete(services, deployed.budi, open_task(services, about_gita, "kiri").id, {"calon_nip": GITA_NIP})
    with services.reading(deployed.hadi) as action:
        shown = cases.events(action.session, deployed.hadi, about_gita).items
        whole = cases.events(action.session, deployed.dewi, about_gita).items
    assert GITA_NIP not in str(shown)
    assert GITA_NIP in str(whole)


def test_who_answered_for_the_unit_that_somebody_may_leave_is_secret_too(
    services: Services, deployed: World, about_gita: uuid.UUID
) -> None:
    complete(services, deployed.budi, open_task(services, about_gita, "kiri").id)
    complete(services, deployed.bowo, open_task(services, about_gita, "kanan").id)
    with services.reading(deployed.hadi) as action:
        shown = {event.actor for event in cases.events(action.session, deployed.hadi, about_gita).items}
        whole = {event.actor for event in cases.events(action.session, deployed.dewi, about_gita).items}
    assert shown == {"Ani", "Bowo", SECRET}
    assert whole == {"Ani", "Budi", "Bowo"}


def test_who_is_asked_in_person_is_secret_too(
    services: Services, deployed: World, about_gita: uuid.UUID
) -> None:
    complete(services, deployed.budi, open_task(services, about_gita, "kiri").id)
    with services.action() as action:
        asked = update(Task).where(Task.case_id == about_gita, Task.element == "kiri")
        action.session.execute(asked.values(person_nip=GITA_NIP))
    with services.reading(deployed.hadi) as action:
        session, hadi, dewi = action.session, deployed.hadi, deployed.dewi
        shown = {event.actor for event in cases.events(session, hadi, about_gita).items}
        whole = {event.actor for event in cases.events(session, dewi, about_gita).items}
        rows = [(row.closed_by, row.person_nip) for row in tasks.of_case(session, hadi, about_gita)]
    assert shown == {"Ani", SECRET}
    assert whole == {"Ani", "Budi"}
    assert ("Budi", GITA_NIP) not in rows
    assert ("Ani", None) in rows


def walk(read: Callable[[str | None], Page[object]]) -> list[object]:
    """All rows, page by page."""
    rows: list[object] = []
    cursor = None
    for _ in range(100):
        page = read(cursor)
        rows += page.items
        cursor = page.next_cursor
        if cursor is None:
            return rows
    raise AssertionError("the pages never end")


def test_pages_hold_every_task_once_in_order_of_urgency(services: Services, deployed: World) -> None:
    ids = [start(services, deployed.ani) for _ in range(11)]
    with services.sessions.begin() as session:
        for number, case_id in enumerate(ids):
            due = datetime(2027, 1, 1 + number % 3, tzinfo=UTC)  # several at the same moment
            session.execute(update(Task).where(Task.case_id == case_id).values(due_at=due, due_order=due))
    with services.action(deployed.ani) as action:  # offered and taken: still one row
        task_operations.claim(action, open_task_id(services, ids[0]))
    with services.reading(deployed.ani) as action:
        whole = tasks.inbox(action.session, deployed.ani, limit=100).items
        paged = walk(lambda cursor: tasks.inbox(action.session, deployed.ani, limit=4, cursor=cursor))
        counted = tasks.count_open(action.session, deployed.ani)
        capped = tasks.count_open(action.session, deployed.ani, most=5)
        mine = tasks.inbox(action.session, deployed.ani, scope="mine").items
    assert [row.due_at for row in whole] == sorted(row.due_at for row in whole if row.due_at)
    assert paged == list(whole)
    assert {row.case_id for row in whole} == set(ids)
    assert (counted, capped) == (11, 5)
    assert [row.case_id for row in mine] == [ids[0]]


def open_task_id(services: Services, case_id: uuid.UUID) -> uuid.UUID:
    return open_task(services, case_id, "periksa").id


def test_pages_hold_every_finished_task_case_and_event(services: Services, deployed: World) -> None:
    ids = [start(services, deployed.ani) for _ in range(7)]
    for case_id in ids:
        complete(services, deployed.ani, open_task_id(services, case_id))
    ani = deployed.ani
    with services.reading(ani) as action:
        session = action.session
        finished = walk(lambda cursor: tasks.inbox(session, ani, state="completed", limit=3, cursor=cursor))
        listed = walk(lambda cursor: case_list.page(session, ani, limit=3, cursor=cursor))
        logged = walk(lambda cursor: cases.events(session, ani, ids[0], limit=2, cursor=cursor))
        backwards = walk(
            lambda cursor: cases.events(session, ani, ids[0], limit=2, cursor=cursor, newest_first=True)
        )
        deployments = walk(lambda cursor: definitions.page(session, limit=1, cursor=cursor))
    assert {row.case_id for row in finished} == set(ids)  # type: ignore[attr-defined]
    assert [row.id for row in listed] == ids[::-1]  # type: ignore[attr-defined]
    assert logged == backwards[::-1]
    assert [event.kind for event in logged][:1] == ["case_created"]  # type: ignore[attr-defined]
    assert [row.key for row in deployments] == ["batas", "cabang"]  # type: ignore[attr-defined]
    assert len(finished) == 7


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "%%%", "a" * 500, encode_cursor("only one"), encode_cursor("not a time", uuid.uuid4()),
     encode_cursor(datetime.now(UTC).isoformat(), "not an id"), "bnVsbA", "W251bGxd", "\N{SNOWMAN}",
     encode_cursor("9999-12-31T23:59:59-14:00", uuid.uuid4()), encode_cursor("a\0b", "c")],
    ids=range(12),
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_refused(services: Services, deployed: World, cursor: str) -> None:
    start(services, deployed.ani)
    with services.reading(deployed.ani) as action:
        for read in (
            lambda: tasks.inbox(action.session, deployed.ani, cursor=cursor),
            lambda: tasks.inbox(action.session, deployed.ani, state="completed", cursor=cursor),
            lambda: case_list.page(action.session, deployed.ani, cursor=cursor),
            lambda: incidents.page(action.session, deployed.ani, cursor=cursor),
            lambda: audit.page(action.session, deployed.joko, Wanted(), cursor=cursor),
            lambda: signed_in.tokens(action.session, cursor=cursor),
        ):
            with pytest.raises(Invalid):
                read()


@pytest.mark.parametrize("last", ["9" * 30, "-1", "1.5", "a\0b", "\ud800"])
def test_a_cursor_fits_the_columns_of_its_list(services: Services, deployed: World, last: str) -> None:
    moment = datetime.now(UTC)
    with services.reading(deployed.joko) as action:
        with pytest.raises(Invalid):
            audit.page(action.session, deployed.joko, Wanted(), cursor=encode_cursor(moment, last))
        if not last.isprintable():
            with pytest.raises(Invalid):
                administration.page(action.session, cursor=encode_cursor(last))


def test_filters_narrow(services: Services, deployed: World, about_gita: uuid.UUID) -> None:
    with services.action(deployed.ani) as action:
        other = case_operations.start(action, "batas")
    hadi = deployed.hadi
    with services.reading(hadi) as action:
        session = action.session
        for narrowed, expected in (
            ({"definition": "batas"}, {other.id}),
            ({"status": "running"}, {other.id, about_gita}),
            ({"status": "completed"}, set()),
            ({"unit": UNIT_B}, {about_gita}),
            ({"search": other.number}, {other.id}),
            ({"search": "100%_"}, set()),
            ({"due_before": action.now + timedelta(days=365)}, set()),
        ):
            assert {
                row.id for row in case_list.page(session, hadi, CaseFilter(**narrowed)).items
            } == expected, narrowed
        roles = tasks.inbox(session, hadi, scope="all", wanted=TaskFilter(role="kepala_unit")).items
        of_case = tasks.inbox(session, hadi, scope="all", case_id=other.id).items
        with pytest.raises(Invalid):
            case_list.page(session, hadi, CaseFilter(status="id;--"))
        with pytest.raises(Invalid):
            tasks.inbox(session, hadi, state="id;--")
    assert {row.element for row in roles} == {"kiri", "kanan"}
    assert [row.element for row in of_case] == ["kerja"]


def test_definitions_tell_how_many_cases_run_on_them(services: Services, deployed: World) -> None:
    start(services, deployed.ani)
    with services.action(deployed.intan) as action:
        definition_operations.deploy(action, [branches("Nama lain")])
    with services.reading() as action:
        rows = definitions.versions(action.session, "cabang")
        assert [(row.version, row.running, row.is_latest) for row in rows] == [(2, 0, True), (1, 1, False)]
        assert rows[0].files == ("cabang.bpmn",)
        assert b"Nama lain" in definitions.file(action.session, rows[0].id, "cabang.bpmn")
        with pytest.raises(NotFound):
            definitions.get(action.session, "cabang", 3)
        with pytest.raises(NotFound):
            definitions.file(action.session, rows[0].id, "../cabang.bpmn")
        assert action.session.scalar(select(Case.definition_version_id)) == rows[1].id


def test_an_error_of_the_database_does_not_carry_personal_data_into_the_log(services: Services) -> None:
    with pytest.raises(DBAPIError) as caught, services.action() as action:
        action.session.execute(text("SELECT :nip FROM no_such_table"), {"nip": GITA_NIP})
    assert GITA_NIP not in str(caught.value)
