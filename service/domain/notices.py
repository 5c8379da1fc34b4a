"""Which notices there are, by which channels they go, and when: rhythm, daily hour and quiet hours in a person's zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Channel = Literal["app", "mail", "push"]
CHANNELS: tuple[Channel, ...] = ("app", "mail", "push")
RHYTHMS = ("at_once", "hourly", "daily")

OFFERED = "offered"
"""New work of a role: never a row per member; mail and push count what is there when they leave."""

STAND_IN, STAND_IN_OVER = "stand_in", "stand_in_over"
ABOUT_SUBSTITUTIONS = frozenset({STAND_IN, STAND_IN_OVER})
"""Kinds that are about a substitution itself: told to both of its people."""

NEVER_LENT = ABOUT_SUBSTITUTIONS | {"decision"}
"""Kinds that concern one person alone: no substitute is told in their place."""

DEFAULTS: Mapping[str, frozenset[Channel]] = {
    "assigned": frozenset({"app", "mail", "push"}),
    OFFERED: frozenset({"mail"}),
    "due_soon": frozenset({"app", "mail", "push"}),
    "overdue": frozenset({"app", "mail", "push"}),
    "reminder": frozenset({"app", "mail", "push"}),
    "mention": frozenset({"app", "mail", "push"}),
    "comment": frozenset({"app", "mail"}),
    "sent_back": frozenset({"app", "mail", "push"}),
    "withdrawn": frozenset({"app", "mail"}),
    "decision": frozenset({"app", "mail", "push"}),
    "review": frozenset({"app", "mail"}),
    "incident": frozenset({"app", "mail", "push"}),
    STAND_IN: frozenset({"app", "mail", "push"}),
    STAND_IN_OVER: frozenset({"app", "mail"}),
}
"""Kind -> the channels it goes by, unless the person chose others."""

ABOUT_OPEN_TASKS = frozenset({"assigned", "due_soon", "overdue", "reminder"})
"""Kinds that say nothing any more once their task is closed."""

CLOSES_BEFORE = timedelta(minutes=1)
"""A letter that collects notices is closed so long before it leaves: nobody still writes into it then."""
GATHERING_MINUTES = 10
"""Offered work that is to be told "at once" is gathered for so long, so that it is one letter."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a person wants to be told."""

    zone: str = "Asia/Jakarta"
    rhythm: str = "at_once"
    offered_rhythm: str = "daily"
    hour: int = 7
    quiet_from: int = 20 * 60
    quiet_to: int = 6 * 60
    chosen: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def channels(self, kind: str) -> frozenset[str]:
        return self.chosen.get(kind, DEFAULTS[kind])

    def wants(self, kind: str, channel: Channel) -> bool:
        return channel in self.channels(kind)

    def moment(self, kind: str, channel: Channel, now: datetime) -> datetime:
        """When a notice of now leaves by mail or push; `now` itself for at once. In UTC, never before `now`."""
        rhythm = "at_once" if channel == "push" else self.rhythm
        if kind == OFFERED:
            rhythm = self.offered_rhythm
        if rhythm == "daily":
            leaves = self._next_hour(now, self.hour)
        elif rhythm == "hourly":
            leaves = _next_multiple(now, 60)
        else:
            leaves = _next_multiple(now, GATHERING_MINUTES) if kind == OFFERED else now
        return self._after_quiet(leaves, now)

    def _next_hour(self, now: datetime, hour: int) -> datetime:
        local = (now + CLOSES_BEFORE).astimezone(ZoneInfo(self.zone))
        day = local.date() if local.time() <= time(hour) else local.date() + timedelta(days=1)
        return datetime.combine(day, time(hour), ZoneInfo(self.zone)).astimezone(UTC)

    def _after_quiet(self, moment: datetime, now: datetime) -> datetime:
        """The end of the quiet hours that `moment` falls into, else `moment`."""
        if self.quiet_from == self.quiet_to:
            return moment
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        if self.quiet_from < self.quiet_to:
            quiet = self.quiet_from <= minute < self.quiet_to
        else:
            quiet = minute >= self.quiet_from or minute < self.quiet_to
        if not quiet:
            return moment
        day = local.date() if minute < self.quiet_to else local.date() + timedelta(days=1)
        end = datetime.combine(day, time(self.quiet_to // 60, self.quiet_to % 60), ZoneInfo(self.zone))
        # In the last minute before the end the collecting letter is closed: what comes then goes by itself.
        return max(end.astimezone(UTC), now + CLOSES_BEFORE)


def _next_multiple(now: datetime, minutes: int) -> datetime:
    """The next full hour (or other part of one), at least a minute away."""
    soonest = now + CLOSES_BEFORE
    start = soonest.replace(minute=0, second=0, microsecond=0)
    step = timedelta(minutes=minutes)
    return start + step * -(-(soonest - start) // step)
