"""What is counted of cases and tasks, as rows of the figures' tables. Reads only."""

from __future__ import annotations

import tomllib
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from service.db.cases import Case, CaseEvent, Task
from service.db.figures import CaseFigure, ReviewMeasure
from service.db.people import Aspiration
from service.domain import figures, months, reviews
from service.settings import shipped

PEOPLE = ("user", "manual")
"""The kinds of tasks that people do."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """config/figures.toml: which answers return or reject, by field, and which steps wait for whom outside."""

    returned: Mapping[str, frozenset[str]]
    rejected: Mapping[str, frozenset[str]]
    outside: frozenset[str]
    field: str
    bkn: frozenset[str]
    mendagri: frozenset[str]
    mendagri_kinds: frozenset[str]

    def verdict(self, answers: Mapping[str, Any]) -> str | None:
        """`returned`, `rejected` or `passed` of a decision's answers; None where nothing was to be decided."""
        fields = [name for name in answers if name in self.returned or name in self.rejected]
        if not fields:
            return None
        for verdict, table in (("rejected", self.rejected), ("returned", self.returned)):
            if any(answers[name] in table.get(name, ()) for name in fields):
                return verdict
        return "passed"

    def authority(self, answered: Any, kind: str | None) -> str:
        """`bkn`, `mendagri` or `other`: who was waited for."""
        if answered in self.mendagri:
            return "mendagri"
        if answered in self.bkn:
            return "bkn"
        if answered:
            return "other"
        return "mendagri" if kind in self.mendagri_kinds else "bkn"


@cache
def meaning() -> Meaning:
    """What config/figures.toml says."""
    found = tomllib.loads((shipped("config") / "figures.toml").read_text(encoding="utf-8"))
    outside = found["outside"]
    return Meaning(
        {name: frozenset(values) for name, values in found["returned"].items()},
        {name: frozenset(values) for name, values in found["rejected"].items()},
        frozenset(outside["elements"]),
        outside["field"],
        frozenset(outside["bkn"]),
        frozenset(outside["mendagri"]),
        frozenset(outside["mendagri_kinds"]),
    )


# -- cases


def case_rows(session: Session, zone: str, ids: Sequence[uuid.UUID]) -> list[dict[str, Any]]:
    """Rows of `case_figure` for some cases."""
    wanted = select(
        Case.id,
        Case.definition_key,
        Case.plan,
        Case.status,
        Case.stage,
        Case.origin_unit,
        Case.target_unit,
        Case.transfer_kind,
        Case.subject_nip,
        Case.decided_at,
        Case.effective_on,
        Case.outcome,
        Case.started_at,
        Case.ended_at,
    ).where(Case.id.in_(ids))
    cases = session.execute(wanted.order_by(Case.id)).all()
    tasks = _tasks_of(session, ids)
    decided = [case.id for case in cases if case.decided_at is not None]
    waited = [case for case, rows in tasks.items() if any(row.element in meaning().outside for row in rows)]
    answers = _answers_of(session, {*decided, *waited})
    wishes = _wishes_of(session, {case.subject_nip for case in cases if case.decided_at and case.subject_nip})
    measured = _measured(session, decided)
    rows = []
    for case in cases:
        own, said = tasks.get(case.id, []), answers.get(case.id, [])
        closed = [task.closed_at for task in own if task.closed_at is not None]
        day = case.effective_on
        rows.append(
            {
                "case_id": case.id,
                "definition_key": case.definition_key,
                "plan": case.plan or "",
                "status": case.status,
                "stage": case.stage,
                "origin_unit": case.origin_unit if case.decided_at else None,
                "target_unit": case.target_unit,
                "started_month": months.of(case.started_at, zone),
                "ended_month": months.of(case.ended_at, zone) if case.ended_at else None,
                "cycle_minutes": minutes_between(case.started_at, case.ended_at) if case.ended_at else None,
                "next_due": min(
                    (task.due_at for task in own if task.state == "open" and task.due_at), default=None
                ),
                **_outside(case, own, said),
                "closed_count": len(closed),
                "closed_until": max(closed, default=None),
                "effective_on": day.astimezone(ZoneInfo(zone)).date() if day and case.decided_at else None,
                "outcome": case.outcome,
                **_acceptance(said if case.decided_at else [], case, wishes),
                **_review(case, own, measured.get(case.id, frozenset()), zone),
            }
        )
    return rows


def _tasks_of(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    query = select(
        Task.case_id, Task.id, Task.element, Task.state, Task.opened_at, Task.closed_at, Task.due_at
    ).where(Task.case_id.in_(ids))
    found: dict[uuid.UUID, list[Any]] = defaultdict(list)
    for row in session.execute(query):
        found[row.case_id].append(row)
    return found


def _answers_of(
    session: Session, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[datetime, str, uuid.UUID | None, Mapping[str, Any]]]]:
    """(when, element, task, answers) of what was answered in some cases, in order."""
    query = (
        select(CaseEvent.case_id, CaseEvent.at, CaseEvent.element, CaseEvent.task_id, CaseEvent.data)
        .where(CaseEvent.case_id.in_(ids), CaseEvent.kind == "task_completed")
        .order_by(CaseEvent.id)
    )
    found: dict[uuid.UUID, list[tuple[datetime, str, uuid.UUID | None, Mapping[str, Any]]]] = defaultdict(
        list
    )
    for case_id, at, element, task, data in session.execute(query):
        if case_id is None:
            continue
        answers = data.get("answers")
        found[case_id].append((at, element or "", task, answers if isinstance(answers, dict) else {}))
    return found


def _wishes_of(session: Session, nips: Collection[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    query = select(Aspiration.nip, Aspiration.unor_id).where(
        Aspiration.nip.in_(nips), Aspiration.unor_id.is_not(None)
    )
    for nip, unit in session.execute(query):
        found[nip].add(unit or "")
    return found


def _outside(case: Any, tasks: Iterable[Any], said: Iterable[Any]) -> dict[str, int | None]:
    """Minutes that the case waited for authorities outside, by which one; None where it never did."""
    minutes: dict[str, int | None] = {"bkn": None, "mendagri": None, "other": None}
    answered = {task: answers.get(meaning().field) for _, _, task, answers in said}
    for task in tasks:
        if task.element in meaning().outside and task.closed_at is not None:
            who = meaning().authority(answered.get(task.id), case.transfer_kind)
            minutes[who] = (minutes[who] or 0) + minutes_between(task.opened_at, task.closed_at)
    return {f"outside_{who}": count for who, count in minutes.items()}


def _acceptance(said: Iterable[Any], case: Any, wishes: Mapping[str, set[str]]) -> dict[str, Any]:
    """How the transfer was taken: opinions at the consultation, the wish, objections, reviews and what followed."""
    opinions: Counter[str] = Counter()
    objected = upheld = responses = 0
    reached: int | None = None
    follow_ups: list[dict[str, Any]] = []
    for at, element, _, answers in said:
        opinions[str(answers.get("pendapat_pihak"))] += 1
        if element == "tanggapan_sk":
            responses += 1
            objected += answers.get("tanggapan") == "keberatan"
        upheld += answers.get("putusan_keberatan") == "dikabulkan"
        if answers.get("target_tercapai") in ("ya", "tidak"):
            reached = int(answers["target_tercapai"] == "ya")
        if answers.get("jenis_tindak_lanjut"):
            follow_ups.append(
                {
                    "jenis": str(answers["jenis_tindak_lanjut"])[:32],
                    "tgl": at.date().isoformat(),
                    "selesai": None,
                }
            )
        if "hasil_pembinaan" in answers and follow_ups:
            follow_ups[-1]["selesai"] = at.date().isoformat()
    wished = wishes.get(case.subject_nip or "")
    return {
        "agreed": opinions["setuju"],
        "conditional": opinions["setuju_bersyarat"],
        "against": opinions["tidak"],
        "wish_met": int(case.target_unit in wished) if wished and case.decided_at else None,
        "objected": objected,
        "upheld": upheld,
        "answered_decree": responses,
        "target_reached": reached,
        "followed": len(follow_ups),
        "follow_ups": follow_ups,
    }


def _measured(session: Session, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, set[int]]:
    """The reviews that were measured, by case."""
    found: dict[uuid.UUID, set[int]] = defaultdict(set)
    query = select(ReviewMeasure.case_id, ReviewMeasure.bulan).where(ReviewMeasure.case_id.in_(ids))
    for case_id, month in session.execute(query):
        found[case_id].add(month)
    return found


def _review(case: Any, tasks: Iterable[Any], measured: Collection[int], zone: str) -> dict[str, Any]:
    """The review in hand (measured, and its tasks are open), else the next one; none once the case has ended."""
    none = {"next_review": None, "review_month": None}
    if case.status != "running" or case.decided_at is None or case.effective_on is None:
        return none
    effective = case.effective_on.astimezone(ZoneInfo(zone)).date()
    in_hand = [month for month in reviews.INTERVALS if month in measured]
    ahead = [month for month in reviews.INTERVALS if month not in measured]
    busy = in_hand and any(task.state == "open" for task in tasks)
    month = in_hand[-1] if busy else ahead[0] if ahead else None
    return none if month is None else {"next_review": months.later(effective, month), "review_month": month}


# -- steps


@dataclass(slots=True)
class Tally:
    """What `step_figure` holds of one step, role, definition and plan."""

    done: int = 0
    timed: int = 0
    late: int = 0
    returned: int = 0
    rejected: int = 0
    judged: int = 0
    touched: int = 0
    untouched_minutes: int = 0
    touch_minutes: int = 0
    waits: Counter[str] = field(default_factory=Counter)

    def add(self, task: Any, taken_at: datetime | None, verdict: str | None) -> None:
        self.done += 1
        self.waits[figures.bucket(minutes_between(task.opened_at, task.closed_at))] += 1
        if task.due_at is not None:
            self.timed += 1
            self.late += task.closed_at > task.due_at
        if verdict is not None:
            self.judged += 1
            self.returned += verdict == "returned"
            self.rejected += verdict == "rejected"
        if taken_at is not None:
            self.touched += 1
            self.untouched_minutes += minutes_between(task.opened_at, taken_at)
            self.touch_minutes += minutes_between(taken_at, task.closed_at)


STEP_KEY = ("month", "definition_key", "plan", "process", "element", "role")
Cells = dict[tuple[Any, ...], Tally]


def step_rows(session: Session, zone: str, month: date) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of `step_figure` and of `unit_step_figure` for the tasks finished in a month.

    A task that was sent back counts as judged and returned.
    """
    begin, until = months.start(month, zone), months.start(months.add(month, 1), zone)
    query = (
        select(
            Task.id,
            Task.process,
            Task.element,
            Task.role,
            Task.opened_at,
            Task.closed_at,
            Task.due_at,
            CaseFigure.definition_key,
            CaseFigure.plan,
            CaseFigure.target_unit,
            CaseFigure.origin_unit,
        )
        .join(CaseFigure, CaseFigure.case_id == Task.case_id)
        .where(Task.state == "completed", Task.kind.in_(PEOPLE))
        .where(Task.closed_at >= begin, Task.closed_at < until)
    )
    tasks = session.execute(query).all()
    taken, verdicts = _told(session, tasks, begin, until)
    whole: Cells = defaultdict(Tally)
    by_unit: dict[str, Cells] = defaultdict(lambda: defaultdict(Tally))

    def cells(row: Any) -> list[Tally]:
        key = (month, row.definition_key, row.plan, row.process, row.element, row.role or "")
        return [whole[key], *(by_unit[unit][key] for unit in {row.target_unit, row.origin_unit} if unit)]

    for task in tasks:
        for cell in cells(task):
            cell.add(task, taken.get(task.id), verdicts.get(task.id))
    for task in _sent_back(session, begin, until):
        for cell in cells(task):
            cell.judged += 1
            cell.returned += 1
    units = [
        {
            "unit": unit,
            "month": month,
            "steps": [row | {"month": month.isoformat()} for row in _as_rows(found)],
        }
        for unit, found in sorted(by_unit.items())
    ]
    return _as_rows(whole), units


def _as_rows(cells: Cells) -> list[dict[str, Any]]:
    return [
        dict(zip(STEP_KEY, key, strict=True))
        | {name: getattr(cell, name) for name in Tally.__slots__ if name != "waits"}
        | {"waits": dict(sorted(cell.waits.items()))}
        for key, cell in sorted(cells.items())
    ]


def _told(
    session: Session, tasks: Sequence[Any], begin: datetime, until: datetime
) -> tuple[dict[uuid.UUID, datetime], dict[uuid.UUID, str]]:
    """From the log: when each task was last taken, and what it decided."""
    known = {task.id for task in tasks}
    opened = min((task.opened_at for task in tasks), default=begin)
    log = select(CaseEvent.task_id, CaseEvent.at).where(CaseEvent.at < until)
    claims = log.where(CaseEvent.kind == "task_claimed", CaseEvent.at >= opened).order_by(CaseEvent.id)
    taken = {task: at for task, at in session.execute(claims) if task is not None and task in known}
    said = log.where(CaseEvent.kind == "task_completed", CaseEvent.at >= begin).add_columns(CaseEvent.data)
    verdicts: dict[uuid.UUID, str] = {}
    for task, _, data in session.execute(said):
        verdict = meaning().verdict(data.get("answers") or {}) if task in known else None
        if verdict is not None:
            verdicts[task] = verdict
    return taken, verdicts


def _sent_back(session: Session, begin: datetime, until: datetime) -> Sequence[Any]:
    query = (
        select(
            Task.process,
            Task.element,
            Task.role,
            CaseFigure.definition_key,
            CaseFigure.plan,
            CaseFigure.target_unit,
            CaseFigure.origin_unit,
        )
        .join(CaseEvent, CaseEvent.task_id == Task.id)
        .join(CaseFigure, CaseFigure.case_id == Task.case_id)
        .where(CaseEvent.kind == "task_sent_back", CaseEvent.at >= begin, CaseEvent.at < until)
    )
    return session.execute(query).all()


# -- months of cases


def month_rows(
    session: Session, first: date, last: date, *where: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Rows of `month_figure` for the cases that began or ended from the month `first` to `last`.

    `where`: conditions on `case_figure`, for figures of some cases only.
    """
    figure = CaseFigure
    cells: dict[tuple[Any, ...], dict[str, Any]] = defaultdict(
        lambda: {
            "started": 0,
            "completed": 0,
            "stopped": 0,
            "cycles": [],
            "bkn": [],
            "mendagri": [],
            "other": [],
        }
    )
    begun = (
        select(figure.started_month, figure.definition_key, figure.plan, func.count())
        .where(figure.started_month >= first, figure.started_month <= last, *where)
        .group_by(figure.started_month, figure.definition_key, figure.plan)
    )
    for *key, count in session.execute(begun):
        cells[tuple(key)]["started"] = count
    ended = select(
        figure.ended_month,
        figure.definition_key,
        figure.plan,
        figure.status,
        figure.cycle_minutes,
        figure.outside_bkn,
        figure.outside_mendagri,
        figure.outside_other,
    ).where(figure.ended_month >= first, figure.ended_month <= last, *where)
    for month, definition, plan, status, minutes, *outside in session.execute(ended):
        cell = cells[month, definition, plan]
        if status == "completed":
            cell["completed"] += 1
            cell["cycles"].append(minutes)
        else:
            cell["stopped"] += 1
        for name, waited in zip(("bkn", "mendagri", "other"), outside, strict=True):
            if waited is not None:
                cell[name].append(waited)
    names = ("month", "definition_key", "plan")
    return [
        dict(zip(names, key, strict=True))
        | {name: sorted(value) if isinstance(value, list) else value for name, value in cell.items()}
        for key, cell in sorted(cells.items())
    ]


# -- what waits


def waiting_rows(
    session: Session, elements: Collection[str] | None, *where: ColumnElement[bool]
) -> list[dict[str, Any]]:
    """Rows of `waiting_figure`: the open tasks of some elements (of all for None), oldest first."""
    query = (
        select(
            CaseFigure.definition_key,
            CaseFigure.plan,
            Task.process,
            Task.element,
            Task.role,
            Task.opened_at,
            Task.due_at,
        )
        .join(CaseFigure, CaseFigure.case_id == Task.case_id)
        .where(Task.state == "open", Task.kind.in_(PEOPLE), *where)
    )
    if elements is not None:
        query = query.where(Task.element.in_(elements))
    cells: dict[tuple[str, ...], list[list[int | None]]] = defaultdict(list)
    for key, plan, process, element, role, opened, due in session.execute(query):
        cells[key, plan, process, element, role or ""].append([minute(opened), minute(due) if due else None])
    names = ("definition_key", "plan", "process", "element", "role")
    return [
        dict(zip(names, key, strict=True))
        | {"tasks": sorted(tasks, key=lambda task: (task[0], task[1] or 0))}
        for key, tasks in sorted(cells.items())
    ]


def minute(moment: datetime) -> int:
    """Whole minutes since 1970."""
    return int(moment.astimezone(UTC).timestamp() // 60)


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes from one moment to a later one; zero when it is none."""
    return max(0, int((end - start).total_seconds() // 60))
