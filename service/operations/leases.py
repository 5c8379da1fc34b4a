"""Taking rows to work on: hidden from others for a while, and back when the process that took them dies."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, update
from sqlalchemy.orm import Session


def take(
    session: Session, model: Any, wanted: Select[uuid.UUID], until: datetime, **values: Any
) -> tuple[Sequence[uuid.UUID], str]:
    """Take the rows wanted that nobody else is taking: their ids, and the token that tells whether one still holds them.

    They are wanted again (`next_at`) from `until` on.
    """
    token = secrets.token_hex(16)
    ids = session.scalars(wanted.with_for_update(skip_locked=True)).all()
    if ids:
        session.execute(
            update(model)
            .where(model.id.in_(ids))
            .values(lease_token=token, next_at=until, attempts=model.attempts + 1, **values)
            .execution_options(synchronize_session=False)
        )
    return ids, token
