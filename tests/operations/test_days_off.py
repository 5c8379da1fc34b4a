"""Days off here: by hand and from calendar files, known to every process, and what they do to deadlines."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from service.db.administration import DeadlineJob, OwnDay
from service.db.cases import Case, CaseEvent, DueWork, Task
from service.domain.errors import Invalid, NotAllowed, NotFound
from service.operations import days_off, deadlines, definitions, extending
from service.operations.days_off import Day, Reading
from service.scheduler import recount
from service.wiring import Services, wire
from tests.operations.diagrams import branches
from tests.operations.test_tasks import complete, open_task, start
from tests.world import World

WIB = ZoneInfo("Asia/Jakarta")
MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=WIB).astimezone(UTC)
CITY_DAY = date(2026, 12, 2)


def declare(services: Services, world: World, *days: Day, now: datetime = MONDAY, source: str = "") -> None:
    with services.action(world.joko, now=now) as action:
        days_off.add(action, days, source)


def off(day: date, name: str = "Hari jadi kota") -> Day:
    return Day(day, "off", name)


@pytest.fixture
def task(services: Services, world: World) -> uuid.UUID:
    """A task opened on Monday that is due on Friday, four working days later; with reminder and escalation."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    case = start(services, world.ani)
    task_id = open_task(services, case, "periksa").id
    friday = datetime(2026, 12, 4, 16, 0, tzinfo=WIB).astimezone(UTC)
    with services.action() as action:
        action.session.execute(
            update(Task).where(Task.id == task_id).values(opened_at=MONDAY, due_at=friday, due_order=friday)
        )
        action.session.execute(update(Case).where(Case.id == case).values(due_order=friday))
        for kind, at in (("escalation", friday), ("reminder", friday - timedelta(days=1))):
            action.session.merge(
                DueWork(
                    key=f"{kind}:{task_id}",
                    kind=kind,
                    case_id=case,
                    task_id=task_id,
                    due_at=at,
                    state="pending",
                )
            )
    return task_id


def due(services: Services, task_id: uuid.UUID) -> datetime:
    with services.reading() as action:
        found = action.session.get_one(Task, task_id)
        assert found.due_at is not None
        assert found.due_order == found.due_at
        assert action.session.get_one(Case, found.case_id).due_order == found.due_at
        return found.due_at.astimezone(WIB)


def count_anew(services: Services) -> DeadlineJob:
    """As the scheduler does, at the tests' present."""
    return list(deadlines.run_jobs(services, MONDAY))[-1]


def test_a_day_off_moves_deadline_reminder_and_escalation_and_leaves_a_trace(
    services: Services, world: World, task: uuid.UUID
) -> None:
    declare(services, world, off(CITY_DAY))
    job = count_anew(services)
    assert (job.state, job.looked, job.moved) == ("done", 1, 1)
    assert due(services, task) == datetime(2026, 12, 7, 16, 0, tzinfo=WIB)
    with services.reading() as action:
        planned = {
            row.kind: row.due_at.astimezone(WIB).date()
            for row in action.session.scalars(select(DueWork).where(DueWork.task_id == task))
        }
        moved = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "deadline_moved")).one()
        changed = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "holidays_changed")).one()
        done = action.session.scalars(select(CaseEvent).where(CaseEvent.kind == "deadlines_recounted")).one()
    assert planned == {"escalation": date(2026, 12, 7), "reminder": date(2026, 12, 4)}
    assert (moved.task_id, moved.actor_name) == (task, "Joko")
    assert (changed.actor_name, changed.name) == ("Joko", "Hari jadi kota")
    assert done.data == {"looked": 1, "moved": 1}


def test_taking_the_day_back_brings_the_deadline_back(
    services: Services, world: World, task: uuid.UUID
) -> None:
    before = due(services, task)
    declare(services, world, off(CITY_DAY))
    count_anew(services)
    with services.action(world.joko, now=MONDAY) as action:
        days_off.remove(action, CITY_DAY)
    count_anew(services)
    assert due(services, task) == before


def test_changes_that_wait_for_each_other_are_counted_in_order(
    services: Services, world: World, task: uuid.UUID
) -> None:
    declare(services, world, off(CITY_DAY))
    declare(services, world, off(date(2026, 12, 3)), now=MONDAY + timedelta(seconds=1))
    count_anew(services)
    assert due(services, task).date() == date(2026, 12, 8)


def test_a_national_holiday_that_is_worked_brings_a_deadline_nearer(
    services: Services, world: World, task: uuid.UUID
) -> None:
    opened = datetime(2026, 12, 23, 9, 0, tzinfo=WIB).astimezone(UTC)
    with services.action() as action:
        calendar = action.calendar
        at = calendar.deadline(opened, 2)
        action.session.execute(
            update(Task).where(Task.id == task).values(opened_at=opened, due_at=at, due_order=at)
        )
        action.session.execute(update(Case).values(due_order=at))
    assert not calendar.is_working_day(date(2026, 12, 25))
    declare(services, world, Day(date(2026, 12, 25), "worked", "Masuk kerja"), now=opened)
    with services.action(now=opened) as action:
        job = action.session.scalars(select(DeadlineJob)).one()
        deadlines._go_on(action, job)
    assert due(services, task) < at
    assert calendar.is_working_day(date(2026, 12, 25))


def test_what_changes_nothing_counts_nothing(services: Services, world: World, task: uuid.UUID) -> None:
    declare(services, world, off(date(2026, 12, 5)), off(date(2026, 12, 25), "Natal"))
    with services.reading() as action:
        assert action.session.scalars(select(DeadlineJob)).all() == []
        assert len(action.session.scalars(select(OwnDay)).all()) == 2


def test_a_deadline_set_by_hand_stays_unless_its_day_is_off_now(
    services: Services, world: World, task: uuid.UUID
) -> None:
    with services.action(world.citra, now=MONDAY) as action:
        extending.extend(action, task, date(2026, 12, 10), "menunggu berkas")
    declare(services, world, off(CITY_DAY))
    count_anew(services)
    assert due(services, task).date() == date(2026, 12, 10)
    declare(services, world, off(date(2026, 12, 10), "Cuti"), now=MONDAY + timedelta(seconds=1))
    count_anew(services)
    assert due(services, task).date() == date(2026, 12, 11)


def test_finished_tasks_and_deadlines_elsewhere_stay(
    services: Services, world: World, task: uuid.UUID
) -> None:
    before = due(services, task)
    declare(services, world, off(date(2026, 12, 8)))
    assert count_anew(services).looked == 0
    assert due(services, task) == before
    complete(services, world.ani, task)
    declare(services, world, off(CITY_DAY), now=MONDAY + timedelta(seconds=1))
    count_anew(services)
    with services.reading() as action:
        assert action.session.get_one(Task, task).due_at == before


def test_the_scheduler_does_it_and_a_stop_loses_nothing(
    services: Services, world: World, task: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "AT_ONCE", 1)
    for _ in range(3):
        start(services, world.ani)
    with services.reading() as action:
        now = action.now
        soon = action.calendar.add_working_days(action.calendar.local_date(now), 1)
    declare(services, world, off(soon), now=now)
    with services.action() as action:
        job = action.session.scalars(select(DeadlineJob)).one()
        deadlines._go_on(action, job)  # and the process dies here
    recount(services)
    with services.reading() as action:
        job = action.session.scalars(select(DeadlineJob)).one()
        open_ones = action.session.scalars(
            select(Task.id).where(Task.state == "open", Task.due_at > now, Task.opened_at <= now)
        ).all()
    assert job.state == "done"
    assert job.looked == len(open_ones)


def test_every_process_knows_the_days_at_its_next_action(services: Services, world: World) -> None:
    other = wire(services.settings)
    with other.reading() as action:
        assert action.calendar.is_working_day(CITY_DAY)
    declare(services, world, off(CITY_DAY))
    with other.reading() as action:
        assert not action.calendar.is_working_day(CITY_DAY)
        assert (
            action.engine.evaluate('working days between(date("2026-12-01"), date("2026-12-03"))', {}, MONDAY)
            == 1
        )
    with services.action(world.joko) as action:
        days_off.remove(action, CITY_DAY)
    with other.reading() as action:
        assert action.calendar.is_working_day(CITY_DAY)
    other.sessions.kw["bind"].dispose()


def test_only_administrators_change_it_and_odd_days_are_refused(services: Services, world: World) -> None:
    for who in (world.ani, world.hadi, world.intan):
        with pytest.raises(NotAllowed), services.action(who) as action:
            days_off.add(action, [off(CITY_DAY)])
    for days in ([], [Day(CITY_DAY, "libur", "x")], [off(CITY_DAY, " ")], [off(date(1800, 1, 1))]):
        with pytest.raises(Invalid), services.action(world.joko) as action:
            days_off.add(action, days)
    with pytest.raises(NotFound), services.action(world.joko) as action:
        days_off.remove(action, CITY_DAY)


# -- calendar files

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//uji//ID\r\n"


def ics(*events: str) -> bytes:
    body = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\n{event}\r\nEND:VEVENT\r\n" for number, event in enumerate(events)
    )
    return f"{HEAD}{body}END:VCALENDAR\r\n".encode()


def read(services: Services, content: bytes) -> Reading:
    with services.reading() as action:
        own = {row.day: row for row in days_off.own_rows(action, date.min, date.max)}
        return days_off.read_ical(content, action.calendar, own, date(2026, 11, 30), "Perwali 1/2026")


def test_whole_days_several_days_and_yearly_ones_are_read(services: Services) -> None:
    yearly = "DTSTART;VALUE=DATE:20200617\r\nRRULE:FREQ=YEARLY;COUNT=9\r\nEXDATE;VALUE=DATE:20270617"
    reading = read(
        services,
        ics(
            "DTSTART;VALUE=DATE:20261202\r\nSUMMARY:Hari jadi kota",
            "DTSTART;VALUE=DATE:20270330\r\nDTEND;VALUE=DATE:20270401\r\nSUMMARY:Cuti bersama",
            f"{yearly}\r\nSUMMARY:Pesta rakyat",
        ),
    )
    found = {day.day: day.name for day in [*reading.new, *reading.known]}
    assert found.pop(date(2026, 12, 2)) == "Hari jadi kota"
    assert [found.pop(date(2027, 3, day)) for day in (30, 31)] == ["Cuti bersama"] * 2
    assert {day.isoformat() for day in found} == {"2025-06-17", "2026-06-17"}, (
        "2028 is a Saturday, 2027 excepted"
    )
    assert all(day.note == "Perwali 1/2026" for day in reading.new)


def test_what_makes_no_day_off_is_left_out_with_its_reason(services: Services, world: World) -> None:
    declare(services, world, off(date(2026, 12, 2), "Hari jadi"))
    reading = read(
        services,
        ics(
            "DTSTART:20261203T090000Z\r\nDTEND:20261203T100000Z\r\nSUMMARY:Rapat",
            "DTSTART;VALUE=DATE:20261205\r\nSUMMARY:Sabtu",
            "DTSTART;VALUE=DATE:20261208\r\nSTATUS:CANCELLED\r\nSUMMARY:Batal",
            "DTSTART;VALUE=DATE:20261209\r\nRRULE:FREQ=HOURLY\r\nSUMMARY:Tiap jam",
            "DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Natal",
            "DTSTART;VALUE=DATE:20261202\r\nSUMMARY:Hari jadi kota ke-100",
        ),
    )
    assert [one.reason for one in reading.left_out] == [
        "not a whole day",
        "cancelled",
        "repeated too often",
        "weekend",
    ]
    assert [day.name for day in reading.known] == ["Natal"]
    assert [day.name for day in reading.renamed] == ["Hari jadi kota ke-100"]
    assert reading.new == []


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"bukan kalender",
        HEAD.encode(),
        b"\x00\xff" * 50,
        b"x" * 1_000_001,
        ics("SUMMARY:tanpa tanggal")[:40],
    ],
)
def test_what_is_no_calendar_is_refused(services: Services, content: bytes) -> None:
    with pytest.raises(Invalid):
        read(services, content)


def test_a_rule_without_end_is_bounded(services: Services) -> None:
    reading = read(
        services, ics("DTSTART;VALUE=DATE:19000101\r\nRRULE:FREQ=YEARLY;BYMONTH=8;BYMONTHDAY=19\r\nSUMMARY:x")
    )
    years = {day.day.year for day in [*reading.new, *reading.known]}
    assert max(years) <= 2031
    assert min(years) >= 2025
    with pytest.raises(Invalid, match="days"):
        read(services, ics("DTSTART;VALUE=DATE:20260101\r\nRRULE:FREQ=DAILY\r\nSUMMARY:x"))
