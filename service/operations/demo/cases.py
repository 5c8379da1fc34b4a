"""Sample cases: transfers begun over the past months and carried on by invented people to every stage.

They run through the very operations that real people use, with the clock set to the past. Nothing is written directly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import cycle
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.db.accounts import Account, Grant
from service.db.cases import Case, DueWork, Task, WaitingFor
from service.db.people import Employee, Unit
from service.domain.access import Actor
from service.operations import cases, messages, tasks
from service.operations.action import Action
from service.operations.demo import outcomes
from service.operations.demo.answers import ANSWERS

COUNTS = {"kecamatan": 14, "kota": 32, "provinsi": 40}
DEFINITIONS = (
    ("transfer_lifecycle", 4),
    ("plaju_distribution", 1),
    ("arcamanik_workload", 2),
    ("sorong_performance", 1),
    ("umum_vacancy", 2),
    ("jambi_programme", 1),
)
OLDEST_DAYS = 620
LYING_DAYS = range(12, 100)
LIES_AT = (
    "susun_rencana",
    "keputusan_ppk",
    "konsultasi_unit",
    "sidang_tpk",
    "persetujuan_pyb",
    "analisis_kebutuhan",
)
HEAD = "budi.kepala"
HEAD_IS_ASKED = {
    "kecamatan": ("survei_kebutuhan",),
    "kota": ("survei_kebutuhan", "konsultasi_unit"),
    "provinsi": ("survei_kebutuhan",),
}
"""What the head of a unit is asked: what the unit needs, and, where somebody may be moved there, an opinion."""
ASKED_DAYS = 4
"""Long enough for a weekend to pass, too short for an answer to be late."""
MOST_STEPS = 250
SEATS = ("ketua", "sekretaris", "anggota", "anggota")
TRIGGERS = {
    "transfer_lifecycle": ("rencana_tahunan", "Rencana mutasi tahunan", "Yearly transfer plan"),
    "plaju_distribution": (
        "rencana",
        "Pemerataan tenaga menurut kebutuhan mendesak",
        "Staff spread evenly by urgent need",
    ),
    "arcamanik_workload": (
        "lonjakan_pengaduan",
        "Pengaduan layanan naik tiga bulan berturut-turut",
        "Complaints rose three months in a row",
    ),
    "sorong_performance": (
        "evaluasi_kinerja",
        "Kinerja unit di bawah target dua periode",
        "The unit's performance was below target for two periods",
    ),
    "umum_vacancy": ("lowongan", "Jabatan kosong karena pensiun", "Vacant because of a retirement"),
    "jambi_programme": ("program", "Program penataan ASN", "Programme to rearrange the civil service"),
}


@dataclass(frozen=True)
class Sample:
    """One sample case to be: what it runs, when it begins, at which task it is left lying, whatever day it is, and the unit
    that somebody is wanted for, else what the analysis finds."""

    definition: str
    begins: datetime
    lies_at: str | None
    unit: str | None = None


def fill(action: Action, size: str, progress: Callable[[int, int], None] | None = None) -> int:
    """Make the sample cases of a size; answers how many. `action.now` is the sample city's present."""
    random = Random(f"cases of {size}")  # noqa: S311 - invented data, the same each time
    plan = sorted(
        _plan(random, COUNTS[size], action.now, action.calendar.timezone), key=lambda sample: sample.begins
    )
    people = People(action)
    outcomes.fill(action)
    for done, sample in enumerate(plan, start=1):
        _live(action, random, people, sample)
        if progress:
            progress(done, len(plan))
    agreed_until(action, "keputusan_ppk")
    for element in HEAD_IS_ASKED[size]:
        agreed_until(action, element, _unit_of_the_head(action), ASKED_DAYS)
    return len(plan) + 1 + len(HEAD_IS_ASKED[size])


class _Agreeable(Random):
    """Everybody answers at once, and agrees: the first choice is always taken."""

    def choices(
        self, population: Any, weights: Any = None, *, cum_weights: Any = None, k: int = 1
    ) -> list[Any]:
        return [population[0]] * k

    def choice(self, seq: Any) -> Any:
        return seq[0]

    def random(self) -> float:
        return 0.0


def agreed_until(action: Action, element: str, unit: str | None = None, days: int = 7) -> Case:
    """One more case, some days old, in which everybody agreed: it waits at this task. `unit`: somebody is wanted there."""
    begins = action.calendar.start_of_day(action.calendar.local_date(action.now) - timedelta(days=days), 8)
    sample = Sample("transfer_lifecycle", begins, lies_at=element, unit=unit)
    return _live(action, _Agreeable(1), People(action), sample)


def _unit_of_the_head(action: Action) -> str | None:
    """The unit of the head who is in the cast."""
    query = select(Grant.unit_id).join(Account).where(Account.username == HEAD, Grant.role == "kepala_unit")
    return action.session.scalar(query)


def _plan(random: Random, count: int, now: datetime, timezone: str) -> Iterator[Sample]:
    """Cases begin all over the past, more of them lately; some recent ones are left lying, so that something is late."""
    keys = [key for key, weight in DEFINITIONS for _ in range(weight)]
    places = cycle(LIES_AT)
    for number in range(count):
        age = 2 + (OLDEST_DAYS - 2) * (number / count) ** 1.8
        day = now.astimezone(ZoneInfo(timezone)).date() - timedelta(days=age)
        begins = datetime.combine(day, time(8, random.randrange(60)), ZoneInfo(timezone)).astimezone(UTC)
        yield Sample(keys[number % len(keys)], begins, next(places) if int(age) in LYING_DAYS else None)


class People:
    """Who acts at a task: the account that holds its role, or the employee it is meant for."""

    def __init__(self, action: Action) -> None:
        self.action = action
        accounts = action.session.scalars(select(Account)).all()
        self.by_nip = {account.nip: account for account in accounts if account.nip}
        self.by_role: dict[tuple[str, str | None], Account] = {}
        for account in accounts:
            for grant in account.grants:
                self.by_role.setdefault((grant.role, grant.unit_id), account)

    def starter(self) -> Actor:
        return self._actor(self.by_role.get(("analis_sdm", None)), "analis_sdm", None, None, "Analis SDM")

    def at(self, task: Task) -> Actor:
        if task.person_nip:
            account = self.by_nip.get(task.person_nip)
            name = account.name if account else self._employee_name(task.person_nip)
            return self._actor(account, task.role or "pegawai", task.unit_id, task.person_nip, name)
        role = task.role or "analis_sdm"
        account = self.by_role.get((role, task.unit_id)) or self.by_role.get((role, None))
        name = self.action.roles[role].label if role in self.action.roles else role
        return self._actor(account, role, task.unit_id, None, name)

    def _actor(
        self, account: Account | None, role: str, unit: str | None, nip: str | None, name: str
    ) -> Actor:
        held = self.action.roles.get(role)
        return Actor(
            id=account.id if account else None,
            name=account.name if account else name,
            nip=nip or (account.nip if account else None),
            grants={role: frozenset({unit} if unit else ())},
            permissions=frozenset({"case.start"}) | (held.permissions if held else frozenset()),
            sees="all",
            decides=True,
        )

    def _employee_name(self, nip: str) -> str:
        return self.action.session.scalar(select(Employee.nama).where(Employee.nip == nip)) or "Pegawai"


def _live(action: Action, random: Random, people: People, sample: Sample) -> Case:
    """Begin one case and let it live until the present, until it ends, or until it is left lying."""
    moment = sample.begins
    case = cases.start(
        replace(action, actor=people.starter(), now=moment),
        sample.definition,
        data={
            "pemicu": dict(
                zip(("jenis", "keterangan", "keterangan_en"), TRIGGERS[sample.definition], strict=True)
            ),
            **({"unit_tujuan": sample.unit} if sample.unit else {}),
        },
    )
    longest, eased = (1 if sample.lies_at else 6), False
    for _ in range(MOST_STEPS):
        if case.status != "running" or _lies(action, case, sample.lies_at):
            return case
        task = _next_task(action, random, case)
        timer = _next_timer(action, case)
        acts_at = _after_some_time(random, moment, action.calendar.timezone, longest)
        if timer and (task is None or timer < acts_at):
            if timer > action.now:
                return case
            cases.wake(replace(action, now=timer), case.id)
            moment = timer
        elif task is None:
            moment += timedelta(days=random.randint(5, 12))
            if moment > action.now or not _clearance_arrives(replace(action, now=moment), random, case):
                return case
        elif acts_at > action.now:
            return case
        else:
            moment = acts_at
            _complete(replace(action, actor=people.at(task), now=moment), random, task)
        action.session.flush()
        action.session.refresh(case)
        if case.decided_at is not None and not eased:
            outcomes.ease(action, random, case)
            eased = True
    return case


def _next_task(action: Action, random: Random, case: Case) -> Task | None:
    open_tasks = action.session.scalars(
        select(Task)
        .where(Task.case_id == case.id, Task.state == "open")
        .order_by(Task.opened_at, Task.engine_key)
    ).all()
    return random.choice(open_tasks) if open_tasks else None


def _next_timer(action: Action, case: Case) -> datetime | None:
    return action.session.scalar(
        select(DueWork.due_at)
        .where(DueWork.case_id == case.id, DueWork.kind == "timer", DueWork.state == "pending")
        .order_by(DueWork.due_at)
        .limit(1)
    )


def _lies(action: Action, case: Case, element: str | None) -> bool:
    """Whether the case has come to the task at which it is to lie."""
    here = select(Task.id).where(Task.case_id == case.id, Task.state == "open", Task.element == element)
    return element is not None and action.session.scalar(here.limit(1)) is not None


def _after_some_time(random: Random, moment: datetime, timezone: str, longest: int) -> datetime:
    """Somewhere in the working hours of the next days, at most `longest` days on; a few people take long."""
    days = min(longest, random.choices([0, 1, 2, 3, 6], weights=(3, 4, 3, 2, 1))[0])
    local = (moment + timedelta(days=days)).astimezone(ZoneInfo(timezone))
    while local.weekday() > 4:
        local += timedelta(days=1)
    acted = datetime.combine(local.date(), time(8 + random.randrange(8), random.randrange(60)), local.tzinfo)
    return max(acted.astimezone(UTC), moment + timedelta(minutes=random.randint(5, 90)))


def _complete(action: Action, random: Random, task: Task) -> None:
    data = tasks.data(action, task.id)
    answer = ANSWERS.get(task.form or "")
    answers = answer(random, data, action.calendar.local_date(action.now)) if answer else {}
    if "anggota_hadir" in answers:
        answers["anggota_hadir"] = _team_members(action)
    tasks.complete(action, task.id, answers)


def _team_members(action: Action) -> list[dict[str, str]]:
    """Who sat in the appraisal team: heads of units."""
    heads = action.session.scalars(
        select(Unit.kepala_nip).where(Unit.kepala_nip.is_not(None)).order_by(Unit.id).limit(len(SEATS))
    )
    return [{"nip": str(nip), "sebagai": seat} for nip, seat in zip(heads, SEATS, strict=False)]


def _clearance_arrives(action: Action, random: Random, case: Case) -> bool:
    """BKN or Mendagri answers, when the case waits for that; False when it waits for something else."""
    waits = action.session.scalar(
        select(WaitingFor).where(WaitingFor.case_id == case.id, WaitingFor.kind == "message")
    )
    if waits is None:
        return False
    data = {"nomor_izin": f"IMUT-{random.randint(10000, 99999)}", "hasil_izin": "disetujui"}
    messages.send(action, waits.name, correlation=waits.correlation or case.number, data=data)
    return True
