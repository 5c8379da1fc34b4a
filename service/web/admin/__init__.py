"""Administration: a section per task of an administrator, each behind its own permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext
from flask_login import current_user

from service.domain.access import Actor
from service.domain.errors import NotAllowed
from service.web import context


@dataclass(frozen=True, slots=True)
class Place:
    """A section in the navigation of the administration."""

    label: str
    href: str
    icon: str
    current: bool


SECTIONS = (
    ("admin_running.page", "system.manage", "server", lambda: gettext("State")),
    ("admin_accounts.page", "account.manage", "users", lambda: gettext("Accounts")),
    ("admin_roles.page", "account.manage", "user-check", lambda: gettext("Roles")),
    ("admin_units.page", "account.manage", "building", lambda: gettext("Organisation units")),
    ("absence.everyone", "account.manage", "user-share", lambda: gettext("Substitutes")),
    ("admin_sessions.page", "account.manage", "login", lambda: gettext("Sessions")),
    ("admin_sign_in.page", "account.manage", "shield-check", lambda: gettext("Sign-in")),
    ("admin_tokens.page", "token.manage", "key", lambda: gettext("Tokens")),
    ("admin_calendar.page", "system.manage", "calendar", lambda: gettext("Holidays")),
    ("admin_mail.page", "system.manage", "mail", lambda: gettext("Mail")),
    ("admin_audit.page", "audit.view", "history", lambda: gettext("Audit")),
)
"""endpoint, permission, icon, label. A section whose pages are elsewhere is shown where they are there."""


def section(name: str, path: str, permission: str) -> Blueprint:
    """A blueprint below /admin that nobody enters without the permission."""
    made = Blueprint(name, __name__, url_prefix=f"/admin{path}")

    @made.before_request
    def guard() -> Any:
        if not getattr(current_user, "is_authenticated", False):
            return current_app.login_manager.unauthorized()  # type: ignore[attr-defined]
        if not context.actor().may(permission):
            raise NotAllowed("Only administrators may see this.")
        return None

    @made.app_context_processor
    def places() -> dict[str, Any]:
        return {"admin_places": admin_places}

    return made


def admin_places() -> list[Place]:
    """The sections that this person may enter."""
    actor = context.actor()
    return [
        Place(label(), url_for(endpoint), icon, _is_here(endpoint))
        for endpoint, permission, icon, label in SECTIONS
        if actor.may(permission) and endpoint in current_app.view_functions
    ]


def _is_here(endpoint: str) -> bool:
    """Whether the page is of this section; a page that is elsewhere has no section of its own."""
    blueprint = endpoint.split(".")[0]
    return request.blueprint == blueprint if blueprint.startswith("admin_") else request.endpoint == endpoint


def first_place(actor: Actor) -> str | None:
    """Where the administration begins for this person; None for those who have no business there."""
    return next((endpoint for endpoint, permission, _, _ in SECTIONS if actor.may(permission)), None)
