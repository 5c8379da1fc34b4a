"""The front door: where a person starts, the language switch, and one's own account."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from service.db.accounts import Account
from service.web import account as account_page
from service.web import context

blueprint = Blueprint("home", __name__)

LANGUAGES = ("id", "en")


MANAGER = ("manajer", "overview.page")
STARTS = (
    ("administrator", "admin_running.page"),
    ("pemilik_proses", "definitions.page"),
    ("pegawai", "my.page"),
)
"""Where people begin who hold such roles only; the first that fits. Whoever has other work begins at the inbox."""


@blueprint.get("/")
def start() -> ResponseReturnValue:
    """Where the day begins: managers at the overview, employees at their own transfer, administrators at the state of
    the system, staff at the inbox."""
    held = context.actor().roles
    starts = [MANAGER] if MANAGER[0] in held else STARTS if held <= {role for role, _ in STARTS} else []
    places = [endpoint for role, endpoint in starts if role in held]
    return redirect(url_for(places[0] if places else "inbox.page"), 303)


@blueprint.post("/language")
def language() -> ResponseReturnValue:
    """Switch the language: for this browser, and for the account when somebody is signed in."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        actor = context.actor()
        if actor.id is not None:
            with context.services().action(actor) as action:
                action.session.get_one(Account, actor.id).locale = chosen
    return redirect(own_path(request.form.get("next")), 303)


@blueprint.get("/account")
@login_required
def account() -> ResponseReturnValue:
    """Who I am here, and how I want things."""
    return account_page.page()


def own_path(address: str | None) -> str:
    """A path of this application, or its start: never another host."""
    parts = urlsplit(address or "")
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return url_for("home.start")
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
