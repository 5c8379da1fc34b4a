"""Did it help? Before and after transfers, against units without, with how sure that is; reviews and what followed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from flask_login import login_required

from service.db.queries.figures import choosing
from service.db.queries.figures.acceptance import Acceptance
from service.db.queries.figures.choosing import Chosen
from service.db.queries.figures.receiving import Measured
from service.db.queries.outcomes import Outcomes
from service.domain import comparing
from service.domain.comparing import Effect, Share
from service.operations import figures as counting
from service.operations.action import Action
from service.web import charts, figures, outcome_tables
from service.web.step_names import Names
from service.web.words import number, review_label, signed

blueprint = Blueprint("outcomes", __name__)

MOST_ROWS = 10


@blueprint.get("/outcomes")
@login_required
def page() -> ResponseReturnValue:
    """What the transfers of the period did."""
    return figures.page("outcomes/page.html", _figures)


@blueprint.get("/outcomes/<name>.csv")
@login_required
def table(name: str) -> ResponseReturnValue:
    """One of the page's tables, whole, as CSV."""
    return figures.table(name, outcome_tables.TABLES, counting.outcomes)


def _figures(action: Action, chosen: Chosen) -> str:
    found = counting.outcomes(action, chosen)
    return render_template(
        "outcomes/figures.html",
        found=found,
        names=Names(action),
        measures=_measures(found),
        sentences=_sentences(found),
        acceptance=_acceptance_rows(found),
        before_url=figures.cases_url(chosen.before),
        complaint_path=charts.path(found.complaints.path, gettext("Complaints a month")),
        balance_path=charts.balance(found.balance),
        most=MOST_ROWS,
        least=comparing.LEAST,
        share_of=share_of,
        signed=signed,
        review_label=review_label,
        as_of=choosing.as_of(action.session),
        **figures.around(action, chosen),
    )


def share_of(share: Share) -> str:
    """`82% (9 dari 11)`; too few to tell below five."""
    if not share.of:
        return "–"
    if not share.told or share.value is None:
        return gettext("too few to tell")
    return gettext(
        "%(percent)s%% (%(count)s of %(of)s)",
        percent=number(100 * share.value, 0),
        count=share.count,
        of=share.of,
    )


def _measures(found: Outcomes) -> list[dict[str, Any]]:
    """The three measures as rows of the picture: label, the numbers, and where the interval lies in percent."""
    rows = (
        (
            gettext("Complaints a month"),
            found.complaints.effect,
            found.complaints,
            "transfers",
            _units,
        ),
        (
            gettext("Distance of the load from 1"),
            found.ratio.effect,
            found.ratio,
            "transfers",
            _units,
        ),
        (gettext("Yearly rating (1 is best)"), found.ratings, None, "rated", _people),
    )
    return [
        {
            "label": label,
            "effect": effect,
            "figure": figure,
            "of": counted(effect.sets),
            "left_out": measured.left_out if measured else 0,
            "verdict": verdict(effect),
            "drawn": _drawn(effect),
        }
        for label, effect, measured, figure, counted in rows
    ]


def _units(count: int) -> str:
    return ngettext("unit", "units", count)


def _people(count: int) -> str:
    return ngettext("person", "people", count)


def _drawn(effect: Effect) -> Mapping[str, float] | None:
    """Left end, width, and point in percent of a scale from worse (left) to better (right), zero in the middle."""
    if effect.low is None or effect.high is None or effect.difference is None:
        return None
    widest = max(abs(effect.low), abs(effect.high), 1e-9) * 1.15
    place = [50 - 50 * value / widest for value in (effect.high, effect.low, effect.difference)]
    return {"left": round(place[0], 1), "width": round(place[1] - place[0], 1), "point": round(place[2], 1)}


def verdict(effect: Effect) -> tuple[str, str]:
    """In words, and the tone: whether the difference is more than chance."""
    return {
        "better": (gettext("Better, more than chance explains"), "good"),
        "worse": (gettext("Worse, more than chance explains"), "bad"),
        "unclear": (gettext("No difference that could not be chance"), "quiet"),
        "too_few": (gettext("Too few to tell"), "quiet"),
    }[effect.verdict]


def _sentences(found: Outcomes) -> list[str]:
    """What the figures say, plainly."""
    said = [_complaints(found.complaints), _loads(found.ratio)]
    known = found.moved.known
    if known >= comparing.LEAST:
        said.append(
            gettext(
                "Of %(count)s people moved, %(better)s were rated better in the year after, %(worse)s worse.",
                count=known,
                better=found.moved.better,
                worse=found.moved.worse,
            )
        )
    return [sentence for sentence in said if sentence]


def _complaints(measured: Measured) -> str:
    effect = measured.effect
    if effect.verdict == "too_few":
        return gettext("Too few units with data to tell whether complaints changed.")
    return gettext(
        "In %(count)s receiving units complaints changed by %(own)s a month, in comparison units by %(others)s. "
        "The difference is %(difference)s (95%% between %(low)s and %(high)s): %(verdict)s.",
        count=effect.sets,
        own=signed(effect.change),
        others=signed(effect.others),
        difference=signed(effect.difference),
        low=signed(effect.low),
        high=signed(effect.high),
        verdict=_small(verdict(effect)[0]),
    )


def _loads(measured: Measured) -> str:
    effect = measured.effect
    if effect.verdict == "too_few":
        return gettext("Too few units with data to tell whether the load became more even.")
    return gettext(
        "The load of %(count)s receiving units came %(difference)s nearer to one full year's work each than that of "
        "comparison units (95%% between %(low)s and %(high)s): %(verdict)s.",
        count=effect.sets,
        difference=signed(-(effect.difference or 0), 2),
        low=signed(-(effect.high or 0), 2),
        high=signed(-(effect.low or 0), 2),
        verdict=_small(verdict(effect)[0]),
    )


def _small(text: str) -> str:
    return text[:1].lower() + text[1:]


def _acceptance_rows(found: Outcomes) -> list[dict[str, Any]]:
    now, before = found.now, found.before
    labels: tuple[tuple[str, str], ...] = (
        ("agreed", gettext("Agreed at the consultation")),
        ("wished", gettext("Moved to where they had wished")),
        ("objections", gettext("Objections per 100 decrees")),
        ("upheld", gettext("Objections upheld")),
        ("reached", gettext("Target reached at the last review")),
    )
    return [
        {
            "figure": name,
            "label": label,
            "before": getattr(before, name),
            "now": getattr(now, name),
            "told": _told(before, now, name),
        }
        for name, label in labels
    ]


def _told(before: Acceptance, now: Acceptance, name: str) -> str:
    return {
        "more": gettext("More than before, beyond chance"),
        "less": gettext("Less than before, beyond chance"),
        "unclear": gettext("No difference that could not be chance"),
        "too_few": gettext("Too few to tell"),
    }[comparing.differ(getattr(before, name), getattr(now, name))]
