"""Alembic's environment: runs on the connection that service.db.migrate hands over."""

from importlib import import_module
from pkgutil import iter_modules

from alembic import context

from service import db
from service.db.base import Base

for module in iter_modules(db.__path__):
    import_module(f"service.db.{module.name}")  # its tables belong to the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
