"""The files that definitions and letters were made with: the bytes of each are kept once."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.db.base import insert_new
from service.db.definitions import SourceContent


def keep(session: Session, contents: Mapping[str, bytes]) -> None:
    """Store contents by their SHA-256, but those that are there: they are large, so they are asked for first."""
    there = set(session.scalars(select(SourceContent.sha256).where(SourceContent.sha256.in_(contents))))
    rows = [
        {"sha256": digest, "content": content} for digest, content in contents.items() if digest not in there
    ]
    insert_new(session, SourceContent, rows)
