"""Views are kept by one person, shared by naming with whom, and changed by nobody else."""

from __future__ import annotations

import uuid

import pytest

from service.db.queries import saved_views as queries
from service.domain.access import SYSTEM
from service.domain.errors import Invalid, NotAllowed, NotFound
from service.operations import saved_views
from service.wiring import Services
from tests.world import World


def seen(services: Services, world: World, who: str, page: str = "inbox") -> list[tuple[str, bool]]:
    with services.reading(getattr(world, who)) as action:
        return [(view.name, view.own) for view in queries.of(action.session, action.actor, page)]


def keep(services: Services, world: World, name: str = "Terlambat", **query: str) -> uuid.UUID:
    with services.action(world.ani) as action:
        return saved_views.save(action, "inbox", name, query or {"due": "late"}).id


def test_a_view_is_seen_by_its_owner_until_it_is_shared(services: Services, world: World) -> None:
    view = keep(services, world)
    assert seen(services, world, "ani") == [("Terlambat", True)]
    assert seen(services, world, "ani", "cases") == seen(services, world, "lina") == []
    for shared, role, readers in (
        ("role", "analis_sdm", {"lina"}),
        ("everybody", None, {"lina", "budi", "gita"}),
        ("nobody", None, set()),
    ):
        with services.action(world.ani) as action:
            saved_views.share(action, view, shared, role)
        found = {who for who in ("lina", "budi", "gita") if seen(services, world, who)}
        assert found == readers
        assert all(seen(services, world, who) == [("Terlambat", False)] for who in readers)


def test_only_the_owner_changes_it(services: Services, world: World) -> None:
    view = keep(services, world)
    with services.action(world.ani) as action:
        saved_views.share(action, view, "everybody")
    with services.action(world.lina) as action:
        for attempt in (
            lambda: saved_views.rename(action, view, "Milik Lina"),
            lambda: saved_views.share(action, view, "nobody"),
            lambda: saved_views.delete(action, view),
        ):
            with pytest.raises(NotFound):
                attempt()
    with services.action(world.ani) as action:
        saved_views.rename(action, view, "  Yang   terlambat ")
    assert seen(services, world, "ani") == [("Yang terlambat", True)]
    with services.action(world.ani) as action:
        saved_views.delete(action, view)
    assert seen(services, world, "lina") == []


def test_a_name_used_again_means_the_new_filters_and_a_place_in_the_list_is_not_kept(
    services: Services, world: World
) -> None:
    first = keep(services, world, due="late")
    second = keep(services, world, stage="Konsultasi", cursor="abc", task="xyz", q="")
    assert first == second
    with services.reading(world.ani) as action:
        assert [view.query for view in queries.of(action.session, world.ani, "inbox")] == [
            {"stage": "Konsultasi"}
        ]


def test_what_cannot_be_kept_is_refused(services: Services, world: World) -> None:
    view = keep(services, world)
    with services.action(world.ani) as action:
        for attempt in (
            lambda: saved_views.save(action, "inbox", "  ", {}),
            lambda: saved_views.save(action, "secrets", "x", {}),
            lambda: saved_views.save(action, "inbox", "x", {"q": "y" * saved_views.LARGEST_QUERY}),
            lambda: saved_views.save(action, "inbox", "x", {"q": {"deep": "er"}}),
            lambda: saved_views.share(action, view, "role", "raja"),
            lambda: saved_views.share(action, view, "all"),
        ):
            with pytest.raises(Invalid):
                attempt()
    with pytest.raises(NotAllowed), services.action(SYSTEM) as action:
        saved_views.save(action, "inbox", "x", {})
    with services.action(world.ani) as action:
        for number in range(saved_views.MOST_OWN - 1):
            saved_views.save(action, "inbox", f"Tampilan {number}", {"q": str(number)})
    with pytest.raises(Invalid, match="too many"):
        keep(services, world, "Satu lagi")
