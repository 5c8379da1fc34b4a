"""Administration: settings, days off, second factors, sign-in elsewhere, one-time links; indexes to search the log by.

Revision ID: 20261128_0019
Revises: 20261128_0018
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261128_0019"
down_revision = "20261128_0018"
branch_labels = None
depends_on = None


def upgrade() -> None:

    op.create_table(
        "group_role",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("group_name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("unit_id", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_role")),
        sa.UniqueConstraint(
            "group_name", "role", "unit_id", name=op.f("uq_group_role_group_name_role_unit_id")
        ),
    )
    op.create_table(
        "sign_in_request",
        sa.Column("state_hash", sa.String(length=64), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("verifier", sa.String(length=128), nullable=False),
        sa.Column("target", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("state_hash", name=op.f("pk_sign_in_request")),
    )
    op.create_index(op.f("ix_sign_in_request_created_at"), "sign_in_request", ["created_at"], unique=False)
    op.create_table(
        "administered_setting",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", Json, nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["account.id"], name=op.f("fk_administered_setting_changed_by_account")
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_administered_setting")),
    )
    op.create_index(
        op.f("ix_administered_setting_changed_by"), "administered_setting", ["changed_by"], unique=False
    )
    op.create_table(
        "deadline_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.String(length=255), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("last_task", sa.Uuid(), nullable=True),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("state IN ('running','done')", name=op.f("ck_deadline_job_state")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_deadline_job_created_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_job")),
    )
    op.create_index(op.f("ix_deadline_job_created_by"), "deadline_job", ["created_by"], unique=False)
    op.create_index(
        "ix_deadline_job_running",
        "deadline_job",
        ["created_at"],
        unique=False,
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_table(
        "external_identity",
        sa.Column("issuer", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", UtcDateTime(), nullable=False),
        sa.Column("last_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_external_identity_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_external_identity")),
    )
    op.create_index(
        op.f("ix_external_identity_account_id"), "external_identity", ["account_id"], unique=False
    )
    op.create_table(
        "own_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("added_at", UtcDateTime(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('off','worked')", name=op.f("ck_own_day_kind")),
        sa.ForeignKeyConstraint(["added_by"], ["account.id"], name=op.f("fk_own_day_added_by_account")),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_own_day")),
    )
    op.create_index(op.f("ix_own_day_added_by"), "own_day", ["added_by"], unique=False)
    op.create_table(
        "password_link",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_password_link_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_password_link_created_by_account")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_password_link")),
    )
    op.create_index(op.f("ix_password_link_account_id"), "password_link", ["account_id"], unique=False)
    op.create_index(op.f("ix_password_link_created_by"), "password_link", ["created_by"], unique=False)
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_recovery_code_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
    )
    op.create_table(
        "second_factor",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_second_factor_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_second_factor")),
    )
    op.add_column(
        "account",
        sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.add_column(
        "account_role", sa.Column("source", sa.String(length=8), server_default="local", nullable=False)
    )
    op.add_column("api_token", sa.Column("used_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_due_work_dead",
        "due_work",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.create_index("ix_event_actor_id_at", "event", ["actor_id", "at"], unique=False)
    op.create_index(
        "ix_event_acting_for_id_at",
        "event",
        ["acting_for_id", "at"],
        unique=False,
        sqlite_where=sa.text("acting_for_id IS NOT NULL"),
        postgresql_where=sa.text("acting_for_id IS NOT NULL"),
    )
    op.create_index("ix_event_at", "event", ["at"], unique=False)
    op.create_index(
        "ix_event_name",
        "event",
        ["name", "at"],
        unique=False,
        sqlite_where=sa.text("case_id IS NULL"),
        postgresql_where=sa.text("case_id IS NULL"),
    )
    op.create_index(
        "ix_outbox_dead",
        "outbox",
        ["next_at"],
        unique=False,
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.add_column(
        "web_session", sa.Column("method", sa.String(length=16), server_default="password", nullable=False)
    )
    op.add_column("web_session", sa.Column("pending", sa.String(length=16), nullable=True))
    op.create_index(
        "ix_web_session_open",
        "web_session",
        ["seen_at"],
        unique=False,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def downgrade() -> None:

    op.drop_index("ix_web_session_open", table_name="web_session")
    op.drop_column("web_session", "pending")
    op.drop_column("web_session", "method")
    op.drop_index(
        "ix_outbox_dead",
        table_name="outbox",
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.drop_index(
        "ix_event_name",
        table_name="event",
        sqlite_where=sa.text("case_id IS NULL"),
        postgresql_where=sa.text("case_id IS NULL"),
    )
    op.drop_index("ix_event_acting_for_id_at", table_name="event")
    op.drop_index("ix_event_at", table_name="event")
    op.drop_index("ix_event_actor_id_at", table_name="event")
    op.drop_index(
        "ix_due_work_dead",
        table_name="due_work",
        sqlite_where=sa.text("state = 'dead'"),
        postgresql_where=sa.text("state = 'dead'"),
    )
    op.drop_column("api_token", "used_at")
    op.drop_column("account_role", "source")
    op.drop_column("account", "must_change_password")
    op.drop_table("second_factor")
    op.drop_table("recovery_code")
    op.drop_index(op.f("ix_password_link_created_by"), table_name="password_link")
    op.drop_index(op.f("ix_password_link_account_id"), table_name="password_link")
    op.drop_table("password_link")
    op.drop_index(op.f("ix_own_day_added_by"), table_name="own_day")
    op.drop_table("own_day")
    op.drop_index(op.f("ix_external_identity_account_id"), table_name="external_identity")
    op.drop_table("external_identity")
    op.drop_index(
        "ix_deadline_job_running",
        table_name="deadline_job",
        sqlite_where=sa.text("state = 'running'"),
        postgresql_where=sa.text("state = 'running'"),
    )
    op.drop_index(op.f("ix_deadline_job_created_by"), table_name="deadline_job")
    op.drop_table("deadline_job")
    op.drop_index(op.f("ix_administered_setting_changed_by"), table_name="administered_setting")
    op.drop_table("administered_setting")
    op.drop_index(op.f("ix_sign_in_request_created_at"), table_name="sign_in_request")
    op.drop_table("sign_in_request")
    op.drop_table("group_role")
