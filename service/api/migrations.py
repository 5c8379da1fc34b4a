"""Moving cases to other versions over the API: one at once, or all of a version as a job."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from service.api.cases import CasePath
from service.api.common import REFUSALS, Problem, Strict, as_id, created, moment, once, part, reading
from service.api.definitions import KeyPath
from service.db.definitions import DefinitionVersion
from service.db.incidents import MigrationJob
from service.db.queries import cases as case_queries
from service.operations import migrating
from service.operations.action import Action

MOST_VERSION = 2**31 - 1
blueprint = part("migrations")


class JobPath(Strict):
    """A job by its id."""

    job: str = Field(max_length=64)


class How(Strict):
    """Which elements are called otherwise in the new version, and what becomes of timers that run."""

    mapping: dict[str, str] = Field(default_factory=dict, examples=[{"periksa": "periksa_berkas"}])
    timers: Literal["keep", "anew"] = Field(
        "keep", description="Keep the time that has passed, or begin anew"
    )


class MigrateBody(How):
    """To which version, and whether only to say what would come of it."""

    version: int = Field(ge=1, le=MOST_VERSION)
    dry_run: bool = False


class JobBody(How):
    """From which version to which."""

    from_version: int = Field(ge=1, le=MOST_VERSION)
    to_version: int = Field(ge=1, le=MOST_VERSION)


class MigratedOut(BaseModel):
    """The case and the version it is on, with the elements that are open there."""

    case: str
    version: int
    open: list[str]
    dry_run: bool


class UndoneOut(BaseModel):
    """The case that is back on its earlier version."""

    case: str


class ReasonOut(BaseModel):
    """Why a case was left where it is."""

    element: str | None = None
    message: str


class BlockedOut(BaseModel):
    """A case that was left where it is."""

    case: str
    reasons: list[ReasonOut]


class JobOut(BaseModel):
    """How far a job is."""

    id: str
    state: Literal["running", "done", "stopped"]
    from_version: int
    to_version: int
    moved: int
    left: int
    blocked: list[BlockedOut]
    created_at: str
    ended_at: str | None = None


@blueprint.post("/cases/<case>/migration", responses={200: MigratedOut, **REFUSALS})
def migrate(path: CasePath, body: MigrateBody) -> Response:
    """Move a case to another version, whole or not at all; 422 names everything that blocks."""

    def move(action: Action) -> dict[str, Any]:
        row = case_queries.get(action.session, action.actor, path.case)
        if body.dry_run:
            _, _, _, step = migrating.plan(action, row.id, body.version, body.mapping, body.timers)
            open_there = [task.element for task in step.open]
        else:
            migrating.migrate(action, row.id, body.version, body.mapping, body.timers)
            open_there = [
                turn.element for turn in case_queries.turns(action.session, [row.id]).get(row.id, [])
            ]
        return {"case": str(row.id), "version": body.version, "open": open_there, "dry_run": body.dry_run}

    return once(200, move)


@blueprint.post("/cases/<case>/migration/undo", responses={200: UndoneOut, **REFUSALS})
def undo(path: CasePath) -> Response:
    """Take the last move of a case back, as long as nothing was done since."""

    def back(action: Action) -> dict[str, Any]:
        row = case_queries.get(action.session, action.actor, path.case)
        return {"case": str(migrating.undo(action, row.id).id)}

    return once(200, back)


@blueprint.post("/definitions/<key>/migrations", responses={201: JobOut, **REFUSALS})
def begin(path: KeyPath, body: JobBody) -> Response:
    """Move all running cases of a version, a few at a time; the answer says where to look how far it is."""

    def plan(action: Action) -> dict[str, Any]:
        job = migrating.begin_job(
            action, path.key, body.from_version, body.to_version, body.mapping, body.timers
        )
        return _job(action, job)

    return created(plan, "migrations", "id")


@blueprint.get("/migrations/<job>", responses={200: JobOut, 403: Problem, 404: Problem})
def get(path: JobPath) -> Any:
    """How far a job is, and which cases it had to leave where they are."""
    with reading() as action:
        return jsonify(_job(action, migrating.get_job(action, as_id(path.job, "job"))))


@blueprint.post("/migrations/<job>/stop", responses={200: JobOut, **REFUSALS})
def stop(path: JobPath) -> Response:
    """Leave the cases that are still to be moved where they are."""
    return once(200, lambda action: _job(action, migrating.stop_job(action, as_id(path.job, "job"))))


def _job(action: Action, job: MigrationJob) -> dict[str, Any]:
    versions = [
        action.session.get_one(DefinitionVersion, version).version
        for version in (job.from_version_id, job.to_version_id)
    ]
    return {
        "id": str(job.id),
        "state": job.state,
        "from_version": versions[0],
        "to_version": versions[1],
        "moved": job.moved,
        "left": migrating.left(action, job) if job.state == "running" else 0,
        "blocked": job.blocked,
        "created_at": moment(job.created_at),
        "ended_at": moment(job.ended_at),
    }
