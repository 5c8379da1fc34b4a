"""Incidents, work for programs outside, cases moved to other versions.

Revision ID: 20261123_0003
Revises: 20261123_0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261123_0003"
down_revision = "20261123_0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "migration_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("from_version_id", sa.Uuid(), nullable=False),
        sa.Column("to_version_id", sa.Uuid(), nullable=False),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("timers", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("last_case", sa.Uuid(), nullable=True),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("blocked", Json, nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('running','done','stopped')", name=op.f("ck_migration_job_state")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_migration_job_created_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["from_version_id"],
            ["definition_version.id"],
            name=op.f("fk_migration_job_from_version_id_definition_version"),
        ),
        sa.ForeignKeyConstraint(
            ["to_version_id"],
            ["definition_version.id"],
            name=op.f("fk_migration_job_to_version_id_definition_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_migration_job")),
    )
    op.create_index(
        "ix_migration_job_running",
        "migration_job",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "case_migration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("from_version_id", sa.Uuid(), nullable=False),
        sa.Column("to_version_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_before", sa.LargeBinary(), nullable=False),
        sa.Column("case_version_after", sa.Integer(), nullable=False),
        sa.Column("undone_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["account.id"], name=op.f("fk_case_migration_by_account")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_migration_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["from_version_id"],
            ["definition_version.id"],
            name=op.f("fk_case_migration_from_version_id_definition_version"),
        ),
        sa.ForeignKeyConstraint(
            ["to_version_id"],
            ["definition_version.id"],
            name=op.f("fk_case_migration_to_version_id_definition_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_migration")),
    )
    op.create_index("ix_case_migration_case_id", "case_migration", ["case_id", "at"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("element", sa.String(length=255), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("command", Json, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=True),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.Column("resolved_at", UtcDateTime(), nullable=True),
        sa.Column("resolved_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("state IN ('open','resolved')", name=op.f("ck_incident_state")),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_incident_case_id_cases"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["account.id"], name=op.f("fk_incident_opened_by_account")),
        sa.ForeignKeyConstraint(
            ["resolved_by"], ["account.id"], name=op.f("fk_incident_resolved_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index("ix_incident_case_id", "incident", ["case_id"], unique=False)
    op.create_index(
        "ix_incident_open",
        "incident",
        ["opened_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "uq_incident_open_subject",
        "incident",
        ["case_id", "subject"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "external_task",
        sa.Column("task_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=255), nullable=False),
        sa.Column("worker", sa.String(length=255), nullable=True),
        sa.Column("free_at", UtcDateTime(), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["task_id"], ["task.id"], name=op.f("fk_external_task_task_id_task"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("task_id", name=op.f("pk_external_task")),
    )
    op.create_index("ix_external_task_topic", "external_task", ["topic", "free_at"], unique=False)
    op.add_column("cases", sa.Column("incidents", sa.Integer(), server_default="0", nullable=False))
    op.add_column("cases", sa.Column("failed_from", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("cases", "failed_from")
    op.drop_column("cases", "incidents")
    op.drop_index("ix_external_task_topic", table_name="external_task")
    op.drop_table("external_task")
    op.drop_index("uq_incident_open_subject", table_name="incident")
    op.drop_index("ix_incident_open", table_name="incident")
    op.drop_index("ix_incident_case_id", table_name="incident")
    op.drop_table("incident")
    op.drop_index("ix_case_migration_case_id", table_name="case_migration")
    op.drop_table("case_migration")
    op.drop_index("ix_migration_job_running", table_name="migration_job")
    op.drop_table("migration_job")
