"""An employee says that a datum about them is wrong; an HR analyst corrects it or says why not, within the law's time."""

from __future__ import annotations

import tomllib
import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any, BinaryIO

from sqlalchemy import select

from service.db import people as tables
from service.db.base import Base
from service.db.corrections import CorrectionRequest
from service.domain import codes, own_data
from service.domain.errors import Conflict, Invalid, NotAllowed, NotFound
from service.domain.ids import new_id
from service.operations import documents, record_changes
from service.operations.action import Action
from service.operations.recording import write_event
from service.settings import BadSetting, shipped

CORRECT = "data.correct"
LONGEST = 2000
MODELS: Mapping[str, type[Base]] = {
    "employee": tables.Employee,
    "performance": tables.Performance,
    "employee_competency": tables.EmployeeCompetency,
    "talent": tables.Talent,
    "discipline": tables.Discipline,
    "position_history": tables.PositionHistory,
    "employee_document": tables.EmployeeDocument,
}
ANYTHING = "other"
"""The kind of a request about something that is missing, or is no single datum."""


def ask(
    action: Action,
    kind: str,
    key: str,
    field: str,
    wanted: str,
    evidence: tuple[str, BinaryIO] | None = None,
) -> CorrectionRequest:
    """Say that one's own datum is wrong, and what it should be. `evidence`: a file's name and content.

    Raises NotFound for a row that is not one's own, Invalid, Conflict when it was asked already and not answered.
    """
    nip = action.actor.nip
    if nip is None or action.actor.id is None or action.actor.acting_for is not None:
        raise NotAllowed("Only employees ask for corrections, each of their own data.")
    wanted = wanted.strip()
    if not wanted or len(wanted) > LONGEST:
        raise Invalid("Say what it should be.", {"wanted": "Say what it should be."})
    shown = ""
    if kind != ANYTHING:
        shown = str(record_changes.plain(getattr(_row(action, kind, key, nip), _known_field(kind, field))))
    _check_not_waiting(action, nip, kind, key, field)
    request = CorrectionRequest(
        id=new_id(),
        nip=nip,
        kind=kind,
        key=key,
        field=field,
        shown=shown,
        wanted=wanted,
        asked_at=action.now,
        asked_by=action.actor.id,
        due_at=action.now + timedelta(hours=hours(action.calendar.local_date(action.now))),
        state="open",
    )
    if evidence is not None:
        kept = documents.keep_alone(action, *evidence)
        request.evidence_name, request.evidence_type = kept.filename, kept.media_type
        request.evidence_sha256 = kept.sha256
    action.session.add(request)
    action.session.flush()
    said = {"request": str(request.id), "kind": kind, "field": field}
    write_event(action, "correction_asked", name=nip, data=said)
    return request


def _check_not_waiting(action: Action, nip: str, kind: str, key: str, field: str) -> None:
    waiting = select(CorrectionRequest.id).filter_by(nip=nip, kind=kind, key=key, field=field, state="open")
    if action.session.scalar(waiting) is not None:
        raise Conflict("You have asked for this already. It has not been answered yet.")


def accept(action: Action, request_id: uuid.UUID, value: str, answer: str = "") -> CorrectionRequest:
    """Correct the datum: `value` as a form gives it. What it was, who changed it and when stay in its history.

    A request about something missing (ANYTHING) is accepted with an answer; the data follow with the next import.
    """
    request = _to_answer(action, request_id)
    if request.kind == ANYTHING:
        _need(answer)
    elif (request.kind, request.field) in own_data.MADE_BY_DECREE:
        raise NotAllowed("This changes with a decree only.")
    else:
        request.changes = _correct(action, request, value)
    _answered(action, request, "accepted", answer)
    return request


def decline(action: Action, request_id: uuid.UUID, answer: str) -> CorrectionRequest:
    """Leave the datum as it is, and say why."""
    _need(answer)
    request = _to_answer(action, request_id)
    _answered(action, request, "declined", answer)
    return request


def check_may_answer(action: Action) -> None:
    """Raises NotAllowed."""
    if not action.actor.may(CORRECT):
        raise NotAllowed("Your roles do not allow you to correct data.")


def hours(day: date) -> int:
    """How long an answer may take, by the rule in force on `day`."""
    return int(_rule(day)["hours"])


def law(day: date) -> str:
    """Which article says so."""
    return str(_rule(day)["law"])


def row_of(action: Action, request: CorrectionRequest) -> Any:
    """The row that a request is about; None when it is about no single row, or the row is gone."""
    try:
        return _row(action, request.kind, request.key, request.nip)
    except NotFound:
        return None


def _to_answer(action: Action, request_id: uuid.UUID) -> CorrectionRequest:
    check_may_answer(action)
    request = action.session.get(CorrectionRequest, request_id, with_for_update=True, populate_existing=True)
    if request is None:
        raise NotFound("There is no such request.")
    lent = action.actor.acting_for
    if request.nip in (action.actor.nip, lent.substitute_nip if lent else None) or request.asked_by in (
        action.actor.id,
        action.actor.holder,
    ):
        raise NotAllowed("Nobody answers a request about himself: somebody else has to do this.")
    if request.state != "open":
        raise Conflict("This request was answered already.", at=request.answered_at)
    return request


def _correct(action: Action, request: CorrectionRequest, text: str) -> dict[str, list[Any]]:
    row = _row(action, request.kind, request.key, request.nip)
    field = own_data.KINDS[request.kind].fields[request.field]
    try:
        value = own_data.read(field, text)
    except ValueError as refused:
        raise Invalid("Some answers need to be corrected.", {"value": str(refused)}) from None
    values = {request.field: value}
    if request.kind == "talent":
        axes = {"potensi": row.potensi, "kinerja": row.kinerja} | values
        values["kotak"] = codes.kotak_talenta(axes["potensi"], axes["kinerja"])
    _check_order(row, values)
    changes = record_changes.change(
        action,
        row,
        values,
        kind=request.kind,
        key=request.key,
        nip=request.nip,
        source=f"koreksi {request.id}",
    )
    if not changes:
        raise Invalid("This is what is stored already.", {"value": "This is what is stored already."})
    return changes


def _check_order(row: Any, values: Mapping[str, Any]) -> None:
    """An end does not come before its beginning."""
    for first, last in (("mulai", "akhir"), ("tmt", "berakhir")):
        if first in values or last in values:
            begins, ends = (values.get(name, getattr(row, name, None)) for name in (first, last))
            if begins and ends and ends < begins:
                raise Invalid(
                    "The end comes before the beginning.", {"value": "The end comes before the beginning."}
                )


def _row(action: Action, kind: str, key: str, nip: str) -> Any:
    """The row of a key, when it is this employee's. Raises NotFound."""
    model = MODELS.get(kind)
    if model is None:
        raise NotFound("There is no such record.")
    try:
        found = action.session.get(model, _identity(kind, key))
    except ValueError:
        found = None
    if found is None or found.nip != nip:  # type: ignore[attr-defined]
        raise NotFound("There is no such record.")
    return found


def _identity(kind: str, key: str) -> Any:
    if kind == "employee":
        return key
    if kind in ("performance", "talent"):
        nip, _, year = key.partition("|")
        return nip, int(year)
    if kind == "employee_competency":
        nip, _, code = key.partition("|")
        return nip, code
    return int(key)


def _known_field(kind: str, field: str) -> str:
    if field not in own_data.KINDS[kind].fields:
        raise NotFound("There is no such record.")
    return field


def _need(answer: str) -> None:
    if not answer.strip():
        raise Invalid("Say why.", {"answer": "This field is required."})


def _answered(action: Action, request: CorrectionRequest, state: str, answer: str) -> None:
    request.state, request.answer = state, answer.strip()[:LONGEST] or None
    request.answered_at, request.answered_by = action.now, action.actor.id
    action.session.flush()
    write_event(
        action,
        f"correction_{state}",
        name=request.nip,
        data={"request": str(request.id), "kind": request.kind, "field": request.field},
    )


def _rule(day: date) -> Mapping[str, Any]:
    in_force = [rule for rule in _rules() if rule["from"] <= day]
    if not in_force:
        raise BadSetting("config/rules/personal_data.toml has no rule for corrections in force")
    found: Mapping[str, Any] = max(in_force, key=lambda rule: rule["from"])
    return found


@cache
def _rules() -> list[Mapping[str, Any]]:
    path = shipped("config") / "rules" / "personal_data.toml"
    try:
        found: list[Mapping[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))["correction"]
    except (OSError, KeyError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from error
    return found
