"""Months by their first day, in a city's zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def of(moment: datetime, zone: str) -> date:
    """The month that a moment falls into."""
    return moment.astimezone(ZoneInfo(zone)).date().replace(day=1)


def add(month: date, count: int) -> date:
    """The month that lies `count` months after `month`."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def later(day: date, count: int) -> date:
    """The same day `count` months later, or the last day of that month."""
    month = add(day.replace(day=1), count)
    return month.replace(day=min(day.day, (add(month, 1) - timedelta(days=1)).day))


def between(first: date, last: date) -> list[date]:
    """Every month from `first` to `last`, both included; none when `last` lies before."""
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return [add(first, number) for number in range(max(0, count))]


def start(month: date, zone: str) -> datetime:
    """The moment a month begins, in UTC."""
    return datetime.combine(month, time(), ZoneInfo(zone)).astimezone(UTC)


def parse(text: str) -> date | None:
    """`2026-11` as a month; None for anything else, and for years that no figure can be of."""
    try:
        found = date.fromisoformat(f"{text}-01") if len(text) == 7 else None
    except ValueError:
        return None
    return found if found and 1900 <= found.year < 9000 else None
