"""Nothing yet.

Revision ID: 20261128_0013
Revises: 20261128_0012
"""

from __future__ import annotations

revision = "20261128_0013"
down_revision = "20261128_0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
