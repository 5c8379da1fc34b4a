"""Letters over the API: which a case has, and their files."""

from __future__ import annotations

from typing import Any, Literal

from flask import make_response
from pydantic import BaseModel, Field

from service.api.cases import CasePath
from service.api.common import Problem, Strict, as_id, moment, part, reading
from service.db.letters import Letter
from service.db.queries import cases as case_queries
from service.db.queries import letters as queries
from service.db.queries.letters import LetterRow
from service.operations.letters import files

blueprint = part("letters")


class LetterPath(Strict):
    """A letter by its id."""

    letter: str = Field(max_length=64)


class SignatureOut(BaseModel):
    """A signature that is there or is waited for."""

    slot: str = Field(examples=["ttd"])
    kind: Literal["ttd", "paraf"]
    role: str = Field(examples=["ppk"])
    title: str = Field(examples=["WALI KOTA CONTOH"])
    name: str
    signed_at: str | None = None


class LetterOut(BaseModel):
    """A letter with a number. A withdrawn one (`void`) keeps it. `sha256` is of the file as signed."""

    id: str
    kind: str = Field(examples=["sk"])
    title: str = Field(examples=["Keputusan mutasi"])
    number: str = Field(examples=["800.1.3.3/048/BKPSDM/2026"])
    dated: str = Field(examples=["2026-11-23"])
    state: Literal["issued", "void"]
    void_at: str | None = None
    void_reason: str | None = None
    mode: Literal["test", "bsre", "paper"]
    signing: Literal["unsigned", "signing", "signed", "failed", "paper"]
    signed_at: str | None = None
    issued_at: str
    content_hash: str
    sha256: str | None = None
    signatures: list[SignatureOut]


class LettersOut(BaseModel):
    """The letters of a case, the latest first."""

    items: list[LetterOut]


@blueprint.get("/cases/<case>/letters", responses={200: LettersOut, 404: Problem})
def of_case(path: CasePath) -> Any:
    """The letters of a case that may be read."""
    with reading() as action:
        row = case_queries.get(action.session, action.actor, path.case)
        found = queries.of_case(action.session, action.actor, row.id)
        return {"items": [_letter(letter) for letter in found]}


@blueprint.get(
    "/letters/<letter>/file",
    responses={
        200: {"description": "The letter", "content": {"application/pdf": {"schema": {"type": "string"}}}},
        404: Problem,
    },
)
def file(path: LetterPath) -> Any:
    """The PDF of a letter: as signed, else as printed from what was kept when it was issued."""
    with reading() as action:
        row = queries.get(action.session, action.actor, as_id(path.letter, "letter"))
        content = files.content(action, action.session.get_one(Letter, row.id))
    response = make_response(content)
    response.content_type = "application/pdf"
    name = files.filename(row.kind, row.number)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _letter(row: LetterRow) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "title": row.title,
        "number": row.number,
        "dated": row.dated.isoformat(),
        "state": row.state,
        "void_at": moment(row.void_at),
        "void_reason": row.void_reason,
        "mode": row.mode,
        "signing": row.signing,
        "signed_at": moment(row.signed_at),
        "issued_at": moment(row.issued_at),
        "content_hash": row.content_hash,
        "sha256": row.sha256,
        "signatures": [
            {
                "slot": slot.slot,
                "kind": slot.kind,
                "role": slot.role,
                "title": slot.title,
                "name": slot.name,
                "signed_at": moment(slot.signed_at),
            }
            for slot in row.slots
        ],
    }
