"""From nothing to the present schema, on both databases, and no difference left to the models."""

from __future__ import annotations

import threading

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from service.db.base import Base, make_engine
from service.db.migrate import is_current, upgrade


def test_the_migrations_make_what_the_models_say(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        assert is_current(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_upgrading_again_changes_nothing_even_at_once(database_url: str) -> None:
    engine = make_engine(database_url)
    upgraders = [threading.Thread(target=upgrade, args=(engine,)) for _ in range(2)]
    for upgrader in upgraders:
        upgrader.start()
    for upgrader in upgraders:
        upgrader.join(60)
    with engine.connect() as connection:
        assert is_current(connection)
        assert connection.execute(text("SELECT count(*) FROM alembic_version")).scalar() == 1
    engine.dispose()
