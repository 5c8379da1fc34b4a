"""Nothing yet.

Revision ID: 20261128_0012
Revises: 20261128_0011
"""

from __future__ import annotations

revision = "20261128_0012"
down_revision = "20261128_0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
