"""The pages: one module per feature, each with a `blueprint`."""

from __future__ import annotations

from flask import Flask

from service.web import (
    absence,
    account,
    case_managing,
    comments,
    common,
    corrections,
    deciding,
    definitions,
    deploying_again,
    documents,
    drafting,
    editing,
    feeds,
    form_fields,
    home,
    inbox,
    install,
    letter_check,
    letters,
    lookup,
    my,
    notices,
    outcomes,
    overview,
    own_data,
    palette,
    saved_views,
    security,
    starting,
    task_moves,
    tasks,
    wishes,
)
from service.web.admin import accounts, audit, calendar, mail, roles, running, tokens, units
from service.web.admin import sessions as admin_sessions
from service.web.admin import sign_in as admin_sign_in

ADMINISTRATION = (
    running.blueprint,
    accounts.blueprint,
    roles.blueprint,
    units.blueprint,
    admin_sessions.blueprint,
    admin_sign_in.blueprint,
    tokens.blueprint,
    calendar.blueprint,
    mail.blueprint,
    audit.blueprint,
)

BLUEPRINTS = (
    common.blueprint,
    home.blueprint,
    account.blueprint,
    notices.blueprint,
    comments.blueprint,
    feeds.blueprint,
    install.blueprint,
    inbox.blueprint,
    deciding.blueprint,
    tasks.blueprint,
    case_managing.blueprint,
    task_moves.blueprint,
    drafting.blueprint,
    form_fields.blueprint,
    starting.blueprint,
    definitions.blueprint,
    deploying_again.blueprint,
    editing.blueprint,
    documents.blueprint,
    letter_check.blueprint,
    letters.blueprint,
    lookup.blueprint,
    outcomes.blueprint,
    security.blueprint,
    overview.blueprint,
    absence.blueprint,
    wishes.blueprint,
    own_data.blueprint,
    my.blueprint,
    corrections.blueprint,
    saved_views.blueprint,
    palette.blueprint,
    *ADMINISTRATION,
)


def register(app: Flask) -> None:
    """Add every page, and what templates need (icons, assets, dates, the language switch)."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
