"""Absence: somebody stands in for an absent person, from day to day, and acts with their rights while saying so.

One step only: who stands in for somebody does not inherit those for whom that person stands in. A ring is refused, and
for one process there is one substitute at a time, so that it is always clear whose turn it is.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from service.db.accounts import Account
from service.db.definitions import DefinitionVersion
from service.db.people import Employee
from service.db.substitutions import Substitution
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.domain.notices import STAND_IN, STAND_IN_OVER
from service.operations import notices
from service.operations.action import Action
from service.operations.recording import write_event

ARRANGE = "absence.arrange"

MANAGE = "account.manage"

LONGEST_DAYS = 366

LONGEST_REASON = 500


def appoint(
    action: Action,
    absent: str,
    substitute: str,
    starts_on: date,
    ends_on: date,
    *,
    processes: Iterable[str] | None = None,
    personal: bool = False,
    reason: str = "",
) -> Substitution:
    """Let `substitute` stand in for `absent` (user names) on these days, both included, in the absent person's zone.

    `processes`: definition keys; None for all. By the absent person, or with a reason by an administrator or the head of
    their unit. Raises NotFound, NotAllowed, Invalid (days, ring), Conflict (somebody else stands in already).
    """
    away, other = _people(action, absent, substitute)
    _check_may_arrange(action, away, other, personal, reason)
    keys = _known_processes(action, processes)
    starts_at, ends_at = _moments(action, away, starts_on, ends_on)
    _check_alone(action, away.id, starts_at, ends_at, keys)
    _check_no_ring(action, away, other, starts_at, ends_at)
    assert action.actor.id is not None
    made = Substitution(
        id=new_id(),
        absent_id=away.id,
        substitute_id=other.id,
        starts_on=starts_on,
        ends_on=ends_on,
        timezone=away.timezone,
        starts_at=starts_at,
        ends_at=ends_at,
        processes=keys,
        personal=personal,
        reason=reason.strip(),
        made_at=action.now,
        made_by=action.actor.id,
    )
    action.session.add(made)
    action.session.flush()
    _log(action, "substitution_made", away, other, made, reason=made.reason)
    _tell(action, STAND_IN, made)
    return made


def end(action: Action, substitution_id: uuid.UUID, reason: str = "") -> Substitution:
    """An early return, or called off before it began; also the substitute may give it back. It stays in the history."""
    made = action.session.get(Substitution, substitution_id, with_for_update=True, populate_existing=True)
    if made is None:
        raise NotFound("There is no such substitution.")
    away = action.session.get_one(Account, made.absent_id)
    other = action.session.get_one(Account, made.substitute_id)
    if not may_end(action, away, other):
        raise NotFound("There is no such substitution.")
    if made.ended_at is not None or made.ends_at <= action.now:
        raise Conflict("This substitution is over already.", at=made.ended_at or made.ends_at)
    made.ended_at, made.ended_by = action.now, action.actor.id
    made.end_reason = reason.strip()[:LONGEST_REASON] or None
    _log(action, "substitution_ended", away, other, made, reason=made.end_reason)
    _tell(action, STAND_IN_OVER, made)
    return made


def may_end(action: Action, absent: Account, substitute: Account) -> bool:
    return action.actor.acting_for is None and (
        action.actor.id in (absent.id, substitute.id) or may_arrange(action, absent)
    )


def may_arrange(action: Action, absent: Account) -> bool:
    """Whether the actor may name a substitute for this account: administrators for all, heads for their units' people."""
    actor = action.actor
    if actor.acting_for is not None:
        return False
    if actor.may(MANAGE):
        return True
    return actor.may(ARRANGE) and bool(_units_of(action, absent) & actor.units)


def is_away(action: Action, account_id: uuid.UUID, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether an account is stood in for on some of these days: a substitute who is absent himself deserves a warning."""
    return action.session.scalar(_overlapping(account_id, starts_at, ends_at).limit(1)) is not None


def _people(action: Action, absent: str, substitute: str) -> tuple[Account, Account]:
    """Both accounts, locked in one order, so that two arrangements about them come one after the other."""
    wanted = (absent.strip().lower(), substitute.strip().lower())
    query = select(Account).where(Account.username.in_(wanted)).order_by(Account.id).with_for_update()
    found = {account.username: account for account in action.session.scalars(query)}
    away, other = found.get(wanted[0]), found.get(wanted[1])
    if away is None:
        raise NotFound("There is no such account.")
    if other is None or not other.active:
        raise Invalid("Choose who stands in.", {"substitute": "There is no such account."})
    if away is other:
        raise Invalid("Nobody stands in for himself.", {"substitute": "Choose somebody else."})
    return away, other


def _check_may_arrange(action: Action, away: Account, other: Account, personal: bool, reason: str) -> None:
    if action.actor.acting_for is not None:
        raise NotAllowed("Acting for somebody, you cannot name a substitute.")
    if len(reason) > LONGEST_REASON:
        raise Invalid("The reason is too long.", {"reason": "At most 500 characters."})
    if action.actor.id == away.id:
        return
    if not may_arrange(action, away):
        raise NotFound("There is no such account.")
    if other.id == action.actor.id:
        raise NotAllowed("You cannot make yourself somebody's substitute.")
    if personal:
        raise NotAllowed("Only the absent person can lend what is asked of them in person.")
    if not reason.strip():
        raise Invalid("Say why.", {"reason": "This field is required."})


def _units_of(action: Action, account: Account) -> frozenset[str]:
    """The units an account belongs to: that of its employee, else those its roles are held for."""
    if account.nip is not None:
        unit = action.session.scalar(select(Employee.unor_id).where(Employee.nip == account.nip))
        if unit is not None:
            return frozenset({unit})
    return frozenset(grant.unit_id for grant in account.grants if grant.unit_id is not None)


def _known_processes(action: Action, processes: Iterable[str] | None) -> list[str] | None:
    if processes is None:
        return None
    keys = sorted(set(processes))
    known = set(
        action.session.scalars(
            select(DefinitionVersion.key).where(DefinitionVersion.key.in_(keys)).distinct()
        )
    )
    if not keys or known != set(keys):
        raise Invalid("Choose at least one process.", {"processes": "Choose at least one process."})
    return keys


def _moments(action: Action, away: Account, first: date, last: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(away.timezone)
    if first < action.now.astimezone(zone).date():
        raise Invalid("The first day is past.", {"starts_on": "The first day is past."})
    if last < first:
        raise Invalid(
            "The last day comes before the first.", {"ends_on": "The last day comes before the first."}
        )
    if (last - first).days >= LONGEST_DAYS:
        raise Invalid("A substitution lasts a year at most.", {"ends_on": "A year at most."})
    begin, finish = (
        datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, last + timedelta(days=1))
    )
    return begin, finish


def _overlapping(absent_id: uuid.UUID, starts_at: datetime, ends_at: datetime) -> Select[Substitution]:
    return select(Substitution).where(
        Substitution.absent_id == absent_id,
        Substitution.ended_at.is_(None),
        Substitution.starts_at < ends_at,
        Substitution.ends_at > starts_at,
    )


def _check_alone(
    action: Action, absent_id: uuid.UUID, starts_at: datetime, ends_at: datetime, keys: list[str] | None
) -> None:
    for other in action.session.scalars(_overlapping(absent_id, starts_at, ends_at)):
        if keys is None or other.processes is None or set(keys) & set(other.processes):
            who = action.session.get_one(Account, other.substitute_id)
            raise Conflict(
                "Somebody stands in on some of these days already.", by=who.name, at=other.starts_at
            )


def _check_no_ring(
    action: Action, away: Account, other: Account, starts_at: datetime, ends_at: datetime
) -> None:
    """Follow who stands in for the substitute, and for that one, on days they have in common."""
    waiting, seen = [(other.id, starts_at, ends_at)], set()
    while waiting:
        person, begins, finishes = waiting.pop()
        if person == away.id:
            raise Invalid(
                "This would close a ring: the substitute is stood in for by the absent person.",
                {"substitute": "Stood in for by the absent person on some of these days."},
            )
        for found in action.session.scalars(_overlapping(person, begins, finishes)):
            if found.id not in seen:
                seen.add(found.id)
                common = (max(begins, found.starts_at), min(finishes, found.ends_at))
                waiting.append((found.substitute_id, *common))


def _tell(action: Action, kind: str, made: Substitution) -> None:
    """Both people hear of it, except who did it himself."""
    notices.tell(
        action,
        kind,
        [made.absent_id, made.substitute_id],
        key=f"{kind}:{made.id}",
        about=made,
        by=action.actor.name,
        said=(made.end_reason if kind == STAND_IN_OVER else made.reason) or "",
    )


def _log(
    action: Action, kind: str, away: Account, other: Account, made: Substitution, *, reason: str | None
) -> None:
    data = {
        "substitution": str(made.id),
        "absent": away.username,
        "substitute": other.username,
        "from": made.starts_on.isoformat(),
        "to": made.ends_on.isoformat(),
        "processes": made.processes,
        "personal": made.personal,
        "reason": reason or None,
    }
    write_event(
        action, kind, name=away.name, data={key: value for key, value in data.items() if value is not None}
    )
