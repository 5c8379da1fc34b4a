"""What somebody fills in to start a case is kept for him and the process, as it is, until he starts it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from service.domain.access import Actor
from service.domain.errors import NotAllowed, NotFound
from service.operations import definitions, start_drafts
from service.operations.action import Action
from service.wiring import Services
from tests.operations.diagrams import branches, limited
from tests.world import World


@pytest.fixture
def keys(services: Services, world: World) -> list[str]:
    """Two processes that can be started."""
    with services.action(world.intan) as action:
        definitions.deploy(action, [branches()])
        definitions.deploy(action, [limited()])
    return ["cabang", "batas"]


def kept(services: Services, actor: Actor, key: str = "") -> str | None:
    with services.reading(actor) as action:
        draft = start_drafts.of(action, key)
        return draft.given["reason"] if draft else None


def keep(services: Services, actor: Actor, key: str, reason: str, instead_of: str = "") -> None:
    with services.action(actor) as action:
        start_drafts.save(action, key, {"reason": reason, "kind": "?"}, instead_of=instead_of)


def test_each_person_has_a_draft_for_each_process(services: Services, world: World, keys: list[str]) -> None:
    keep(services, world.ani, keys[0], "satu")
    keep(services, world.ani, keys[0], "satu lagi")
    keep(services, world.ani, keys[1], "dua")
    assert [kept(services, world.ani, key) for key in (*keys, "")] == ["satu lagi", "dua", "dua"]
    assert kept(services, world.lina) is None
    with services.action(world.ani) as action:
        start_drafts.discard(action, keys[1])
    assert kept(services, world.ani) == "satu lagi"


def test_another_process_chosen_the_draft_goes_along(
    services: Services, world: World, keys: list[str]
) -> None:
    keep(services, world.ani, keys[0], "satu")
    keep(services, world.ani, keys[1], "satu", instead_of=keys[0])
    assert [kept(services, world.ani, key) for key in keys] == [None, "satu"]


def test_who_may_start_nothing_keeps_nothing(services: Services, world: World, keys: list[str]) -> None:
    with pytest.raises(NotAllowed):
        keep(services, world.gita, keys[0], "x")
    with pytest.raises(NotFound):
        keep(services, world.ani, "tidak_ada", "x")


def test_a_draft_nobody_goes_on_with_is_forgotten(services: Services, world: World, keys: list[str]) -> None:
    keep(services, world.ani, keys[0], "satu")
    with services.action() as action:
        start_drafts.forget(later(action, 89))
    assert kept(services, world.ani) == "satu"
    with services.action() as action:
        start_drafts.forget(later(action, 91))
    assert kept(services, world.ani) is None


def later(action: Action, days: int) -> Action:
    return replace(action, now=action.now + timedelta(days=days))
