"""Tokens of programs: make one (it is shown once), revoke it, see when it was used last."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from service.db.queries import signed_in as queries
from service.domain.errors import MutasiError
from service.operations import signing_in
from service.web import context, wording
from service.web.admin import section
from service.web.saying import saying

blueprint = section("admin_tokens", "/tokens", "token.manage")

PAGE = 50
DAYS = (30, 90, 365)


@blueprint.get("")
def page() -> ResponseReturnValue:
    """All tokens that are valid, or with `over` also those revoked."""
    return _page()


@blueprint.post("")
def create() -> ResponseReturnValue:
    """Make a token; this is the only time it can be read."""
    form = request.form
    username = form.get("username", "").strip() or form.get("username_text", "").strip()
    days = form.get("days", "")
    try:
        with context.services().action(context.actor(), now=datetime.now(UTC)) as action:
            token = signing_in.create_token(
                action, username[:64], form.get("name", "").strip(), int(days) if days.isdigit() else None
            )
    except MutasiError as refused:
        return _page(problem=wording.said(refused), status=422)
    return _page(token=token)


@blueprint.post("/<uuid:token_id>/revoke")
def revoke(token_id: uuid.UUID) -> ResponseReturnValue:
    """Revoke a token; it stops working at once."""
    with saying(gettext("The token is revoked."), MutasiError, now=datetime.now(UTC)) as action:
        signing_in.revoke_token(action, token_id)
    return redirect(url_for(".page"), 303)


def _page(*, token: str = "", problem: str = "", status: int = 200) -> ResponseReturnValue:
    over = request.args.get("over", "") == "yes"
    with context.reading() as action:
        found = queries.tokens(action.session, over=over, limit=PAGE, cursor=request.args.get("cursor"))
    kept = {"over": "yes"} if over else {}
    return (
        render_template(
            "admin/tokens.html",
            rows=found.items,
            token=token,
            problem=problem,
            over=over,
            given=request.form,
            days=DAYS,
            real_now=datetime.now(UTC),
            next_url=context.here(".page", kept, found.next_cursor) if found.next_cursor else "",
            first_url=context.here(".page", kept) if request.args.get("cursor") else "",
        ),
        status,
    )
