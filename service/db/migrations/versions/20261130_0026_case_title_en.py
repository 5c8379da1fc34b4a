"""What cases are called in English: it stood in Indonesian on English pages.

Revision ID: 20261130_0026
Revises: 20261130_0025
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_0026"
down_revision = "20261130_0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("cases", sa.Column("title_en", sa.String(length=300), server_default="", nullable=False))
    op.execute(
        "UPDATE cases SET title_en = 'Transfer to ' || substr(title, 11, 288) WHERE title LIKE 'Mutasi ke %'"
    )


def downgrade() -> None:
    op.drop_column("cases", "title_en")
