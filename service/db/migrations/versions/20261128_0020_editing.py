"""Nothing yet.

Revision ID: 20261128_0020
Revises: 20261128_0019
"""

from __future__ import annotations

revision = "20261128_0020"
down_revision = "20261128_0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
