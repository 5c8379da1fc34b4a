"""Rows of `case_figure`: what the figures need of each case."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import Case, CaseEvent, Task
from service.db.figures import ReviewMeasure
from service.db.people import Aspiration
from service.db.queries.counting.meaning import meaning
from service.domain import months, reviews
from service.domain.figures import minutes_between


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
                "subject_nip": case.subject_nip,
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
