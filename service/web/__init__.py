"""The pages: one module per feature, each with a `blueprint`."""

from __future__ import annotations

from flask import Flask

from service.web import (
    absence,
    account,
    cases,
    comments,
    common,
    definitions,
    documents,
    editing,
    feeds,
    home,
    inbox,
    install,
    lookup,
    notices,
    overview,
    saved_views,
    starting,
    tasks,
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
    tasks.blueprint,
    cases.blueprint,
    starting.blueprint,
    definitions.blueprint,
    editing.blueprint,
    documents.blueprint,
    lookup.blueprint,
    overview.blueprint,
    absence.blueprint,
    saved_views.blueprint,
)


def register(app: Flask) -> None:
    """Add every page, and what templates need (icons, assets, dates, the language switch)."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
