"""Letters as pages and programs show them. Who may read which is part of each query."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.cases import Case, CaseDocument
from service.db.letters import Letter, LetterSignature
from service.db.queries import cases
from service.domain.access import Actor
from service.domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Slot:
    """A signature that is there or is waited for."""

    slot: str
    kind: str
    role: str
    title: str
    name: str
    account_id: uuid.UUID | None
    agreed_at: datetime | None
    signed_at: datetime | None


@dataclass(frozen=True, slots=True)
class LetterRow:
    """A letter with a number. `signing`: unsigned, signing, signed, failed or paper; `sha256` is the stored file's."""

    id: uuid.UUID
    case_id: uuid.UUID
    kind: str
    title: str
    number: str
    dated: date
    subject_nip: str | None
    code: str
    state: str
    void_at: datetime | None
    void_reason: str | None
    mode: str
    signing: str
    signed_at: datetime | None
    error: str | None
    retry_at: datetime | None
    issued_at: datetime
    content_hash: str
    document_id: uuid.UUID | None
    sha256: str | None
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a code: `genuine`, `withdrawn` or `unknown`. `number`: a genuine letter's, to compare with only."""

    verdict: str
    number: str = ""


def of_case(session: Session, actor: Actor, case_id: uuid.UUID) -> list[LetterRow]:
    """The letters of a case that the actor may read, the latest first."""
    found = session.scalars(
        select(Letter).where(Letter.case_id == case_id).order_by(Letter.issued_at.desc(), Letter.id.desc())
    ).all()
    return _rows(session, [letter for letter in found if _may_read(session, actor, letter)])


def of_person(session: Session, nip: str, *, limit: int = 50) -> list[LetterRow]:
    """The letters about an employee, the latest first: for that employee."""
    found = session.scalars(
        select(Letter).where(Letter.subject_nip == nip).order_by(Letter.issued_at.desc()).limit(limit)
    ).all()
    return _rows(session, found)


def get(session: Session, actor: Actor, letter_id: uuid.UUID) -> LetterRow:
    """One letter. Raises NotFound when it does not exist or may not be read."""
    letter = session.get(Letter, letter_id)
    if letter is None or not _may_read(session, actor, letter):
        raise NotFound("There is no such letter.")
    return _rows(session, [letter])[0]


def check(session: Session, code: str) -> Checked:
    """Whether there is a letter with this code, and whether it is in force."""
    letter = session.scalar(select(Letter).where(Letter.code == code[:64]))
    if letter is None:
        return Checked("unknown")
    if letter.state == "void":
        return Checked("withdrawn")
    if letter.signing not in ("signed", "paper"):
        return Checked("unknown")
    return Checked("genuine", letter.number)


def _may_read(session: Session, actor: Actor, letter: Letter) -> bool:
    """The one it is about; and who sees the case by office, once names are no secret to them."""
    if letter.subject_nip is not None and letter.subject_nip == actor.nip:
        return True
    if actor.sees == "own" and not actor.decides:
        return False
    try:
        row = cases.get(session, actor, letter.case_id)
    except NotFound:
        return False
    if actor.decides:
        return True
    subject = session.scalar(select(Case.subject_nip).where(Case.id == letter.case_id))
    return not row.names_hidden and letter.subject_nip == subject


def _rows(session: Session, letters: Iterable[Letter]) -> list[LetterRow]:
    letters = list(letters)
    slots = _slots(session, [letter.id for letter in letters])
    stored = [letter.document_id for letter in letters if letter.document_id]
    documents = select(CaseDocument.id, CaseDocument.sha256).where(CaseDocument.id.in_(stored))
    hashes = {row.id: row.sha256 for row in session.execute(documents)}
    return [
        _row(
            letter,
            hashes.get(letter.document_id) if letter.document_id else None,
            tuple(slots.get(letter.id, ())),
        )
        for letter in letters
    ]


def _slots(session: Session, ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Slot]]:
    """The signature slots of each letter, in their order."""
    signatures = select(LetterSignature).where(LetterSignature.letter_id.in_(ids))
    slots: dict[uuid.UUID, list[Slot]] = {}
    for row in session.scalars(signatures.order_by(LetterSignature.place)):
        slot = Slot(
            row.slot, row.kind, row.role, row.title, row.name, row.account_id, row.agreed_at, row.signed_at
        )
        slots.setdefault(row.letter_id, []).append(slot)
    return slots


def _row(letter: Letter, sha256: str | None, slots: tuple[Slot, ...]) -> LetterRow:
    return LetterRow(
        id=letter.id,
        case_id=letter.case_id,
        kind=letter.kind,
        title=str(letter.context["surat"]["judul"]),
        number=letter.number,
        dated=letter.dated,
        subject_nip=letter.subject_nip,
        code=letter.code,
        state=letter.state,
        void_at=letter.void_at,
        void_reason=letter.void_reason,
        mode=letter.mode,
        signing=letter.signing,
        signed_at=letter.signed_at,
        error=letter.error,
        retry_at=letter.next_at,
        issued_at=letter.issued_at,
        content_hash=letter.content_hash,
        document_id=letter.document_id,
        sha256=sha256,
        slots=slots,
    )
