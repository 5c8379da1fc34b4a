"""The same request twice has one effect and the same answer, in the transaction of the effect itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from service.db.cases import IdempotencyKey
from service.domain.errors import Invalid
from service.operations.action import Action

Answer = tuple[int, dict[str, Any]]
LONGEST_KEY = 255
KEPT = timedelta(days=7)


def once(action: Action, key: str | None, request: bytes, do: Callable[[], Answer]) -> Answer:
    """Do it, or answer what was answered before under this key. Without a key it is simply done.

    The key is reserved first: a second request with it waits for the first to commit. When the first fails, nothing of it
    is kept. The same key with another request is Invalid.
    """
    if key is None:
        return do()
    if not 0 < len(key) <= LONGEST_KEY or not key.isprintable():
        raise Invalid(f"An Idempotency-Key has 1 to {LONGEST_KEY} printable characters.")
    digest = hashlib.sha256(request).hexdigest()
    if not _reserve(action, key, digest):
        return _answered(action, key, digest)
    status, answer = do()
    action.session.execute(
        update(IdempotencyKey)
        .where(IdempotencyKey.account_id == action.actor.id, IdempotencyKey.key == key)
        .values(status=status, answer=answer)
        .execution_options(synchronize_session=False)
    )
    return status, answer


def forget(action: Action) -> None:
    """Delete the answers that nobody will ask for again."""
    old = IdempotencyKey.created_at <= action.now - KEPT
    action.session.execute(delete(IdempotencyKey).where(old).execution_options(synchronize_session=False))


def _reserve(action: Action, key: str, digest: str) -> bool:
    insert = postgresql_insert if action.session.get_bind().dialect.name == "postgresql" else sqlite_insert
    statement = insert(IdempotencyKey).values(
        account_id=action.actor.id, key=key, request_hash=digest, status=0, answer={}, created_at=action.now
    )
    result = action.session.execute(statement.on_conflict_do_nothing().returning(IdempotencyKey.key))
    return result.first() is not None


def _answered(action: Action, key: str, digest: str) -> Answer:
    row = action.session.execute(
        select(IdempotencyKey.request_hash, IdempotencyKey.status, IdempotencyKey.answer).where(
            IdempotencyKey.account_id == action.actor.id, IdempotencyKey.key == key
        )
    ).one()
    if row.request_hash != digest:
        raise Invalid("This Idempotency-Key was used for another request.")
    return row.status, row.answer
