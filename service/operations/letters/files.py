"""The file of a letter: as it was stored when signed, else printed from what was kept when it was issued."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import Any

from sqlalchemy import select

from service.db.cases import CaseDocument
from service.db.definitions import SourceContent
from service.db.letters import Letter
from service.domain.errors import NotFound
from service.domain.letters import content_hash
from service.operations import documents
from service.operations.action import Action
from service.operations.letters import rendering
from service.operations.letters.issuing import Draft
from service.operations.letters.rendering import Printed
from service.operations.letters.rules import digests

KEPT = 32

_printed: OrderedDict[str, Printed] = OrderedDict()
_lock = Lock()


def content(action: Action, letter: Letter) -> bytes:
    """The PDF of a letter. Raises NotReady where letters cannot be printed, NotFound for a lost file."""
    if letter.document_id is None:
        return reprint(action, letter).pdf
    document = action.session.get_one(CaseDocument, letter.document_id)
    path = documents.path_of(action, document)
    if not path.is_file():
        raise NotFound("The document's file is missing.")
    return path.read_bytes()


def reprint(action: Action, letter: Letter) -> Printed:
    """The letter without signatures, from its own context and templates: the same bytes each time."""
    return printed(letter.content_hash, kept_files(action, letter), letter.template, letter.context)


def of_draft(draft: Draft) -> Printed:
    """A draft as PDF."""
    digest = content_hash(draft.kind.id, draft.context, digests(draft.files))
    return printed(digest, draft.files, draft.kind.template, draft.context)


def printed(digest: str, files: Mapping[str, bytes], template: str, context: Mapping[str, Any]) -> Printed:
    """The PDF of a content hash: the last ones are kept, since a preview asks for one page after the other."""
    with _lock:
        if (found := _printed.get(digest)) is not None:
            _printed.move_to_end(digest)
            return found
    made = rendering.to_pdf(files, rendering.write(files, template, context), digest[:32])
    with _lock:
        _printed[digest] = made
        while len(_printed) > KEPT:
            _printed.popitem(last=False)
    return made


def kept_files(action: Action, letter: Letter) -> dict[str, bytes]:
    """The templates, fonts and pictures that the letter was issued with."""
    wanted = set(letter.files.values())
    rows = action.session.execute(
        select(SourceContent.sha256, SourceContent.content).where(SourceContent.sha256.in_(wanted))
    )
    by_digest = {row.sha256: row.content for row in rows}
    return {name: by_digest[digest] for name, digest in letter.files.items()}


def filename(kind: str, number: str | None) -> str:
    """`sk-800.1.3.3-048-BKPSDM-2026.pdf`."""
    return f"{kind}-{re.sub(r'[^0-9A-Za-z.]+', '-', number or 'draf').strip('-')}.pdf"
