"""Dates as people say them: in their zone and language, relative with the exact moment beside it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_name
from flask_babel import gettext, ngettext
from markupsafe import Markup

from service.web import context


def day(value: Any) -> str:
    """`23 Nov 2026`; a text in ISO 8601 is read as a date, anything else is shown as it is."""
    found = as_date(value)
    return format_date(found, "d MMM y", locale=context.language()) if found else str(value or "–")


def exact(value: datetime) -> str:
    """`Senin, 23 November 2026 12.15 WIB`."""
    zone = context.zone()
    local = value.astimezone(zone)
    name = {
        "Asia/Jakarta": "WIB",
        "Asia/Pontianak": "WIB",
        "Asia/Makassar": "WITA",
        "Asia/Jayapura": "WIT",
    }.get(zone.key) or get_timezone_name(local, width="short", locale=context.language())
    return f"{format_datetime(local, 'EEEE, d MMMM y HH:mm', locale=context.language())} {name}"


def clock(value: datetime) -> str:
    """`12.15`, in the person's zone."""
    return format_datetime(value.astimezone(context.zone()), "HH:mm", locale=context.language())


def moment(value: datetime | None) -> Markup:
    """A `<time>` that reads `3 hari yang lalu` and says the exact moment on hover and to readers."""
    if value is None:
        return Markup("–")
    since = value - context.now()
    text = gettext("just now") if abs(since) < timedelta(minutes=1) else _relative(since)
    return _time(value, text)


def on_day(value: datetime | None) -> Markup:
    """A `<time>` that reads `23 Nov 2026`, with the exact moment beside it."""
    return Markup("–") if value is None else _time(value, day(value.astimezone(context.zone()).date()))


def age(value: datetime | None, until: datetime | None = None) -> str:
    """How long since then: `12 hari`."""
    if value is None:
        return "–"
    return str(format_timedelta((until or context.now()) - value, threshold=1.2, locale=context.language()))


def span(length: timedelta) -> str:
    """A length of time: `3 hari`."""
    return str(format_timedelta(length, threshold=1.2, locale=context.language()))


def due(value: datetime | None) -> tuple[str, str]:
    """When something is due in working days, and how pressing: `("2 hari kerja lagi", "soon")`.

    The second is late, soon (today or the next working day), later, or none.
    """
    if value is None:
        return gettext("no deadline"), "none"
    calendar = context.services().calendar
    now = context.now()
    days = calendar.working_days_between(calendar.local_date(now), calendar.local_date(value))
    if value < now:
        late = abs(days)
        if late == 0:
            return gettext("overdue since today"), "late"
        return ngettext("%(num)d working day overdue", "%(num)d working days overdue", late), "late"
    if days == 0:
        return gettext("due today"), "soon"
    text = ngettext("due in %(num)d working day", "due in %(num)d working days", days)
    return text, "soon" if days == 1 else "later"


def as_date(value: Any) -> date | None:
    """A date of a date, a moment, or ISO 8601 text; None for anything else."""
    if isinstance(value, datetime):
        return value.astimezone(context.zone()).date()
    if isinstance(value, date):
        return value
    if isinstance(value, str) and len(value) >= 10:
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return None
    return None


def _relative(since: timedelta) -> str:
    return str(format_timedelta(since, add_direction=True, threshold=1.2, locale=context.language()))


def _time(value: datetime, text: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.astimezone(UTC).isoformat(timespec="seconds"), exact(value), text
    )
