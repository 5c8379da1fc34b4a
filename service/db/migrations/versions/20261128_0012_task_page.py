"""Documents can be removed or replaced, with a reason (row and bytes stay for the record); drafts of starting a case.

Revision ID: 20261128_0012
Revises: 20261128_0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261128_0012"
down_revision = "20261128_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("case_document") as table:
        table.add_column(sa.Column("removed_at", UtcDateTime()))
        table.add_column(sa.Column("removed_by", sa.Uuid()))
        table.add_column(sa.Column("removed_reason", sa.Text()))
        table.add_column(sa.Column("replaced_by", sa.Uuid()))
    op.create_table(
        "start_draft",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.Text(), nullable=False),
        sa.Column("given", Json, nullable=False),
        sa.Column("saved_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_start_draft_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "definition_key", name=op.f("pk_start_draft")),
    )


def downgrade() -> None:
    op.drop_table("start_draft")
    with op.batch_alter_table("case_document") as table:
        for name in ("replaced_by", "removed_reason", "removed_by", "removed_at"):
            table.drop_column(name)
