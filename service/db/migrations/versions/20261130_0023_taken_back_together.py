"""Decisions taken together are held together, and each says when it was taken.

Revision ID: 20261130_0023
Revises: 20261130_0022
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import UtcDateTime

revision = "20261130_0023"
down_revision = "20261130_0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("held_decision", sa.Column("batch_id", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_held_decision_batch_id"), "held_decision", ["batch_id"])
    op.add_column("held_decision", sa.Column("decided_at", UtcDateTime(), nullable=True))
    op.execute("UPDATE held_decision SET decided_at = until")
    with op.batch_alter_table("held_decision") as batch:
        batch.alter_column("decided_at", nullable=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_held_decision_batch_id"), "held_decision")
    with op.batch_alter_table("held_decision") as batch:
        batch.drop_column("decided_at")
        batch.drop_column("batch_id")
