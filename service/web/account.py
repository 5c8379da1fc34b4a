"""One's own account: language and zone, how one is told, devices that take pushes, the private calendar."""

from __future__ import annotations

import uuid
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import login_required
from sqlalchemy import select

from service.db.accounts import Account
from service.db.notices import NoticeSettings
from service.db.people import Unit
from service.domain.errors import Invalid
from service.domain.notice_words import ZONES
from service.domain.notices import CHANNELS, DEFAULTS, OFFERED, RHYTHMS
from service.operations import calendar_feeds, notices, preferences, pushing
from service.operations.action import Action
from service.web import context, wording

blueprint = Blueprint("account", __name__, url_prefix="/account")

SHOWN_ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def page(feed_address: str = "") -> str:
    """The account page. `feed_address`: of a calendar that was just made; it is shown once."""
    actor = context.own()
    with context.services().reading(actor) as action:
        row = action.session.get_one(Account, actor.id)
        wishes = notices.wishes_of(row.timezone, action.session.get(NoticeSettings, row.id))
        return render_template(
            "home/account.html",
            row=row,
            roles=_roles(action),
            zones=_zones(row.timezone),
            wishes=wishes,
            kinds=list(DEFAULTS),
            offered=OFFERED,
            channels=CHANNELS,
            rhythms=RHYTHMS,
            clock_text=lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}",
            mail=action.mail is not None,
            push_key=pushing.public_key(action.settings) if action.settings.push_hosts else "",
            devices=pushing.devices(action),
            feed=calendar_feeds.of_actor(action),
            feed_address=feed_address,
        )


@blueprint.post("/settings")
@login_required
def settings() -> ResponseReturnValue:
    """Language, zone, and whether single keys do something."""
    chosen = request.form
    with context.services().action(context.own()) as action:
        preferences.choose(
            action,
            locale=chosen.get("locale", ""),
            timezone=chosen.get("timezone", ""),
            single_keys="single_keys" in chosen,
        )
    session["language"] = chosen.get("locale")
    return _done(gettext("Your settings are kept."), "settings")


@blueprint.post("/notices")
@login_required
def tell_me() -> ResponseReturnValue:
    """How I want to be told."""
    wanted = {
        "rhythm": request.form.get("rhythm", ""),
        "offered_rhythm": request.form.get("offered_rhythm", ""),
        "hour": _minutes(request.form.get("hour", "")) // 60,
        "quiet_from": _minutes(request.form.get("quiet_from", "")),
        "quiet_to": _minutes(request.form.get("quiet_to", "")),
    }
    if "quiet" not in request.form:
        wanted["quiet_from"] = wanted["quiet_to"] = 0
    channels = {
        kind: [channel for channel in CHANNELS if f"{channel}:{kind}" in request.form] for kind in DEFAULTS
    }
    with context.services().action(context.own()) as action:
        notices.choose(action, wanted, channels)
    return _done(gettext("Your settings are kept."), "notices")


@blueprint.post("/devices")
@login_required
def subscribe() -> ResponseReturnValue:
    """This browser takes pushes."""
    given = {name: request.form.get(name, "") for name in ("endpoint", "p256dh", "auth", "device")}
    try:
        with context.services().action(context.own()) as action:
            pushing.subscribe(action, **given)
    except Invalid as refused:
        return {"refused": wording.said(refused)}, 422
    flash(gettext("This device now shows notices."), "good")
    return {"ok": True}


@blueprint.post("/devices/<uuid:device_id>/remove")
@login_required
def unsubscribe(device_id: uuid.UUID) -> ResponseReturnValue:
    """A browser takes no more pushes."""
    with context.services().action(context.own()) as action:
        pushing.unsubscribe(action, device_id)
    return _done(gettext("The device shows no more notices."), "devices")


@blueprint.post("/calendar")
@login_required
def open_calendar() -> ResponseReturnValue:
    """Make the private calendar, or give it a new address."""
    with context.services().action(context.own()) as action:
        token = calendar_feeds.open_feed(action)
        base = action.settings.base_url.rstrip("/") or request.host_url.rstrip("/")
    return page(feed_address=f"{base}{url_for('feeds.calendar', token=token)}")


@blueprint.post("/calendar/revoke")
@login_required
def close_calendar() -> ResponseReturnValue:
    """The calendar's address shows nothing any more."""
    with context.services().action(context.own()) as action:
        calendar_feeds.close_feed(action)
    return _done(gettext("The calendar's address no longer works."), "calendar")


def _done(said: str, section: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for("home.account", _anchor=section), 303)


def _roles(action: Action) -> list[tuple[str, list[str]]]:
    """Each role with the units it is held for."""
    grants = action.actor.grants
    wanted = {unit for units in grants.values() for unit in units}
    found = action.session.scalars(select(Unit).where(Unit.id.in_(wanted)))
    names = {unit.id: unit.nama for unit in found}
    return [(role, sorted(names.get(unit, unit) for unit in held)) for role, held in sorted(grants.items())]


def _zones(present: str) -> list[tuple[str, str]]:
    """The zones to choose from, with the time there now; one's own, should it be another, too."""
    now = context.now()
    zones = [*SHOWN_ZONES, *([present] if present not in SHOWN_ZONES else [])]
    return [(zone, f"{ZONES.get(zone, zone)} ({now.astimezone(ZoneInfo(zone)):%H:%M})") for zone in zones]


def _minutes(text: str) -> int:
    """Minutes of the day of `20:30`; -1, which no setting takes, for anything else."""
    hours, _, minutes = text.partition(":")
    if not (hours.isdecimal() and minutes[:2].isdecimal() and int(hours) < 24 and int(minutes[:2]) < 60):
        return -1
    return int(hours) * 60 + int(minutes[:2])
