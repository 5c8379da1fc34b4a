"""What employees say about themselves: wishes for a position, withdrawn ones kept; requests to correct their data.

Revision ID: 20261128_0015
Revises: 20261128_0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import service.db.base

revision = "20261128_0015"
down_revision = "20261128_0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    moment = service.db.base.UtcDateTime(timezone=True)
    open_ = sa.text("state = 'open'")
    # SQLite adds a foreign key only with its column, which Alembic does not write.
    op.execute(
        "ALTER TABLE aspiration ADD COLUMN jabatan_id VARCHAR(64) "
        "CONSTRAINT fk_aspiration_jabatan_id_position REFERENCES position (id)"
    )
    op.add_column("aspiration", sa.Column("ditarik", moment, nullable=True))
    op.create_index(op.f("ix_aspiration_jabatan_id"), "aspiration", ["jabatan_id"])
    op.create_table(
        "correction_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("nip", sa.String(length=18), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("wanted", sa.Text(), nullable=False),
        sa.Column("evidence_name", sa.String(length=255), nullable=True),
        sa.Column("evidence_type", sa.String(length=100), nullable=True),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=True),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("due_at", moment, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("answered_at", moment, nullable=True),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("changes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.CheckConstraint(
            "state IN ('open','accepted','declined')", name=op.f("ck_correction_request_state")
        ),
        sa.ForeignKeyConstraint(["nip"], ["employee.nip"], name=op.f("fk_correction_request_nip_employee")),
        sa.ForeignKeyConstraint(
            ["asked_by"], ["account.id"], name=op.f("fk_correction_request_asked_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["account.id"], name=op.f("fk_correction_request_answered_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_request")),
    )
    op.create_index("ix_correction_request_nip", "correction_request", ["nip", "asked_at"])
    op.create_index(op.f("ix_correction_request_asked_by"), "correction_request", ["asked_by"])
    op.create_index("ix_correction_request_state", "correction_request", ["state", "due_at", "id"])
    op.create_index(
        "uq_correction_request_open",
        "correction_request",
        ["nip", "kind", "key", "field"],
        unique=True,
        sqlite_where=open_,
        postgresql_where=open_,
    )


def downgrade() -> None:
    op.drop_table("correction_request")
    op.drop_index(op.f("ix_aspiration_jabatan_id"), "aspiration")
    with op.batch_alter_table("aspiration") as batch:
        batch.drop_constraint("fk_aspiration_jabatan_id_position", type_="foreignkey")
        batch.drop_column("jabatan_id")
        batch.drop_column("ditarik")
