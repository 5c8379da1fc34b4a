"""Wishes: stated, changed and withdrawn by the employee alone; they count in the ranking until withdrawn."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from service.db.people import Aspiration, Employee, Position, RecordChange
from service.db.queries import candidates
from service.domain.access import Actor
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.operations import accounts, demo, own_requests, wishes
from service.operations.wishes import Wish
from service.wiring import Services


@pytest.fixture
def city(services: Services) -> Services:
    with services.action() as action:
        demo.fill(action, "kecamatan", with_cases=False)
        for wish in action.session.scalars(select(Aspiration)):
            action.session.delete(wish)
    return services


def actor(services: Services, username: str) -> Actor:
    with services.reading() as action:
        return accounts.actor_of(action, accounts.named(action.session, username))


@pytest.fixture
def gita(city: Services) -> Actor:
    return actor(city, "gita.pegawai")


@pytest.fixture
def post(city: Services, gita: Actor) -> Position:
    """A position of the same kind in another unit than Gita's."""
    with city.reading() as action:
        own = action.session.get_one(Employee, gita.nip)
        kind = action.session.get_one(Position, own.jabatan_id).jenis
        found = select(Position).where(Position.jenis == kind, Position.unor_id != own.unor_id)
        return action.session.scalars(found.order_by(Position.id)).all()[0]


def wish(post: Position | None, priority: int = 1, unit: str | None = None) -> Wish:
    return Wish(unit, post.id if post else None, priority, "karier", anywhere=False)


def wishing(services: Services, unit: str) -> set[str]:
    """Who is known to wish for a unit, as the ranking reads it."""
    with services.reading() as action:
        return candidates._wishes(action.session, unit)


def test_a_wish_counts_in_the_ranking_until_it_is_withdrawn(
    city: Services, gita: Actor, post: Position
) -> None:
    with city.action(gita) as action:
        stated = wishes.state(action, wish(post)).id
    assert wishing(city, post.unor_id) == {gita.nip}
    with city.action(gita) as action:
        wishes.withdraw(action, stated)
    assert wishing(city, post.unor_id) == set()
    with city.action(gita) as action:
        again = wishes.state(action, wish(post))
        assert again.ditarik is None
    assert wishing(city, post.unor_id) == {gita.nip}
    with pytest.raises(Invalid), city.action(gita) as action:
        wishes.state(action, wish(post))


def test_changes_stay_in_the_history(city: Services, gita: Actor, post: Position) -> None:
    with city.action(gita) as action:
        stated = wishes.state(action, wish(None, unit=post.unor_id)).id
    with city.action(gita) as action:
        changed = wishes.change(action, stated, wish(post, priority=2))
        assert (changed.prioritas, changed.jabatan_id) == (2, post.id)
    with city.reading() as action:
        change = action.session.scalars(
            select(RecordChange).where(RecordChange.nip == gita.nip, RecordChange.kind == "aspiration")
        ).one()
        assert change.changes["prioritas"] == [1, 2]
        assert change.actor_name == gita.name


def test_what_is_no_wish(city: Services, gita: Actor, post: Position) -> None:
    for given, field in (
        (Wish(None, None, 1, "karier", False), "unit"),
        (Wish(None, "tidak-ada", 1, "karier", False), "position"),
        (wish(post, priority=4), "priority"),
        (Wish(post.unor_id, None, 1, "iseng", False), "reason"),
    ):
        with pytest.raises(Invalid) as refused, city.action(gita) as action:
            wishes.state(action, given)
        assert field in refused.value.fields


def test_a_place_is_wished_for_once(city: Services, gita: Actor, post: Position) -> None:
    with city.action(gita) as action:
        first = wishes.state(action, wish(None, unit=post.unor_id)).id
        second = wishes.state(action, wish(post, priority=2)).id  # one position there is another wish
    with pytest.raises(Invalid) as refused, city.action(gita) as action:
        wishes.state(action, wish(None, priority=3, unit=post.unor_id))
    assert set(refused.value.fields) == {"unit"}
    with pytest.raises(Invalid) as refused, city.action(gita) as action:
        wishes.change(action, first, wish(post))
    assert set(refused.value.fields) == {"position"}
    with city.action(gita) as action:
        wishes.change(action, second, wish(post, priority=3))


def test_nobody_touches_the_wishes_of_others(city: Services, gita: Actor, post: Position) -> None:
    with city.action(gita) as action:
        stated = wishes.state(action, wish(post)).id
    with pytest.raises(NotFound), city.action(actor(city, "budi.kepala")) as action:
        wishes.withdraw(action, stated)
    with pytest.raises(NotAllowed), city.action(actor(city, "joko.admin")) as action:
        wishes.state(action, wish(post))


def test_an_own_request_begins_once_and_asks_the_employee_first(city: Services, gita: Actor) -> None:
    from service.operations import definitions

    with city.action() as action:
        definitions.deploy_shipped(action)
    with city.action(gita) as action:
        case = own_requests.start(action)
        assert (case.started_by, case.subject_nip) == (gita.id, gita.nip)
    with pytest.raises(Conflict), city.action(gita) as action:
        own_requests.start(action)
    with pytest.raises(NotAllowed), city.action(actor(city, "joko.admin")) as action:
        own_requests.start(action)
