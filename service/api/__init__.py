"""The JSON API under /api/v1: the same operations as the pages. Its description is made from this code."""

from __future__ import annotations

from typing import Any

from flask import jsonify, request
from flask_login import current_user
from flask_openapi3 import OpenAPI
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.api import (
    cases,
    comments,
    definitions,
    description,
    external,
    figures,
    health,
    incidents,
    letters,
    managing,
    messages,
    migrations,
    notices,
    task_batches,
    task_handing,
    tasks,
)
from service.api.common import PREFIX, actor
from service.api.problems import invalid_request
from service.api.strict_json import StrictJson
from service.security import csrf

MODULES = (
    definitions,
    cases,
    comments,
    managing,
    letters,
    tasks,
    task_batches,
    task_handing,
    messages,
    incidents,
    external,
    figures,
    migrations,
    notices,
)
MOST_JSON_BYTES = 1 << 20
SECURITY: dict[str, Any] = {"bearer": {"type": "http", "scheme": "bearer"}}


def register(app: OpenAPI) -> None:
    """Add the API to the application."""
    app.json = StrictJson(app)
    app.security_schemes = SECURITY
    app.validation_error_callback = _invalid
    parts = tuple(module.blueprint for module in MODULES)
    names = {part.name for part in parts}
    for part in parts:
        csrf.exempt(part)
        app.register_api(part)
    app.register_api(health.blueprint)
    app.register_blueprint(health.root)
    described: dict[str, Any] = {}

    @app.before_request
    def check_request() -> None:
        """Who asks, then whether a page of ours asked, then the body: nothing is read for nobody."""
        if request.blueprint not in names:
            return
        if request.method == "OPTIONS":
            return
        actor()
        if request.method in ("GET", "HEAD"):
            return
        if current_user.session is not None:
            csrf.protect()  # a cookie's request may come from a foreign page; one with a bearer token cannot
        if request.endpoint == definitions.UPLOAD:
            if request.mimetype != "multipart/form-data":
                raise UnsupportedMediaType("The files are sent as multipart/form-data.")
        else:
            _read_json()

    @app.get(f"{PREFIX}/openapi.json", doc_ui=False)
    def openapi() -> Any:
        """This description."""
        if not described:
            described.update(description.complete(app.api_doc, _models()))
        return jsonify(described)


def _read_json() -> None:
    """Parse the body, strictly and once; what is wrong with it is a 400 that says so."""
    request.max_content_length = MOST_JSON_BYTES
    if not request.is_json:
        if request.content_length or "Transfer-Encoding" in request.headers:
            raise UnsupportedMediaType("The body is sent as application/json.")
        return
    try:
        request.get_json()
    except BadRequest as refused:
        reason = getattr(refused.__cause__, "description", None)
        raise BadRequest(reason or "The body is not JSON.") from refused


def _models() -> dict[str, type[BaseModel]]:
    """The models of bodies and answers by name."""
    found = [value for part in (*MODULES, health) for value in vars(part).values() if isinstance(value, type)]
    return {model.__name__: model for model in found if issubclass(model, BaseModel)}


def _invalid(error: ValidationError) -> Any:
    return invalid_request(error)
