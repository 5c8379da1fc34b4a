"""Letters: what kinds there are, how their numbers look, and what the law says on the day of a letter."""

from __future__ import annotations

import hashlib
import json
import string
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

SK = "sk"
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")
PLACES = frozenset({"number", "year", "month", "case"})
LONGEST_NUMBER = 100


@dataclass(frozen=True, slots=True)
class Signatory:
    """A slot for a signature: who signs (a role), how (`ttd` signs, `paraf` initials), under which title.

    `task` is the element of the diagram whose completion says who it was.
    """

    slot: str
    role: str
    kind: str = "ttd"
    title: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True)
class LetterKind:
    """A kind of letter of config/letters.toml."""

    id: str
    label: str
    label_en: str
    template: str
    series: str
    needs: tuple[str, ...] = ()
    signatories: tuple[Signatory, ...] = ()
    copies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """A law that letters cite, and the days between which they do."""

    text: str
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class LetterRules:
    """All of config/letters.toml."""

    office: Mapping[str, str]
    series: Mapping[str, str]
    kinds: Mapping[str, LetterKind]
    basis: Sequence[Basis] = field(default_factory=tuple)

    def law_on(self, day: date) -> list[str]:
        """What is cited on `day`, in the order of the file."""
        return [
            entry.text
            for entry in self.basis
            if entry.since <= day and (entry.until is None or day <= entry.until)
        ]


def number_text(pattern: str, number: int, day: date, case: str) -> str:
    """`800.1.3.3/048/BKPSDM/2026` of a series' format. Raises ValueError for a format that cannot be."""
    return pattern.format(number=number, year=day.year, month=ROMAN[day.month - 1], case=case)


def check_pattern(pattern: str) -> None:
    """Raises ValueError for a format whose numbers would not differ, or with a place that is not known."""
    places = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
    if unknown := places - PLACES:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if "number" not in places:
        raise ValueError("without {number} all numbers would be the same")
    if "year" not in places:
        raise ValueError("without {year} the numbers of two years would be the same")
    if len(number_text(pattern, 99999, date(2026, 8, 1), "MUT-2026-000001")) > LONGEST_NUMBER:
        raise ValueError(f"longer than {LONGEST_NUMBER} characters")


def same_number(one: str, other: str) -> bool:
    """Whether two numbers read the same on paper: spaces and capitals make no difference."""
    return _as_read(one) == _as_read(other)


def _as_read(number: str) -> str:
    return "".join(unicodedata.normalize("NFKC", number).split()).casefold()


def day_in_words(day: date) -> str:
    """`12 Januari 2026`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def content_hash(kind: str, context: Mapping[str, Any], files: Mapping[str, str]) -> str:
    """What a letter says and by which templates (file name -> SHA-256), as one SHA-256."""
    said = json.dumps([kind, context, dict(files)], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()
