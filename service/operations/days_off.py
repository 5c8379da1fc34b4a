"""The place's own days off and working days: by hand, or from an iCalendar file (RFC 5545)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr
from icalendar import Calendar as ICalendar
from sqlalchemy import select

from service.db.administration import OwnDay
from service.domain.calendar import Calendar, DaysOff
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.wording import N_, Message
from service.operations import administered, deadlines
from service.operations.action import Action
from service.operations.recording import write_event

KINDS = ("off", "worked")
MOST_BYTES = 1_000_000
MOST_DAYS = 1_000
YEARS_AHEAD = 5
FREQUENCIES = {"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}


@dataclass(frozen=True, slots=True)
class Day:
    """A day to add."""

    day: date
    kind: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something in a file that makes no day off, and why."""

    name: str
    reason: str
    day: date | None = None


@dataclass
class Reading:
    """What an iCalendar file would change: `new`, `renamed` and `known` days, and what is left out with the reason."""

    new: list[Day] = field(default_factory=list)
    renamed: list[Day] = field(default_factory=list)
    known: list[Day] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def add(action: Action, days: Sequence[Day], source: str = "") -> int:
    """Add days, or change those that are there; answers how many. Deadlines of open tasks are then counted anew."""
    _check(action)
    if not 0 < len(days) <= MOST_DAYS:
        raise Invalid(
            Message(N_("1 to %(most)s days at once."), most=MOST_DAYS), {"day": "No day was given."}
        )
    for day in days:
        if day.kind not in KINDS:
            raise Invalid("A day is off or worked.", {"kind": "This choice is not known."})
        if not 0 < len(day.name.strip()) <= 200:
            raise Invalid("Say what the day is.", {"name": "This field is required."})
        if abs(day.day.year - action.now.year) > 50:
            raise Invalid("The day lies too far away.", {"day": "This day lies too far away."})
    before = _locked(action)
    for day in days:
        action.session.merge(
            OwnDay(
                day=day.day,
                kind=day.kind,
                name=day.name.strip(),
                note=day.note.strip()[:200],
                source=source[:200],
                added_at=action.now,
                added_by=action.actor.id,
            )
        )
    said = {"added": [f"{day.day.isoformat()} {day.kind} {day.name.strip()}" for day in days[:200]]}
    _changed(action, before, source or days[0].name.strip(), said)
    return len(days)


def remove(action: Action, day: date) -> None:
    """Take one of the place's own days out again."""
    _check(action)
    before = _locked(action)
    row = action.session.get(OwnDay, day)
    if row is None:
        raise NotFound("There is no such day.")
    action.session.delete(row)
    _changed(action, before, row.name, {"removed": [f"{day.isoformat()} {row.kind} {row.name}"]})


def read_ical(
    content: bytes, calendar: Calendar, own: Mapping[date, OwnDay], today: date, note: str
) -> Reading:
    """What a file would change. Raises Invalid for what is no iCalendar file.

    Events of whole days count, recurring ones from last year to some years ahead; events with a time of day do not make
    a day off and are left out, as are Saturdays and Sundays, which are no working days anyway.
    """
    if len(content) > MOST_BYTES:
        raise Invalid("The file is too large.", {"file": "At most 1 MB."})
    if not content.strip():
        raise Invalid("This is no iCalendar file.", {"file": "The file is empty."})
    try:
        events = list(ICalendar.from_ical(content).walk("VEVENT"))
    except (ValueError, KeyError, IndexError, AttributeError, TypeError) as error:
        raise Invalid(
            "This is no iCalendar file.", {"file": "Export it again from the calendar program, as .ics."}
        ) from error
    if not events:
        raise Invalid("The file holds no events.", {"file": "No VEVENT."})
    first, last = date(today.year - 1, 1, 1), date(today.year + YEARS_AHEAD, 12, 31)
    found: dict[date, str] = {}
    reading = Reading()
    for event in events:
        name = " ".join(str(event.get("SUMMARY", "")).split())[:200]
        try:
            days = _days_of(event, first, last)
        except _Unfit as reason:
            reading.left_out.append(LeftOut(name, str(reason)))
            continue
        for day in days:
            found.setdefault(day, name or "–")
    if len(found) > MOST_DAYS:
        raise Invalid(
            Message(N_("The file holds more than %(most)s days."), most=MOST_DAYS), {"file": "Too many days."}
        )
    for day, name in sorted(found.items()):
        _sort_in(reading, Day(day, "off", name, note), calendar, own.get(day))
    return reading


def effective(off: DaysOff, before: Mapping[date, str], after: Mapping[date, str]) -> list[date]:
    """Weekdays that are off on one side of a change and worked on the other."""
    old, new = off.with_own(before), off.with_own(after)
    touched = set(before) | set(after)
    return sorted(day for day in touched if day.weekday() < 5 and old(day) != new(day))


class _Unfit(Exception):
    """Why an event makes no day off."""


def _days_of(event: Any, first: date, last: date) -> list[date]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        raise _Unfit("cancelled")
    begin = getattr(event.get("DTSTART"), "dt", None)
    if begin is None or isinstance(begin, datetime) or begin.year < 1900:
        raise _Unfit("not a whole day")
    end = getattr(event.get("DTEND"), "dt", None)
    duration = getattr(event.get("DURATION"), "dt", None)
    length = duration.days if duration is not None else (end - begin).days if type(end) is date else 1
    if not 0 < length <= 366:
        raise _Unfit("not a whole day")
    starts = _starts(event, begin, first - timedelta(days=length), last)
    days = {start + timedelta(days=number) for start in starts for number in range(length)}
    return sorted(day for day in days if first <= day <= last)


def _starts(event: Any, begin: date, first: date, last: date) -> list[date]:
    rule = event.get("RRULE")
    if rule is None:
        starts = {begin}
    else:
        if str((rule.get("FREQ") or [""])[0]).upper() not in FREQUENCIES:
            raise _Unfit("repeated too often")
        text = rule.to_ical().decode()
        try:
            dates = rrulestr(text, dtstart=datetime(begin.year, begin.month, begin.day))  # noqa: DTZ001 - whole days
            low, high = (datetime(day.year, day.month, day.day) for day in (first, last))  # noqa: DTZ001
            starts = {
                moment.date() for moment in dates.xafter(low, count=MOST_DAYS * 2, inc=True) if moment <= high
            }
        except ValueError as error:
            raise _Unfit("repeated in a way that cannot be read") from error
    starts |= set(_listed(event, "RDATE"))
    return sorted(starts - set(_listed(event, "EXDATE")))


def _listed(event: Any, name: str) -> Iterable[date]:
    entries = event.get(name) or []
    for entry in entries if isinstance(entries, list) else [entries]:
        for value in entry.dts:
            if isinstance(value.dt, date):
                yield value.dt.date() if isinstance(value.dt, datetime) else value.dt


def _sort_in(reading: Reading, day: Day, calendar: Calendar, present: OwnDay | None) -> None:
    if day.day.weekday() >= 5:
        reading.left_out.append(LeftOut(day.name, "weekend", day.day))
    elif present is not None and present.kind == "off":
        (reading.known if present.name == day.name else reading.renamed).append(day)
    elif present is None and calendar.is_holiday(day.day):
        reading.known.append(day)
    else:
        reading.new.append(day)


def _locked(action: Action) -> dict[date, str]:
    """The own days as they are, while nobody else can change them."""
    administered.lock(action.session)
    return administered.own_days(action.session)


def _changed(action: Action, before: Mapping[date, str], reason: str, said: Mapping[str, Any]) -> None:
    administered.touch(action.session)
    after = administered.own_days(action.session)
    off = action.calendar.is_holiday
    if not isinstance(off, DaysOff):
        raise Conflict("This calendar cannot be changed.")
    days = effective(off, before, after)
    write_event(action, "holidays_changed", name=reason[:255], data={**said, "working_days": len(days)})
    if days:
        deadlines.begin(action, reason, days, before, after)


def own_rows(action: Action, first: date, last: date) -> list[OwnDay]:
    """The place's own days of a period, by day."""
    query = select(OwnDay).where(OwnDay.day.between(first, last)).order_by(OwnDay.day)
    return list(action.session.scalars(query))


def _check(action: Action) -> None:
    if not action.actor.may("system.manage"):
        raise NotAllowed("Only an administrator may change holidays.")
