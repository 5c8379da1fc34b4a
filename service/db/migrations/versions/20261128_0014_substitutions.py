"""Substitutes: who stands in for whom; events, tasks, sessions and held decisions say who was acted for.

Revision ID: 20261128_0014
Revises: 20261128_0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import service.db.base

revision = "20261128_0014"
down_revision = "20261128_0013"
branch_labels = None
depends_on = None

REFERRING = (
    ("task", "closed_for", "account"),
    ("held_decision", "substitution_id", "substitution"),
    ("web_session", "substitution_id", "substitution"),
)


def upgrade() -> None:
    moment = service.db.base.UtcDateTime(timezone=True)
    op.create_table(
        "substitution",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("absent_id", sa.Uuid(), nullable=False),
        sa.Column("substitute_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.Column("processes", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True),
        sa.Column("personal", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("ended_at", moment, nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.CheckConstraint("absent_id <> substitute_id", name=op.f("ck_substitution_two_people")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_substitution_days")),
        *(
            sa.ForeignKeyConstraint([name], ["account.id"], name=op.f(f"fk_substitution_{name}_account"))
            for name in ("absent_id", "substitute_id", "made_by", "ended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_substitution")),
    )
    op.create_index("ix_substitution_absent_id", "substitution", ["absent_id", "ends_at"])
    op.create_index("ix_substitution_substitute_id", "substitution", ["substitute_id", "ends_at"])
    op.create_index("ix_substitution_made_at", "substitution", ["made_at", "id"])
    op.create_index(op.f("ix_substitution_made_by"), "substitution", ["made_by"])
    op.add_column("event", sa.Column("acting_for_id", sa.Uuid(), nullable=True))
    op.add_column("event", sa.Column("acting_for_name", sa.String(length=200), nullable=True))
    for table, column, referred in REFERRING:
        # SQLite adds a foreign key only with its column, which Alembic does not write.
        kind = "UUID" if op.get_context().dialect.name == "postgresql" else "CHAR(32)"
        name = f"fk_{table}_{column}_{referred}"
        op.execute(
            f"ALTER TABLE {table} ADD COLUMN {column} {kind} CONSTRAINT {name} REFERENCES {referred} (id)"
        )
    present = sa.text("closed_for IS NOT NULL")
    op.create_index(
        "ix_task_closed_for",
        "task",
        ["closed_for", "closed_at"],
        sqlite_where=present,
        postgresql_where=present,
    )
    for table in ("held_decision", "web_session"):
        op.create_index(op.f(f"ix_{table}_substitution_id"), table, ["substitution_id"])


def downgrade() -> None:
    op.drop_index("ix_task_closed_for", "task")
    for table in ("held_decision", "web_session"):
        op.drop_index(op.f(f"ix_{table}_substitution_id"), table)
    for table, column, referred in REFERRING:
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_{column}_{referred}", type_="foreignkey")
            batch.drop_column(column)
    for column in ("acting_for_id", "acting_for_name"):
        op.drop_column("event", column)
    op.drop_table("substitution")
