"""The managers' figures for programs: the same numbers as on the pages. Times are minutes."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from flask import jsonify
from pydantic import BaseModel, ConfigDict, Field

from service.api.common import Problem, moment, part, reading
from service.db.queries import overview as overviews
from service.db.queries.figures import choosing
from service.db.queries.figures.acceptance import Acceptance
from service.db.queries.figures.choosing import Chosen
from service.db.queries.figures.receiving import Measured
from service.domain import months
from service.domain.comparing import Effect, Share
from service.operations import figures
from service.operations.action import Action

blueprint = part("figures")


class FiguresQuery(BaseModel):
    """Months (`2026-11`) from and to, and of which definition, unit and plan. Without months: the last twelve."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    first: str | None = Field(
        None, alias="from", pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="A month, such as 2026-01"
    )
    last: str | None = Field(
        None, alias="to", pattern=r"^\d{4}-(0[1-9]|1[0-2])$", description="A month, such as 2026-11"
    )
    definition: str = Field("", max_length=200)
    unit: str = Field("", max_length=64)
    plan: str = Field("", max_length=200)


class StageOut(BaseModel):
    """Running cases of a stage by their earliest deadline."""

    stage: str
    late: int
    soon: int
    on_time: int
    no_deadline: int


class WaitingOut(BaseModel):
    """Open tasks of a step: how old in minutes, and how long the step usually takes."""

    process: str
    element: str
    role: str
    count: int
    late: int
    median: float
    p90: float
    usual: float | None


class StepOut(BaseModel):
    """Tasks finished at a step in the period."""

    process: str
    element: str
    done: int
    timed: int
    late: int
    judged: int
    returned: int
    rejected: int
    median: float | None
    p90: float | None


class MonthOut(BaseModel):
    """Cases begun and ended in a month; minutes from start to end of the completed ones."""

    month: str = Field(examples=["2026-11"])
    started: int
    completed: int
    stopped: int
    median: float | None
    p90: float | None


class VariantOut(BaseModel):
    """Cases of a definition in the period."""

    definition: str
    started: int
    completed: int
    median: float | None
    p90: float | None


class OutsideOut(BaseModel):
    """Cases that ended and had waited for an authority outside: minutes each."""

    authority: str = Field(examples=["bkn"])
    cases: int
    median: float | None
    p90: float | None


class OverviewOut(BaseModel):
    """Where it hurts. `bottleneck` is the step of `waiting` where most is waited beyond what is usual."""

    as_of: str | None
    first: str
    last: str
    stages: list[StageOut]
    waiting: list[WaitingOut]
    steps: list[StepOut]
    months: list[MonthOut]
    variants: list[VariantOut]
    outside: list[OutsideOut]
    bottleneck: WaitingOut | None


class EffectOut(BaseModel):
    """Receiving units less comparison units, with the 95 percent interval. Nulls with fewer than five: too few to tell."""

    sets: int
    left_out: int
    change: float | None
    others: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    verdict: str = Field(examples=["better", "worse", "unclear", "too_few"])


class ShareOut(BaseModel):
    """So many of so many; both null where fewer than five would point at persons."""

    count: int | None
    of: int | None


class AcceptanceOut(BaseModel):
    """How the transfers of a period were taken."""

    transfers: int
    agreed: ShareOut
    wished: ShareOut
    objections: ShareOut
    reached: ShareOut


class BalanceOut(BaseModel):
    """How evenly work lay on all units in a month."""

    month: str
    units: int
    cv: float | None
    gini: float | None
    outside: int


class ReviewsOut(BaseModel):
    """The reviews after so many months: late, in hand, and due in the next 90 days."""

    month: int
    late: int
    in_hand: int
    ahead: int


class OutcomesOut(BaseModel):
    """Did it help."""

    as_of: str | None
    first: str
    last: str
    complaints: EffectOut
    load: EffectOut
    ratings: EffectOut
    now: AcceptanceOut
    before: AcceptanceOut
    balance: list[BalanceOut]
    reviews: list[ReviewsOut]


@blueprint.get("/figures/overview", responses={200: OverviewOut, 403: Problem})
def overview(query: FiguresQuery) -> Any:
    """Stages against deadlines, what waits where, throughput, cycle times, returns and the bottleneck."""
    with reading() as action:
        figures.check_may_see(action.actor)
        chosen = _chosen(action, query)
        found = overviews.overview(action.session, chosen, action.now, action.calendar)
        return jsonify(
            {
                **_said(action, chosen),
                "stages": [
                    {
                        "stage": row.stage,
                        "late": row.late,
                        "soon": row.soon,
                        "on_time": row.on_time,
                        "no_deadline": row.resting,
                    }
                    for row in found.stages
                ],
                "waiting": [_picked(row, WaitingOut) for row in found.waiting],
                "steps": [_picked(row, StepOut) for row in found.steps],
                "months": [_picked(row, MonthOut) | {"month": f"{row.month:%Y-%m}"} for row in found.months],
                "variants": [_picked(row, VariantOut) for row in found.variants],
                "outside": [_picked(row, OutsideOut) for row in found.outside],
                "bottleneck": _picked(found.bottleneck.step, WaitingOut) if found.bottleneck else None,
            }
        )


@blueprint.get("/figures/outcomes", responses={200: OutcomesOut, 403: Problem})
def outcomes(query: FiguresQuery) -> Any:
    """Before and after transfers against units without, acceptance, balance and reviews."""
    with reading() as action:
        figures.check_may_see(action.actor)
        chosen = _chosen(action, query)
        found = figures.outcomes(action, chosen)
        return jsonify(
            {
                **_said(action, chosen),
                "complaints": _effect(found.complaints.effect, found.complaints),
                "load": _effect(found.ratio.effect, found.ratio),
                "ratings": _effect(found.ratings),
                "now": _acceptance(found.now),
                "before": _acceptance(found.before),
                "balance": [
                    _picked(row.balance, BalanceOut) | {"month": f"{row.month:%Y-%m}"}
                    for row in found.balance
                ],
                "reviews": [asdict(row) for row in found.reviews],
            }
        )


def _chosen(action: Action, query: FiguresQuery) -> Chosen:
    present = months.of(action.now, action.calendar.timezone)
    return choosing.chosen(
        present,
        _month(query.first),
        _month(query.last),
        definition=query.definition,
        unit=query.unit,
        plan=query.plan,
    )


def _month(text: str | None) -> date | None:
    return months.parse(text) if text else None


def _said(action: Action, chosen: Chosen) -> dict[str, Any]:
    return {
        "as_of": moment(choosing.as_of(action.session)),
        "first": f"{chosen.first:%Y-%m}",
        "last": f"{chosen.last:%Y-%m}",
    }


def _picked(row: Any, shape: type[BaseModel]) -> dict[str, Any]:
    return {name: getattr(row, name, None) for name in shape.model_fields}


def _effect(effect: Effect, measured: Measured | None = None) -> dict[str, Any]:
    told = effect.verdict != "too_few"
    values = {
        name: getattr(effect, name) if told else None
        for name in ("change", "others", "difference", "low", "high", "p")
    }
    return {
        "sets": effect.sets,
        "left_out": measured.left_out if measured else 0,
        "verdict": effect.verdict,
        **values,
    }


def _acceptance(row: Acceptance) -> dict[str, Any]:
    shares = {name: _share(getattr(row, name)) for name in ("agreed", "wished", "objections", "reached")}
    return {"transfers": row.transfers, **shares}


def _share(share: Share) -> dict[str, int | None]:
    return {"count": share.count if share.told else None, "of": share.of if share.told else None}
