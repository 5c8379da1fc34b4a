"""Is it alive, and is it ready?"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Literal

from flask import Blueprint, current_app, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError

from service import __version__
from service.api.common import PREFIX
from service.db.cases import Fact
from service.db.migrate import is_current
from service.wiring import Services

root = Blueprint("health", __name__)
blueprint = APIBlueprint("api_health", __name__, url_prefix=PREFIX, abp_tags=[Tag(name="health")])


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"]
    version: str


class Ready(BaseModel):
    """Whether work can be done. All but `status` and `database` are absent when the database is away."""

    status: Literal["ok", "unavailable"]
    database: bool
    schema_current: bool | None = None
    seconds_since_last_tick: float | None = Field(
        None, description="How long ago due work was looked for; null: never"
    )


@root.get("/healthz")
@blueprint.get("/healthz", responses={200: Alive})
def healthz() -> Any:
    """The process answers."""
    return jsonify({"status": "ok", "version": __version__})


@root.get("/readyz")
@blueprint.get("/readyz", responses={200: Ready, 503: Ready})
def readyz() -> Any:
    """The database answers and has this version's schema; how long ago due work was last looked for."""
    services: Services = current_app.extensions["services"]
    try:
        with services.reading(now=datetime.now(UTC)) as action:
            current = is_current(action.session.connection())
            tick = action.session.get(Fact, "last_tick") if current else None
    except DBAPIError:
        return jsonify({"status": "unavailable", "database": False}), 503
    age = (datetime.now(UTC) - datetime.fromisoformat(tick.value)).total_seconds() if tick else None
    body = {
        "status": "ok" if current else "unavailable",
        "database": True,
        "schema_current": current,
        "seconds_since_last_tick": round(age, 1) if age is not None else None,
    }
    return jsonify(body), 200 if current else 503
