"""The Flask application: pages and API, sessions, security headers, and how errors are shown."""

from __future__ import annotations

import logging
import uuid
from pathlib import Path
from typing import Any

from flask import Flask, g, has_request_context, render_template, request, session
from flask_babel import Babel
from flask_login import current_user
from flask_openapi3 import Info, OpenAPI
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix

from service import __version__, api, security, web
from service.api.problems import problem, status_of
from service.domain.errors import MutasiError, TooManyAttempts
from service.operations import oidc
from service.settings import secret_key
from service.web import packing, sessions, sign_in, sign_in_elsewhere, signed_out
from service.wiring import Services

LANGUAGES = ("id", "en")

logger = logging.getLogger("mutasi")


def create_app(services: Services) -> Flask:
    """The application on these services. One process, any number of threads."""
    settings = services.settings
    oidc.check_settings(settings)
    app = OpenAPI(
        __name__,
        info=Info(
            title="Mutasi", version=__version__, description="Transfers of civil servants as BPMN cases."
        ),
        static_folder=None,
        doc_ui=False,
        validation_error_status="400",
    )
    app.extensions["services"] = services
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    app.config.update(
        SECRET_KEY=secret_key(settings),
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_request_bytes,
        MAX_FORM_PARTS=1000,
        SESSION_COOKIE_NAME="__Host-mutasi" if settings.https else "mutasi",
        SESSION_COOKIE_SECURE=settings.https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=settings.https,
        PREFERRED_URL_SCHEME="https" if settings.https else "http",
        BABEL_TRANSLATION_DIRECTORIES=str(Path(__file__).parent / "web" / "translations"),
        BABEL_DEFAULT_LOCALE=settings.locale,
    )
    Babel(app, locale_selector=_language, timezone_selector=_timezone)
    sessions.install(app)
    signed_out.install(app)
    security.protect(app, https=settings.https)
    packing.register(app)
    web.register(app)
    app.register_blueprint(sign_in.blueprint)
    app.register_blueprint(sign_in_elsewhere.blueprint)
    api.register(app)
    _show_errors(app)
    return app


def _language() -> str | None:
    """The reader's language: asked for in the address, chosen in this browser, the account's, else the city's."""
    if not has_request_context():
        return None
    asked = request.args.get("lang")
    if asked in LANGUAGES:
        return asked
    chosen = session.get("language") or getattr(current_user, "locale", None)
    return chosen if chosen in LANGUAGES else None


def _timezone() -> str | None:
    return getattr(current_user, "timezone", None) if has_request_context() else None


def _show_errors(app: Flask) -> None:
    app.register_error_handler(MutasiError, _business_error)
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http_error)
    for away in (OperationalError, InterfaceError, InternalError, PoolTimeout):
        app.register_error_handler(away, _database_error)
    app.register_error_handler(Exception, _unexpected)


def _business_error(error: MutasiError) -> Any:
    status = status_of(error)
    headers = {"Retry-After": str(error.retry_after)} if isinstance(error, TooManyAttempts) else {}
    if _wants_json():
        answer = problem(error)
        answer.headers.update(headers)
        return answer
    return _page(status, error), status, headers


def _http_error(error: HTTPException) -> Any:
    if error.response is not None:
        return error.response
    status = error.code or 500
    if _wants_json():
        answer = problem(error)
        for name, value in error.get_headers():
            if name.lower() not in ("content-type", "content-length"):
                answer.headers[name] = value
        return answer
    return _page(status, None), status


def _forged(error: CSRFError) -> Any:
    """A request without the token of this browser's session: sent by a foreign page, or by one left open for long."""
    if _wants_json():
        return problem(
            error, status=403, title="Not allowed", detail="X-CSRFToken is missing or wrong.", code="csrf"
        )
    return render_template("errors/page.html", status=403, error=None, trace=None, stale_page=True), 403


def _database_error(error: OperationalError | InterfaceError | InternalError | PoolTimeout) -> Any:
    """The database is away, locked or full: nothing was stored, and the same request may be sent again."""
    logger.warning("database: %s", getattr(error, "orig", error))
    if _wants_json():
        said = "Nothing was stored. Send the same request again in a moment."
        answer = problem(
            error, status=503, title="The database is busy or away", detail=said, code="unavailable"
        )
        answer.headers["Retry-After"] = "2"
        return answer
    return _page(503, None), 503, {"Retry-After": "2"}


def _unexpected(error: Exception) -> Any:
    """A fault of ours: logged with its trace under an id that the page shows; nothing of it is told."""
    trace = uuid.uuid4().hex[:12]
    g.trace = trace
    logger.exception("unexpected error %s", trace, exc_info=error)
    if _wants_json():
        return problem(error, status=500, detail="It is our fault. Nothing was stored.", trace=trace)
    return _page(500, None), 500


def _page(status: int, error: MutasiError | None) -> str:
    return render_template("errors/page.html", status=status, error=error, trace=g.get("trace"))


def _wants_json() -> bool:
    programs = request.path.startswith("/api/") or request.path in ("/healthz", "/readyz")
    return programs or request.headers.get("Accept") == "application/json"  # a script of our own pages
