"""What a decision table answers when several rules fire (DMN 1.5, section 8.2.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from service.engine import feel
from service.engine.feel.operators import equal
from service.engine.feel.run import Budget, Run

LISTS = ("COLLECT", "RULE ORDER", "OUTPUT ORDER")
POLICIES = ("UNIQUE", "FIRST", "PRIORITY", "ANY", *LISTS)
AGGREGATIONS = {"SUM": "sum", "COUNT": "count", "MIN": "min", "MAX": "max"}
"""The aggregations of COLLECT, and the functions of FEEL that work them out."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its answer, and its outputs by name."""

    value: Any
    outputs: dict[str, Any]


def apply(
    policy: str, aggregation: str | None, hits: Sequence[Hit], orders: dict[str, Any], owner: str, run: Run
) -> Any:
    """The table's answer. `orders`: the values of an output from the most to the least important.

    Raises FeelError when the rules that fired contradict the policy.
    """
    values = [hit.value for hit in hits]
    if policy == "UNIQUE" and len(hits) > 1:
        raise feel.FeelError(f"{owner}: {len(hits)} rules fire in a table where only one may")
    if policy == "ANY" and any(not equal(values[0], value, run.budget) for value in values[1:]):
        raise feel.FeelError(f"{owner}: the rules that fire do not agree")
    if policy in ("PRIORITY", "OUTPUT ORDER"):
        ordered = sorted(hits, key=lambda hit: _rank(hit, orders, run.budget))
        values = [hit.value for hit in ordered]
    if policy not in LISTS:
        return values[0]
    if policy == "COLLECT" and aggregation is not None:
        return feel.call(feel.BUILTINS[AGGREGATIONS[aggregation]], [values], None, run, None)
    return values


def _rank(hit: Hit, orders: dict[str, Any], budget: Budget) -> tuple[int, ...]:
    """The place of each output among its values; what is not among them comes last."""
    ranks = []
    for name, value in hit.outputs.items():
        order = orders.get(name) or []
        ranks.append(next((at for at, known in enumerate(order) if equal(known, value, budget)), len(order)))
    return tuple(ranks)
