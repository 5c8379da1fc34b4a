"""How mail leaves: the server, and a test that shows what it says."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from service.db.accounts import Account
from service.domain.errors import Invalid
from service.operations import administered, mail_route
from service.operations.action import Action
from service.operations.mail_route import Attempt
from service.web import context, wording
from service.web.admin import section

blueprint = section("admin_mail", "/mail", "system.manage")

FIELDS = ("host", "port", "security", "user", "sender")


@blueprint.get("")
def page() -> ResponseReturnValue:
    """The settings as they hold, and the test."""
    return _page()


@blueprint.post("")
def save() -> ResponseReturnValue:
    """Use this server from now on."""
    given = {name: request.form.get(name, "").strip()[:300] for name in FIELDS}
    try:
        with context.services().action(context.actor()) as action:
            mail_route.save(action, {**given, "password": request.form.get("password", "")[:500]})
            administered.touch(action.session)
    except Invalid as refused:
        return _page(given=given, problems=refused.fields, status=422)
    flash(gettext("Saved. Send yourself a test now."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.post("/forget")
def forget() -> ResponseReturnValue:
    """Use the configuration's server again."""
    with context.services().action(context.actor()) as action:
        mail_route.forget(action)
        administered.touch(action.session)
    flash(gettext("The configuration's mail server is used again."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.post("/test")
def test() -> ResponseReturnValue:
    """Send a letter to oneself. The server is asked outside of any transaction: it may take its time."""
    services, actor = context.services(), context.actor()
    with services.reading(actor, now=datetime.now(UTC)) as action:
        recipient = action.session.get_one(Account, actor.id).email
    route = services.mail_route()
    if route is None or not recipient:
        said = (
            gettext("There is no mail server yet.")
            if route is None
            else gettext("Your account has no e-mail address.")
        )
        flash(said, "bad")
        return redirect(url_for(".page"), 303)
    attempt = mail_route.try_out(services.settings, actor, datetime.now(UTC), route, recipient)
    with services.action(actor) as action:
        mail_route.note_attempt(action, route, attempt)
    return _page(attempt=attempt, recipient=recipient)


def _page(
    *,
    given: dict[str, str] | None = None,
    problems: dict[str, str] | None = None,
    attempt: Attempt | None = None,
    recipient: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    with context.reading() as action:
        route = action.mail
        own = _own_address(action)
    shown = given or (
        {
            "host": route.host,
            "port": str(route.port),
            "security": route.security,
            "user": route.user,
            "sender": route.sender,
        }
        if route
        else {"port": "587", "security": "starttls", "sender": context.services().settings.mail_from}
    )
    return (
        render_template(
            "admin/mail.html",
            route=route,
            given=shown,
            problems={field: wording.said(text) for field, text in (problems or {}).items()},
            attempt=attempt,
            recipient=recipient or own,
            securities=mail_route.SECURITIES,
        ),
        status,
    )


def _own_address(action: Action) -> str:
    return action.session.get_one(Account, action.actor.id).email or ""
