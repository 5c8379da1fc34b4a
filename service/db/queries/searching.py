"""Searching cases by what people type: a part of the number, the title, or the name or NIP of who is to be moved.

What the text can mean is looked up once: which numbers, titles and people hold it, and whose cases these are. Few cases are
then found by their index; many are met soon by reading along. Both ways bound a search among a hundred thousand cases.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, and_, or_, select, union
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.people import Employee
from service.db.queries.visibility import may_know_names
from service.domain.access import Actor

FEW = 100
FEW_CASES = 500
MOST_TITLES = 50_000
NIP_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Meaning:
    """The numbers, titles (in either language) and NIPs that hold the text; None where there are more than FEW.

    `cases`: those that any of these are of; None where there are more than FEW_CASES.
    """

    pattern: str
    numbers: tuple[str, ...] | None
    titles: tuple[str, ...] | None
    people: tuple[str, ...] | None
    cases: tuple[uuid.UUID, ...] | None = None


def matches(session: Session, actor: Actor, search: str) -> ColumnElement[bool]:
    """Cases that hold the text where the reader may know it. To be used where `cases` is in the query."""
    few = few_cases(session, search)
    held = holds(session, actor, search)
    return held if few is None else and_(Case.id.in_(few), held)


def holds(session: Session, actor: Actor, search: str) -> ColumnElement[bool]:
    """The case's number for everybody; its title and person only where the reader may know them.

    Otherwise who is a candidate could be found out by searching for people.
    """
    found = _meaning(session, search)
    return or_(_numbered(found), and_(may_know_names(actor), or_(_titled(found), _of_person(found))))


def few_cases(session: Session, search: str) -> tuple[uuid.UUID, ...] | None:
    """The cases that hold the text, whoever may know it; None where they are many, and reading along soon meets enough."""
    return _meaning(session, search).cases


def _numbered(found: Meaning) -> ColumnElement[bool]:
    if found.numbers is None:
        return Case.number.like(found.pattern.upper())
    return Case.number.in_(found.numbers)


def _titled(found: Meaning) -> ColumnElement[bool]:
    if found.titles is None:
        return or_(Case.title.ilike(found.pattern), Case.title_en.ilike(found.pattern))
    return Case.title.in_(found.titles)


def of_person(session: Session, search: str) -> ColumnElement[bool]:
    """Cases of people whose name or NIP holds the text, for those who may know."""
    return _of_person(_meaning(session, search))


def pattern(text: str) -> str:
    return "%" + text.strip().replace("%", "").replace("_", " ") + "%"


def _of_person(found: Meaning) -> ColumnElement[bool]:
    if found.people is not None:
        return Case.subject_nip.in_(found.people)
    return Case.subject_nip.in_(select(Employee.nip).where(_is_person(found.pattern)))


def _meaning(session: Session, search: str) -> Meaning:
    """Looked up once in a transaction: lists and counts of one page ask for the same."""
    looked_up: dict[str, Meaning] = session.info.setdefault("searched", {})
    if search not in looked_up:
        looked_up[search] = _look_up(session, pattern(search))
    return looked_up[search]


def _look_up(session: Session, holds: str) -> Meaning:
    numbers = select(Case.number).where(Case.number.like(holds.upper()))
    each = select(Case.title, Case.title_en).distinct().limit(MOST_TITLES).subquery()
    titles = (
        select(each.c.title).where(or_(each.c.title.ilike(holds), each.c.title_en.ilike(holds))).distinct()
    )
    people = select(Employee.nip).where(_is_person(holds))
    digits = any(letter.isdigit() for letter in holds)  # what has none is in every number or in no number
    text = holds.strip("%")
    nip = {text} if text.isdigit() and len(text) == NIP_LENGTH else set()

    def few(query: Select[str]) -> tuple[str, ...] | None:
        found = session.scalars(query.limit(FEW + 1)).all()
        return tuple(found) if len(found) <= FEW else None

    of_people = few(people)
    found = Meaning(
        holds,
        few(numbers) if digits else (),
        few(titles),
        None if of_people is None else tuple({*of_people, *nip}),
    )
    return replace(found, cases=_cases_of(session, found))


def _cases_of(session: Session, found: Meaning) -> tuple[uuid.UUID, ...] | None:
    held = (_numbered(found), _titled(found), _of_person(found))
    each = [select(Case.id).where(condition).limit(FEW_CASES + 1).subquery() for condition in held]
    cases = session.scalars(union(*(select(one.c.id) for one in each)).limit(FEW_CASES + 1)).all()
    return tuple(cases) if len(cases) <= FEW_CASES else None


def _is_person(holds: str) -> ColumnElement[bool]:
    return or_(Employee.nama.ilike(holds), Employee.nip.like(holds))
