"""What a case was before its latest decision is kept, so that the decision can be withdrawn wherever it led.

Revision ID: 20261130_0025
Revises: 20261130_0024
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261130_0025"
down_revision = "20261130_0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_decision",
        sa.Column("case_id", sa.Uuid(), sa.ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("snapshot", sa.LargeBinary(), nullable=False),
        sa.Column("filed_under", Json, nullable=False),
        sa.Column("stage_since", UtcDateTime(), nullable=True),
    )


def downgrade() -> None:
    op.drop_table("last_decision")
