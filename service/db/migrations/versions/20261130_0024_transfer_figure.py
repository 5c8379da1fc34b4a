"""Transfers summed up by month, so that what they did over years is read at once; who was moved is read from an index alone.

Revision ID: 20261130_0024
Revises: 20261130_0023
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json

revision = "20261130_0024"
down_revision = "20261130_0023"
branch_labels = None
depends_on = None

SUMS = (
    *("transfers", "agreed", "opinions", "wishes_met", "wishes"),
    *("objected", "upheld", "reached", "measured"),
)


def upgrade() -> None:
    op.create_table(
        "transfer_figure",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("definition_key", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in SUMS),
        *(sa.Column(name, Json, nullable=False) for name in ("follow_ups", "received", "gave")),
        sa.PrimaryKeyConstraint("month", "definition_key", "plan", name=op.f("pk_transfer_figure")),
    )
    op.create_index("ix_case_figure_moved", "case_figure", ["effective_on", "subject_nip"])
    # Without its mark all cases are counted from scratch, in pieces, by the scheduler.
    op.execute("DELETE FROM installation WHERE name = 'figures_event'")


def downgrade() -> None:
    op.drop_index("ix_case_figure_moved", table_name="case_figure")
    op.drop_table("transfer_figure")
