"""Moving running cases to another version of their definition: one, or all of a version a few at a time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from service.db.cases import Case
from service.db.definitions import DefinitionVersion
from service.db.incidents import CaseMigration, MigrationJob
from service.domain.errors import Conflict, Incident, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.engine.definitions import Definition
from service.engine.migration import MigrationBlocked, Timers
from service.engine.steps import Step
from service.operations import cases, definitions, jobs
from service.operations.action import Action
from service.operations.advancing import advance
from service.operations.recording import open_tasks, role_of, write_event

if TYPE_CHECKING:
    from service.wiring import Services

MIGRATE = "case.migrate"
AT_ONCE = 20
MOST_BLOCKED_SHOWN = 1_000


def plan(
    action: Action, case_id: uuid.UUID, version: int, mapping: Mapping[str, str], timers: Timers
) -> tuple[Case, Definition, DefinitionVersion, Step]:
    """What moving a case would make of it, without doing it. Raises MigrationBlocked with every reason."""
    _check(action)
    case = cases.locked(action, case_id)
    if case.status != "running":
        raise Conflict("The case has ended already.")
    target = definitions.numbered(action.session, case.definition_key, version)
    if target.id == case.definition_version_id:
        raise Invalid("The case is on this version already.", {"version": "The case is on it."})
    old = definitions.compiled(action.session, action.engine, case.definition_version_id)
    new = definitions.compiled(action.session, action.engine, target.id)
    step = action.engine.migrate(old, case.snapshot, new, action.now, mapping=mapping, timers=timers)
    return case, new, target, step


def migrate(
    action: Action, case_id: uuid.UUID, version: int, mapping: Mapping[str, str], timers: Timers = "keep"
) -> CaseMigration:
    """Move a case to a version, whole or not at all. Raises MigrationBlocked with every reason."""
    case, definition, target, step = plan(action, case_id, version, mapping, timers)
    moved = CaseMigration(
        id=new_id(),
        case_id=case.id,
        at=action.now,
        by=action.actor.id,
        from_version_id=case.definition_version_id,
        to_version_id=target.id,
        snapshot_before=case.snapshot,
        case_version_after=case.version + 1,
    )
    before = action.session.get_one(DefinitionVersion, case.definition_version_id).version
    _take_over(action, case, target.id, definition, step)
    action.session.add(moved)
    write_event(
        action, "case_migrated", case=case, data={"from": before, "to": version, "mapping": dict(mapping)}
    )
    action.session.flush()
    return moved


def undo(action: Action, case_id: uuid.UUID) -> Case:
    """Take the last move of a case back, as long as nothing was done in it since."""
    _check(action)
    case = cases.locked(action, case_id)
    moved = action.session.scalar(
        select(CaseMigration)
        .where(CaseMigration.case_id == case.id, CaseMigration.undone_at.is_(None))
        .order_by(CaseMigration.at.desc(), CaseMigration.id.desc())
        .limit(1)
    )
    if moved is None:
        raise NotFound("The case was not moved to another version.")
    if moved.case_version_after != case.version:
        raise Conflict("The case has gone on since it was moved: that can no longer be taken back.")
    definition = definitions.compiled(action.session, action.engine, moved.from_version_id)
    step = action.engine.reopened(definition, moved.snapshot_before, action.now)
    _take_over(action, case, moved.from_version_id, definition, step)
    moved.undone_at = action.now
    write_event(action, "migration_undone", case=case)
    return case


def _take_over(action: Action, case: Case, version_id: uuid.UUID, definition: Definition, step: Step) -> None:
    """Make the stored case what the step says: tasks that stand where they stood stay the same rows."""
    stood = definitions.compiled(action.session, action.engine, case.definition_version_id)
    case.definition_version_id = version_id
    advance(action, case, definition, step, stood=stood)
    present = {task.key: task for task in step.open}
    for row in open_tasks(action, case).values():
        task = present[row.engine_key]
        as_stored = (row.element, row.process, row.name, row.name_en, row.form, row.role, row.escalate_to)
        role, escalate_to = role_of(action.roles, task.role), role_of(action.roles, task.escalate_to)
        as_now = (task.element, task.process, task.name, task.name_en, task.form, role, escalate_to)
        if as_stored != as_now:
            row.element, row.process, row.name, row.name_en, row.form, row.role, row.escalate_to = as_now
            row.kind = task.kind
            row.version += 1


def begin_job(
    action: Action, key: str, from_version: int, to_version: int, mapping: Mapping[str, str], timers: Timers
) -> MigrationJob:
    """Plan to move all running cases of a version. The worker does it, a few cases at a time."""
    _check(action)
    if from_version == to_version:
        raise Invalid("The versions are the same.", {"to_version": "Another version."})
    job = MigrationJob(
        id=new_id(),
        from_version_id=definitions.numbered(action.session, key, from_version).id,
        to_version_id=definitions.numbered(action.session, key, to_version).id,
        mapping=dict(mapping),
        timers=timers,
        state="running",
        created_at=action.now,
        created_by=action.actor.id,
        moved=0,
        blocked=[],
    )
    action.session.add(job)
    write_event(
        action,
        "migration_planned",
        name=key,
        data={"from": from_version, "to": to_version, "job": str(job.id)},
    )
    action.session.flush()
    return job


def stop_job(action: Action, job_id: uuid.UUID) -> MigrationJob:
    """Leave the cases that are still to be moved where they are."""
    job = get_job(action, job_id, lock=True)
    if job.state == "running":
        job.state, job.ended_at = "stopped", action.now
    return job


def get_job(action: Action, job_id: uuid.UUID, *, lock: bool = False) -> MigrationJob:
    _check(action)
    job = action.session.get(MigrationJob, job_id, with_for_update=lock, populate_existing=lock)
    if job is None:
        raise NotFound("There is no such job.")
    return job


def left(action: Action, job: MigrationJob) -> int:
    """How many running cases the job has still to look at."""
    query = select(func.count()).select_from(Case).where(*_waiting(job))
    return action.session.scalar(query) or 0


def run_jobs(services: Services) -> Iterator[MigrationJob]:
    """Move the cases of the jobs that run; yields the job after each few of them."""
    return jobs.run(services, MigrationJob, _go_on, MIGRATE)


def _go_on(action: Action, job: MigrationJob) -> None:
    ids = action.session.scalars(select(Case.id).where(*_waiting(job)).order_by(Case.id).limit(AT_ONCE)).all()
    version = action.session.get_one(DefinitionVersion, job.to_version_id).version
    blocked: list[dict[str, Any]] = []
    for case_id in ids:
        try:
            with action.session.begin_nested():
                migrate(action, case_id, version, job.mapping, _timers(job))
            job.moved += 1
        except MigrationBlocked as error:
            reasons = [{"element": one.element, "message": one.message} for one in error.reasons]
            blocked.append({"case": str(case_id), "reasons": reasons})
        except (Conflict, Incident) as error:
            blocked.append({"case": str(case_id), "reasons": [{"element": None, "message": str(error)}]})
        job.last_case = case_id
    job.blocked = [*job.blocked, *blocked][:MOST_BLOCKED_SHOWN]
    if not ids:
        job.state, job.ended_at = "done", action.now


def _timers(job: MigrationJob) -> Timers:
    return "anew" if job.timers == "anew" else "keep"


def _waiting(job: MigrationJob) -> list[Any]:
    conditions = [Case.definition_version_id == job.from_version_id, Case.status == "running"]
    return [*conditions, Case.id > job.last_case] if job.last_case is not None else conditions


def _check(action: Action) -> None:
    if not action.actor.may(MIGRATE):
        raise NotAllowed("Your roles do not allow you to move cases to other versions.")
