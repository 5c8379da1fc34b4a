"""Throw-away databases of both kinds to measure in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError

LOOPBACK = "postgresql+psycopg://127.0.0.1:5432/postgres"


def postgresql_server() -> str | None:
    """The address of a PostgreSQL server to measure on: MUTASI_TEST_DATABASE_URL, else the one on loopback."""
    url = os.environ.get("MUTASI_TEST_DATABASE_URL", LOOPBACK)
    try:
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()
    except OperationalError:
        return None
    return url


@contextmanager
def fresh(kind: str) -> Iterator[str]:
    """The URL of an empty database that is gone afterwards. `kind`: sqlite or postgresql."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix="mutasi-bench-") as folder:
            yield f"sqlite:///{Path(folder, 'bench.sqlite3')}"
        return
    server = postgresql_server()
    if server is None:
        raise RuntimeError("no PostgreSQL server")
    name = f"mutasi_bench_{os.getpid()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        engine.dispose()


def database_cpu_seconds(kind: str) -> float:
    """User and system time of all PostgreSQL server processes on this host so far; 0 for SQLite (in process)."""
    if kind == "sqlite":
        return 0.0
    total = 0.0
    for process in psutil.process_iter(["name"]):
        if process.info["name"] in ("postgres", "postmaster"):
            try:
                times = process.cpu_times()
            except psutil.Error:
                continue
            total += times.user + times.system + times.children_user + times.children_system
    return total


def process_cpu_seconds(pid: int) -> float:
    """User and system time of a process and its living children so far."""
    parent = psutil.Process(pid)
    total = 0.0
    for process in [parent, *parent.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total
