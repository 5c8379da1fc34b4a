"""Lists' filters kept and shared; what the rules say of a case, since when it is in its stage; tasks by age.

Revision ID: 20261128_0011
Revises: 20261123_0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261128_0011"
down_revision = "20261123_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", Json, nullable=False),
        sa.Column("shared", sa.String(16), nullable=False),
        sa.Column("role", sa.String(64), nullable=True),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("shared IN ('nobody','role','everybody')", name=op.f("ck_saved_view_shared")),
        sa.CheckConstraint("(shared = 'role') = (role IS NOT NULL)", name=op.f("ck_saved_view_role")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_saved_view_account_id_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_account_id_page", "saved_view", ["account_id", "page"], unique=False)
    op.create_index("ix_saved_view_page_shared_role", "saved_view", ["page", "shared", "role"], unique=False)
    op.add_column("cases", sa.Column("rule_tone", sa.String(8), nullable=True))
    op.add_column("cases", sa.Column("rule_count", sa.Integer(), nullable=True))
    op.add_column("cases", sa.Column("stage_since", UtcDateTime(), nullable=True))
    op.create_index("ix_cases_title", "cases", ["title"], unique=False)
    op.create_index(
        "ix_task_open_opened",
        "task",
        ["opened_at"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index("ix_task_open_opened", table_name="task")
    op.drop_index("ix_cases_title", table_name="cases")
    op.drop_column("cases", "stage_since")
    op.drop_column("cases", "rule_count")
    op.drop_column("cases", "rule_tone")
    op.drop_index("ix_saved_view_page_shared_role", table_name="saved_view")
    op.drop_index("ix_saved_view_account_id_page", table_name="saved_view")
    op.drop_table("saved_view")
