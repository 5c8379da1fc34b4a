"""Figures of those who do the work: what lies with each person and role, and who could help."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session

from service.db.accounts import Account, Grant
from service.db.cases import Task
from service.db.queries import substitutions
from service.db.substitutions import Substitution
from service.domain.figures import Waiting

STAFF_DAYS = 30
MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What lies with a person: tasks they took or were given, late ones of these, and what they did in 30 days."""

    account_id: uuid.UUID
    name: str
    open: int
    late: int
    done: int
    done_late: int


@dataclass(frozen=True, slots=True)
class RoleRow:
    """What waits for a role, and how many accounts hold it."""

    role: str
    open: int
    late: int
    holders: int


def people(session: Session, now: datetime, most: int = MOST_PEOPLE) -> list[PersonRow]:
    """Who holds open tasks or finished some in the last 30 days; most open ones first."""
    late = func.sum(case((Task.due_order < now, 1), else_=0))
    held = (
        select(Task.assignee_id, func.count(), late)
        .where(Task.state == "open", Task.assignee_id.is_not(None))
        .group_by(Task.assignee_id)
        .order_by(func.count().desc(), Task.assignee_id)
        .limit(most)
    )
    done_late = func.sum(case((Task.closed_at > Task.due_order, 1), else_=0))
    done = (
        select(Task.closed_by, func.count(), done_late)
        .where(Task.state == "completed", Task.closed_at >= now - timedelta(days=STAFF_DAYS))
        .where(Task.closed_by.is_not(None))
        .group_by(Task.closed_by)
        .order_by(func.count().desc(), Task.closed_by)
        .limit(most)
    )
    open_by = {row[0]: (row[1], int(row[2])) for row in session.execute(held)}
    done_by = {row[0]: (row[1], int(row[2])) for row in session.execute(done)}
    wanted = [key for key in {*open_by, *done_by} if key]
    names = {
        row[0]: row[1]
        for row in session.execute(select(Account.id, Account.name).where(Account.id.in_(wanted)))
    }
    rows = [
        PersonRow(key, names.get(key, "?"), *open_by.get(key, (0, 0)), *done_by.get(key, (0, 0)))
        for key in wanted
    ]
    return sorted(rows, key=lambda row: (-row.open, -row.done, row.name))[:most]


def roles(session: Session, waits: Iterable[Waiting]) -> list[RoleRow]:
    """What waits for each role, most first."""
    holders = {
        row[0]: row[1]
        for row in session.execute(
            select(Grant.role, func.count(Grant.account_id.distinct()))
            .join(Account, Account.id == Grant.account_id)
            .where(Account.active)
            .group_by(Grant.role)
        )
    }
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in waits:
        counts[row.role][0] += row.count
        counts[row.role][1] += row.late
    rows = [RoleRow(role, found[0], found[1], holders.get(role, 0)) for role, found in counts.items()]
    return sorted(rows, key=lambda row: (-row.open, row.role))


def relief(session: Session, role: str, now: datetime, most: int = 3) -> list[tuple[str, int]]:
    """(name, open tasks held) of who hold a role everywhere, are not absent, and hold fewest tasks."""
    absent = select(Substitution.absent_id).where(substitutions.active(now))
    held = (
        select(Task.assignee_id, func.count().label("held"))
        .where(Task.state == "open", Task.assignee_id.is_not(None))
        .group_by(Task.assignee_id)
        .subquery()
    )
    count = func.coalesce(held.c.held, 0)
    query = (
        select(Account.name, cast(count, Integer))
        .join(Grant, Grant.account_id == Account.id)
        .outerjoin(held, held.c.assignee_id == Account.id)
        .where(Grant.role == role, Grant.unit_id.is_(None), Account.active)
        .where(Account.id.not_in(absent))
        .order_by(count, Account.name)
        .limit(most)
    )
    return [(name, held_by) for name, held_by in session.execute(query)]
