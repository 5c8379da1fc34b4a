"""How I sign in, as far as it is mine to say: password, second step, where I am signed in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user, login_required

from service.db.accounts import Account
from service.db.queries import signed_in as queries
from service.domain.errors import BadCredentials, Conflict, Invalid, MutasiError, NotFound, TooManyAttempts
from service.operations import passwords, second_factor, sessions, signing_in
from service.operations.action import Action
from service.web import context, wording
from service.web.devices import device
from service.web.saying import saying
from service.web.sign_in import setting_up

blueprint = Blueprint("security", __name__, url_prefix="/account/security")

MOST = 50


@blueprint.get("")
@login_required
def page() -> ResponseReturnValue:
    """Password, second step and sessions."""
    return _page()


@blueprint.post("/password")
@login_required
def password() -> ResponseReturnValue:
    """Change the password; other browsers are signed out."""
    form = request.form
    wanted = form.get("password", "")[:1000]

    def change(action: Action) -> None:
        if wanted != form.get("again", "")[:1000]:
            raise Invalid("The two passwords differ.")
        passwords.change_own(
            action, form.get("present", "")[:1000], wanted, session=current_user.session or ""
        )

    return _tried(
        change,
        gettext("Your password is changed. Other browsers are signed out."),
        "own password",
        "password",
    )


@blueprint.post("/factor/begin")
@login_required
def begin() -> ResponseReturnValue:
    """Show a QR code to scan."""
    try:
        with _acting() as action:
            scanned = setting_up(action, _own(action))
    except Conflict as refused:
        flash(wording.said(refused), "bad")
        return redirect(url_for(".page"), 303)
    return _page(**scanned)


@blueprint.post("/factor")
@login_required
def confirm() -> ResponseReturnValue:
    """The first code switches it on. After a wrong one the picture to scan is still there."""
    return _with_codes(second_factor.confirm, gettext("The second step is on."), setting_up)


@blueprint.post("/factor/codes")
@login_required
def codes() -> ResponseReturnValue:
    """New recovery codes."""
    return _with_codes(second_factor.renew_codes, gettext("The old recovery codes are void."))


@blueprint.post("/factor/off")
@login_required
def off() -> ResponseReturnValue:
    """Do without the second step."""
    code = request.form.get("code", "")[:100]
    return _tried(
        lambda action: second_factor.switch_off(action, _own(action), code),
        gettext("The second step is off."),
        "second factor",
        "factor",
    )


@blueprint.post("/sessions/end")
@login_required
def end() -> ResponseReturnValue:
    """End one session, or all others."""
    handle = request.form.get("session", "")[:64]
    done = gettext("That browser is signed out.") if handle else gettext("Other browsers are signed out.")
    with saying(done, NotFound, now=datetime.now(UTC)) as action:
        if handle:
            sessions.end_own(action, handle)
        else:
            sessions.end_own_others(action, current_user.session or "")
    return redirect(url_for(".page"), 303)


def _page(problems: dict[str, str] | None = None, status: int = 200, **values: Any) -> ResponseReturnValue:
    now = datetime.now(UTC)
    idle = timedelta(minutes=context.services().settings.session_idle_minutes)
    with context.services().reading(context.actor(), now=now) as action:
        account = _own(action)
        shown = render_template(
            "home/security.html",
            account_row=account,
            enrolled=second_factor.is_enrolled(action, account),
            required=second_factor.is_required(action, account),
            left=second_factor.codes_left(action, account),
            sessions=queries.sessions(
                action.session, now, now - idle, account_id=account.id, limit=MOST
            ).items,
            here=current_user.session,
            device=device,
            problems=problems or {},
            **values,
        )
    return shown, status


Shown = Callable[[Action, Account], dict[str, Any]]
"""What a page shows beside what was refused."""


def _nothing(_: Action, __: Account) -> dict[str, Any]:
    return {}


def _with_codes(
    do: Callable[[Action, Account, str], list[str]], said: str, shown: Shown = _nothing
) -> ResponseReturnValue:
    codes: list[str] = []
    code = request.form.get("code", "")[:100]
    answer = _tried(
        lambda action: codes.extend(do(action, _own(action), code)), said, "second factor", "factor", shown
    )
    return render_template("sign_in/codes.html", codes=codes, onward=url_for(".page")) if codes else answer


def _tried(
    do: Callable[[Action], Any], said: str, kind: str, place: str, shown: Shown = _nothing
) -> ResponseReturnValue:
    """Do it; what is refused is said at its place on the page, and a wrong secret is counted."""
    subject = f"{kind}:{current_user.username}"
    try:
        with _acting() as action:
            signing_in.check_guesses(action, subject)
            do(action)
    except TooManyAttempts:
        return _page({place: gettext("Too many failed attempts. Try again in a few minutes.")}, 429)
    except BadCredentials as wrong:
        with _acting() as action:
            signing_in.note_guess(action, subject)
            beside = shown(action, _own(action))
        return _page({place: wording.said(wrong)}, 422, **beside)
    except MutasiError as refused:
        return _page({place: wording.said(refused)}, 422)
    flash(said, "good")
    return redirect(url_for(".page"), 303)


def _own(action: Action) -> Account:
    return action.session.get_one(Account, action.actor.id)


def _acting() -> Any:
    """By the real clock: sessions and codes go by it, wherever the sample city's stands."""
    return context.services().action(context.actor(), now=datetime.now(UTC))
