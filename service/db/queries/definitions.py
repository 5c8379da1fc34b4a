"""Deployed definitions as lists and pages show them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from service.db.accounts import Account
from service.db.cases import Case
from service.db.definitions import Definition, DefinitionFile, DefinitionVersion, SourceContent
from service.db.queries import Page
from service.db.queries.cursors import behind, encode_cursor
from service.domain.errors import NotFound
from service.domain.wording import N_, Message


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a definition, who deployed it and why, and how many cases run on it."""

    id: uuid.UUID
    key: str
    version: int
    name: str
    digest: str
    deployed_at: datetime
    deployed_by: str | None
    note: str
    is_latest: bool
    running: int
    files: tuple[str, ...] = ()


def page(session: Session, *, limit: int = 100, cursor: str | None = None) -> Page[VersionRow]:
    """The latest version of every definition, by key."""
    query = _query().where(DefinitionVersion.version == Definition.latest)
    if cursor is not None:
        query = query.where(behind(cursor, DefinitionVersion.key))
    found = session.execute(query.order_by(DefinitionVersion.key).limit(limit + 1)).all()
    rows = tuple(_row(session, row) for row in found[:limit])
    return Page(rows, encode_cursor(rows[-1].key) if len(found) > limit else None)


def latest(session: Session) -> dict[str, uuid.UUID]:
    """The latest version of every definition, by key."""
    query = (
        select(DefinitionVersion.key, DefinitionVersion.id)
        .join(Definition, Definition.key == DefinitionVersion.key)
        .where(DefinitionVersion.version == Definition.latest)
        .order_by(DefinitionVersion.key)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def running(session: Session) -> dict[str, int]:
    """How many cases run on any version of each definition."""
    query = (
        select(Case.definition_key, func.count())
        .where(Case.status == "running")
        .group_by(Case.definition_key)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def in_use(session: Session, most: int) -> list[uuid.UUID]:
    """The latest version of every definition, then those that cases still run on, most cases first."""
    newest = list(latest(session).values())
    older = (
        select(Case.definition_version_id)
        .where(Case.status == "running", Case.definition_version_id.not_in(newest))
        .group_by(Case.definition_version_id)
        .order_by(func.count().desc())
        .limit(most)
    )
    return [*newest, *session.scalars(older)][:most]


def versions(session: Session, key: str) -> list[VersionRow]:
    """All versions of a definition, latest first. Raises NotFound."""
    query = _query().where(DefinitionVersion.key == key).order_by(DefinitionVersion.version.desc())
    rows = [_row(session, row) for row in session.execute(query)]
    if not rows:
        raise NotFound(Message(N_("There is no definition %(key)s."), key=key))
    return rows


def get(session: Session, key: str, version: int | None = None) -> VersionRow:
    """A version of a definition, the latest when none is named, with the names of its files. Raises NotFound."""
    query = _query().where(DefinitionVersion.key == key)
    query = query.where(DefinitionVersion.version == (Definition.latest if version is None else version))
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            Message(N_("There is no definition %(key)s."), key=key)
            if version is None
            else Message(N_("There is no version %(number)s of %(key)s."), key=key, number=version)
        )
    return _row(session, row)


def file(session: Session, version_id: uuid.UUID, name: str) -> bytes:
    """The bytes of a file of a version. Raises NotFound."""
    content = session.scalar(
        select(SourceContent.content)
        .join(DefinitionFile, DefinitionFile.sha256 == SourceContent.sha256)
        .where(DefinitionFile.version_id == version_id, DefinitionFile.name == name)
    )
    if content is None:
        raise NotFound(Message(N_("This version has no file %(name)s."), name=name))
    return content


def _query() -> Select[Any]:
    running = (
        select(func.count())
        .select_from(Case)
        .where(Case.definition_version_id == DefinitionVersion.id, Case.status == "running")
        .correlate(DefinitionVersion)
        .scalar_subquery()
    )
    return (
        select(DefinitionVersion, Definition.latest, Account.name.label("deployer"), running.label("running"))
        .join(Definition, Definition.key == DefinitionVersion.key)
        .outerjoin(Account, Account.id == DefinitionVersion.deployed_by)
    )


def _row(session: Session, row: Any) -> VersionRow:
    version: DefinitionVersion = row.DefinitionVersion
    names = session.scalars(
        select(DefinitionFile.name)
        .where(DefinitionFile.version_id == version.id)
        .order_by(DefinitionFile.name)
    )
    return VersionRow(
        id=version.id,
        key=version.key,
        version=version.version,
        name=version.name,
        digest=version.digest,
        deployed_at=version.deployed_at,
        deployed_by=row.deployer,
        note=version.note,
        is_latest=version.version == row.latest,
        running=row.running,
        files=tuple(names),
    )
