"""Signing in and out."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user

from service.db.accounts import Account
from service.domain.errors import BadCredentials, TooManyAttempts
from service.operations import signing_in
from service.web import context
from service.web.sessions import User

blueprint = Blueprint("sign_in", __name__)


@blueprint.get("/sign-in")
def page() -> Any:
    """The form; somebody who is signed in already goes on."""
    if current_user.is_authenticated:
        return redirect(_target(), 303)
    return render_template("sign_in/page.html", username="", next=request.args.get("next", ""), problem=None)


@blueprint.post("/sign-in")
def sign_in() -> Any:
    """Check name and password; a failure says the same whichever of the two was wrong."""
    username, password = request.form.get("username", "")[:200], request.form.get("password", "")[:1000]
    address = request.remote_addr or ""
    services = context.services()
    try:
        with services.reading(now=datetime.now(UTC)) as action:
            account_id = signing_in.authenticate(action, username, password, address).id
        with services.action(now=datetime.now(UTC)) as action:
            account = action.session.get_one(Account, account_id)
            token = signing_in.open_session(action, account, address, request.user_agent.string)
            signed_in = signing_in.by_session(action, token)
    except TooManyAttempts as error:
        return _again(
            username, gettext("Too many failed attempts. Try again in a few minutes."), 429, error.retry_after
        )
    except BadCredentials:
        with services.action(now=datetime.now(UTC)) as action:
            signing_in.note_failure(action, username, address)
        return _again(username, gettext("The user name or the password is wrong."), 401)
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
    if signed_in is not None:
        login_user(User(signed_in, token))
    return redirect(_target(), 303)


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """End the session's row; the cookie is worth nothing afterwards."""
    if current_user.is_authenticated and current_user.session:
        with context.services().action(current_user.actor, now=datetime.now(UTC)) as action:
            signing_in.end_session(action, current_user.session)
    logout_user()
    session.clear()
    flash(gettext("You are signed out."), "success")
    return redirect(url_for("sign_in.page"), 303)


def _again(username: str, problem: str, status: int, retry_after: int | None = None) -> Any:
    page = render_template(
        "sign_in/page.html", username=username, next=request.form.get("next", ""), problem=problem
    )
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    return page, status, headers


def _target() -> str:
    """Where the person wanted to go, if it is a page of ours."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    ours = (
        wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    )
    return wanted if ours else url_for("home.start")
