"""Who is signed in. The cookie carries a random token; the session itself is a row, so that signing out ends it.

Sessions, tokens and throttling go by the real clock: moving the sample city's clock signs nobody out.
"""

from __future__ import annotations

import logging
import uuid
from datetime import UTC, datetime

from flask import Flask, Request, current_app, request
from flask_login import LoginManager, UserMixin
from sqlalchemy.exc import OperationalError

from service.domain.access import Actor
from service.operations import signing_in
from service.operations.signing_in import SignedIn
from service.wiring import Services

logger = logging.getLogger(__name__)


class User(UserMixin):
    """The person of a request, as Flask-Login wants it; its id is the session's token, not the account's.

    `session` is the digest of that token; None for a program with a bearer token. `actor` may act for somebody absent;
    `own` is the person himself.
    """

    def __init__(self, signed_in: SignedIn, token: str) -> None:
        self.token = token
        self.session: str | None = signed_in.session
        self.account_id: uuid.UUID = signed_in.account_id
        self.username = signed_in.username
        self.actor: Actor = signed_in.actor
        self.method = signed_in.method
        self.own: Actor = signed_in.own
        self.acting_over = signed_in.acting_over
        self.locale = signed_in.locale
        self.timezone = signed_in.timezone
        self.single_keys = signed_in.single_keys

    def get_id(self) -> str:
        return self.token


def install(app: Flask) -> None:
    """Load the person of each request from the session's row, or on /api from a bearer token."""
    manager = LoginManager(app)
    manager.session_protection = None  # the row decides, not a fingerprint of the browser
    manager.user_loader(_by_cookie)
    manager.request_loader(_by_token)


def _by_cookie(token: str) -> User | None:
    """A request that names a bearer token is the token's alone: a cookie never stands in for a wrong one."""
    if request.path.startswith("/static/") or _bearer(request):
        return None
    services = _services()
    with services.reading(now=datetime.now(UTC)) as action:
        found = signing_in.by_session(action, token, _acting_for(request))
    if found is None or found.session is None:
        return None
    if found.seen_long_ago:
        _touch(services, found.session)
    return User(found, token)


def _touch(services: Services, session: str) -> None:
    """Note that the session is in use. A database that is busy writing is no reason to refuse a page."""
    try:
        with services.action(now=datetime.now(UTC)) as action:
            signing_in.touch(action, session)
    except OperationalError as error:
        logger.info("the session's last use was not noted: %s", error.orig)


def _by_token(request: Request) -> User | None:
    """Programs sign in with a bearer token, and only on the API."""
    token = _bearer(request)
    if not token:
        return None
    with _services().reading(now=datetime.now(UTC), once=True) as action:
        found = signing_in.by_token(action, token, _acting_for(request))
    if found is not None and found.seen_long_ago:
        with _services().action(now=datetime.now(UTC)) as action:
            signing_in.touch_token(action, token)
    return User(found, token) if found is not None else None


def _bearer(request: Request) -> str:
    """The token of a request to the API; empty when it has none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and request.path.startswith("/api/") else ""


def _acting_for(request: Request) -> str | None:
    """The absent person a request to the API says it acts for."""
    return request.headers.get("Acting-For") if request.path.startswith("/api/") else None


def _services() -> Services:
    services: Services = current_app.extensions["services"]
    return services
