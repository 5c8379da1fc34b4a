"""Diagrams being edited, kept per person until they are deployed.

Revision ID: 20261128_0020
Revises: 20261128_0019
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261128_0020"
down_revision = "20261128_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "definition_draft",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_definition_draft_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["key"], ["definition.key"], name=op.f("fk_definition_draft_key_definition"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", "account_id", name=op.f("pk_definition_draft")),
    )
    op.create_index("ix_definition_draft_account_id", "definition_draft", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_definition_draft_account_id", table_name="definition_draft")
    op.drop_table("definition_draft")
