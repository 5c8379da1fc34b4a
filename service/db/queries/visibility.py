"""Which cases a person may see, as conditions of queries. The same rules as service.domain.access."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, literal, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, aliased

from service.db.cases import Case, Task
from service.db.people import Employee, Position, Unit
from service.domain.access import Actor

SECRET = "Dirahasiakan sampai keputusan"  # noqa: S105 - shown in place of a name


def took_part(actor: Actor, *, by_role: bool = False) -> ColumnElement[bool]:
    """Whether the actor has or had a task in the case (to be used where `cases` is in the query).

    `by_role`: not counting tasks meant for the actor in person. An employee who was asked for their wishes takes part in
    the case, yet must not learn who was chosen.
    """
    ways = _had_task(actor)
    if by_role:
        ways = [and_(way, Task.person_nip.is_(None)) for way in ways]
    if not ways:
        return literal(False)
    return exists().where(Task.case_id == Case.id, or_(*ways)).correlate(Case)


def with_names(query: Select[*tuple[Any, ...]], actor: Actor) -> Select[*tuple[Any, ...]]:
    """The query, in which `cases` is, with whom and what each case is about and whether the actor took part in it."""
    origin, target = aliased(Unit), aliased(Unit)
    return (
        query.add_columns(
            Employee.nama.label("subject"),
            origin.nama.label("origin_name"),
            target.nama.label("target_name"),
            Position.nama.label("position_name"),
            took_part(actor).label("took_part"),
            took_part(actor, by_role=True).label("worked"),
        )
        .outerjoin(Employee, Employee.nip == Case.subject_nip)
        .outerjoin(origin, origin.id == Case.origin_unit)
        .outerjoin(target, target.id == Case.target_unit)
        .outerjoin(Position, Position.id == Case.target_position)
    )


def shown_names(case: Any, row: Any, *, hidden: bool) -> dict[str, Any]:
    """Whom and what a case is about, as a list shows it: without the person while they are secret, nor the unit they
    would leave, which gives them away. `row`: what `with_names` added."""
    return {
        "subject_nip": None if hidden else case.subject_nip,
        "subject_name": SECRET if hidden else row.subject,
        "origin_unit": None if hidden else case.origin_unit,
        "origin_unit_name": None if hidden else row.origin_name,
        "target_unit": case.target_unit,
        "target_unit_name": row.target_name,
        "target_position_name": row.position_name,
        "names_hidden": hidden,
    }


def may_see(actor: Actor, case_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """Whether the case with this id may be seen. Each reason is a query of its own, so that each has its index."""
    if actor.acting_for is not None:
        return and_(covered(actor, case_id), _may_see(actor, case_id))
    return _may_see(actor, case_id)


def covered(actor: Actor, case_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    """Whether the case with this id is lent to an actor who acts for somebody (Actor.covers); true for all others."""
    lent = actor.acting_for
    if lent is None:
        return literal(True)
    other = aliased(Case)
    conditions = [other.id == case_id]
    if lent.processes is not None:
        conditions.append(other.definition_key.in_(sorted(lent.processes)))
    if lent.substitute_nip is not None:
        conditions.append(or_(other.subject_nip.is_(None), other.subject_nip != lent.substitute_nip))
    return exists(select(other.id).where(*conditions).correlate_except(other))


def _may_see(actor: Actor, case_id: InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    if actor.sees == "all":
        return literal(True)
    other = aliased(Case)
    reasons = [select(Task.case_id).where(way).correlate(None) for way in _had_task(actor)]
    if actor.holder is not None:
        reasons.append(select(other.id).where(other.started_by == actor.holder))
    if actor.sees == "unit" and actor.units:
        reasons += [
            select(other.id).where(unit.in_(actor.units)) for unit in (other.origin_unit, other.target_unit)
        ]
    if actor.nip is not None:
        reasons.append(select(other.id).where(other.subject_nip == actor.nip, other.decided_at.is_not(None)))
    return case_id.in_(union_all(*reasons)) if reasons else literal(False)


def may_know_names(actor: Actor) -> ColumnElement[bool]:
    """Whether the actor may know who is to be moved in the case (to be used where `cases` is in the query)."""
    if actor.decides:
        return literal(True)
    known = [Case.decided_at.is_not(None), Case.subject_nip.is_(None), took_part(actor, by_role=True)]
    return or_(*known, *([Case.subject_nip == actor.nip] if actor.nip else []))


def done_by(account_id: uuid.UUID) -> list[ColumnElement[bool]]:
    """The ways in which a finished task is the account's: done by itself, or by a substitute in its place.

    What was done in somebody else's place is that person's.
    """
    return [and_(Task.closed_by == account_id, Task.closed_for.is_(None)), Task.closed_for == account_id]


def _had_task(actor: Actor) -> list[ColumnElement[bool]]:
    """The ways in which a task is or was the actor's, as conditions on tasks."""
    ways: list[ColumnElement[bool]] = []
    if actor.holder is not None:
        ways += [*done_by(actor.holder), Task.assignee_id == actor.holder]
    if actor.nip is not None:
        ways.append(Task.person_nip == actor.nip)
    for held, units in actor.grants.items():
        if units:
            ways.append(and_(Task.role == held, Task.unit_id.in_(units), Task.person_nip.is_(None)))
    return ways
