"""Printing and signing letters, outside of any transaction: printing takes a second, and a certificate service longer.

A letter is claimed (a lease and a token), printed and signed with nothing locked, and stored by whoever still holds the
token. What fails is tried again some times, and then waits for somebody to press "try again". Where the signer's
passphrase is needed, it comes with the request, goes to the service, and is kept nowhere.
"""

from __future__ import annotations

import io
import logging
import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from service.db.cases import Case
from service.db.letters import Letter, LetterSignature
from service.db.people import Employee
from service.db.queries import letters as queries
from service.domain.access import SYSTEM, Actor
from service.domain.errors import Conflict, Invalid, MutasiError, NotAllowed
from service.domain.letters import day_in_words
from service.operations import cases, clock, documents, leases
from service.operations.action import Action
from service.operations.letters import files, rendering
from service.operations.letters.by_hand import ISSUE
from service.operations.letters.rendering import Place
from service.operations.letters.signers import Request, Signer, SigningFailed
from service.operations.letters.signers.choosing import signer_for
from service.operations.recording import write_event

if TYPE_CHECKING:
    from service.wiring import Services

BATCH = 2
LEASE = timedelta(minutes=5)
BACK_OFF_SECONDS = (10, 60, 300, 1800)
MAX_ATTEMPTS = 5
STAMP = "tanda_tangan.html"
REASONS = {"ttd": "Penetapan surat nomor {number}", "paraf": "Paraf koordinasi surat nomor {number}"}
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
INTERRUPTED = "Signing was interrupted. Sign again."

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A letter held by this process until its lease ends."""

    letter_id: uuid.UUID
    token: str


@dataclass(frozen=True, slots=True)
class _Work:
    """What is to be done to one letter, read at once so that nothing is locked meanwhile."""

    number: str
    mode: str
    pdf: bytes | None
    files: Mapping[str, bytes]
    context: Mapping[str, Any]
    template: str
    content_hash: str
    slots: Sequence[LetterSignature]
    secret: str = field(default="", repr=False)
    identity: str = field(default="", repr=False)


def run(services: Services, *, limit: int = BATCH) -> int:
    """Print and sign what waits for it; answers how many letters were looked at."""
    claimed = claim(services, limit)
    for piece in claimed:
        perform(services, piece)
    return len(claimed)


def claim(services: Services, limit: int) -> list[Claimed]:
    """Take letters that are due. They come back when this process dies."""
    with services.sessions.begin() as session:
        now = clock.now(session)
        due = (
            select(Letter.id)
            .where(Letter.next_at.is_not(None), Letter.next_at <= now)
            .order_by(Letter.next_at)
            .limit(limit)
        )
        ids, token = leases.take(session, Letter, due, now + LEASE, signing="signing")
    return [Claimed(letter_id, token) for letter_id in ids]


def perform(services: Services, piece: Claimed, *, actor: Actor = SYSTEM, **typed: str) -> str | None:
    """Print, sign and store one claimed letter; answers why it failed, or None."""
    try:
        with services.reading(actor) as action:
            work = _read(action, piece, typed)
        if work is None:
            return None
        signer = signer_for(services.settings, work.mode)
        if signer is not None and signer.needs_secret and not work.secret:
            raise SigningFailed(INTERRUPTED, again=False)
        pdf = _signed(services, signer, work)
    except SigningFailed as failed:
        return _note_failure(services, piece, str(failed), again=failed.again)
    except MutasiError as failed:
        return _note_failure(services, piece, str(failed), again=True)
    except (
        Exception
    ) as failed:  # Whatever one letter raises is its own failure: the others must not wait behind it.
        # Never the error's text: what was typed may be in it.
        logger.error("letter %s: %s", piece.letter_id, type(failed).__name__)
        return _note_failure(services, piece, type(failed).__name__, again=True)
    _store(services, piece, actor, pdf, work)
    return None


def sign(
    services: Services, actor: Actor, letter_id: uuid.UUID, *, secret: str = "", identity: str = ""
) -> str | None:
    """Sign the actor's slot of a letter now; answers why the service refused, or None.

    Raises NotFound, NotAllowed (it is not theirs to sign), Conflict, Invalid (what must be typed is missing).
    """
    with services.action(actor) as action:
        queries.get(action.session, actor, letter_id)
        letter = _locked(action, letter_id)
        slot = _own_slot(action, letter)
        signer = signer_for(action.settings, letter.mode)
        if signer is None:
            raise Conflict("This letter is signed on paper.")
        if signer.needs_secret:
            identity = identity.strip() or _known_identity(action)
            if not (secret and identity.isdigit() and len(identity) == 16):
                raise Invalid("Type your NIK (16 digits) and your passphrase.")
        slot.agreed_at = slot.agreed_at or action.now
        letter.lease_token = secrets.token_hex(16)
        letter.signing, letter.error, letter.next_at = "signing", None, action.now + LEASE
        letter.attempts = MAX_ATTEMPTS if signer.needs_secret else 1
        piece = Claimed(letter.id, letter.lease_token)
    return perform(services, piece, actor=actor, secret=secret, identity=identity, slot=slot.slot)


def retry(action: Action, letter_id: uuid.UUID) -> None:
    """Have a letter that failed printed and signed once more. For those who issue letters or repair cases, and signers."""
    row = queries.get(action.session, action.actor, letter_id)
    letter = _locked(action, letter_id)
    theirs = action.actor.id in {slot.account_id for slot in row.slots}
    if not (theirs or action.actor.may(ISSUE) or action.actor.may(cases.REPAIR)):
        raise NotAllowed("Your roles do not allow you to issue letters.")
    letter.signing, letter.error, letter.attempts, letter.lease_token = "unsigned", None, 0, None
    letter.next_at = None if letter.mode == "bsre" else action.now


def to_sign(actor: Actor, row: queries.LetterRow) -> queries.Slot | None:
    """The slot of a letter that waits for this person."""
    if row.state != "issued" or row.mode == "paper":
        return None
    open_slots = (slot for slot in row.slots if slot.signed_at is None)
    return next((slot for slot in open_slots if _is_theirs(actor, slot)), None)


def _is_theirs(actor: Actor, slot: queries.Slot | LetterSignature) -> bool:
    if slot.account_id is not None:
        return slot.account_id == actor.id
    return actor.holds(slot.role)


def _locked(action: Action, letter_id: uuid.UUID) -> Letter:
    letter = action.session.get_one(Letter, letter_id, with_for_update=True, populate_existing=True)
    if letter.state != "issued":
        raise Conflict("The letter was withdrawn.")
    if letter.signing == "signing" and letter.next_at is not None and letter.next_at > action.now:
        raise Conflict("The letter is being signed at this moment.")
    return letter


def _own_slot(action: Action, letter: Letter) -> LetterSignature:
    slots = action.session.scalars(
        select(LetterSignature)
        .where(LetterSignature.letter_id == letter.id, LetterSignature.signed_at.is_(None))
        .order_by(LetterSignature.place)
    )
    found = next((slot for slot in slots if _is_theirs(action.actor, slot)), None)
    if found is None:
        raise NotAllowed("This letter does not wait for your signature.")
    return found


def _known_identity(action: Action) -> str:
    employee = action.session.get(Employee, action.actor.nip) if action.actor.nip else None
    return (employee.nik if employee else None) or ""


def _read(action: Action, piece: Claimed, typed: Mapping[str, str]) -> _Work | None:
    letter = action.session.get(Letter, piece.letter_id)
    if letter is None or letter.lease_token != piece.token or letter.state != "issued":
        return None
    slots = action.session.scalars(
        select(LetterSignature)
        .where(
            LetterSignature.letter_id == letter.id,
            LetterSignature.signed_at.is_(None),
            LetterSignature.agreed_at.is_not(None),
        )
        .order_by(LetterSignature.place)
    ).all()
    wanted = typed.get("slot")
    return _Work(
        number=letter.number,
        mode=letter.mode,
        pdf=files.content(action, letter) if letter.document_id else None,
        files=files.kept_files(action, letter),
        context=letter.context,
        template=letter.template,
        content_hash=letter.content_hash,
        slots=[slot for slot in slots if wanted in (None, slot.slot)],
        secret=typed.get("secret", ""),
        identity=typed.get("identity", ""),
    )


def _signed(services: Services, signer: Signer | None, work: _Work) -> bytes:
    printed = files.printed(work.content_hash, work.files, work.template, work.context)
    pdf = work.pdf or printed.pdf
    if signer is None:
        return pdf
    places = {place.slot: place for place in printed.places}
    for slot in work.slots:
        if slot.slot not in places:
            raise SigningFailed(f"The template has no box for the signature {slot.slot}.", again=False)
        now, place = datetime.now(UTC), places[slot.slot]
        pdf = signer.sign(
            Request(
                pdf=pdf,
                place=place,
                stamp=_stamp(services, work, slot, place, now),
                title=slot.title,
                name=slot.name,
                reason=REASONS.get(slot.kind, "{number}").format(number=work.number),
                location=work.context["kantor"]["tempat"],
                at=now,
                secret=work.secret,
                identity=work.identity,
            )
        )
    return pdf


def _stamp(services: Services, work: _Work, slot: LetterSignature, place: Place, now: datetime) -> bytes:
    """What is seen in the box: who signs, and when."""
    zone = services.settings.timezone
    local = now.astimezone(ZoneInfo(zone))
    said = {
        "kotak": {"lebar": round(place.width, 2), "tinggi": round(place.height, 2)},
        "penanda": next(row for row in work.context["penanda_tangan"] if row["slot"] == slot.slot),
        "waktu": f"{day_in_words(local.date())} {local:%H.%M} {ZONES.get(zone, local.tzname())}",
        "uji": work.mode == "test",
    }
    return rendering.to_pdf(work.files, rendering.write(work.files, STAMP, said), slot.slot).pdf


def _store(services: Services, piece: Claimed, actor: Actor, pdf: bytes, work: _Work) -> None:
    with services.action(actor) as action:
        letter = _held(action, piece)
        if letter is None:
            return
        document = documents.keep(
            action,
            letter.case_id,
            documents.LETTER + letter.kind,
            files.filename(letter.kind, letter.number),
            io.BytesIO(pdf),
            number=letter.number,
            dated=letter.dated.isoformat(),
        )
        action.session.flush()
        letter.document_id = document.id
        letter.lease_token = letter.next_at = letter.error = None
        done = {slot.slot for slot in work.slots}
        slots = action.session.scalars(
            select(LetterSignature).where(LetterSignature.letter_id == letter.id)
        ).all()
        for slot in slots:
            if slot.slot in done and letter.mode != "paper":
                slot.signed_at = action.now
        if letter.mode == "paper":
            letter.signing = "paper"
            return
        complete = all(slot.signed_at is not None for slot in slots if slot.kind == "ttd")
        letter.signing = "signed" if complete else "unsigned"
        letter.signed_at = action.now if complete else None
        _write(action, letter, "letter_signed", {"slots": sorted(done), "sha256": document.sha256})


def _note_failure(services: Services, piece: Claimed, reason: str, *, again: bool) -> str:
    with services.action() as action:
        letter = _held(action, piece)
        if letter is None:
            return reason
        letter.signing, letter.error, letter.lease_token = "failed", reason[:500], None
        if again and letter.attempts < MAX_ATTEMPTS:
            wait = BACK_OFF_SECONDS[min(letter.attempts, len(BACK_OFF_SECONDS)) - 1]
            letter.next_at = action.now + timedelta(seconds=wait)
        else:
            letter.next_at = None
            _write(action, letter, "letter_failed", {"reason": reason[:500]})
    return reason


def _held(action: Action, piece: Claimed) -> Letter | None:
    """The letter, locked, if this process still holds it and nobody withdrew it."""
    letter = action.session.get(Letter, piece.letter_id, with_for_update=True, populate_existing=True)
    if letter is None or letter.lease_token != piece.token or letter.state != "issued":
        return None
    return letter


def _write(action: Action, letter: Letter, kind: str, data: Mapping[str, Any]) -> None:
    said = {"letter": str(letter.id), "number": letter.number, **data}
    case = action.session.get(Case, letter.case_id)
    write_event(action, kind, case=case, name=str(letter.context["surat"]["judul"]), data=said)
