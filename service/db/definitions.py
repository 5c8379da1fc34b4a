"""Deployed definitions: keys, versions, and the files they consist of, stored once by content."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.db.base import Base, Json, UtcDateTime


class Definition(Base):
    """A process by its key (the BPMN process id)."""

    __tablename__ = "definition"

    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    name: Mapped[str] = mapped_column(String(255))
    latest: Mapped[int] = mapped_column(Integer, default=0)


class DefinitionVersion(Base):
    """One deployed version. `digest` is the Bundle's; the same content is never deployed twice in a row."""

    __tablename__ = "definition_version"
    __table_args__ = (UniqueConstraint("key", "version"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(ForeignKey("definition.key"), index=True)
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    deployed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deployed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    findings: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)

    files: Mapped[list[DefinitionFile]] = relationship(
        cascade="all, delete-orphan", order_by="DefinitionFile.name"
    )


class DefinitionFile(Base):
    """A file of a version; forms and decisions version with the diagram."""

    __tablename__ = "definition_file"

    version_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("definition_version.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("source_content.sha256"))


class SourceContent(Base):
    """The bytes of a file, kept once however many versions hold it."""

    __tablename__ = "source_content"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
