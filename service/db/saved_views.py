"""Lists as people want to find them again: the filters and columns of a page, under a name."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime


class SavedView(Base):
    """The query of a list page, kept by one account and shared with nobody, with a role (`role`), or with everybody."""

    __tablename__ = "saved_view"
    __table_args__ = (
        CheckConstraint("shared IN ('nobody','role','everybody')", name="shared"),
        CheckConstraint("(shared = 'role') = (role IS NOT NULL)", name="role"),
        Index("ix_saved_view_account_id_page", "account_id", "page"),
        Index("ix_saved_view_page_shared_role", "page", "shared", "role"),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    page: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(80))
    query: Mapped[dict[str, Any]] = mapped_column(Json)
    shared: Mapped[str] = mapped_column(String(16), default="nobody")
    role: Mapped[str | None] = mapped_column(String(64))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
