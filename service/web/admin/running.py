"""The state of the whole: is the background work done, what is stuck, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from service import __version__
from service.db.queries import running as queries
from service.domain.errors import MutasiError
from service.operations import repairs
from service.web import context
from service.web.admin import section, words

blueprint = section("admin_running", "", "system.manage")

TICKS_MISSED = 6
"""After so many ticks without a sign of life the scheduler counts as stopped; never before a minute."""


@dataclass(frozen=True, slots=True)
class Health:
    """The state in one sentence; `tone`: good, warn or bad."""

    tone: str
    text: str


@blueprint.get("")
def page() -> ResponseReturnValue:
    """The state in one sentence, then what it is made of."""
    settings = context.services().settings
    with context.reading() as action:
        state = queries.state(action.session, action.now)
        mail = action.mail is not None
    real = datetime.now(UTC)
    silent = max(timedelta(seconds=settings.tick_seconds * TICKS_MISSED), timedelta(minutes=1))
    stopped = state.tick is None or real - state.tick > silent
    return render_template(
        "admin/running.html",
        state=state,
        health=health(state, stopped),
        tick_age=real - state.tick if state.tick else None,
        mail=mail,
        version=__version__,
        cap=queries.CAP,
        work_words=words.work_words,
        real_now=real,
    )


@blueprint.post("/work")
def work() -> ResponseReturnValue:
    """Try a dead piece of work again, or give it up, with a reason."""
    form = request.form
    do = repairs.discard_work if form.get("do") == "discard" else repairs.retry_work
    try:
        with context.services().action(context.actor()) as action:
            do(action, form.get("key", "")[:255], form.get("reason", "")[:500])
    except MutasiError as refused:
        flash(gettext(str(refused)), "bad")
    else:
        flash(_said(form.get("do") == "discard"), "good")
    return redirect(url_for(".page") + "#stuck", 303)


@blueprint.post("/notices")
def notices() -> ResponseReturnValue:
    """Send a dead notice again, or give it up, with a reason."""
    form = request.form
    do = repairs.discard_notice if form.get("do") == "discard" else repairs.retry_notice
    notice_id = queries.notice_id(form.get("key", ""))
    try:
        if notice_id is None:
            raise repairs.NotFound("There is no such notice.")
        with context.services().action(context.actor()) as action:
            do(action, notice_id, form.get("reason", "")[:500])
    except MutasiError as refused:
        flash(gettext(str(refused)), "bad")
    else:
        flash(_said(form.get("do") == "discard"), "good")
    return redirect(url_for(".page") + "#notices", 303)


def health(state: queries.State, stopped: bool) -> Health:
    """The worst thing first: nothing is done at all, work was given up, work is late, cases failed, or all is well."""
    if stopped:
        return Health("bad", gettext("The scheduler stands still: nothing that is due is being done."))
    if state.given_up or state.outbox_dead_count:
        count = state.given_up + state.outbox_dead_count
        return Health(
            "bad",
            ngettext(
                "%(num)d piece of work was given up and needs you.",
                "%(num)d pieces of work were given up and need you.",
                count,
            ),
        )
    if state.late:
        return Health(
            "warn",
            ngettext(
                "%(num)d piece of work is late; it is being caught up with.",
                "%(num)d pieces of work are late; they are being caught up with.",
                state.late,
            ),
        )
    if state.incidents:
        return Health(
            "warn",
            ngettext(
                "The scheduler works; %(num)d case has a step that failed.",
                "The scheduler works; %(num)d cases have a step that failed.",
                state.incidents,
            ),
        )
    return Health("good", gettext("All is well: the scheduler works, nothing is late, nothing has failed."))


def _said(discarded: bool) -> str:
    return gettext("It was given up for good.") if discarded else gettext("It will be tried again at once.")
