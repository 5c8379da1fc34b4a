"""The state of the whole: is the background work done, what is stuck, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext

from service import __version__
from service.db.queries import running as queries
from service.domain.errors import MutasiError, NotFound
from service.operations import definitions, repairs
from service.operations.action import Action
from service.web import context, timeline
from service.web.admin import section, words
from service.web.saying import saying

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
        steps = [_step(action, row) for row in state.stuck]
    real = datetime.now(UTC)
    silent = max(timedelta(seconds=settings.tick_seconds * TICKS_MISSED), timedelta(minutes=1))
    stopped = state.tick is None or real - state.tick > silent
    return render_template(
        "admin/running.html",
        state=state,
        stuck=list(zip(steps, state.stuck, strict=True)),
        channel_words=words.channel_words,
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
    with saying(_said(form.get("do") == "discard"), MutasiError) as action:
        do(action, form.get("key", "")[:255], form.get("reason", "")[:500])
    return redirect(url_for(".page") + "#stuck", 303)


@blueprint.post("/notices")
def notices() -> ResponseReturnValue:
    """Send a dead notice again, or give it up, with a reason."""
    form = request.form
    do = repairs.discard_notice if form.get("do") == "discard" else repairs.retry_notice
    with saying(_said(form.get("do") == "discard"), MutasiError) as action:
        notice_id = queries.notice_id(form.get("key", ""))
        if notice_id is None:
            raise NotFound("There is no such notice.")
        do(action, notice_id, form.get("reason", "")[:500])
    return redirect(url_for(".page") + "#notices", 303)


def health(state: queries.State, stopped: bool) -> Health:
    """The worst thing first: nothing is done at all, work was given up, work is late, letters or cases failed, or
    all is well."""
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
    if state.unsigned:
        count = len(state.unsigned)
        return Health(
            "warn",
            ngettext(
                "The scheduler works; %(num)d letter could not be signed.",
                "The scheduler works; %(num)d letters could not be signed.",
                count,
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


def _step(action: Action, row: queries.Stuck) -> str:
    """The step that failed by its name, or what was attempted."""
    if not row.element:
        return words.attempt_words(row.kind)
    definition = definitions.compiled(action.session, action.engine, row.definition_version_id)
    return timeline.name_anywhere(definition, row.element)


def _said(discarded: bool) -> str:
    return gettext("It was given up for good.") if discarded else gettext("It will be tried again at once.")
