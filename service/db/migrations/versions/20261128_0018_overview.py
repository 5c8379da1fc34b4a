"""Figures counted for managers, what reviews measured, and each unit's load by month.

Revision ID: 20261128_0018
Revises: 20261128_0017
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import Json, UtcDateTime

revision = "20261128_0018"
down_revision = "20261128_0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "step_figure",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("definition_key", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=False),
        sa.Column("process", sa.String(length=255), nullable=False),
        sa.Column("element", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("timed", sa.Integer(), nullable=False),
        sa.Column("late", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("judged", sa.Integer(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        sa.Column("untouched_minutes", sa.Integer(), nullable=False),
        sa.Column("touch_minutes", sa.Integer(), nullable=False),
        sa.Column("waits", Json, nullable=False),
        sa.PrimaryKeyConstraint(
            "month", "definition_key", "plan", "process", "element", "role", name=op.f("pk_step_figure")
        ),
    )
    op.create_table(
        "unit_step_figure",
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("steps", Json, nullable=False),
        sa.PrimaryKeyConstraint("unit", "month", name=op.f("pk_unit_step_figure")),
    )
    op.create_table(
        "month_figure",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("definition_key", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=False),
        sa.Column("started", sa.Integer(), nullable=False),
        sa.Column("completed", sa.Integer(), nullable=False),
        sa.Column("stopped", sa.Integer(), nullable=False),
        sa.Column("cycles", Json, nullable=False),
        sa.Column("bkn", Json, nullable=False),
        sa.Column("mendagri", Json, nullable=False),
        sa.Column("other", Json, nullable=False),
        sa.PrimaryKeyConstraint("month", "definition_key", "plan", name=op.f("pk_month_figure")),
    )
    op.create_table(
        "waiting_figure",
        sa.Column("definition_key", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=False),
        sa.Column("process", sa.String(length=255), nullable=False),
        sa.Column("element", sa.String(length=255), nullable=False),
        sa.Column("role", sa.String(length=64), nullable=False),
        sa.Column("tasks", Json, nullable=False),
        sa.PrimaryKeyConstraint(
            "definition_key", "plan", "process", "element", "role", name=op.f("pk_waiting_figure")
        ),
    )
    op.create_table(
        "unit_month",
        sa.Column("unor_id", sa.String(length=64), nullable=False),
        sa.Column("bulan", sa.Date(), nullable=False),
        sa.Column("rasio", sa.Double(), nullable=False),
        sa.Column("pegawai", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["unor_id"], ["unit.id"], name=op.f("fk_unit_month_unor_id_unit")),
        sa.PrimaryKeyConstraint("unor_id", "bulan", name=op.f("pk_unit_month")),
    )
    op.create_index("ix_unit_month_bulan", "unit_month", ["bulan"], unique=False)
    op.create_table(
        "case_figure",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("definition_key", sa.String(length=255), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("stage", sa.String(length=255), nullable=False),
        sa.Column("origin_unit", sa.String(length=64), nullable=True),
        sa.Column("target_unit", sa.String(length=64), nullable=True),
        sa.Column("started_month", sa.Date(), nullable=False),
        sa.Column("ended_month", sa.Date(), nullable=True),
        sa.Column("cycle_minutes", sa.Integer(), nullable=True),
        sa.Column("next_due", UtcDateTime(), nullable=True),
        sa.Column("outside_bkn", sa.Integer(), nullable=True),
        sa.Column("outside_mendagri", sa.Integer(), nullable=True),
        sa.Column("outside_other", sa.Integer(), nullable=True),
        sa.Column("closed_count", sa.Integer(), nullable=False),
        sa.Column("closed_until", UtcDateTime(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("outcome", sa.String(length=64), nullable=True),
        sa.Column("agreed", sa.SmallInteger(), nullable=False),
        sa.Column("conditional", sa.SmallInteger(), nullable=False),
        sa.Column("against", sa.SmallInteger(), nullable=False),
        sa.Column("wish_met", sa.SmallInteger(), nullable=True),
        sa.Column("objected", sa.SmallInteger(), nullable=False),
        sa.Column("upheld", sa.SmallInteger(), nullable=False),
        sa.Column("answered_decree", sa.SmallInteger(), nullable=False),
        sa.Column("target_reached", sa.SmallInteger(), nullable=True),
        sa.Column("followed", sa.SmallInteger(), nullable=False),
        sa.Column("follow_ups", Json, nullable=False),
        sa.Column("next_review", sa.Date(), nullable=True),
        sa.Column("review_month", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_case_figure_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_figure")),
    )
    op.create_index(
        "ix_case_figure_effective_on", "case_figure", ["effective_on", "definition_key"], unique=False
    )
    op.create_index("ix_case_figure_next_review", "case_figure", ["next_review"], unique=False)
    op.create_index(
        "ix_case_figure_ended_month",
        "case_figure",
        ["ended_month", "definition_key", "status", "cycle_minutes"],
        unique=False,
    )
    op.create_index(op.f("ix_case_figure_origin_unit"), "case_figure", ["origin_unit"], unique=False)
    op.create_index(
        "ix_case_figure_running",
        "case_figure",
        ["stage", "definition_key", "next_due"],
        unique=False,
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.create_index(
        "ix_case_figure_started_month", "case_figure", ["started_month", "definition_key"], unique=False
    )
    op.create_index(op.f("ix_case_figure_target_unit"), "case_figure", ["target_unit"], unique=False)
    op.create_table(
        "review_measure",
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("bulan", sa.SmallInteger(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("rasio_asal", sa.Double(), nullable=True),
        sa.Column("rasio_tujuan", sa.Double(), nullable=True),
        sa.Column("pengaduan_asal", sa.Integer(), nullable=True),
        sa.Column("pengaduan_tujuan", sa.Integer(), nullable=True),
        sa.Column("predikat", sa.SmallInteger(), nullable=True),
        sa.Column("cv_rasio", sa.Double(), nullable=True),
        sa.Column("gini_rasio", sa.Double(), nullable=True),
        sa.Column("unit_di_luar_batas", sa.Integer(), nullable=True),
        sa.Column("pengaduan_lain", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["case_id"], ["cases.id"], name=op.f("fk_review_measure_case_id_cases"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("case_id", "bulan", name=op.f("pk_review_measure")),
    )
    op.create_index(op.f("ix_review_measure_taken_on"), "review_measure", ["taken_on"], unique=False)
    op.create_index(
        "ix_task_done_at",
        "task",
        ["closed_at", "closed_by", "due_order"],
        unique=False,
        sqlite_where=sa.text("state = 'completed'"),
        postgresql_where=sa.text("state = 'completed'"),
    )
    op.create_index(
        "ix_task_open_element",
        "task",
        ["element"],
        unique=False,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_index(
        "ix_task_open_element",
        table_name="task",
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.drop_index(
        "ix_task_done_at",
        table_name="task",
        sqlite_where=sa.text("state = 'completed'"),
        postgresql_where=sa.text("state = 'completed'"),
    )
    op.drop_index(op.f("ix_review_measure_taken_on"), table_name="review_measure")
    op.drop_table("review_measure")
    op.drop_index(op.f("ix_case_figure_target_unit"), table_name="case_figure")
    op.drop_index("ix_case_figure_started_month", table_name="case_figure")
    op.drop_index(
        "ix_case_figure_running",
        table_name="case_figure",
        sqlite_where=sa.text("status = 'running'"),
        postgresql_where=sa.text("status = 'running'"),
    )
    op.drop_index(op.f("ix_case_figure_origin_unit"), table_name="case_figure")
    op.drop_index("ix_case_figure_next_review", table_name="case_figure")
    op.drop_index("ix_case_figure_ended_month", table_name="case_figure")
    op.drop_index("ix_case_figure_effective_on", table_name="case_figure")
    op.drop_table("case_figure")
    op.drop_index("ix_unit_month_bulan", table_name="unit_month")
    op.drop_table("unit_month")
    op.drop_table("waiting_figure")
    op.drop_table("month_figure")
    op.drop_table("unit_step_figure")
    op.drop_table("step_figure")
