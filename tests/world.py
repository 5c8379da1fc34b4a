"""The people of the test world, each named after what they do, and how to ask for them."""

from __future__ import annotations

from dataclasses import dataclass

from service.db.accounts import Account, Grant
from service.domain.access import Actor, make_actor
from service.domain.ids import new_id
from service.operations.action import Action

UNIT_A = "unor-a"
UNIT_B = "unor-b"
GITA_NIP = "199001012015012001"

CAST: dict[str, tuple[str, str | None, str | None]] = {
    # name: role, unit the role is held for, NIP
    "ani": ("analis_sdm", None, None),
    "budi": ("kepala_unit", UNIT_A, None),
    "bowo": ("kepala_unit", UNIT_B, None),
    "citra": ("kepala_bkpsdm", None, None),
    "dewi": ("tpk", None, None),
    "eko": ("pyb", None, None),
    "fitri": ("ppk", None, None),
    "gita": ("pegawai", None, GITA_NIP),
    "hadi": ("manajer", None, None),
    "intan": ("pemilik_proses", None, None),
    "joko": ("administrator", None, None),
    "kartika": ("inspektorat", None, None),
    "lina": ("analis_sdm", None, None),
    "robi": ("program", None, None),
}


@dataclass(frozen=True)
class World:
    """The actors by name: `world.ani` is the HR analyst."""

    actors: dict[str, Actor]

    def __getattr__(self, name: str) -> Actor:
        try:
            return self.actors[name]
        except KeyError:
            raise AttributeError(name) from None


def populate(action: Action) -> World:
    """Accounts for the whole cast. They have no passwords; tests that sign in set one."""
    actors = {}
    for name, (role, unit, nip) in CAST.items():
        account = Account(
            id=new_id(),
            username=name,
            name=name.capitalize(),
            nip=nip,
            email=f"{name}@contoh.test",
            created_at=action.now,
        )
        account.grants = [Grant(id=new_id(), role=role, unit_id=unit)]
        action.session.add(account)
        units = frozenset({unit} if unit else ())
        actors[name] = make_actor(account.id, account.name, nip, {role: units}, action.roles)
    action.session.flush()
    return World(actors)
