"""Files attached to cases: stored by their content, outside the web root, under names of our own."""

from __future__ import annotations

import codecs
import errno
import hashlib
import os
import tempfile
import uuid
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from service.db.cases import Case, CaseDocument
from service.domain.errors import Invalid, NoSpace, NotAllowed, NotFound
from service.domain.ids import new_id
from service.domain.wording import N_, Message
from service.operations import cases
from service.operations.action import Action
from service.operations.recording import write_event

LETTER = "letter."
"""How the kinds of documents begin that are letters: who reads those is asked of the letter, not of the case."""
CHUNK = 64 * 1024
HEAD = 4096
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_SIGNATURES = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)
_ODT = "application/vnd.oasis.opendocument.text"
_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def attach(
    action: Action,
    case_id: uuid.UUID,
    kind: str,
    filename: str,
    stream: BinaryIO,
    *,
    number: str | None = None,
    dated: str | None = None,
) -> CaseDocument:
    """Store a file with a case. PDF, PNG, JPEG, DOCX, XLSX, ODT and plain text are taken, by what they are, not by name.

    The caller has checked that the actor may see the case. Raises Invalid for other types and files too large.
    """
    if action.session.get(Case, case_id) is None:
        raise NotFound("There is no such case.")
    kind = kind.removeprefix(LETTER) or "lampiran"
    document = keep(action, case_id, kind, filename, stream, number=number, dated=dated)
    _log(action, "document_attached", document)
    return document


def keep(
    action: Action,
    case_id: uuid.UUID,
    kind: str,
    filename: str,
    stream: BinaryIO,
    *,
    number: str | None = None,
    dated: str | None = None,
) -> CaseDocument:
    """Store a file with a case, without a word in its log: for those who write their own."""
    path, size, digest = _store(action, stream)
    document = CaseDocument(
        id=new_id(),
        case_id=case_id,
        kind=kind[:64],
        filename=shown_name(filename),
        media_type=_media_type(path),
        size=size,
        sha256=digest,
        number=number or None,
        dated=dated or None,
        added_at=action.now,
        added_by=action.actor.id,
    )
    action.session.add(document)
    action.session.flush()
    return document


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file that belongs to no case."""

    filename: str
    media_type: str
    sha256: str


def keep_alone(action: Action, filename: str, stream: BinaryIO) -> Kept:
    """Store a file by its content; what it belongs to is the caller's matter. Raises as `attach`."""
    path, _, digest = _store(action, stream)
    return Kept(shown_name(filename), _media_type(path), digest)


def kept_path(action: Action, sha256: str) -> Path:
    """Where the bytes of a stored file lie."""
    return _folder(action) / sha256[:2] / sha256


def remove(action: Action, document_id: uuid.UUID, reason: str) -> CaseDocument:
    """Take a document away, with a reason: who attached it may, and who may repair cases. Row and bytes are kept."""
    document = _own(action, document_id, reason)
    _take_away(action, document, reason)
    _log(action, "document_removed", document, reason=reason.strip())
    return document


def replace(
    action: Action, document_id: uuid.UUID, filename: str, stream: BinaryIO, reason: str
) -> CaseDocument:
    """Put another file in a document's place, with a reason. Answers the new document, of the same kind and number."""
    document = _own(action, document_id, reason)
    kept = {"number": document.number, "dated": document.dated}
    new = keep(action, document.case_id, document.kind, filename, stream, **kept)
    _take_away(action, document, reason)
    document.replaced_by = new.id
    _log(action, "document_replaced", new, reason=reason.strip(), replaces=str(document.id))
    return new


def may_change(action: Action, document: CaseDocument) -> bool:
    """Whether the actor may remove or replace a document."""
    own = document.added_by is not None and document.added_by == action.actor.id
    return document.removed_at is None and (own or action.actor.may(cases.REPAIR))


def _own(action: Action, document_id: uuid.UUID, reason: str) -> CaseDocument:
    document = action.session.get(CaseDocument, document_id, with_for_update=True)
    if document is None or document.removed_at is not None or document.kind.startswith(LETTER):
        raise NotFound("There is no such document.")
    if not may_change(action, document):
        raise NotAllowed("Only who attached a document can remove it.")
    if not reason.strip():
        raise Invalid("Say why.", {"reason": "This field is required."})
    return document


def _take_away(action: Action, document: CaseDocument, reason: str) -> None:
    document.removed_at = action.now
    document.removed_by = action.actor.id
    document.removed_reason = reason.strip()[:2000]


def _log(action: Action, kind: str, document: CaseDocument, **data: str) -> None:
    case = action.session.get(Case, document.case_id)
    write_event(action, kind, case=case, name=document.kind, data={"document": str(document.id), **data})


def path_of(action: Action, document: CaseDocument) -> Path:
    """Where the bytes of a document lie."""
    return kept_path(action, document.sha256)


def _folder(action: Action) -> Path:
    return Path(action.settings.var_dir, "documents")


def _store(action: Action, stream: BinaryIO) -> tuple[Path, int, str]:
    """Copy to a temporary file while measuring, then move it to its name by content."""
    folder = _folder(action)
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        temporary = Path(copy.name)
        try:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > action.settings.max_upload_bytes:
                    raise Invalid(
                        Message(
                            N_("The file is larger than %(most)s MB."),
                            most=action.settings.max_upload_bytes // 1024 // 1024,
                        )
                    )
                digest.update(chunk)
                copy.write(chunk)
            copy.flush()
            os.fsync(copy.fileno())
        except OSError as error:
            temporary.unlink(missing_ok=True)
            if error.errno not in FULL:
                raise
            raise NoSpace("There is no room for this file. Tell the administrator.") from error
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    try:
        if size == 0:
            raise Invalid("The file is empty.")
        _media_type(temporary)
    except Invalid:
        temporary.unlink(missing_ok=True)
        raise
    target = folder / digest.hexdigest()[:2] / digest.hexdigest()
    target.parent.mkdir(exist_ok=True)
    temporary.replace(target)
    return target, size, digest.hexdigest()


def _media_type(path: Path) -> str:
    """What the content is; Invalid when it is nothing we take."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for signature, media_type in _SIGNATURES:
        if head.startswith(signature):
            return media_type
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if b"\0" not in head and not head.lstrip().startswith(b"<") and _is_text(head):
        return "text/plain"
    raise Invalid("Only PDF, PNG, JPEG, DOCX, XLSX, ODT and plain text files are taken.")


def _is_text(head: bytes) -> bool:
    """Whether it is UTF-8; a character may be cut in two where the head ends."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD)
    except UnicodeDecodeError:
        return False
    return True


def _zipped(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as entry:
                    # Never the whole entry: it may unpack to gigabytes.
                    if entry.read(len(_ODT) + 1) == _ODT.encode():
                        return _ODT
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError) as error:
        raise Invalid("The file is damaged.") from error
    for member, media_type in _OFFICE.items():
        if member in names:
            return media_type
    raise Invalid("Only PDF, PNG, JPEG, DOCX, XLSX, ODT and plain text files are taken.")


def shown_name(filename: str) -> str:
    """The last part of the name, without control characters; any other character is kept."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    name = "".join(character for character in name if character.isprintable()).strip(". ")
    return name[-200:] or "dokumen"
