"""The declarative base, column types, and the engines of both dialects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from pathlib import Path
from time import monotonic
from typing import Any

import psycopg
from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    event,
    func,
    text,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

RESTING_SECONDS = 5
"""After so long in the pool a connection is tried before it is used."""

Json = JSON().with_variant(JSONB(), "postgresql")


class Base(DeclarativeBase):
    """All tables, with constraint names that migrations can rely on."""

    metadata = MetaData(naming_convention=NAMING)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: aware in Python, UTC in the database. A naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def where(condition: str) -> dict[str, Any]:
    """What makes an index a partial one on both dialects."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def make_engine(url: str, **options: Any) -> Engine:
    """A database engine for either dialect, set up so that a transaction is one.

    SQLite: WAL, synchronous=FULL, foreign keys on, and BEGIN IMMEDIATE, because a deferred BEGIN
    fails when two writers meet. A connection with the execution option `reading=True` begins deferred.
    """
    parsed = make_url(url)
    options["hide_parameters"] = True  # errors are logged: they must not carry the data of a case
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args={"timeout": 30, "check_same_thread": False}, **options)
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
        return engine
    engine = create_engine(
        parsed,
        pool_size=options.pop("pool_size", 10),
        connect_args={
            "options": "-c lock_timeout=5000 -c statement_timeout=60000"
            " -c idle_in_transaction_session_timeout=60000 -c timezone=UTC"
        },
        **options,
    )
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", _ping_after_rest)
    return engine


def is_postgresql(session: Session) -> bool:
    return session.get_bind().dialect.name == "postgresql"


def upsert(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT of the session's dialect, which knows ON CONFLICT."""
    return postgresql.insert(model) if is_postgresql(session) else sqlite.insert(model)


def insert_new(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows (all with the same keys), except those that are there: somebody else may have been first."""
    if rows:
        session.execute(upsert(session, model).on_conflict_do_nothing(), list(rows))


def elements_of(session: Session, column: Any) -> Any:
    """Each element of a column that holds a list, to be used in a query where that column is."""
    if is_postgresql(session):
        return type_coerce(func.jsonb_array_elements(column).table_valued("value").c.value, JSONB)
    return type_coerce(func.json_each(column).table_valued("value").c.value, JSON)


def plan_with_values(session: Session) -> None:
    """Plan the statements of this transaction for the values they are given (PostgreSQL; no effect on SQLite).

    After some uses of a prepared statement PostgreSQL settles on one plan for all values. For a search whose
    conditions differ widely in how many rows they leave, that plan is five to thirty times slower.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL plan_cache_mode = force_custom_plan"))


def _note_rest(connection: Any, record: Any) -> None:
    record.info["resting_since"] = monotonic()


def _ping_after_rest(connection: Any, record: Any, proxy: Any) -> None:
    """A connection that rested may have died with its server; one that was just used has not, and a ping costs."""
    if monotonic() - record.info.get("resting_since", -inf) < RESTING_SECONDS:
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.OperationalError as error:
        raise DisconnectionError from error


def _on_sqlite_connect(connection: Any, record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "cache_size=-65536",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _on_sqlite_begin(connection: Any) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
