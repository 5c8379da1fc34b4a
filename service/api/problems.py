"""Errors as RFC 9457 problem+json. No data of a case is ever part of one."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from flask import Response, make_response, request
from pydantic import ValidationError
from werkzeug.exceptions import HTTPException

from service.domain import errors
from service.engine.migration import MigrationBlocked

STATUS: tuple[tuple[type[errors.MutasiError], int, str], ...] = (
    (errors.NotFound, 404, "Not found"),
    (errors.NotAllowed, 403, "Not allowed"),
    (errors.Stale, 412, "It changed since you read it"),
    (errors.Conflict, 409, "Somebody was first"),
    (errors.InvalidForm, 422, "The answers do not fit the form"),
    (errors.InvalidDefinition, 422, "The definition has errors"),
    (MigrationBlocked, 422, "The case cannot be moved to the version"),
    (errors.Incident, 422, "The case could not go on"),
    (errors.Invalid, 422, "The request cannot be accepted"),
    (errors.NoSpace, 507, "There is no room left"),
    (errors.NotReady, 503, "This installation lacks something"),
    (errors.BadCredentials, 401, "Sign in first"),
    (errors.TooManyAttempts, 429, "Too many attempts"),
    (errors.MutasiError, 400, "Refused"),
)
TYPE = "https://mutasi.id/problems/"
MEDIA_TYPE = "application/problem+json"


def status_of(error: errors.MutasiError) -> int:
    """The HTTP status of a business error."""
    return next(status for kind, status, _ in STATUS if isinstance(error, kind))


def problem(
    error: Exception,
    *,
    status: int | None = None,
    title: str | None = None,
    detail: str = "",
    code: str | None = None,
    trace: str | None = None,
) -> Response:
    """An error as a problem document with its status."""
    body: dict[str, Any]
    if isinstance(error, errors.MutasiError):
        body = _business(error)
    elif isinstance(error, HTTPException) and status is None:
        body = _body(
            error.code or 500, error.name, error.name.lower().replace(" ", "_"), error.description or ""
        )
    else:
        body = _body(status or 500, title or "Something went wrong here", code or "internal", detail)
    body["trace_id"] = trace or uuid.uuid4().hex[:12]
    return _response(body)


def invalid_request(error: ValidationError) -> Response:
    """A request whose parameters or body are not of the documented form."""
    body = _body(400, "The request is not of the documented form", "invalid_request", "See errors.")
    body["errors"] = [
        {
            "pointer": "/" + "/".join(str(part) for part in found["loc"]),
            "code": found["type"],
            "detail": found["msg"],
        }
        for found in error.errors(include_url=False, include_input=False, include_context=False)
    ]
    body["trace_id"] = uuid.uuid4().hex[:12]
    return _response(body)


def _business(error: errors.MutasiError) -> dict[str, Any]:
    status, title = next((status, title) for kind, status, title in STATUS if isinstance(error, kind))
    body = _body(status, title, error.code, str(error))
    if isinstance(error, errors.Conflict):
        if error.by:
            body["by"] = error.by
        if error.at is not None:
            body["at"] = error.at.isoformat()
    if isinstance(error, errors.Invalid) and error.fields:
        body["errors"] = [
            {"pointer": f"/data/{field.replace('.', '/')}", "code": "invalid", "detail": message}
            for field, message in error.fields.items()
        ]
    if isinstance(error, errors.InvalidDefinition):
        body["findings"] = [asdict(finding) for finding in error.findings]
    if isinstance(error, MigrationBlocked):
        body["findings"] = [
            {
                "file": "",
                "element": reason.element,
                "rule": "migration",
                "severity": "error",
                "message": reason.message,
                "mend": reason.mend,
            }
            for reason in error.reasons
        ]
    if isinstance(error, errors.Incident) and error.element:
        body["element"] = error.element
    return body


def _body(status: int, title: str, code: str, detail: str) -> dict[str, Any]:
    return {
        "type": TYPE + code.replace("_", "-"),
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": quote(request.path),
    }


def _response(body: dict[str, Any]) -> Response:
    response = make_response(json.dumps(body, ensure_ascii=False), body["status"])
    response.content_type = MEDIA_TYPE
    if body["status"] == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
