"""What a list of tasks can be narrowed by, as conditions on tasks. Conditions on the case are looked up task by task."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from service.db.accounts import Account
from service.db.cases import NO_DEADLINE, Case, Task
from service.db.queries.searching import few_cases, holds, of_person, pattern
from service.db.queries.visibility import covered, may_know_names
from service.domain.access import Actor
from service.domain.errors import Invalid

STATES = ("open", "completed", "cancelled")
TONES = ("bad", "warn", "good")


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Every field narrows; None (or empty) leaves all. A definition is meant in all its versions.

    `kind`: the task's element id. `assignee`: an account, or `nobody`. `due_before` is exclusive, `due_from` inclusive;
    `no_deadline`: those without one. `opened_before`: waiting since before that moment. `person`: part of the name or NIP
    of who is to be moved. `tone`: what the rules say, bad, warn or good.
    """

    role: str | None = None
    assignee: uuid.UUID | None = None
    nobody: bool = False
    case_id: uuid.UUID | None = None
    definition: str | None = None
    kind: str | None = None
    form: str | None = None
    stage: str | None = None
    origin: str | None = None
    target: str | None = None
    person: str | None = None
    search: str | None = None
    due_before: datetime | None = None
    due_from: datetime | None = None
    no_deadline: bool = False
    opened_before: datetime | None = None
    tone: str | None = None


def conditions(session: Session, actor: Actor, state: str, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    """Raises Invalid for a state or tone that is none."""
    if state not in STATES:
        raise Invalid("A task is open, completed or cancelled.", {"state": "open, completed or cancelled"})
    if wanted.tone is not None and wanted.tone not in TONES:
        raise Invalid("A badge is bad, warn or good.", {"tone": "bad, warn or good"})
    filters = [Task.state == state, *_of_the_task(wanted), *_of_the_case(session, actor, wanted)]
    if actor.acting_for is not None:
        filters.append(covered(actor, Task.case_id))
    if wanted.search:
        filters.append(_holds(session, actor, state, wanted.search))
    return filters


def _holds(session: Session, actor: Actor, state: str, search: str) -> ColumnElement[bool]:
    """Tasks of the cases that hold the text; open ones also by their own name."""
    of_case = exists().where(Case.id == Task.case_id, holds(session, actor, search)).correlate(Task)
    few = few_cases(session, search)
    found = of_case if few is None else and_(Task.case_id.in_(few), of_case)
    if state != "open":
        return found
    like = pattern(search)
    return or_(Task.name.ilike(like), Task.name_en.ilike(like), found)


def _of_the_task(wanted: TaskFilter) -> Iterator[ColumnElement[bool]]:
    equal = (
        (Task.role, wanted.role),
        (Task.assignee_id, wanted.assignee),
        (Task.case_id, wanted.case_id),
        (Task.element, wanted.kind),
        (Task.form, wanted.form),
    )
    for column, value in equal:
        if value:
            yield column == value
    if wanted.nobody:
        yield Task.assignee_id.is_(None)
    if wanted.due_before is not None:
        yield Task.due_order < wanted.due_before
    if wanted.due_from is not None:
        yield Task.due_order >= wanted.due_from
        yield Task.due_order < NO_DEADLINE
    if wanted.no_deadline:
        yield Task.due_at.is_(None)
    if wanted.opened_before is not None:
        yield Task.opened_at < wanted.opened_before


def _of_the_case(session: Session, actor: Actor, wanted: TaskFilter) -> Iterator[ColumnElement[bool]]:
    """Where someone comes from, who it is, and what the rules say of them are told to those only who may know names."""
    open_to_all = [
        column == value
        for column, value in (
            (Case.definition_key, wanted.definition),
            (Case.stage, wanted.stage),
            (Case.target_unit, wanted.target),
        )
        if value
    ]
    secret = [
        column == value
        for column, value in ((Case.origin_unit, wanted.origin), (Case.rule_tone, wanted.tone))
        if value
    ]
    if wanted.person:
        secret.append(of_person(session, wanted.person))
    if secret:
        secret.append(may_know_names(actor))
    if open_to_all or secret:
        yield exists().where(Case.id == Task.case_id, *open_to_all, *secret).correlate(Task)


def account_named(session: Session, username: str) -> uuid.UUID:
    """The account of this user name; an id of nobody when there is none."""
    return session.scalar(select(Account.id).where(Account.username == username)) or uuid.UUID(int=0)
