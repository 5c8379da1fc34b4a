"""Who is signed in where, now; any session can be ended."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from service.db.queries import signed_in as queries
from service.domain.errors import NotFound
from service.operations import sessions
from service.web import context
from service.web.admin import section
from service.web.devices import device

blueprint = section("admin_sessions", "/sessions", "account.manage")

PAGE = 50


@blueprint.get("")
def page() -> ResponseReturnValue:
    """Open sessions, the one seen last first."""
    search, now = request.args.get("q", "").strip()[:100], datetime.now(UTC)
    idle = timedelta(minutes=context.services().settings.session_idle_minutes)
    with context.reading() as action:
        found = queries.sessions(
            action.session,
            now,
            now - idle,
            search=search or None,
            limit=PAGE,
            cursor=request.args.get("cursor"),
        )
    kept = {"q": search} if search else {}
    return render_template(
        "admin/sessions.html",
        rows=found.items,
        search=search,
        device=device,
        here=current_user.session,
        next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
        first_url=context.here(".page", kept) if request.args.get("cursor") else "",
    )


@blueprint.post("/end")
def end() -> ResponseReturnValue:
    """End one session."""
    try:
        account_id = uuid.UUID(request.form.get("account", ""))
        with context.services().action(context.actor(), now=datetime.now(UTC)) as action:
            sessions.end(action, account_id, request.form.get("session", "")[:64])
    except (NotFound, ValueError):
        flash(gettext("There is no such session."), "bad")
    else:
        flash(gettext("That browser is signed out."), "good")
    return redirect(url_for(".page", q=request.form.get("q") or None), 303)
