"""Cases are searched by their English titles too, which stand beside the Indonesian ones in the same index.

Revision ID: 20261130_0027
Revises: 20261130_0026
"""

from __future__ import annotations

from alembic import op

revision = "20261130_0027"
down_revision = "20261130_0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_cases_title", table_name="cases")
    op.create_index("ix_cases_titles", "cases", ["title", "title_en"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_cases_titles", table_name="cases")
    op.create_index("ix_cases_title", "cases", ["title"], unique=False)
