"""The pages: one module per feature, each with a `blueprint`."""

from __future__ import annotations

from flask import Flask

from service.web import (
    absence,
    cases,
    common,
    deciding,
    definitions,
    documents,
    drafting,
    editing,
    form_fields,
    home,
    inbox,
    lookup,
    palette,
    saved_views,
    starting,
    task_moves,
    tasks,
)

BLUEPRINTS = (
    common.blueprint,
    home.blueprint,
    inbox.blueprint,
    deciding.blueprint,
    tasks.blueprint,
    task_moves.blueprint,
    drafting.blueprint,
    form_fields.blueprint,
    cases.blueprint,
    starting.blueprint,
    definitions.blueprint,
    editing.blueprint,
    documents.blueprint,
    lookup.blueprint,
    absence.blueprint,
    saved_views.blueprint,
    palette.blueprint,
)


def register(app: Flask) -> None:
    """Add every page, and what templates need (icons, assets, dates, the language switch)."""
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
