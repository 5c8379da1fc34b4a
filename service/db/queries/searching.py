"""Searching cases by what people type: a part of the number, the title, or the name or NIP of who is to be moved.

What the text can mean is looked up once: which numbers, titles and people hold it. Few of them are then found by their
index; many are met soon by reading along. Both ways bound a search among a hundred thousand cases.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from service.db.cases import Case
from service.db.people import Employee
from service.db.queries.visibility import may_know_names
from service.domain.access import Actor

FEW = 100
MOST_TITLES = 50_000
NIP_LENGTH = 18


@dataclass(frozen=True, slots=True)
class Meaning:
    """The numbers, titles (in either language) and NIPs that hold the text; None where there are more than FEW."""

    pattern: str
    numbers: tuple[str, ...] | None
    titles: tuple[str, ...] | None
    people: tuple[str, ...] | None


def matches(session: Session, actor: Actor, search: str) -> ColumnElement[bool]:
    """The case's number for everybody; its title and person only where the reader may know them.

    Otherwise who is a candidate could be found out by searching for people. To be used where `cases` is in the query.
    """
    found = _meaning(session, search)
    titled = (
        or_(Case.title.ilike(found.pattern), Case.title_en.ilike(found.pattern))
        if found.titles is None
        else Case.title.in_(found.titles)
    )
    named = or_(titled, _of_person(found))
    numbered = (
        Case.number.like(found.pattern.upper()) if found.numbers is None else Case.number.in_(found.numbers)
    )
    return or_(numbered, and_(may_know_names(actor), named))


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
    return Meaning(
        holds,
        few(numbers) if digits else (),
        few(titles),
        None if of_people is None else tuple({*of_people, *nip}),
    )


def _is_person(holds: str) -> ColumnElement[bool]:
    return or_(Employee.nama.ilike(holds), Employee.nip.like(holds))
