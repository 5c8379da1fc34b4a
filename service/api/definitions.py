"""Definitions over the API."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, make_response, request
from flask_openapi3 import FileStorage
from pydantic import BaseModel, ConfigDict, Field, field_validator

from service.api.common import (
    PageInfo,
    PageQuery,
    Problem,
    Strict,
    created,
    moment,
    paged,
    part,
    reading,
)
from service.db.queries import definitions as queries
from service.db.queries.definitions import VersionRow
from service.domain.access import Actor
from service.domain.errors import Invalid, NotAllowed
from service.engine.steps import SourceFile
from service.operations import definitions
from service.operations.action import Action
from service.security import SANDBOX

UPLOAD = "api_definitions.deploy"
MOST_VERSION = 2**31 - 1
DIAGRAM = {"content": {"application/xml": {"schema": {"type": "string"}}}}
blueprint = part("definitions")


class Upload(BaseModel):
    """One or more files: .bpmn, and the .dmn and .json they refer to where those are new."""

    model_config = ConfigDict(extra="forbid")
    file: list[FileStorage] = Field(min_length=1, description="The files; repeat the field for several")
    note: str = Field("", max_length=2000, description="Why this version is deployed")

    @field_validator("note", mode="before")
    @classmethod
    def as_sent(cls, _: Any) -> str:
        """The text itself: the library reads form fields as JSON where they look like it (`2026`, `true`)."""
        return request.form.get("note", "")


class KeyPath(Strict):
    """A definition by its key."""

    key: str = Field(max_length=255, description="For example transfer_lifecycle")


class VersionPath(KeyPath):
    """A version of a definition."""

    version: int = Field(ge=1, le=MOST_VERSION)


class DeployedOut(BaseModel):
    """A version that a definition now has."""

    key: str = Field(examples=["transfer_lifecycle"])
    version: int = Field(examples=[2])
    name: str = Field(examples=["Mutasi pegawai"])


class DeploymentOut(DeployedOut):
    """What was deployed: the first process, and all of them. A changed stage is a new version of its callers too."""

    deployed: list[DeployedOut]


class DefinitionOut(DeployedOut):
    """A version of a definition, who deployed it and why, and how many cases run on it."""

    deployed_at: str
    deployed_by: str | None = None
    note: str
    latest: bool
    running: int
    files: list[str]


class DefinitionWithVersionsOut(DefinitionOut):
    """A definition at its latest version, with all of them."""

    versions: list[DefinitionOut]


class DefinitionsOut(BaseModel):
    """A page of definitions at their latest versions."""

    items: list[DefinitionOut]
    page: PageInfo


@blueprint.post("/definitions", responses={201: DeploymentOut, 403: Problem, 415: Problem, 422: Problem})
def deploy(form: Upload) -> Response:
    """Deploy a definition: 201 with its key and version, or 422 with every finding."""
    files = [SourceFile(_name(storage.filename), storage.read()) for storage in form.file]
    content = "\n".join([form.note, *(f"{file.name} {file.sha256}" for file in files)]).encode()

    def store(action: Action) -> dict[str, Any]:
        versions = definitions.deploy(action, files, form.note)
        rows = [
            {"key": version.key, "version": version.version, "name": version.name} for version in versions
        ]
        return {**rows[0], "deployed": rows}

    return created(store, "definitions", "key", content=content)


@blueprint.get("/definitions", responses={200: DefinitionsOut})
def page(query: PageQuery) -> Any:
    """All definitions at their latest versions."""
    with reading() as action:
        _check_may_view(action.actor)
        return paged(queries.page(action.session, limit=query.limit, cursor=query.cursor), _version)


@blueprint.get("/definitions/<key>", responses={200: DefinitionWithVersionsOut, 404: Problem})
def get(path: KeyPath) -> Any:
    """A definition with all its versions."""
    with reading() as action:
        _check_may_view(action.actor)
        versions = queries.versions(action.session, path.key)
        return jsonify({**_version(versions[0]), "versions": [_version(version) for version in versions]})


@blueprint.get("/definitions/<key>/versions/<int:version>/xml", responses={200: DIAGRAM, 404: Problem})
def xml(path: VersionPath) -> Response:
    """The diagram of a version, as a file."""
    with reading() as action:
        _check_may_view(action.actor)
        row = queries.get(action.session, path.key, path.version)
        name = next((name for name in row.files if name == f"{path.key}.bpmn"), None)
        holder = name or next(
            name
            for name in row.files
            if path.key
            in definitions.executable_processes(SourceFile(name, queries.file(action.session, row.id, name)))
        )
        content = queries.file(action.session, row.id, holder)
    response = make_response(content)
    response.content_type = "application/xml"
    response.headers.set("Content-Disposition", "attachment", filename=f"{path.key}-v{path.version}.bpmn")
    response.headers["Content-Security-Policy"] = SANDBOX
    return response


def _check_may_view(who: Actor) -> None:
    if not any(who.may(permission) for permission in ("definition.view", "definition.deploy", "case.start")):
        raise NotAllowed("Your roles do not allow you to see definitions.")


def _name(filename: str | None) -> str:
    """The last part of an uploaded name, of plain characters."""
    name = (filename or "").replace("\\", "/").rpartition("/")[2]
    if not name or name != "".join(
        character for character in name if character.isalnum() or character in "._- "
    ):
        raise Invalid("A file's name has letters, digits, dots and dashes, and ends in .bpmn, .dmn or .json.")
    return name


def _version(row: VersionRow) -> dict[str, Any]:
    return {
        "key": row.key,
        "version": row.version,
        "name": row.name,
        "deployed_at": moment(row.deployed_at),
        "deployed_by": row.deployed_by,
        "note": row.note,
        "latest": row.is_latest,
        "running": row.running,
        "files": list(row.files),
    }
