"""Why this person: what the rules went by, and why each of the others ranked was not chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext

from service.web.facts import Candidate, Facts
from service.web.words import number

MOST_OTHERS = 5
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody who was ranked and not chosen. `ahead`: with a higher score than the one who was."""

    candidate: Candidate
    ahead: bool
    reasons: tuple[str, ...]


def others(facts: Facts) -> list[Other]:
    """The others of the ranking, best first; empty where the reader may not know them or nobody is chosen."""
    chosen = facts.chosen
    if chosen is None:
        return []
    found = [candidate for candidate in facts.ranking if candidate.nip != chosen.nip][:MOST_OTHERS]
    return [Other(one, (one.score or 0) > (chosen.score or 0), tuple(_reasons(one, chosen))) for one in found]


def _reasons(one: Candidate, chosen: Candidate) -> list[str]:
    said = [
        str(gettext("%(rule)s: %(message)s", rule=rule.id, message=rule.message or rule.title))
        for rule in one.rules
        if rule.speaks
    ]
    theirs: Mapping[str, float] = {
        part.title: part.value for part in chosen.aspects if part.value is not None
    }
    lower = [
        ((theirs[part.title] - part.value) * (part.weight or 0), part)
        for part in one.aspects
        if part.value is not None and part.title in theirs and theirs[part.title] > part.value
    ]
    for _, part in sorted(lower, key=lambda item: -item[0])[:MOST_REASONS]:
        said.append(
            str(
                gettext(
                    "%(aspect)s %(value)s, the chosen one %(other)s",
                    aspect=part.title,
                    value=number(part.value, 0),
                    other=number(theirs[part.title], 0),
                )
            )
        )
    return said[: MOST_REASONS + 1]
