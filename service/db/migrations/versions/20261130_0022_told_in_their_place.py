"""Substitutes are told in the absent person's place.

Revision ID: 20261130_0022
Revises: 20261130_0021
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "20261130_0022"
down_revision = "20261130_0021"
branch_labels = None
depends_on = None

TOLD = sa.text("substitution_id IS NOT NULL")


def upgrade() -> None:
    # SQLite adds a foreign key only with its column, which Alembic does not write.
    kind = "UUID" if op.get_context().dialect.name == "postgresql" else "CHAR(32)"
    op.execute(
        f"ALTER TABLE notice ADD COLUMN substitution_id {kind}"
        " CONSTRAINT fk_notice_substitution_id_substitution REFERENCES substitution (id)"
    )
    op.create_index(
        "ix_notice_substitution_id",
        "notice",
        ["substitution_id"],
        sqlite_where=TOLD,
        postgresql_where=TOLD,
    )


def downgrade() -> None:
    op.drop_index("ix_notice_substitution_id", "notice")
    with op.batch_alter_table("notice") as batch:
        batch.drop_constraint("fk_notice_substitution_id_substitution", type_="foreignkey")
        batch.drop_column("substitution_id")
