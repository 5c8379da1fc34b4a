"""What the charts draw: numbers and names only. Colours, patterns and motion are the script's (frontend/src/charts)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import gettext

from service.db.queries.figures.cases import MonthRow
from service.db.queries.figures.receiving import BalanceRow
from service.web import context
from service.web.words import signed

Chart = dict[str, Any]
MINUTES_A_DAY = 1440


def month_name(month: date) -> str:
    """`Nov 2026`."""
    return format_date(month, "MMM y", locale=context.language())


def series(label: str, values: Iterable[float | None], style: str, tone: str) -> dict[str, Any]:
    """One row of values. style: solid, hatched, dashed or dotted; tone: a colour of colors.css."""
    return {"label": label, "values": list(values), "style": style, "tone": tone}


def throughput(rows: Sequence[MonthRow]) -> Chart:
    """Cases begun and completed by month."""
    return {
        "kind": "bar",
        "labels": [month_name(row.month) for row in rows],
        "series": [
            series(gettext("Begun"), (row.started for row in rows), "hatched", "muted"),
            series(gettext("Completed"), (row.completed for row in rows), "solid", "note"),
        ],
        "axis": gettext("Cases"),
    }


def cycles(rows: Sequence[MonthRow]) -> Chart:
    """Days from start to end by month of completion."""
    return {
        "kind": "line",
        "labels": [month_name(row.month) for row in rows],
        "series": [
            series(
                gettext("Half took at most (median)"), (_days(row.median) for row in rows), "solid", "note"
            ),
            series(
                gettext("Nine in ten took at most (p90)"), (_days(row.p90) for row in rows), "dashed", "warn"
            ),
        ],
        "axis": gettext("Days"),
    }


def _days(minutes: float | None) -> float | None:
    return None if minutes is None else round(minutes / MINUTES_A_DAY, 1)


def path(rows: Sequence[tuple[int, float | None, float | None]], axis: str) -> Chart:
    """Month by month around the transfer: receiving units and comparison units."""
    return {
        "kind": "line",
        "labels": [
            gettext("month %(number)s", number=signed(offset)) if offset else gettext("transfer")
            for offset, _, _ in rows
        ],
        "series": [
            series(
                gettext("Units that received somebody"), (_short(own) for _, own, _ in rows), "solid", "note"
            ),
            series(gettext("Comparison units"), (_short(other) for _, _, other in rows), "dashed", "muted"),
        ],
        "axis": axis,
    }


def balance(rows: Sequence[BalanceRow]) -> Chart:
    """How unevenly work lay on units, by month: the coefficient of variation and Gini."""
    return {
        "kind": "line",
        "labels": [month_name(row.month) for row in rows],
        "series": [
            series("CV", (_short(row.balance.cv, 3) for row in rows), "solid", "note"),
            series("Gini", (_short(row.balance.gini, 3) for row in rows), "dashed", "warn"),
        ],
        "axis": gettext("Unevenness"),
        "fine": True,
    }


def _short(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)
