"""Nothing yet.

Revision ID: 20261128_0014
Revises: 20261128_0013
"""

from __future__ import annotations

revision = "20261128_0014"
down_revision = "20261128_0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
