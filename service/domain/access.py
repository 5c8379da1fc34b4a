"""Who acts, and what each may see and do. Deny by default."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

Reach = Literal["all", "unit", "own"]
REACHES: tuple[Reach, ...] = ("own", "unit", "all")
"""From the narrowest to the widest."""


@dataclass(frozen=True, slots=True)
class Role:
    """A role of config/roles.toml.

    `lanes` are the lane names of diagrams that mean this role. `sees` says which cases its holder sees:
    all, those of the units the role is held for, or only the own ones. `decides` opens candidates' names
    before the decision (they are secret until the SK is signed).
    """

    id: str
    label: str
    label_en: str
    lanes: tuple[str, ...] = ()
    sees: Reach = "own"
    decides: bool = False
    permissions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ActingFor:
    """The absent person somebody acts for, by a substitution. `processes`: definition keys; None for all of them.

    `substitute_nip` is the acting person's own: what is about them is not theirs to decide for anybody.
    """

    id: uuid.UUID
    name: str
    username: str
    substitution: uuid.UUID
    processes: frozenset[str] | None = None
    substitute_nip: str | None = None

    def covers(self, definition: str, subject: str | None) -> bool:
        """Whether a case of this definition about this person is lent to the substitute."""
        if self.processes is not None and definition not in self.processes:
            return False
        return subject is None or subject != self.substitute_nip


@dataclass(frozen=True, slots=True)
class Actor:
    """The person (or the system itself) by whom something is done; acting for somebody absent, with their rights.

    `grants` maps a role id to the units it is held for; an empty set means everywhere.
    """

    id: uuid.UUID | None
    name: str
    nip: str | None = None
    grants: Mapping[str, frozenset[str]] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset()
    sees: Reach = "own"
    decides: bool = False
    acting_for: ActingFor | None = None

    @property
    def holder(self) -> uuid.UUID | None:
        """The account whose work this is: the absent person's while acting for one. Tasks are held by it."""
        return self.acting_for.id if self.acting_for else self.id

    def covers(self, definition: str, subject: str | None) -> bool:
        """Whether a case may concern the actor at all: it may not where a substitution leaves it out."""
        return self.acting_for is None or self.acting_for.covers(definition, subject)

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(self.grants)

    @property
    def units(self) -> frozenset[str]:
        """Units of the roles held for particular units."""
        return frozenset().union(*self.grants.values()) if self.grants else frozenset()

    def holds(self, role: str | None, unit: str | None = None) -> bool:
        """Whether the actor holds `role`, for `unit` when one is named."""
        if role is None or role not in self.grants:
            return False
        units = self.grants[role]
        return unit is None or not units or unit in units

    def may(self, permission: str) -> bool:
        return permission in self.permissions


SYSTEM = Actor(
    id=None,
    name="Sistem",
    sees="all",
    decides=True,
    permissions=frozenset({"case.start", "case.migrate", "definition.deploy"}),
)


def make_actor(
    account_id: uuid.UUID,
    name: str,
    nip: str | None,
    grants: Mapping[str, frozenset[str]],
    roles: Mapping[str, Role],
) -> Actor:
    """An actor with what the roles held add up to.

    Who decides in some cases and sees more of them by another role decides in none of those: a head of a unit who is a
    manager too learns no more of other units' candidates than any manager.
    """
    held = [roles[role] for role in grants if role in roles]
    reaches = {role.sees for role in held}
    sees = max(reaches, key=REACHES.index) if reaches else "own"
    permissions = frozenset().union(*(role.permissions for role in held)) if held else frozenset()
    decides = any(role.decides and role.sees == sees for role in held)
    return Actor(account_id, name, nip, dict(grants), permissions, sees, decides)


LENT = ("case.", "document.", "message.", "data.", "letter.", "task.")
"""What permissions that can be lent to a substitute begin with. Never those of administration."""


def acting(substitute: Actor, absent: Actor, acting_for: ActingFor, *, personal: bool) -> Actor:
    """The substitute with the rights of the absent person: never their administrative ones, and what is asked of them
    in person only if they said so (`personal`).
    """
    return replace(
        absent,
        id=substitute.id,
        name=substitute.name,
        nip=absent.nip if personal else None,
        permissions=frozenset(one for one in absent.permissions if one.startswith(LENT)),
        acting_for=acting_for,
    )


def is_offered(
    actor: Actor,
    *,
    role: str | None,
    unit: str | None,
    person: str | None,
    assignee: uuid.UUID | None = None,
    escalated_to: str | None = None,
) -> bool:
    """Whether a task is the actor's to do: taken by them, meant for them in person, or offered to a role they hold.

    A task for one person (a NIP) is offered to nobody else; an overdue one also to the role it was escalated to.
    """
    if assignee is not None and assignee == actor.holder:
        return True
    if escalated_to is not None and actor.holds(escalated_to):
        return True
    if person is not None:
        return actor.nip == person
    return actor.holds(role, unit)


def may_see_case(
    actor: Actor,
    *,
    subject: str | None,
    units: frozenset[str],
    started_by: uuid.UUID | None,
    took_part: bool,
    decided: bool,
) -> bool:
    """Whether a case may be seen: by role, by unit, by having part in it, or by being its subject after the decision."""
    if actor.sees == "all" or took_part:
        return True
    if started_by is not None and started_by == actor.holder:
        return True
    if actor.sees == "unit" and units & actor.units:
        return True
    return decided and subject is not None and subject == actor.nip


def may_see_names(actor: Actor, *, decided: bool, subject: str | None, worked: bool) -> bool:
    """Whether candidates' names may be seen: before the SK only by those who decide, those whose role has or had a task
    in the case (`worked`; being asked in person is not that), and the one who is meant.
    """
    return decided or actor.decides or worked or (subject is not None and subject == actor.nip)


CANDIDATE_VARIABLES = frozenset(
    {"peringkat", "pilihan_calon", "profil_talenta", "responden", "kebutuhan_unit", "aspirasi", "pendapat"}
)
"""Variables of a case that name candidates beside the chosen one, or say what others said about them."""

SUBJECT_VARIABLES = frozenset(
    {"calon", "calon_nip", "asal", "pihak", "aturan", "jpm", "pegawai_nip", "kejelasan", "baseline"}
)
"""Variables of a case that say who is to be moved."""


def shown_data(actor: Actor, data: Mapping[str, object], *, names: bool) -> dict[str, object]:
    """A case's variables without those the actor may not know; `names`: whether the chosen candidate may be known.

    What is hidden is hidden in English (`<key>_en`) too.
    """
    hidden: frozenset[str] = frozenset()
    if not actor.decides:
        hidden |= CANDIDATE_VARIABLES
    if not names:
        hidden |= SUBJECT_VARIABLES | CANDIDATE_VARIABLES
    return {key: value for key, value in data.items() if key.removesuffix("_en") not in hidden}
