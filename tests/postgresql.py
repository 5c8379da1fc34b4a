"""A PostgreSQL database that is made once and emptied after each test: copying the template takes a hundred times longer."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

TABLES = """
    SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
USED_SEQUENCES = (
    "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
)


@dataclass
class PostgresqlDatabase:
    """A copy of a migrated template, with the rows that the migrations put there kept aside in a schema of their own."""

    server: str
    template: str
    name: str

    @property
    def url(self) -> str:
        return database_on(self.server, self.name)

    def create(self) -> None:
        run_on(self.server, f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
        engine = create_engine(self.url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA seed"))
            for table in _filled(connection):
                connection.execute(text(f'CREATE TABLE seed."{table}" AS TABLE public."{table}"'))

    def drop(self) -> None:
        run_on(self.server, f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def make_fresh(self) -> None:
        """As after `create`. A database that cannot be emptied is made anew."""
        engine = create_engine(self.url, poolclass=NullPool)
        try:
            with engine.connect() as connection:
                connection.execute(text(OTHERS))
                connection.commit()
                _empty(connection)
                connection.commit()
        except DBAPIError:
            self.drop()
            self.create()


def database_on(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def run_on(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(statement))


def _empty(connection: Connection) -> None:
    """Without triggers and foreign keys: the log refuses to lose rows."""
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    connection.execute(text("SET LOCAL session_replication_role = replica"))
    for table in _filled(connection):
        connection.execute(text(f'DELETE FROM public."{table}"'))
    for sequence in connection.scalars(text(USED_SEQUENCES)).all():
        connection.execute(text(f'ALTER SEQUENCE public."{sequence}" RESTART'))
    seeded = "SELECT tablename FROM pg_tables WHERE schemaname = 'seed'"
    for table in connection.scalars(text(seeded)).all():
        connection.execute(text(f'INSERT INTO public."{table}" TABLE seed."{table}"'))


def _filled(connection: Connection) -> list[str]:
    tables = connection.scalars(text(TABLES)).all()
    asked = " UNION ALL ".join(
        f"SELECT '{table}' AS name WHERE EXISTS (SELECT 1 FROM public.\"{table}\")" for table in tables
    )
    return list(connection.scalars(text(asked)).all())
