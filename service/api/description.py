"""The OpenAPI description: what the library writes of the code, with what it cannot know."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from pydantic import BaseModel

from service.api.problems import MEDIA_TYPE

ALWAYS = {
    "400": "The request is not of the documented form",
    "401": "No token, or not a valid one",
    "403": "The roles of the token's account do not allow it",
    "503": "The database is busy or away; the same request may be sent again",
}
MEANINGS = {
    "200": "Done",
    "201": "Made",
    "404": "It does not exist, or may not be known to exist",
    "409": "Somebody was first",
    "412": "It changed since the version that If-Match names",
    "413": "The body is too large",
    "415": "The body is of another kind",
    "422": "What was sent cannot be accepted; `errors` or `findings` say why",
}
KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same key with the same request has one effect and equal answers",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
}
ACTING_FOR = {
    "name": "Acting-For",
    "in": "header",
    "description": "The user name of an absent person for whom the token's account stands in now: the request is done with "
    "their rights, and logged with both names. Anybody else's name is a 403",
    "schema": {"type": "string", "maxLength": 64},
    "example": "siti.kepala",
}
VERSION = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag of the task as it was read; another version is a 412",
    "schema": {"type": "string"},
    "example": '"3"',
}


def complete(described: Mapping[str, Any], models: Mapping[str, type[BaseModel]]) -> dict[str, Any]:
    """The description with errors as problem+json, headers, and the examples that the models give."""
    found = deepcopy(dict(described))
    schemas = found["components"]["schemas"]
    for path, method, operation in _operations(found):
        responses = operation["responses"]
        if operation.get("security"):
            for code, meaning in ALWAYS.items():
                responses[code] = {"description": meaning, "content": _problem()}
        else:
            responses.pop("400", None)
        for code, response in responses.items():
            if code in MEANINGS and code not in ALWAYS:
                response["description"] = MEANINGS[code]
            if code >= "400" and operation.get("security"):
                response["content"] = _problem()
        if operation.get("security"):
            operation.setdefault("parameters", []).append(ACTING_FOR)
        if method == "post":
            parameters = operation.setdefault("parameters", [])
            parameters.append(KEY)
            if "/tasks/" in path:
                parameters.append(VERSION)
    schemas.pop("ValidationErrorModel", None)
    for name, schema in schemas.items():
        if name in models:
            _give_examples(schema, models[name])
    return found


def _operations(described: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def _problem() -> dict[str, Any]:
    return {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _give_examples(schema: dict[str, Any], model: type[BaseModel]) -> None:
    """The library drops `examples`, which JSON Schema has and its own model of it has not."""
    for field, described in model.model_json_schema().get("properties", {}).items():
        if "examples" in described:
            schema["properties"][field]["examples"] = described["examples"]
