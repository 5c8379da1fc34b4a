"""What the roles of one person add up to."""

from __future__ import annotations

import uuid

import pytest

from service.domain.access import Actor, Role, make_actor

ROLES = {
    role.id: role
    for role in (
        Role("pegawai", "", "", sees="own"),
        Role("kepala_unit", "", "", sees="unit", decides=True),
        Role("inspektorat", "", "", sees="own", decides=True),
        Role("manajer", "", "", sees="all"),
        Role("analis_sdm", "", "", sees="all", decides=True),
    )
}


def actor(*roles: str) -> Actor:
    return make_actor(uuid.uuid4(), "Hadi", None, dict.fromkeys(roles, frozenset()), ROLES)


@pytest.mark.parametrize(
    ("roles", "sees", "decides"),
    [
        ((), "own", False),
        (("pegawai", "kepala_unit"), "unit", True),
        (("manajer",), "all", False),
        (("manajer", "kepala_unit"), "all", False),
        (("manajer", "inspektorat"), "all", False),
        (("manajer", "analis_sdm"), "all", True),
    ],
)
def test_names_are_open_only_as_far_as_a_role_that_decides_reaches(
    roles: tuple[str, ...], sees: str, decides: bool
) -> None:
    held = actor(*roles)
    assert (held.sees, held.decides) == (sees, decides)
