"""The people of the sample city who sign in, and the accounts of the heads of units."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from argon2 import PasswordHasher

from service.db.accounts import Account, Grant
from service.db.bulk import insert_many
from service.domain.ids import new_id
from service.operations.action import Action
from service.operations.demo.posts import Post
from service.operations.demo.workforce import Named, Person, Row, Staffed

PASSWORD = "mutasi-contoh-2026"  # noqa: S105 - the sample city's, printed when it is made


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody of the cast: the role, and (`holds`) which position is theirs where the size has it."""

    username: str
    name: str
    jk: str
    role: str
    holds: Callable[[Staffed, Post], bool] | None = None


def _heads(*kinds: str) -> Callable[[Staffed, Post], bool]:
    return lambda unit, post: post is unit.place.head and unit.place.jenis in kinds


def _named(unit_name: str, post_name: str) -> Callable[[Staffed, Post], bool]:
    return lambda unit, post: unit.place.nama.startswith(unit_name) and post.nama.startswith(post_name)


def _staff(post_name: str, *kinds: str) -> Callable[[Staffed, Post], bool]:
    return lambda unit, post: post.nama.startswith(post_name) and unit.place.jenis in kinds


CAST: tuple[Role, ...] = (
    Role("ani.analis", "Ani Lestari", "2", "analis_sdm", _named("Bidang Mutasi", "Analis SDM")),
    Role("budi.kepala", "Budi Hartono", "1", "kepala_unit", _heads("puskesmas", "upt")),
    Role("citra.bkpsdm", "Citra Maharani", "2", "kepala_bkpsdm", _named("Badan Kepegawaian", "Kepala Badan")),
    Role("dewi.tpk", "Dewi Anggraini", "2", "tpk", _named("Sekretariat Daerah", "Asisten Administrasi")),
    Role("eko.sekda", "Eko Prasetyo", "1", "pyb", _named("Sekretariat Daerah", "Sekretaris Daerah")),
    Role("fitri.walikota", "Fitri Handayani", "2", "ppk"),
    Role("gita.pegawai", "Gita Puspita", "2", "pegawai", _staff("Penata Layanan", "kecamatan", "upt")),
    Role("hadi.manajer", "Hadi Wijaya", "1", "manajer", _named("Badan Perencanaan", "Kepala Badan")),
    Role("intan.proses", "Intan Permata", "2", "pemilik_proses"),
    Role("joko.admin", "Joko Susilo", "1", "administrator"),
    Role("kartika.inspektorat", "Kartika Sari", "2", "inspektorat", _named("Inspektorat", "Inspektur")),
)


def places_of(staffed: Sequence[Staffed]) -> dict[str, Named]:
    """Who of the cast holds which position, by position id: the first fitting one that is filled."""
    taken: dict[str, Named] = {}
    for role in CAST:
        if role.holds is None:
            continue
        fitting = (
            filled.position["id"]
            for unit in staffed
            for filled in unit.positions
            if filled.holders and role.holds(unit, filled.post)
        )
        found = next(fitting, None)
        if found:
            taken[found] = Named(role.username, role.name, role.jk)
    return taken


def open_accounts(action: Action, everyone: Sequence[Person], staffed: Sequence[Staffed]) -> int:
    """Accounts of the cast and of every head of a unit, all with the sample password; answers how many."""
    book = _Book(action)
    cast = {person.username: person for person in everyone if person.username}
    for role in CAST:
        person = cast.get(role.username)
        book.open(role.username, role.name, person)
        if role.role != "kepala_unit" or person is None:
            book.grant(role.username, role.role, None)
    by_nip = {person.row["nip"]: person for person in everyone}
    for unit in staffed:
        if unit.head_nip is None:
            continue
        head = by_nip[unit.head_nip]
        username = head.username or book.username_for(head, unit)
        book.grant(username, "kepala_unit", unit.id)
    insert_many(action.session, Account, book.accounts.values())
    insert_many(action.session, Grant, book.grants)
    return len(book.accounts)


class _Book:
    """Accounts and grants to be written."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self._password = PasswordHasher().hash(PASSWORD)
        self.accounts: dict[str, Row] = {}
        self.grants: list[Row] = []

    def username_for(self, head: Person, unit: Staffed) -> str:
        """The account of a head, opened when it is not there: `kepala.puskesmas-muara-anggrek`."""
        slug = re.sub(r"[^a-z0-9]+", "-", unit.place.nama.lower()).strip("-")[:50].strip("-")
        username = f"kepala.{slug}"
        if username in self.accounts:
            username = f"{username}-{unit.id.lower()}"
        self.open(username, head.row["nama"], head)
        return username

    def open(self, username: str, name: str, person: Person | None) -> None:
        self.accounts[username] = {
            "id": new_id(),
            "username": username,
            "name": person.full_name if person else name,
            "email": f"{username}@kota.example",
            "nip": person.row["nip"] if person else None,
            "password_hash": self._password,
            "timezone": self._action.settings.timezone,
            "created_at": self._action.now,
        }

    def grant(self, username: str, role: str, unit_id: str | None) -> None:
        self.grants.append(
            {
                "id": new_id(),
                "account_id": self.accounts[username]["id"],
                "role": role,
                "unit_id": unit_id,
            }
        )
