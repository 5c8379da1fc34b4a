"""Diagrams that somebody is editing and has not deployed yet."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime


class DefinitionDraft(Base):
    """What one person has changed of a definition, kept as it is. `files`: name -> the diagram's text.

    `base`: the version it began from; deploying it over a later one is refused.
    """

    __tablename__ = "definition_draft"

    key: Mapped[str] = mapped_column(ForeignKey("definition.key", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    base: Mapped[int] = mapped_column(Integer)
    files: Mapped[dict[str, str]] = mapped_column(Json)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime)
