"""Counting figures: what changed since the last time is counted again, whole months and steps at a time.

Cases whose log has grown are counted anew (`case_figure`, `case_step_figure`); the months in which their tasks were closed
and the steps at which they stand become stale, and those are counted again from the tasks themselves. So what is counted
bit by bit is what counting from scratch gives. Each piece is a row of due work: `figures` looks for what changed, once a
minute; `figures:2026-11` counts a month.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from service.db.base import insert_new, upsert
from service.db.bulk import insert_many, refresh_statistics, upsert_many
from service.db.cases import Case, CaseEvent, DueWork, Fact, Task
from service.db.figures import (
    CaseFigure,
    CaseStepFigure,
    MonthFigure,
    StepFigure,
    TransferFigure,
    UnitStepFigure,
    WaitingFigure,
)
from service.db.queries import outcomes as outcome_queries
from service.db.queries.counting.case_steps import case_step_rows
from service.db.queries.counting.cases import case_rows
from service.db.queries.counting.months import month_rows
from service.db.queries.counting.steps import step_rows
from service.db.queries.counting.transfers import transfer_rows
from service.db.queries.counting.waiting import waiting_rows
from service.db.queries.figures.choosing import AS_OF, Chosen
from service.db.queries.outcomes import Outcomes
from service.domain import months
from service.domain.access import Actor
from service.domain.errors import NotAllowed
from service.operations import unit_months
from service.operations.action import Action
from service.operations.effects import models

if TYPE_CHECKING:
    from service.wiring import Services

KIND = "figures"
SEE = "case.view_all"
MARK = "figures_event"
AGAIN_SECONDS = 60
EVENTS_A_PIECE = 5_000
OVERLAP = 500
"""Events are looked at again so far back: transactions may commit in another order than their numbers."""
CASES_A_PIECE = 500
MONTHS_AT_ONCE = 2

COUNTED = (
    CaseFigure,
    CaseStepFigure,
    MonthFigure,
    StepFigure,
    TransferFigure,
    UnitStepFigure,
    WaitingFigure,
)
DIMENSIONS = ("definition_key", "plan", "target_unit", "origin_unit")
OF_MONTHS = (
    *("started_month", "ended_month", "status", "cycle_minutes", "definition_key", "plan"),
    *("outside_bkn", "outside_mendagri", "outside_other"),
)
"""What `month_figure` is counted from."""
OF_TRANSFERS = (
    *("effective_on", *DIMENSIONS, "agreed", "conditional", "against", "wish_met"),
    *("objected", "upheld", "target_reached", "follow_ups"),
)
"""What `transfer_figure` is counted from."""

Item = TypeVar("Item")


@dataclass(slots=True)
class Stale:
    """What has to be counted again: months (their first days), those whose transfers changed, and the elements whose open
    tasks changed."""

    months: set[date] = field(default_factory=set)
    transfers: set[date] = field(default_factory=set)
    elements: set[str] = field(default_factory=set)


def plan(action: Action) -> None:
    """See to it that figures are counted; also after counting was given up because it kept failing."""
    insert_new(action.session, DueWork, [_piece(KIND, action.now)])
    row = action.session.get(DueWork, KIND, with_for_update=True)
    if row is not None and row.state == "dead":
        row.state, row.attempts, row.due_at = "pending", 0, action.now


def work(action: Action, row: DueWork) -> None:
    """Do one piece: a month, the next cases of a count from scratch, or what changed since the last time."""
    if "month" in row.payload:
        count_month(action, date.fromisoformat(row.payload["month"]))
        return
    if "after" not in row.payload and _mark(action.session) is None:
        start_again(action)
        row.payload = {"after": ""}
    if "after" in row.payload:
        more = _count_following(action, row)
    else:
        more = refresh(action)
    row.state, row.attempts, row.lease_until = "pending", 0, None
    row.due_at = action.now if more else action.now + timedelta(seconds=AGAIN_SECONDS)


def check_may_see(actor: Actor) -> None:
    """Figures are of all cases. Raises NotAllowed for those who may not see them all."""
    if not actor.may(SEE):
        raise NotAllowed("Your roles do not allow you to see the figures of all cases.")


def outcomes(action: Action, chosen: Chosen) -> Outcomes:
    """What transfers did, with the bounds of an even load from the rule tables in force."""
    today = action.calendar.local_date(action.now)
    bounds = models.load_parameters(action, None, today)
    return outcome_queries.outcomes(action.session, chosen, action.now, today, bounds.least, bounds.most)


def refresh(action: Action) -> bool:
    """Count what has changed since the last time; whether there is more to look at."""
    session = action.session
    mark = _mark(session) or 0
    last = session.scalar(select(func.max(CaseEvent.id))) or 0
    window = select(CaseEvent.id).where(CaseEvent.id > mark).order_by(CaseEvent.id)
    upto = session.scalar(window.offset(EVENTS_A_PIECE - 1).limit(1)) or last
    changed = session.scalars(
        select(CaseEvent.case_id)
        .distinct()
        .where(CaseEvent.id > mark - OVERLAP, CaseEvent.id <= upto, CaseEvent.case_id.is_not(None))
    ).all()
    stale = Stale()
    for chunk in _chunks([case for case in changed if case], CASES_A_PIECE):
        count_cases(action, chunk, stale)
    count_elements(action, stale.elements)
    count_transfers(action, stale.transfers)
    _count_or_plan(action, sorted(stale.months))
    unit_months.take(action)
    _set(session, MARK, str(upto))
    _set(session, AS_OF, action.now.isoformat())
    return upto < last


def rebuild(services: Services, progress: Callable[[int, int], None] | None = None) -> int:
    """Throw the figures away and count them from scratch, piece by piece; answers how many cases were counted."""
    with services.action() as action:
        start_again(action)
        total = action.session.scalar(select(func.count()).select_from(Case)) or 0
    after: uuid.UUID | None = None
    done = 0
    while True:
        with services.action() as action:
            ids = _following(action.session, after)
            if not ids:
                break
            count_cases(action, ids, Stale())
        after = ids[-1]
        done += len(ids)
        if progress:
            progress(done, total)
    with services.reading() as action:
        known = _months_with_work(action)
    for month in known:
        with services.action() as action:
            count_month(action, month)
    with services.action() as action:
        count_elements(action, None)
        count_transfers(action, None)
        refresh_statistics(action.session, COUNTED)
        unit_months.take(action)
        _set(action.session, AS_OF, action.now.isoformat())
    return done


def start_again(action: Action) -> None:
    """Forget all counted figures, and where counting had come to."""
    for table in COUNTED:
        action.session.execute(delete(table))
    _set(action.session, MARK, str(action.session.scalar(select(func.max(CaseEvent.id))) or 0))


def count_cases(action: Action, ids: Sequence[uuid.UUID], stale: Stale) -> None:
    """Count some cases anew, and note which months and elements that makes stale."""
    session = action.session
    before = {
        row.case_id: row for row in session.scalars(select(CaseFigure).where(CaseFigure.case_id.in_(ids)))
    }
    tasks: dict[uuid.UUID, list[tuple[str, str, datetime | None]]] = defaultdict(list)
    query = select(Task.case_id, Task.element, Task.state, Task.closed_at).where(Task.case_id.in_(ids))
    for case_id, element, state, closed_at in session.execute(query):
        tasks[case_id].append((element, state, closed_at))
    rows = case_rows(session, action.calendar.timezone, ids)
    for row in rows:
        old = before.get(row["case_id"])
        moved = old is None or any(getattr(old, name) != row[name] for name in DIMENSIONS)
        stale.months |= _months_of_case(old, row)
        stale.transfers |= _months_of_transfer(old, row)
        since = None if moved or old is None else old.closed_until
        same = not moved and old is not None and old.closed_count == row["closed_count"]
        for element, state, closed_at in tasks[row["case_id"]]:
            if state == "open":
                stale.elements.add(element)
            elif closed_at is not None and not same and (since is None or closed_at >= since):
                stale.months.add(months.of(closed_at, action.calendar.timezone))
                stale.elements.add(element)
    upsert_many(session, CaseFigure, rows, ["case_id"])
    session.execute(delete(CaseStepFigure).where(CaseStepFigure.case_id.in_(ids)))
    insert_many(session, CaseStepFigure, case_step_rows(session, action.calendar.timezone, ids))
    session.expire_all()


def _months_of_case(old: CaseFigure | None, row: Mapping[str, Any]) -> set[date]:
    """The months whose cases have to be counted again because this one changed."""
    if _is_same(old, row, OF_MONTHS):
        return set()
    known = [row["started_month"], row["ended_month"]]
    known += [old.started_month, old.ended_month] if old is not None else []
    return {month for month in known if month is not None}


def _months_of_transfer(old: CaseFigure | None, row: Mapping[str, Any]) -> set[date]:
    """The months whose transfers have to be counted again because this case changed."""
    if _is_same(old, row, OF_TRANSFERS):
        return set()
    days = (row["effective_on"], old.effective_on if old is not None else None)
    return {day.replace(day=1) for day in days if day is not None}


def _is_same(old: CaseFigure | None, row: Mapping[str, Any], names: Iterable[str]) -> bool:
    return old is not None and all(getattr(old, name) == row[name] for name in names)


def count_month(action: Action, month: date) -> None:
    """Count the tasks that were closed in a month again, and the cases that began or ended in it."""
    session = action.session
    whole, units = step_rows(session, action.calendar.timezone, month)
    for table in (StepFigure, UnitStepFigure, MonthFigure):
        session.execute(delete(table).where(table.month == month))
    insert_many(session, StepFigure, whole)
    insert_many(session, UnitStepFigure, units)
    insert_many(session, MonthFigure, month_rows(session, month, month))


def count_elements(action: Action, elements: Collection[str] | None) -> None:
    """Count the open tasks of some elements again; of all of them for None."""
    session = action.session
    if elements is None:
        session.execute(delete(WaitingFigure))
    else:
        for chunk in _chunks(sorted(elements), 200):
            session.execute(delete(WaitingFigure).where(WaitingFigure.element.in_(chunk)))
    insert_many(session, WaitingFigure, waiting_rows(session, elements))


def count_transfers(action: Action, known: Collection[date] | None) -> None:
    """Count the transfers that took effect in some months again; all of them for None."""
    session = action.session
    if known is None:
        session.execute(delete(TransferFigure))
        insert_many(session, TransferFigure, transfer_rows(session))
        return
    for month in sorted(known):
        session.execute(delete(TransferFigure).where(TransferFigure.month == month))
        within = CaseFigure.effective_on >= month, CaseFigure.effective_on < months.add(month, 1)
        insert_many(session, TransferFigure, transfer_rows(session, *within))


def _count_following(action: Action, row: DueWork) -> bool:
    after = row.payload["after"]
    ids = _following(action.session, uuid.UUID(after) if after else None)
    if ids:
        count_cases(action, ids, Stale())
        row.payload = {"after": str(ids[-1])}
        return True
    row.payload = {}
    count_elements(action, None)
    count_transfers(action, None)
    refresh_statistics(action.session, COUNTED)
    _plan_months(action, _months_with_work(action))
    _set(action.session, AS_OF, action.now.isoformat())
    return True


def _following(session: Session, after: uuid.UUID | None) -> list[uuid.UUID]:
    query = select(Case.id).order_by(Case.id).limit(CASES_A_PIECE)
    return list(session.scalars(query if after is None else query.where(Case.id > after)))


def _count_or_plan(action: Action, stale: Sequence[date]) -> None:
    """The latest months at once, so that the page is right; older ones in pieces of their own."""
    for month in stale[-MONTHS_AT_ONCE:]:
        count_month(action, month)
    _plan_months(action, stale[:-MONTHS_AT_ONCE])


def _plan_months(action: Action, stale: Iterable[date]) -> None:
    for month in stale:
        row = _piece(f"{KIND}:{month:%Y-%m}", action.now, month=month.isoformat())
        statement = upsert(action.session, DueWork).values(row)
        again = {"state": "pending", "attempts": 0, "due_at": action.now, "lease_until": None}
        action.session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=again))


def _months_with_work(action: Action) -> list[date]:
    """From the month of the first case to the present one."""
    first = action.session.scalar(select(func.min(CaseFigure.started_month)))
    last = months.of(action.now, action.calendar.timezone)
    return months.between(first, last) if first else []


def _piece(key: str, now: datetime, **payload: str) -> dict[str, object]:
    return {
        "key": key,
        "kind": KIND,
        "due_at": now,
        "state": "pending",
        "attempts": 0,
        "payload": payload,
    }


def _mark(session: Session) -> int | None:
    text = session.scalar(select(Fact.value).where(Fact.name == MARK))
    return None if text is None else int(text)


def _set(session: Session, name: str, value: str) -> None:
    statement = upsert(session, Fact).values(name=name, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _chunks(items: Sequence[Item], size: int) -> Iterable[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
