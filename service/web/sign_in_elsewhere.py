"""Signing in at the identity provider (OpenID Connect), beside passwords."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, redirect, request, session, url_for
from flask_babel import gettext

from service.db.administration import SignInRequest
from service.domain.errors import MutasiError, TooManyAttempts
from service.operations import identities, oidc, signing_in, steps_to_enter
from service.operations.recording import write_event
from service.web import context, sign_in, wording

blueprint = Blueprint("sign_in_elsewhere", __name__, url_prefix="/sign-in/sso")

STATE = "sso_state"

logger = logging.getLogger("mutasi")


@blueprint.get("")
def go() -> Any:
    """Send the browser to the provider."""
    services = context.services()
    if not oidc.is_on(services.settings):
        abort(404)
    try:
        with services.action(now=datetime.now(UTC)) as action:
            signing_in.note_departure(action, request.remote_addr or "")
        provider = oidc.discover(services.settings)
    except TooManyAttempts as error:
        return _too_many(error)
    except oidc.Refused as refused:
        return _refuse(refused)
    with services.action(now=datetime.now(UTC)) as action:
        wanted = sign_in.target(request.args.get("next"))
        sent = oidc.begin(action, provider, _back(), wanted)
    session[STATE] = sent.state
    return redirect(sent.address, 303)


@blueprint.get("/back")
def back() -> Any:
    """Back from the provider. The request is used up first: what follows may fail, but never happens twice."""
    services = context.services()
    if not oidc.is_on(services.settings):
        abort(404)
    try:
        with services.action(now=datetime.now(UTC)) as action:
            known = oidc.take_request(action, request.args.get("state", "")[:200], session.pop(STATE, ""))
            signing_in.note_return(action, request.remote_addr or "")
            kept = SignInRequest(nonce=known.nonce, verifier=known.verifier, target=known.target)
        if error := request.args.get("error", "")[:100]:
            raise oidc.Refused("The identity provider did not let you in.", f"the provider said {error}")
        issuer = request.args.get("iss")
        if issuer is not None and issuer != services.settings.oidc_issuer:
            raise oidc.Refused(oidc.REFUSED, "the answer names another issuer")
        said = oidc.finish(services.settings, kept, request.args.get("code", "")[:4000], _back())
        with services.action(now=datetime.now(UTC)) as action:
            account = identities.account_of(action, said.claims)
            entry = steps_to_enter.begin(
                action,
                account,
                request.remote_addr or "",
                request.user_agent.string,
                method="oidc",
                strong=said.strong,
            )
    except oidc.Refused as refused:
        return _refuse(refused)
    except MutasiError as error:
        return _refuse(oidc.Refused(oidc.REFUSED, str(error)))
    return sign_in.enter(entry, said.target)


@blueprint.get("/leave")
def leave() -> Any:
    """End the session at the provider, too."""
    settings = context.services().settings
    if not oidc.is_on(settings):
        abort(404)
    try:
        endpoint = oidc.discover(settings).end_session_endpoint
    except oidc.Refused as refused:
        return _refuse(refused)
    if not endpoint:
        return redirect(url_for("sign_in.page"), 303)
    query = urlencode(
        {
            "client_id": settings.oidc_client_id,
            "post_logout_redirect_uri": own_address("sign_in.page"),
        }
    )
    return redirect(f"{endpoint}{'&' if '?' in endpoint else '?'}{query}", 303)


def _refuse(refused: oidc.Refused) -> Any:
    """The sign-in page with a plain sentence; why exactly is in the log, for the operator."""
    address = request.remote_addr or ""
    logger.warning("sign-in elsewhere refused: %s", refused.reason)
    try:
        with context.services().action(now=datetime.now(UTC)) as action:
            signing_in.check_guesses(action, f"sso:{address}")  # else anybody could fill the log
            signing_in.note_guess(action, f"sso:{address}")
            write_event(action, "sign_in_refused", data={"address": address, "reason": refused.reason[:300]})
    except TooManyAttempts as error:
        return _too_many(error)
    return sign_in.form(wording.said(refused), 401)


def _too_many(error: TooManyAttempts) -> Any:
    said = gettext("Too many failed attempts. Try again in a few minutes.")
    return sign_in.form(said, 429, retry_after=error.retry_after)


def _back() -> str:
    return own_address("sign_in_elsewhere.back")


def own_address(endpoint: str, **values: Any) -> str:
    """The address of a page as others know it: by base_url, not by what the request says its host is."""
    base = context.services().settings.base_url
    return (
        base.rstrip("/") + url_for(endpoint, **values)
        if base
        else url_for(endpoint, _external=True, **values)
    )
