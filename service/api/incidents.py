"""Incidents over the API: what failed, to be done again, repaired or moved by someone who may."""

from __future__ import annotations

from typing import Any, Literal

from flask import Response, jsonify
from pydantic import BaseModel, Field

from service.api.cases import CasePath
from service.api.common import (
    REFUSALS,
    PageInfo,
    PageQuery,
    Problem,
    Strict,
    as_id,
    moment,
    once,
    paged,
    part,
    reading,
)
from service.db.cases import Case
from service.db.queries import cases as case_queries
from service.db.queries import incidents as queries
from service.db.queries.incidents import IncidentRow
from service.domain.access import shown_data
from service.operations import cases, incidents
from service.operations.action import Action

blueprint = part("incidents")


class IncidentPath(Strict):
    """An incident by its id."""

    incident: str = Field(max_length=64)


class IncidentsQuery(PageQuery):
    """Which incidents."""

    state: Literal["open", "resolved"] = "open"
    case: str | None = Field(None, max_length=64)


class VariablesBody(Strict):
    """Variables to set in all branches of a case, and why."""

    set: dict[str, Any] = Field(min_length=1, examples=[{"tmt": "2027-01-01"}])
    reason: str = Field(min_length=1, max_length=2000)


class IncidentOut(BaseModel):
    """A step that failed. The case stands where it stood before it."""

    id: str
    case: str
    case_number: str
    definition: str
    kind: Literal["complete", "wake", "message", "external", "failed", "variables"]
    element: str | None = None
    reason: str
    attempts: int
    state: Literal["open", "resolved"]
    opened_at: str
    last_at: str
    resolved_at: str | None = None


class IncidentWithDataOut(IncidentOut):
    """An incident with the variables of its case that the reader may know."""

    data: dict[str, Any]


class IncidentsOut(BaseModel):
    """A page of incidents, latest first."""

    items: list[IncidentOut]
    page: PageInfo


class VariablesOut(BaseModel):
    """The case whose variables were changed."""

    case: str
    status: str
    set: dict[str, Any]


@blueprint.get("/incidents", responses={200: IncidentsOut})
def page(query: IncidentsQuery) -> Any:
    """Steps that failed, in the cases that may be seen."""
    with reading() as action:
        case_id = case_queries.get(action.session, action.actor, query.case).id if query.case else None
        found = queries.page(
            action.session,
            action.actor,
            state=query.state,
            case_id=case_id,
            limit=query.limit,
            cursor=query.cursor,
        )
        return paged(found, _incident)


@blueprint.get("/incidents/<incident>", responses={200: IncidentWithDataOut, 404: Problem})
def get(path: IncidentPath) -> Any:
    """An incident with the data of its case."""
    with reading() as action:
        row = queries.get(action.session, action.actor, as_id(path.incident, "incident"))
        case = case_queries.get(action.session, action.actor, row.case_id)
        known = cases.data(action, action.session.get_one(Case, row.case_id))
        return jsonify(
            _incident(row) | {"data": shown_data(action.actor, known, names=not case.names_hidden)}
        )


@blueprint.post(
    "/incidents/<incident>/retry",
    responses={200: IncidentOut, **REFUSALS},
)
def retry(path: IncidentPath) -> Response:
    """Do what failed once more, on behalf of who attempted it."""
    incident_id = as_id(path.incident, "incident")

    def again(action: Action) -> dict[str, Any]:
        cases.check_may_repair(action)
        queries.get(action.session, action.actor, incident_id)
        incidents.retry(action, incident_id)
        return _incident(queries.get(action.session, action.actor, incident_id))

    return once(200, again)


@blueprint.post(
    "/cases/<case>/variables",
    responses={200: VariablesOut, **REFUSALS},
)
def variables(path: CasePath, body: VariablesBody) -> Response:
    """Repair a case: set variables, with a reason. Old and new values stay in its log."""

    def change(action: Action) -> dict[str, Any]:
        row = case_queries.get(action.session, action.actor, path.case)
        case = cases.change_variables(action, row.id, body.set, body.reason)
        return {"case": str(case.id), "status": case.status, "set": body.set}

    return once(200, change)


def _incident(row: IncidentRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "case": str(row.case_id),
        "case_number": row.case_number,
        "definition": row.definition_key,
        "kind": row.kind,
        "element": row.element,
        "reason": row.reason,
        "attempts": row.attempts,
        "state": row.state,
        "opened_at": moment(row.opened_at),
        "last_at": moment(row.last_at),
        "resolved_at": moment(row.resolved_at),
    }
