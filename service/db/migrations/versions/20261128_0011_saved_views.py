"""Nothing yet.

Revision ID: 20261128_0011
Revises: 20261123_0010
"""

from __future__ import annotations

revision = "20261128_0011"
down_revision = "20261123_0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
