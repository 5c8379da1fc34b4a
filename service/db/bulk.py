"""Many rows at once: COPY on PostgreSQL, one prepared statement on SQLite. Rows skip the ORM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, cast

from psycopg.types.json import Jsonb
from sqlalchemy import JSON, Column, Table, insert, select, text, tuple_
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Row = Mapping[str, Any]
BATCH = 5_000
KEYS_PER_QUERY = 500


def table_of(model: type[DeclarativeBase]) -> Table:
    """The table of a model, typed as one."""
    return cast(Table, model.__table__)


def insert_many(session: Session, model: type[DeclarativeBase], rows: Iterable[Row]) -> int:
    """Insert rows that all have the same keys; columns left out take the model's default."""
    table = table_of(model)
    source = iter(rows)
    count = 0
    while batch := list(islice(source, BATCH)):
        if session.get_bind().dialect.name == "postgresql":
            _copy(session, table, table.name, batch)
        else:
            session.execute(insert(table), batch)
        count += len(batch)
    return count


def upsert_many(
    session: Session, model: type[DeclarativeBase], rows: Sequence[Row], keys: Sequence[str]
) -> None:
    """Insert rows, or change those whose `keys` are there. All rows have the same columns, each once."""
    if not rows:
        return
    table = table_of(model)
    if session.get_bind().dialect.name == "postgresql":
        _copy_and_merge(session, table, rows, keys)
        return
    changed = [name for name in rows[0] if name not in keys]
    statement = sqlite_insert(table)
    for start in range(0, len(rows), BATCH):
        session.execute(
            statement.on_conflict_do_update(
                index_elements=list(keys), set_={name: statement.excluded[name] for name in changed}
            ),
            list(rows[start : start + BATCH]),
        )


def refresh_statistics(session: Session, models: Iterable[type[DeclarativeBase]]) -> None:
    """Let the planner know the tables just filled: until then its joins go the long way."""
    for model in models:
        session.execute(text(f'ANALYZE "{table_of(model).name}"'))


def present(
    session: Session, model: type[DeclarativeBase], keys: Sequence[str], wanted: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], Row]:
    """The rows that are there already, by key."""
    table = table_of(model)
    columns = [table.c[name] for name in keys]
    found: dict[tuple[Any, ...], Row] = {}
    for start in range(0, len(wanted), KEYS_PER_QUERY):
        part = wanted[start : start + KEYS_PER_QUERY]
        condition = columns[0].in_([key[0] for key in part]) if len(keys) == 1 else tuple_(*columns).in_(part)
        for row in session.execute(select(table).where(condition)).mappings():
            found[tuple(row[name] for name in keys)] = dict(row)
    return found


def _copy(session: Session, table: Table, target: str, rows: Sequence[Row]) -> None:
    """COPY into `target`, which has the columns of `table`."""
    columns = [column for column in table.c if column.name in rows[0] or _default(column) is not None]
    cursor: Any = session.connection().connection.cursor()
    names = ", ".join(f'"{column.name}"' for column in columns)
    with cursor, cursor.copy(f'COPY "{target}" ({names}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([_adapted(column, row.get(column.name, _default(column))) for column in columns])


def _copy_and_merge(session: Session, table: Table, rows: Sequence[Row], keys: Sequence[str]) -> None:
    staging = f"incoming_{table.name}"
    columns = [column.name for column in table.c if column.name in rows[0] or _default(column) is not None]
    session.execute(
        text(
            f'CREATE TEMPORARY TABLE "{staging}" ON COMMIT DROP AS '  # noqa: S608 - names of our own tables
            f'SELECT {", ".join(columns)} FROM "{table.name}" WITH NO DATA'
        )
    )
    _copy(session, table, staging, rows)
    incoming = text(f'SELECT {", ".join(columns)} FROM "{staging}"').columns(  # noqa: S608 - as above
        *(table.c[name] for name in columns)
    )
    statement = postgresql_insert(table).from_select(columns, incoming)
    changed = {name: statement.excluded[name] for name in columns if name in rows[0] and name not in keys}
    session.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=changed))
    session.execute(text(f'DROP TABLE "{staging}"'))


def _default(column: Column[Any]) -> Any:
    default = column.default
    return default.arg if isinstance(default, ScalarElementColumnDefault) else None


def _adapted(column: Column[Any], value: Any) -> Any:
    return Jsonb(value) if value is not None and isinstance(column.type, JSON) else value
