"""Bringing the database to the present schema, from code: no alembic.ini, the same on both dialects."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

FOLDER = Path(__file__).parent / "migrations"
_LOCK = 7_216_402_210


def upgrade(engine: Engine) -> None:
    """Run the missing migrations, in one transaction; two upgraders wait for each other."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("SET LOCAL statement_timeout = '15min'"))
            connection.execute(text("SET LOCAL lock_timeout = '15min'"))
            connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
            # Tables in use must not hold up the whole application behind a waiting ALTER TABLE.
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        began_at = MigrationContext.configure(connection).get_current_revision()
        command.upgrade(_config(connection), "head")
    if began_at is not None and engine.dialect.name == "postgresql":
        _count_anew(engine, began_at)


def _count_anew(engine: Engine, began_at: str) -> None:
    """Of new columns the planner knows nothing, and guesses: lists would be slow until the database counts by itself."""
    with engine.begin() as connection:
        if began_at != MigrationContext.configure(connection).get_current_revision():
            connection.execute(text("ANALYZE"))


def is_current(connection: Connection) -> bool:
    """Whether the schema is the one this code expects."""
    present = MigrationContext.configure(connection).get_current_revision()
    return present == ScriptDirectory.from_config(_config(connection)).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option(
        "file_template", "%%(year)d%%(month).2d%%(day).2d_%%(hour).2d%%(minute).2d_%%(slug)s"
    )
    config.attributes["connection"] = connection
    return config
