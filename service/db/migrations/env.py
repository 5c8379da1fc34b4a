"""Alembic's environment: runs on the connection that service.db.migrate hands over."""

from alembic import context

from service.db import accounts, cases, definitions, drafts, incidents, people
from service.db.base import Base

assert all((accounts, cases, definitions, drafts, incidents, people))  # their tables belong to the metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
