"""Nothing yet.

Revision ID: 20261128_0017
Revises: 20261128_0016
"""

from __future__ import annotations

revision = "20261128_0017"
down_revision = "20261128_0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
