"""Yearly ratings before and after a move, against those of everybody who was never moved."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from service.db.cases import Case
from service.db.figures import CaseFigure
from service.db.people import Performance
from service.db.queries.figures import choosing, ratings
from service.operations import cases, definitions, figures
from service.wiring import Services
from tests.operations import city
from tests.operations.diagrams import branches
from tests.world import World

PEOPLE = tuple(f"19800101200901100{number}" for number in range(1, 10))
MOVED = {0: date(2024, 3, 1), 1: date(2024, 9, 1), 2: date(2024, 9, 1), 3: date(2024, 3, 1)}
"""Person -> when their transfer took effect. The first one is moved a second time."""
RATED = {
    0: {2023: 3, 2024: 1},
    1: {2023: 2, 2024: 1, 2025: 4},
    2: {2023: 2, 2025: 2},
    3: {2024: 1},
    4: {2023: 3, 2024: 2, 2025: 2},
    5: {2023: 3, 2024: 3, 2025: 4},
}
"""Person -> the rating of each year, 1 is best. The last two were never moved."""


@pytest.fixture
def rated(services: Services, world: World) -> Services:
    with services.sessions.begin() as session:
        city.build(session)
        for number in RATED:
            session.add(city.employee(PEOPLE[number], f"Orang {number}", "J3", "U3", date(2022, 1, 1)))
        session.flush()
        for number, years in RATED.items():
            for year, rating in years.items():
                found = {"hasil": 2, "perilaku": 2, "predikat": rating}
                session.add(Performance(nip=PEOPLE[number], tahun=year, **found))
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
    for number in (*MOVED, 0):
        with services.action(world.ani) as action:
            cases.start(action, "cabang", subject=PEOPLE[number], data={"periode": "2024"})
    figures.rebuild(services)
    with services.sessions.begin() as session:
        for figure in session.scalars(select(CaseFigure)):
            subject = session.get_one(Case, figure.case_id).subject_nip
            assert figure.subject_nip == subject
            figure.effective_on = MOVED[PEOPLE.index(subject or "")]
    return services


def test_a_move_is_seen_in_the_year_s_rating_or_in_the_next_one_s(rated: Services) -> None:
    chosen = choosing.chosen(date(2026, 11, 1), date(2024, 1, 1), date(2024, 12, 1))
    with rated.reading() as action:
        own, others, _ = ratings.ratings(action.session, chosen)
    assert (own.better, own.same, own.worse) == (1, 1, 1), "3 to 1; 2 to 2; 2 to 4"
    assert (others.better, others.same, others.worse) == (2, 1, 1), "of both pairs of years"
    assert own.change == 0


def test_a_half_year_without_rated_moves_counts_nobody(rated: Services) -> None:
    chosen = choosing.chosen(date(2026, 11, 1), date(2024, 7, 1), date(2024, 12, 1))
    with rated.reading() as action:
        own, others, _ = ratings.ratings(action.session, chosen)
    assert (own.known, others.known) == (2, 2)


def test_the_transfers_behind_it_are_those_with_both_ratings(rated: Services) -> None:
    chosen = choosing.chosen(date(2026, 11, 1), date(2024, 1, 1), date(2024, 12, 1))
    with rated.reading() as action:
        ids = set(action.session.scalars(ratings.rated(chosen)))
        subjects = sorted(str(action.session.get_one(Case, case).subject_nip) for case in ids)
    assert subjects == sorted([PEOPLE[0], PEOPLE[0], PEOPLE[1], PEOPLE[2]])
