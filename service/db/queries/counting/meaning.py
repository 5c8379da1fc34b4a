"""What answers and steps mean for the figures: config/figures.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from service.settings import shipped


@dataclass(frozen=True, slots=True)
class Meaning:
    """config/figures.toml: which answers return or reject, by field, and which steps wait for whom outside."""

    returned: Mapping[str, frozenset[str]]
    rejected: Mapping[str, frozenset[str]]
    outside: frozenset[str]
    field: str
    bkn: frozenset[str]
    mendagri: frozenset[str]
    mendagri_kinds: frozenset[str]

    def verdict(self, answers: Mapping[str, Any]) -> str | None:
        """`returned`, `rejected` or `passed` of a decision's answers; None where nothing was to be decided."""
        fields = [name for name in answers if name in self.returned or name in self.rejected]
        if not fields:
            return None
        for verdict, table in (("rejected", self.rejected), ("returned", self.returned)):
            if any(answers[name] in table.get(name, ()) for name in fields):
                return verdict
        return "passed"

    def authority(self, answered: Any, kind: str | None) -> str:
        """`bkn`, `mendagri` or `other`: who was waited for."""
        if answered in self.mendagri:
            return "mendagri"
        if answered in self.bkn:
            return "bkn"
        if answered:
            return "other"
        return "mendagri" if kind in self.mendagri_kinds else "bkn"


@cache
def meaning() -> Meaning:
    """What config/figures.toml says."""
    found = tomllib.loads((shipped("config") / "figures.toml").read_text(encoding="utf-8"))
    outside = found["outside"]
    return Meaning(
        {name: frozenset(values) for name, values in found["returned"].items()},
        {name: frozenset(values) for name, values in found["rejected"].items()},
        frozenset(outside["elements"]),
        outside["field"],
        frozenset(outside["bkn"]),
        frozenset(outside["mendagri"]),
        frozenset(outside["mendagri_kinds"]),
    )
