"""Signing in and out: the name and password, then what an account asks for beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import segno
from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from markupsafe import Markup

from service.db.accounts import Account
from service.domain.errors import BadCredentials, Invalid, MutasiError, TooManyAttempts
from service.operations import oidc, passwords, second_factor, sessions, signing_in, steps_to_enter
from service.operations.action import Action
from service.operations.steps_to_enter import Entry
from service.web import context, wording
from service.web.sessions import User

blueprint = Blueprint("sign_in", __name__)

HALF, TARGET = "half", "target"
KEPT = ("language",)
FORMS = "csrf_token"
COOKIE = "_user_id"
"""Where Flask-Login keeps the session's token; it stays in the cookie of a session that is over."""


@blueprint.get("/sign-in")
def page() -> Any:
    """The form; somebody who is signed in already goes on."""
    if current_user.is_authenticated:
        return redirect(target(request.args.get("next")), 303)
    return form()


@blueprint.post("/sign-in")
def sign_in() -> Any:
    """Check name and password; a failure says the same whichever of the two was wrong."""
    username, password = request.form.get("username", "")[:200], request.form.get("password", "")[:1000]
    address = request.remote_addr or ""
    services = context.services()
    try:
        with services.reading(now=datetime.now(UTC)) as action:
            account_id = signing_in.authenticate(action, username, password, address).id
    except TooManyAttempts as error:
        said = gettext("Too many failed attempts. Try again in a few minutes.")
        return form(said, 429, username=username, retry_after=error.retry_after)
    except BadCredentials:
        with services.action(now=datetime.now(UTC)) as action:
            signing_in.note_failure(action, username, address)
        return form(gettext("The user name or the password is wrong."), 401, username=username)
    with services.action(now=datetime.now(UTC)) as action:
        account = action.session.get_one(Account, account_id)
        entry = steps_to_enter.begin(action, account, address, request.user_agent.string)
    return enter(entry, request.form.get("next", ""))


@blueprint.get("/sign-in/code")
def code() -> Any:
    """The second factor."""
    return _step("code", lambda action, account: {})


@blueprint.post("/sign-in/code")
def take_code() -> Any:
    """Take a code of the authenticator, or a recovery code."""
    given = request.form.get("code", "")[:100]
    return _done("code", lambda action, account: second_factor.check(action, account, given))


@blueprint.get("/sign-in/enrol")
def enrol() -> Any:
    """Setting up the second factor that a role asks for."""
    return _step("enrol", setting_up, writing=True)


@blueprint.post("/sign-in/enrol")
def take_enrolment() -> Any:
    """The first code switches it on; the recovery codes are shown this once."""
    codes: list[str] = []

    def confirm(action: Action, account: Account) -> None:
        codes.extend(second_factor.confirm(action, account, request.form.get("code", "")[:100]))

    goes_on = _done("enrol", confirm, setting_up)
    if not codes:
        return goes_on
    return render_template("sign_in/codes.html", codes=codes, onward=goes_on.location)


@blueprint.get("/sign-in/password")
def password() -> Any:
    """A password of one's own instead of the temporary one."""
    return _step("password", lambda action, account: {})


@blueprint.post("/sign-in/password")
def take_password() -> Any:
    """Store it and go on."""
    wanted = _repeated()
    return _done("password", lambda action, account: passwords.replace_temporary(action, account, wanted()))


@blueprint.get("/sign-in/link/<token>")
def link(token: str) -> Any:
    """Setting a password by a link that works once; looking at it does not use it up."""
    with context.services().reading(now=datetime.now(UTC)) as action:
        owner = passwords.link_owner(action, token)
    return render_template("sign_in/link.html", owner=owner, problem=None)


@blueprint.post("/sign-in/link/<token>")
def use_link(token: str) -> Any:
    """Set the password; signing in with it comes next."""
    wanted = _repeated()
    try:
        with context.services().action(now=datetime.now(UTC)) as action:
            passwords.use_link(action, token, wanted())
    except Invalid as refused:
        with context.services().reading(now=datetime.now(UTC)) as action:
            owner = passwords.link_owner(action, token)
        return render_template("sign_in/link.html", owner=owner, problem=wording.said(refused)), 422
    flash(gettext("Your password is set. Sign in with it."), "good")
    return redirect(url_for(".page"), 303)


@blueprint.post("/sign-out")
def sign_out() -> Any:
    """End the session's row; the cookie is worth nothing afterwards."""
    elsewhere = getattr(current_user, "method", "") == "oidc"
    if current_user.is_authenticated and current_user.session:
        with context.services().action(current_user.actor, now=datetime.now(UTC)) as action:
            signing_in.end_session(action, current_user.session)
    logout_user()
    _forget(*KEPT)
    flash(gettext("You are signed out."), "good")
    return redirect(url_for("sign_in.page", left="sso" if elsewhere else None), 303)


def form(
    problem: str | None = None,
    status: int = 200,
    *,
    username: str = "",
    retry_after: int | None = None,
    wanted: str | None = None,
    typed: Sequence[str] = (),
) -> Any:
    """The sign-in page, with what went wrong. `typed`: texts that were sent when nobody was signed in any more."""
    settings = context.services().settings
    page = render_template(
        "sign_in/page.html",
        username=username,
        next=request.values.get("next", "") if wanted is None else wanted,
        problem=problem,
        why_out=_why_out() if problem is None else "",
        typed=typed,
        provider=settings.oidc_label if oidc.is_on(settings) else "",
        left=request.args.get("left") == "sso" and oidc.is_on(settings),
    )
    return page, status, {"Retry-After": str(retry_after)} if retry_after else {}


def _why_out() -> str:
    """Why the session that this browser had is over; empty when it had none."""
    settings, token = context.services().settings, session.get(COOKIE)
    with context.services().reading(now=datetime.now(UTC)) as action:
        why = sessions.why_over(action, token) if token else None
    if why == "ended":
        return gettext(
            "This browser was signed out: by you in another one, by a change of your password, or by an administrator."
        )
    if why == "idle":
        minutes = settings.session_idle_minutes
        return gettext("You were signed out: nothing was done here for %(minutes)s minutes.", minutes=minutes)
    if why == "expired":
        return gettext("You were signed out: %(hours)s hours had passed.", hours=settings.session_hours)
    return ""


def enter(entry: Entry, wanted: str) -> Any:
    """Go on with a session's new secret: to the next step, or in. Pages that the same person left open in this browser
    stay good: their forms may still be sent."""
    before = session.get(COOKIE) or session.get(HALF)
    with context.services().reading(now=datetime.now(UTC)) as action:
        same = before is not None and sessions.of_one_person(action, before, entry.token)
    _forget(*KEPT, *([FORMS] if same else []))
    if entry.pending:
        session[HALF], session[TARGET] = entry.token, target(wanted)
        return redirect(url_for(f"sign_in.{STEPS[entry.pending]}"), 303)
    with context.services().reading(now=datetime.now(UTC)) as action:
        signed_in = signing_in.by_session(action, entry.token)
    if signed_in is not None:
        login_user(User(signed_in, entry.token))
    return redirect(target(wanted), 303)


STEPS = {"code": "code", "enrol": "enrol", "password": "password"}


def _step(
    step: str,
    shown: Callable[[Action, Account], dict[str, Any]],
    problem: str | None = None,
    *,
    writing: bool = False,
) -> Any:
    """The page of a step, for whoever has come to it."""
    services, now = context.services(), datetime.now(UTC)
    try:
        with services.action(now=now) if writing else services.reading(now=now) as action:
            half, account = signing_in.half_session(action, session.get(HALF, ""))
            if half.pending != step:
                return redirect(url_for(f".{STEPS[half.pending or step]}"), 303)
            values = shown(action, account)
            name = account.username
    except BadCredentials as over:
        return form(wording.said(over), 401)
    status = 200 if problem is None else 422
    return render_template(f"sign_in/{step}.html", problem=problem, username=name, **values), status


def _done(
    step: str,
    do: Callable[[Action, Account], Any],
    shown: Callable[[Action, Account], dict[str, Any]] = lambda action, account: {},
) -> Any:
    """Do a step and go on; what is refused is said on its page, and a wrong code is counted."""
    services, token = context.services(), session.get(HALF, "")
    wanted = session.get(TARGET, "")
    subject = None
    try:
        with services.action(now=datetime.now(UTC)) as action:
            half, account = signing_in.half_session(action, token)
            if half.pending != step:
                return redirect(url_for(f".{STEPS[half.pending or step]}"), 303)
            subject = second_factor.guesses_of(account)
            name, address = account.username, half.address or ""
            signing_in.check_guesses(action, subject)
            do(action, account)
            entry = steps_to_enter.go_on(action, half, account)
    except TooManyAttempts as error:
        said = gettext("Too many failed attempts. Try again in a few minutes.")
        return form(said, 429, retry_after=error.retry_after)
    except BadCredentials as wrong:
        if subject is None:
            return form(wording.said(wrong), 401)
        with services.action(now=datetime.now(UTC)) as action:
            signing_in.note_guess(action, subject)
            signing_in.note_wrong_code(action, name, address)
        return _step(step, shown, wording.said(wrong))
    except (Invalid, MutasiError) as refused:
        return _step(step, shown, wording.said(refused))
    return enter(entry, wanted)


def setting_up(action: Action, account: Account) -> dict[str, Any]:
    """What an authenticator scans, or its owner types into it."""
    secret = second_factor.begin(action, account)
    return {
        "secret": _grouped(secret),
        "picture": qr(second_factor.address(account, secret, action.settings.city)),
    }


def qr(text: str) -> Markup:
    """A QR code as an SVG of its own colours, dark on light in both schemes: cameras want it so."""
    return Markup(segno.make(text, error="m").svg_inline(scale=5, border=3, dark="#10161f", light="#ffffff"))  # noqa: S704 - drawn here


def _grouped(secret: str) -> str:
    """`JBSW Y3DP ...`, as people type it."""
    return " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))


def _repeated() -> Callable[[], str]:
    """The new password, when it was typed twice the same."""
    first, second = request.form.get("password", "")[:1000], request.form.get("again", "")[:1000]

    def same() -> str:
        if first != second:
            raise Invalid("The two passwords differ.", {"again": "The two passwords differ."})
        return first

    return same


def _forget(*keep: str) -> None:
    """Empty the cookie, but for what is to be kept."""
    kept = {name: session[name] for name in keep if name in session}
    session.clear()
    session.update(kept)


def target(wanted: str | None) -> str:
    """Where the person wanted to go, if it is a page of ours."""
    wanted = wanted or ""
    parts = urlsplit(wanted)
    ours = (
        wanted.startswith("/")
        and not wanted.startswith(("//", "/\\"))
        and not parts.netloc
        and not parts.scheme
    )
    return wanted if ours else url_for("home.start")
