"""What each case did at each step in a month, so that the cases behind a figure of tasks are found at once.

Revision ID: 20261130_0021
Revises: 20261128_0020
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_0021"
down_revision = "20261128_0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_step_figure",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("process", sa.String(length=255), nullable=False),
        sa.Column("element", sa.String(length=255), nullable=False),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.Column("timed", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("judged", sa.Boolean(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("touched", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_step_figure_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "month", "process", "element", name=op.f("pk_case_step_figure")),
    )
    op.create_index(
        "ix_case_step_figure_step",
        "case_step_figure",
        [
            *("process", "month", "element", "case_id"),
            *("done", "timed", "late", "judged", "returned", "rejected", "touched"),
        ],
        unique=False,
    )
    op.add_column("case_figure", sa.Column("subject_nip", sa.String(length=18), nullable=True))
    # Without its mark all cases are counted from scratch, in pieces, by the scheduler.
    op.execute("DELETE FROM installation WHERE name = 'figures_event'")


def downgrade() -> None:
    op.drop_index("ix_case_step_figure_step", table_name="case_step_figure")
    op.drop_table("case_step_figure")
    op.drop_column("case_figure", "subject_nip")
