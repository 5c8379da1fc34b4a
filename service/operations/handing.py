"""Giving a task to somebody in person: one's own to a colleague, or anybody's by who may assign work."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, func, or_, select

from service.db.accounts import Account, Grant
from service.db.cases import Case, Task
from service.db.drafts import HeldDecision
from service.db.queries import tasks as queries
from service.domain.access import Actor
from service.domain.errors import Conflict, Invalid, NotAllowed
from service.domain.wording import N_, Message
from service.operations import accounts, notices, tasks
from service.operations.action import Action
from service.operations.recording import write_event

ASSIGN = "task.assign"
MOST = 200
CANNOT = "This person cannot do the task."
CHOOSE = "Choose somebody who may do this task."


def colleagues(action: Action, task: Task, search: str = "", most: int = MOST) -> list[Account]:
    """Who else could do a task, by name: those it is offered to, without the actor and who has it now."""
    ways = _ways(task)
    if not ways:
        return []
    query = select(Account).where(Account.active, or_(*ways), Account.id != action.actor.holder)
    if task.assignee_id is not None:
        query = query.where(Account.id != task.assignee_id)
    if search.strip():
        query = query.where(func.lower(Account.name).contains(search.strip().lower(), autoescape=True))
    return list(action.session.scalars(query.order_by(Account.name, Account.id).limit(most)))


def delegate(action: Action, task_id: uuid.UUID, to: uuid.UUID, note: str = "") -> Task:
    """Give a task that is one's own to do to a colleague who may do it. It stays theirs until they release it.

    Raises Conflict when somebody else has taken it, Invalid when the colleague may not do it.
    """
    case, task = tasks.locked_open(action, task_id)
    if task.assignee_id is not None and task.assignee_id != action.actor.holder:
        raise tasks.taken(action, task)
    return _give(action, case, task, to, "task_delegated", note)


def assign(action: Action, task_id: uuid.UUID, to: uuid.UUID, note: str = "") -> Task:
    """Give an open task to somebody who may do it, whoever has it now: for who may assign work.

    A head whose rights end at their unit assigns the tasks of that unit only.
    """
    task = tasks.existing(action, task_id)
    queries.get(action.session, action.actor, task_id)
    if not may_assign(action.actor, task):
        raise NotAllowed("Your roles do not allow you to assign tasks.")
    return _give(action, tasks.lock_open(action, task), task, to, "task_assigned", note)


def may_assign(actor: Actor, task: Task) -> bool:
    """Whether the actor may say who does this task."""
    if not actor.may(ASSIGN):
        return False
    return actor.sees == "all" or (task.unit_id is not None and task.unit_id in actor.units)


def _give(action: Action, case: Case, task: Task, to: uuid.UUID, kind: str, note: str) -> Task:
    if action.session.get(HeldDecision, task.id) is not None:
        raise Conflict(
            "The task is being decided at this moment.", by=accounts.name_of(action, task.assignee_id)
        )
    account = action.session.get(Account, to)
    ways = _ways(task)
    if account is None or not account.active or not ways or not _is_one_of(action, account, ways):
        raise Invalid(CANNOT, {"to": CHOOSE})
    theirs = replace(action, actor=accounts.actor_of(action, account))
    if done := tasks.apart(theirs, case, task):
        raise Invalid(
            Message(
                N_("%(name)s completed “%(task)s” in this case: somebody else has to do this."),
                name=account.name,
                task=done,
            ),
            {"to": CHOOSE},
        )
    before = accounts.name_of(action, task.assignee_id)
    task.assignee_id = account.id
    task.version += 1
    said = {"to": account.name, "to_id": str(account.id), "from": before, "reason": note.strip()[:2000]}
    write_event(
        action,
        kind,
        case=case,
        data={key: value for key, value in said.items() if value},
        **tasks.place(task),
    )
    action.session.flush()
    notices.assigned(action, task, note)
    return task


def _ways(task: Task) -> list[ColumnElement[bool]]:
    """The ways in which somebody may be the one to do a task, as conditions on accounts."""
    if task.person_nip is not None:
        ways = [Account.nip == task.person_nip]
    else:
        ways = [_holds(task.role, task.unit_id)] if task.role else []
    if task.escalated_at is not None and task.escalate_to is not None:
        ways.append(_holds(task.escalate_to, None))
    return ways


def _holds(role: str, unit: str | None) -> ColumnElement[bool]:
    held = [Grant.role == role]
    if unit is not None:
        held.append(or_(Grant.unit_id.is_(None), Grant.unit_id == unit))
    return Account.id.in_(select(Grant.account_id).where(and_(*held)))


def _is_one_of(action: Action, account: Account, ways: list[ColumnElement[bool]]) -> bool:
    return action.session.scalar(select(Account.id).where(Account.id == account.id, or_(*ways))) is not None
