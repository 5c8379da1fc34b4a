"""The tables of the outcomes page as rows for CSV, first the heads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext

from service.db.queries.figures.acceptance import Acceptance
from service.db.queries.figures.receiving import Measured
from service.db.queries.outcomes import Outcomes
from service.domain.comparing import Share
from service.web.exports import Rows
from service.web.step_names import Names


def complaints(found: Outcomes, names: Names) -> Rows:
    yield from _units(found.complaints, found)


def ratios(found: Outcomes, names: Names) -> Rows:
    yield from _units(found.ratio, found)


def _units(measured: Measured, found: Outcomes) -> Rows:
    yield [
        gettext("Unit"),
        gettext("Month of the transfer"),
        gettext("Before"),
        gettext("After"),
        gettext("Comparison units, change"),
        gettext("Difference"),
        gettext("Comparison units"),
    ]
    for row in measured.units:
        others = row.matched.others
        yield [
            found.names.get(row.unit, row.unit),
            row.month.isoformat()[:7],
            round(row.before, 3),
            round(row.after, 3),
            round(sum(others) / len(others), 3),
            round(row.matched.difference, 3),
            len(others),
        ]


def balance(found: Outcomes, names: Names) -> Rows:
    yield [gettext("Month"), gettext("Units"), "CV", "Gini", gettext("Units outside the bounds")]
    for row in found.balance:
        figures = row.balance
        yield [
            row.month.isoformat()[:7],
            figures.units,
            _rounded(figures.cv),
            _rounded(figures.gini),
            figures.outside,
        ]


def transfers(found: Outcomes, names: Names) -> Rows:
    yield [
        gettext("Case"),
        gettext("Receiving unit"),
        gettext("Effective from"),
        gettext("Review (months)"),
        gettext("Load before"),
        gettext("Load after"),
        gettext("Complaints before, 6 months"),
        gettext("Complaints after, 6 months"),
    ]
    for row in found.transfers:
        yield [
            row.number,
            found.names.get(row.target or "", row.target),
            row.effective_on.isoformat(),
            row.review,
            *row.ratio,
            *row.complaints,
        ]


def variants(found: Outcomes, names: Names) -> Rows:
    yield [gettext("Variant"), *_heads()]
    for key, row in found.variants.items():
        yield [names.definition(key), *_accepted(row)]


def plans(found: Outcomes, names: Names) -> Rows:
    yield [gettext("Plan"), *_heads()]
    for key, row in found.plans.items():
        yield [key, *_accepted(row)]


def followups(found: Outcomes, names: Names) -> Rows:
    yield [gettext("Follow-up"), gettext("Decided"), gettext("Carried out"), gettext("Target reached then")]
    for row in found.follow_ups:
        yield [row.kind, row.decided, row.done, _percent(row.reached)]


def _heads() -> list[str]:
    return [
        gettext("Transfers"),
        gettext("Agreed at the consultation"),
        gettext("Moved to where they had wished"),
        gettext("Objections per 100 decrees"),
        gettext("Target reached at the last review"),
    ]


def _accepted(row: Acceptance) -> list[Any]:
    return [row.transfers, *map(_percent, (row.agreed, row.wished, row.objections, row.reached))]


def _percent(share: Share) -> float | None:
    """In percent; nothing where too few would point at persons."""
    return round(100 * share.value, 1) if share.told and share.value is not None else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


TABLES: Mapping[str, Callable[[Outcomes, Names], Rows]] = {
    "complaints": complaints,
    "ratios": ratios,
    "balance": balance,
    "transfers": transfers,
    "variants": variants,
    "plans": plans,
    "followups": followups,
}
