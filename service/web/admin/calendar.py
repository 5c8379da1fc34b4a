"""Holidays by year: the nation's and the place's own, by hand or from an .ics file, and what they do to deadlines."""

from __future__ import annotations

import calendar as months
import json
from dataclasses import asdict, dataclass
from datetime import date

from babel.dates import get_day_names, get_month_names
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from service.db.queries import running
from service.domain.errors import Invalid, MutasiError
from service.operations import days_off
from service.operations.action import Action
from service.operations.days_off import Day, Reading
from service.web import context, wording
from service.web.admin import section
from service.web.saying import saying
from service.wiring import national_holidays

blueprint = section("admin_calendar", "/calendar", "system.manage")

YEARS = 3


@dataclass(frozen=True, slots=True)
class Cell:
    """A day of a month; `kind`: plain, weekend, off (the nation's), own or worked."""

    day: int
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A day off, or worked, with its name and where it comes from."""

    day: date
    kind: str
    name: str
    note: str
    source: str
    own: bool


@blueprint.get("")
def page() -> ResponseReturnValue:
    """A year."""
    return _page()


@blueprint.post("/days")
def add() -> ResponseReturnValue:
    """Add one of the place's own days, or several in a row."""
    form = request.form
    try:
        first = _day(form.get("day", ""), "day")
        last = _day(form.get("until", ""), "until") if form.get("until") else first
        if not first <= last or (last - first).days > 60:
            raise Invalid(
                "The last day lies before the first, or too far from it.", {"until": "Choose another day."}
            )
        days = [
            Day(
                date.fromordinal(number),
                form.get("kind", ""),
                form.get("name", "")[:200],
                form.get("note", "")[:200],
            )
            for number in range(first.toordinal(), last.toordinal() + 1)
        ]
        with context.services().action(context.actor()) as action:
            days_off.add(action, days)
    except MutasiError as refused:
        fields = refused.fields if isinstance(refused, Invalid) else {"day": wording.said(refused)}
        return _page(problems=fields, status=422)
    flash(gettext("Saved. Deadlines of open tasks are counted anew in the background."), "good")
    return redirect(url_for(".page", year=first.year), 303)


@blueprint.post("/days/remove")
def remove() -> ResponseReturnValue:
    """Take one of the place's own days out again."""
    year = None
    done = gettext("Saved. Deadlines of open tasks are counted anew in the background.")
    with saying(done, MutasiError) as action:
        day = _day(request.form.get("day", ""), "day")
        year = day.year
        days_off.remove(action, day)
    return redirect(url_for(".page", year=year), 303)


@blueprint.post("/import")
def look() -> ResponseReturnValue:
    """A dry run: what an .ics file would change. Nothing is stored yet."""
    file = request.files.get("file")
    content = file.read(days_off.MOST_BYTES + 1) if file else b""
    note = request.form.get("note", "").strip()[:200]
    try:
        with context.reading() as action:
            own = {row.day: row for row in days_off.own_rows(action, date.min, date.max)}
            today = action.calendar.local_date(action.now)
            reading = days_off.read_ical(content, action.calendar, own, today, note)
    except Invalid as refused:
        more = wording.said(refused.fields.get("file", ""))
        return _page(problems={"file": f"{wording.said(refused)} {more}"}, status=422)
    source = ((file.filename if file else "") or "ics")[:200]
    return render_template(
        "admin/calendar_import.html", reading=reading, source=source, packed=_packed(reading)
    )


@blueprint.post("/import/apply")
def apply() -> ResponseReturnValue:
    """Store what the dry run showed."""
    try:
        given = json.loads(request.form.get("days", "[]")[:500_000])
        days = [Day(date.fromisoformat(entry["day"]), "off", entry["name"], entry["note"]) for entry in given]
    except (ValueError, KeyError, TypeError):
        flash(gettext("This is no iCalendar file."), "bad")
        return redirect(url_for(".page"), 303)
    try:
        with context.services().action(context.actor()) as action:
            count = days_off.add(action, days, request.form.get("source", "")[:200])
    except MutasiError as refused:
        flash(wording.said(refused), "bad")
        return redirect(url_for(".page"), 303)
    flash(
        ngettext(
            "%(num)d day was taken over. Deadlines of open tasks are counted anew in the background.",
            "%(num)d days were taken over. Deadlines of open tasks are counted anew in the background.",
            count,
        ),
        "good",
    )
    return redirect(url_for(".page", year=days[0].day.year), 303)


def _packed(reading: Reading) -> str:
    days = [*reading.new, *reading.renamed]
    return json.dumps([{**asdict(day), "day": day.day.isoformat()} for day in days], ensure_ascii=False)


def _page(problems: dict[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    with context.reading() as action:
        today = action.calendar.local_date(action.now)
        year = _year(request.args.get("year", ""), today.year)
        listed = _listed(action, year)
        jobs = running.deadline_jobs(action.session)
        working = sum(
            action.calendar.is_working_day(date.fromordinal(number))
            for number in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
        )
    return (
        render_template(
            "admin/calendar.html",
            year=year,
            years=range(today.year - 1, today.year + YEARS + 1),
            months=_months(year, {day.day: day for day in listed}),
            weekdays=_weekdays(),
            listed=listed,
            working=working,
            jobs=jobs,
            given=request.form,
            problems={field: wording.said(text) for field, text in (problems or {}).items()},
        ),
        status,
    )


def _listed(action: Action, year: int) -> list[Listed]:
    """All days of a year that are off or worked against the rule, by day; the place's own win over the nation's."""
    days, national = context.services().days_off, national_holidays(context.language())
    own = {row.day: row for row in days_off.own_rows(action, date(year, 1, 1), date(year, 12, 31))}
    found: dict[date, Listed] = {}
    for number in range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1):
        day = date.fromordinal(number)
        row = own.get(day)
        if row is not None:
            found[day] = Listed(
                day, "own" if row.kind == "off" else "worked", row.name, row.note, row.source, True
            )
        elif day in days.worked:
            found[day] = Listed(day, "worked", days.worked[day], "", "config/calendar.toml", False)
        elif day in days.added:
            found[day] = Listed(day, "own", days.added[day], "", "config/calendar.toml", False)
        elif day in national:
            found[day] = Listed(day, "off", national[day], "", "", False)
    return list(found.values())


def _months(year: int, known: dict[date, Listed]) -> list[tuple[str, list[list[Cell | None]]]]:
    """(name of the month, its weeks from Monday on)."""
    names = get_month_names("wide", context="stand-alone", locale=context.language())
    found = []
    for month in range(1, 13):
        weeks = [
            [_cell(day, known) if day.month == month else None for day in week]
            for week in months.Calendar().monthdatescalendar(year, month)
        ]
        found.append((names[month], weeks))
    return found


def _cell(day: date, known: dict[date, Listed]) -> Cell:
    if day in known:
        return Cell(day.day, known[day].kind, known[day].name)
    return Cell(day.day, "weekend" if day.weekday() >= 5 else "plain", "")


def _weekdays() -> list[tuple[str, str]]:
    """(short, wide) names of the days, from Monday on."""
    short, wide = (get_day_names(width, locale=context.language()) for width in ("short", "wide"))
    return [(short[number], wide[number]) for number in range(7)]


def _year(text: str, default: int) -> int:
    return int(text) if text.isdigit() and 1950 <= int(text) <= 2100 else default


def _day(text: str, field: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("This is no date.", {field: "This is no date."}) from None
