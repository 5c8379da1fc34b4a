"""Nothing yet.

Revision ID: 20261128_0019
Revises: 20261128_0018
"""

from __future__ import annotations

revision = "20261128_0019"
down_revision = "20261128_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
