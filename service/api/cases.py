"""Cases over the API."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from service.api.common import (
    PageInfo,
    PageQuery,
    Problem,
    Strict,
    account_named,
    created,
    moment,
    once,
    paged,
    part,
    reading,
)
from service.db.cases import Case
from service.db.queries import case_list
from service.db.queries import cases as queries
from service.db.queries.case_list import CaseFilter
from service.db.queries.cases import CaseRow, EventRow
from service.domain.access import shown_data
from service.operations import cases
from service.operations.action import Action

blueprint = part("cases")


EARLIEST, LATEST = date(1900, 1, 1), date(8999, 12, 31)


class CasePath(Strict):
    """A case by its id or its number."""

    case: str = Field(max_length=64, description="For example MUT-2026-000123")


class CasesQuery(PageQuery):
    """Which cases."""

    status: Literal["running", "suspended", "completed", "failed", "cancelled"] | None = None
    definition: str | None = Field(None, max_length=255)
    stage: str | None = Field(None, max_length=255)
    unit: str | None = Field(None, max_length=64, description="It is left or joined")
    origin: str | None = Field(None, max_length=64, description="The unit that is left")
    target: str | None = Field(None, max_length=64, description="The unit that is joined")
    plan: str | None = Field(None, max_length=200)
    kind: str | None = Field(None, max_length=8, description="M1 to M7")
    outcome: str | None = Field(None, max_length=64)
    role: str | None = Field(None, max_length=64, description="The role that has an open task")
    holder: str | None = Field(None, max_length=64, description="`me` or the user name who has taken a task")
    element: str | None = Field(None, max_length=511, description="Where it waits: process/element")
    overdue: bool = Field(False, description="Only those past a deadline")
    incidents: bool = Field(False, description="Only those with a step that failed")
    started_from: date | None = Field(None, ge=EARLIEST, le=LATEST)
    started_to: date | None = Field(None, ge=EARLIEST, le=LATEST)
    ended_from: date | None = Field(None, ge=EARLIEST, le=LATEST)
    ended_to: date | None = Field(None, ge=EARLIEST, le=LATEST)
    search: str | None = Field(None, max_length=100)
    sort: Literal["started", "-started", "changed", "-changed", "due", "-due", "number", "-number"] = Field(
        "-started", description="With - the greatest first"
    )


class StartBody(Strict):
    """Which definition to begin, for whom, with what."""

    definition: str = Field(min_length=1, max_length=255, examples=["transfer_lifecycle"])
    subject: str | None = Field(
        None, pattern=r"^[0-9]{18}$", description="NIP of the employee who asks to be moved"
    )
    data: dict[str, Any] = Field(default_factory=dict, examples=[{"unit_tujuan": "unor-123"}])


class CancelBody(Strict):
    """Why the case is cancelled."""

    reason: str = Field(min_length=1, max_length=2000, examples=["Jabatan sudah terisi"])


class CaseOut(BaseModel):
    """A case. Who is to be moved, and from where, is null where the reader may not know it."""

    id: str
    number: str = Field(examples=["MUT-2026-000123"])
    definition: str = Field(examples=["transfer_lifecycle"])
    version: int = Field(examples=[1], description="Of the definition")
    title: str
    title_en: str
    status: Literal["running", "completed", "failed", "cancelled"]
    stage: str = Field(examples=["Analisis kebutuhan"])
    outcome: str | None = None
    subject: str | None = Field(None, description="NIP")
    subject_name: str | None = None
    origin_unit: str | None = None
    target_unit: str | None = None
    target_position: str | None = None
    started_at: str = Field(examples=["2026-11-23T01:00:00+00:00"])
    started_by: str | None = None
    changed_at: str
    decided_at: str | None = None
    ended_at: str | None = None
    wake_at: str | None = Field(None, description="When the next timer fires")
    suspended_at: str | None = Field(None, description="Since when it stands still")
    due_at: str | None = Field(None, description="The next deadline of its open tasks")
    plan: str | None = Field(None, examples=["2026"], description="The programme or the period it belongs to")
    transfer_kind: str | None = Field(None, examples=["M1"])


class TurnOut(BaseModel):
    """An open task of a case."""

    task: str
    name: str
    role: str | None = None
    due_at: str | None = None


class CaseWithDataOut(CaseOut):
    """A case with the variables that the reader may know, and whose turn it is."""

    data: dict[str, Any]
    open: list[TurnOut]


class CasesOut(BaseModel):
    """A page of cases."""

    items: list[CaseOut]
    page: PageInfo


class EventOut(BaseModel):
    """One thing that happened."""

    id: int
    at: str
    actor: str
    acting_for: str | None = Field(None, description="The absent person the actor acted for")
    kind: str = Field(examples=["task_completed"])
    element: str | None = None
    process: str | None = None
    name: str
    task: str | None = None
    data: dict[str, Any]


class EventsOut(BaseModel):
    """A page of events, oldest first."""

    items: list[EventOut]
    page: PageInfo


@blueprint.post("/cases", responses={201: CaseOut, 403: Problem, 404: Problem, 422: Problem})
def start(body: StartBody) -> Any:
    """Begin a case."""

    def begin(action: Action) -> dict[str, Any]:
        case = cases.start(action, body.definition, subject=body.subject, data=body.data)
        return case_body(queries.get(action.session, action.actor, case.id))

    return created(begin, "cases", "id")


@blueprint.get("/cases", responses={200: CasesOut})
def page(query: CasesQuery) -> Any:
    """The cases that may be seen, latest first unless sorted otherwise."""
    with reading() as action:
        found = case_list.page(
            action.session,
            action.actor,
            _wanted(action, query),
            sort=query.sort.removeprefix("-"),
            descending=query.sort.startswith("-"),
            limit=query.limit,
            cursor=query.cursor,
        )
        return paged(found, case_body)


def _wanted(action: Action, query: CasesQuery) -> CaseFilter:
    def day(value: date | None, later: int = 0) -> datetime | None:
        return action.calendar.start_of_day(value + timedelta(days=later), hour=0) if value else None

    same = ("status", "definition", "stage", "unit", "origin", "target", "plan", "kind")
    also = ("role", "element", "incidents", "search")
    return CaseFilter(
        **query.model_dump(include={*same, *also}),
        outcomes=(query.outcome,) if query.outcome else (),
        holder=account_named(action, query.holder),
        due_before=action.now if query.overdue else None,
        started_from=day(query.started_from),
        started_to=day(query.started_to, 1),
        ended_from=day(query.ended_from),
        ended_to=day(query.ended_to, 1),
    )


@blueprint.get("/cases/<case>", responses={200: CaseWithDataOut, 404: Problem})
def get(path: CasePath) -> Any:
    """A case with its present data and whose turn it is."""
    with reading() as action:
        row = queries.get(action.session, action.actor, path.case)
        stored = action.session.get_one(Case, row.id)
        body = case_body(row)
        body["data"] = shown_data(action.actor, cases.data(action, stored), names=not row.names_hidden)
        body["open"] = [
            {"task": str(turn.task_id), "name": turn.name, "role": turn.role, "due_at": moment(turn.due_at)}
            for turn in queries.turns(action.session, [row.id]).get(row.id, [])
        ]
        response = jsonify(body)
        response.set_etag(str(row.version))
        return response


@blueprint.get("/cases/<case>/events", responses={200: EventsOut, 404: Problem})
def events(path: CasePath, query: PageQuery) -> Any:
    """What happened in a case, oldest first."""
    with reading() as action:
        row = queries.get(action.session, action.actor, path.case)
        found = queries.events(action.session, action.actor, row.id, limit=query.limit, cursor=query.cursor)
        return paged(found, _event)


@blueprint.post("/cases/<case>/cancel", responses={200: CaseOut, 403: Problem, 404: Problem, 409: Problem})
def cancel(path: CasePath, body: CancelBody) -> Response:
    """End a case by hand."""
    return changed(path, lambda action, case_id: cases.cancel(action, case_id, body.reason))


def changed(path: CasePath, do: Callable[[Action, uuid.UUID], Any]) -> Response:
    """Change a case that may be seen (`do` of the action and the case's id), and answer how it is then."""

    def change(action: Action) -> dict[str, Any]:
        row = queries.get(action.session, action.actor, path.case)
        do(action, row.id)
        return case_body(queries.get(action.session, action.actor, row.id))

    return once(200, change)


def case_body(row: CaseRow) -> dict[str, Any]:
    """A case as the API shows it."""
    return {
        "id": str(row.id),
        "number": row.number,
        "definition": row.definition_key,
        "version": row.definition_version,
        "title": row.title,
        "title_en": row.title_en,
        "status": row.status,
        "stage": row.stage,
        "outcome": row.outcome,
        "subject": row.subject_nip,
        "subject_name": row.subject_name,
        "origin_unit": row.origin_unit,
        "target_unit": row.target_unit,
        "target_position": row.target_position,
        "started_at": moment(row.started_at),
        "started_by": row.started_by,
        "changed_at": moment(row.changed_at),
        "decided_at": moment(row.decided_at),
        "ended_at": moment(row.ended_at),
        "wake_at": moment(row.wake_at),
        "suspended_at": moment(row.suspended_at),
        "due_at": moment(row.due_at),
        "plan": row.plan,
        "transfer_kind": row.transfer_kind,
    }


def _event(row: EventRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": moment(row.at),
        "actor": row.actor,
        "acting_for": row.acting_for,
        "kind": row.kind,
        "element": row.element,
        "process": row.process,
        "name": row.name,
        "task": str(row.task_id) if row.task_id else None,
        "data": dict(row.data),
    }
