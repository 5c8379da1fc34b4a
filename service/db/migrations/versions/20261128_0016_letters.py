"""Letters with their numbers and signatures.

Revision ID: 20261128_0016
Revises: 20261128_0015
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261128_0016"
down_revision = "20261128_0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=100), nullable=False),
        sa.Column("series", sa.String(length=32), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("subject_nip", sa.String(length=18), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("context", Json, nullable=False),
        sa.Column("template", sa.String(length=255), nullable=False),
        sa.Column("files", Json, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("void_at", UtcDateTime(), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=True),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("signing", sa.String(length=8), nullable=False),
        sa.Column("signed_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=True),
        sa.Column("lease_token", sa.String(length=32), nullable=True),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state IN ('issued','void')", name=op.f("ck_letter_state")),
        sa.CheckConstraint(
            "signing IN ('unsigned','signing','signed','failed','paper')", name=op.f("ck_letter_signing")
        ),
        sa.CheckConstraint("mode IN ('test','bsre','paper')", name=op.f("ck_letter_mode")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_letter_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["case_document.id"], name=op.f("fk_letter_document_id_case_document")
        ),
        sa.ForeignKeyConstraint(["issued_by"], ["account.id"], name=op.f("fk_letter_issued_by_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sa.UniqueConstraint("code", name=op.f("uq_letter_code")),
        sa.UniqueConstraint("number", name=op.f("uq_letter_number")),
        sa.UniqueConstraint("series", "year", "sequence", name=op.f("uq_letter_series_year_sequence")),
    )
    op.create_index("ix_letter_case_id", "letter", ["case_id"], unique=False)
    op.create_index("ix_letter_document_id", "letter", ["document_id"], unique=False)
    op.create_index("ix_letter_issued_by", "letter", ["issued_by"], unique=False)
    op.create_index("ix_letter_subject_nip", "letter", ["subject_nip"], unique=False)
    op.create_index(
        "ix_letter_waiting",
        "letter",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("next_at IS NOT NULL"),
        postgresql_where=sa.text("next_at IS NOT NULL"),
    )
    op.create_table(
        "letter_signature",
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=32), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("agreed_at", UtcDateTime(), nullable=True),
        sa.Column("signed_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_letter_signature_account_id_account")
        ),
        sa.ForeignKeyConstraint(
            ["letter_id"],
            ["letter.id"],
            name=op.f("fk_letter_signature_letter_id_letter"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("letter_id", "slot", name=op.f("pk_letter_signature")),
    )
    op.create_index("ix_letter_signature_account_id", "letter_signature", ["account_id"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_letter_signature_account_id", table_name="letter_signature")
    op.drop_table("letter_signature")
    op.drop_index("ix_letter_waiting", table_name="letter")
    op.drop_index("ix_letter_subject_nip", table_name="letter")
    op.drop_index("ix_letter_issued_by", table_name="letter")
    op.drop_index("ix_letter_document_id", table_name="letter")
    op.drop_index("ix_letter_case_id", table_name="letter")
    op.drop_table("letter")
