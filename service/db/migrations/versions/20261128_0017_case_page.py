"""Cases know their plan, their next deadline and since when they are suspended; due work can be paused.

Revision ID: 20261128_0017
Revises: 20261128_0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from service.db.base import UtcDateTime

revision = "20261128_0017"
down_revision = "20261128_0016"
branch_labels = None
depends_on = None

FAR = "9999-12-30 00:00:00"
INDEXES = {
    "ix_cases_changed_at_id": ["changed_at", "id"],
    "ix_cases_due_order_id": ["due_order", "id"],
    "ix_cases_stage_started_at": ["status", "stage", "started_at", "id"],
    "ix_cases_plan_started_at": ["plan", "started_at", "id"],
    "ix_cases_transfer_kind_started_at": ["transfer_kind", "started_at", "id"],
    "ix_cases_outcome_started_at": ["outcome", "started_at", "id"],
    "ix_cases_ended_at_id": ["ended_at", "id"],
}
PARTIAL = {
    "ix_cases_incidents": "incidents > 0",
    "ix_cases_suspended": "suspended_at IS NOT NULL",
}


def upgrade() -> None:
    op.add_column("cases", sa.Column("plan", sa.String(length=200), nullable=True))
    op.add_column("cases", sa.Column("due_order", UtcDateTime(), nullable=False, server_default=_far()))
    op.add_column("cases", sa.Column("suspended_at", UtcDateTime(), nullable=True))
    op.execute(
        "UPDATE cases SET due_order = COALESCE((SELECT MIN(task.due_order) FROM task"
        " WHERE task.case_id = cases.id AND task.state = 'open'), due_order)"
    )
    op.execute("UPDATE cases SET plan = substr(number, 5, 4)")  # the year it began, as in MUT-2026-000123
    op.drop_index("ix_cases_changed_at", table_name="cases")
    for name, columns in INDEXES.items():
        op.create_index(name, "cases", columns, unique=False)
    for name, condition in PARTIAL.items():
        where = sa.text(condition)
        op.create_index(
            name,
            "cases",
            ["started_at", "id"],
            unique=False,
            sqlite_where=where,
            postgresql_where=where,
        )
    _states("'pending','paused','done','dead'")


def downgrade() -> None:
    op.execute("UPDATE due_work SET state = 'pending' WHERE state = 'paused'")
    _states("'pending','done','dead'")
    for name in (*PARTIAL, *INDEXES):
        op.drop_index(name, table_name="cases")
    op.create_index("ix_cases_changed_at", "cases", ["changed_at"], unique=False)
    op.drop_column("cases", "suspended_at")
    op.drop_column("cases", "due_order")
    op.drop_column("cases", "plan")


def _far() -> sa.TextClause:
    zone = "+00" if op.get_context().dialect.name == "postgresql" else ".000000"
    return sa.text(f"'{FAR}{zone}'")


def _states(states: str) -> None:
    """SQLite changes a constraint by making the table anew."""
    with op.batch_alter_table("due_work") as table:
        table.drop_constraint(op.f("ck_due_work_state"), type_="check")
        table.create_check_constraint(op.f("ck_due_work_state"), f"state IN ({states})")
