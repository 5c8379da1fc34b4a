"""Counted figures: what managers' pages read instead of a million tasks, and what reviews measured.

`case_figure` and what sums up cases, tasks and events (all but the last two tables) can be counted again at any time
(service.operations.figures). `review_measure` and `unit_month` are taken at their moment and cannot.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, SmallInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from service.db.base import Base, Json, UtcDateTime, where


class CaseFigure(Base):
    """What the figures need of a case, as last counted. `origin_unit` is known only once the case was decided.

    Months are those of the city's zone, by their first day; `cycle_minutes` is from the start to the end.
    `next_due` is the earliest deadline of its open tasks. `outside_*` are minutes waited for a permit from outside.
    `closed_count` and `closed_until` say which of its tasks were closed when it was counted.
    `agreed`, `conditional`, `against`: opinions at the consultation; `wish_met`: 1 moved to where they wished, 0 not.
    `next_review`: the day of the review that is in hand, else of the next one, with its month (3, 6, 12).
    """

    __tablename__ = "case_figure"
    __table_args__ = (
        Index("ix_case_figure_running", "stage", "definition_key", "next_due", **where("status = 'running'")),
        Index("ix_case_figure_started_month", "started_month", "definition_key"),
        Index("ix_case_figure_ended_month", "ended_month", "definition_key", "status", "cycle_minutes"),
        Index("ix_case_figure_effective_on", "effective_on", "definition_key"),
        Index("ix_case_figure_moved", "effective_on", "subject_nip"),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    definition_key: Mapped[str] = mapped_column(String(255))
    plan: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(16))
    stage: Mapped[str] = mapped_column(String(255))
    origin_unit: Mapped[str | None] = mapped_column(String(64), index=True)
    target_unit: Mapped[str | None] = mapped_column(String(64), index=True)
    subject_nip: Mapped[str | None] = mapped_column(String(18))
    started_month: Mapped[date]
    ended_month: Mapped[date | None]
    cycle_minutes: Mapped[int | None] = mapped_column(Integer)
    next_due: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outside_bkn: Mapped[int | None] = mapped_column(Integer)
    outside_mendagri: Mapped[int | None] = mapped_column(Integer)
    outside_other: Mapped[int | None] = mapped_column(Integer)
    closed_count: Mapped[int] = mapped_column(Integer, default=0)
    closed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    effective_on: Mapped[date | None]
    outcome: Mapped[str | None] = mapped_column(String(64))
    agreed: Mapped[int] = mapped_column(SmallInteger, default=0)
    conditional: Mapped[int] = mapped_column(SmallInteger, default=0)
    against: Mapped[int] = mapped_column(SmallInteger, default=0)
    wish_met: Mapped[int | None] = mapped_column(SmallInteger)
    objected: Mapped[int] = mapped_column(SmallInteger, default=0)
    upheld: Mapped[int] = mapped_column(SmallInteger, default=0)
    answered_decree: Mapped[int] = mapped_column(SmallInteger, default=0)
    target_reached: Mapped[int | None] = mapped_column(SmallInteger)
    followed: Mapped[int] = mapped_column(SmallInteger, default=0)
    follow_ups: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    next_review: Mapped[date | None] = mapped_column(index=True)
    review_month: Mapped[int | None] = mapped_column(SmallInteger)


class CaseStepFigure(Base):
    """What a case did at one step in a month: whether people finished a task there, one with a deadline, one late, one that
    somebody had taken; whether one decided, returned or rejected something. What `step_figure` counts, told by case, for the
    lists behind its figures.
    """

    __tablename__ = "case_step_figure"
    __table_args__ = (
        Index(
            "ix_case_step_figure_step",
            *("process", "month", "element", "case_id"),
            *("done", "timed", "late", "judged", "returned", "rejected", "touched"),
        ),
    )

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(String(255), primary_key=True)
    element: Mapped[str] = mapped_column(String(255), primary_key=True)
    done: Mapped[bool]
    timed: Mapped[bool]
    late: Mapped[bool]
    judged: Mapped[bool]
    returned: Mapped[bool]
    rejected: Mapped[bool]
    touched: Mapped[bool]


class StepFigure(Base):
    """The tasks of one step and role that were finished in a month (its first day, in the city's zone).

    `waits`: how long they were open, as a histogram (service.domain.figures); `touched` of them were taken first, and
    lay `untouched_minutes` before and were worked on for `touch_minutes` after. `late` of the `timed` ones were late.
    """

    __tablename__ = "step_figure"

    month: Mapped[date] = mapped_column(primary_key=True)
    definition_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    plan: Mapped[str] = mapped_column(String(200), primary_key=True)
    process: Mapped[str] = mapped_column(String(255), primary_key=True)
    element: Mapped[str] = mapped_column(String(255), primary_key=True)
    role: Mapped[str] = mapped_column(String(64), primary_key=True)
    done: Mapped[int]
    timed: Mapped[int]
    late: Mapped[int]
    returned: Mapped[int]
    rejected: Mapped[int]
    judged: Mapped[int]
    touched: Mapped[int]
    untouched_minutes: Mapped[int]
    touch_minutes: Mapped[int]
    waits: Mapped[dict[str, int]] = mapped_column(Json)


class UnitStepFigure(Base):
    """The finished tasks of a month whose case has to do with a unit: the rows of `step_figure` that only they give."""

    __tablename__ = "unit_step_figure"

    unit: Mapped[str] = mapped_column(String(64), primary_key=True)
    month: Mapped[date] = mapped_column(primary_key=True)
    steps: Mapped[list[dict[str, Any]]] = mapped_column(Json)


class MonthFigure(Base):
    """The cases of a definition and plan that began and ended in a month.

    `cycles`: minutes from start to end of the completed ones; the others: minutes waited outside by those that ended; each
    in ascending order, so that percentiles are exact however rows are put together.
    """

    __tablename__ = "month_figure"

    month: Mapped[date] = mapped_column(primary_key=True)
    definition_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    plan: Mapped[str] = mapped_column(String(200), primary_key=True)
    started: Mapped[int]
    completed: Mapped[int]
    stopped: Mapped[int]
    cycles: Mapped[list[int]] = mapped_column(Json)
    bkn: Mapped[list[int]] = mapped_column(Json)
    mendagri: Mapped[list[int]] = mapped_column(Json)
    other: Mapped[list[int]] = mapped_column(Json)


class TransferFigure(Base):
    """The transfers of a definition and plan that took effect in a month: how they were taken and what followed.

    `agreed` of the `opinions`; `wishes_met` of the `wishes`; `upheld` of those `objected`; `reached` the target, of those
    `measured`. `follow_ups`: kind -> how many were decided, carried out, reached the target then, and were measured then.
    `received`, `gave`: the units that somebody came to and left.
    """

    __tablename__ = "transfer_figure"

    month: Mapped[date] = mapped_column(primary_key=True)
    definition_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    plan: Mapped[str] = mapped_column(String(200), primary_key=True)
    transfers: Mapped[int]
    agreed: Mapped[int]
    opinions: Mapped[int]
    wishes_met: Mapped[int]
    wishes: Mapped[int]
    objected: Mapped[int]
    upheld: Mapped[int]
    reached: Mapped[int]
    measured: Mapped[int]
    follow_ups: Mapped[dict[str, list[int]]] = mapped_column(Json)
    received: Mapped[list[str]] = mapped_column(Json)
    gave: Mapped[list[str]] = mapped_column(Json)


class WaitingFigure(Base):
    """The open tasks of one step and role: when each was opened and is due, in minutes since 1970, oldest first."""

    __tablename__ = "waiting_figure"

    definition_key: Mapped[str] = mapped_column(String(255), primary_key=True)
    plan: Mapped[str] = mapped_column(String(200), primary_key=True)
    process: Mapped[str] = mapped_column(String(255), primary_key=True)
    element: Mapped[str] = mapped_column(String(255), primary_key=True)
    role: Mapped[str] = mapped_column(String(64), primary_key=True)
    tasks: Mapped[list[list[int | None]]] = mapped_column(Json)


class ReviewMeasure(Base):
    """What a review measured: month 0 is the baseline frozen at the decree; then 3, 6 and 12. The latest of each."""

    __tablename__ = "review_measure"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id", ondelete="CASCADE"), primary_key=True)
    bulan: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    taken_on: Mapped[date] = mapped_column(index=True)
    rasio_asal: Mapped[float | None]
    rasio_tujuan: Mapped[float | None]
    pengaduan_asal: Mapped[int | None]
    pengaduan_tujuan: Mapped[int | None]
    predikat: Mapped[int | None] = mapped_column(SmallInteger)
    cv_rasio: Mapped[float | None]
    gini_rasio: Mapped[float | None]
    unit_di_luar_batas: Mapped[int | None]
    pengaduan_lain: Mapped[float | None]


class UnitMonth(Base):
    """How heavily a unit was loaded in a month: load per person (rasio) and people, as last seen in that month."""

    __tablename__ = "unit_month"
    __table_args__ = (Index("ix_unit_month_bulan", "bulan"),)

    unor_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    bulan: Mapped[date] = mapped_column(primary_key=True)
    rasio: Mapped[float]
    pegawai: Mapped[int]
