"""What a decision table answers when several rules fire (DMN 1.5, section 8.2.10)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.operators import equal, whole
from service.engine.feel.run import Budget


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its answer, and its outputs by name."""

    value: Any
    outputs: dict[str, Any]


def apply(
    policy: str,
    aggregation: str | None,
    hits: Sequence[Hit],
    names: Sequence[str],
    orders: Sequence[Any],
    owner: str,
) -> Any:
    """The table's answer. Raises FeelError when the rules that fired contradict the policy."""
    values = [hit.value for hit in hits]
    if policy == "UNIQUE":
        if len(hits) > 1:
            raise FeelError(f"{owner}: {len(hits)} rules fire in a table where only one may")
        return values[0]
    if policy == "ANY":
        if any(not equal(values[0], value, Budget()) for value in values[1:]):
            raise FeelError(f"{owner}: the rules that fire do not agree")
        return values[0]
    if policy == "FIRST":
        return values[0]
    if policy == "RULE ORDER":
        return values
    if policy in ("PRIORITY", "OUTPUT ORDER"):
        ordered = sorted(hits, key=lambda hit: _rank(hit, names, orders))
        return ordered[0].value if policy == "PRIORITY" else [hit.value for hit in ordered]
    if policy == "COLLECT":
        return _aggregated(aggregation, values)
    raise FeelError(f"{owner}: the hit policy {policy} is not known")


def _rank(hit: Hit, names: Sequence[str], orders: Sequence[Any]) -> tuple[int, ...]:
    ranks = []
    for name, order in zip(names, orders, strict=True):
        allowed = order or []
        ranks.append(
            next(
                (n for n, value in enumerate(allowed) if equal(value, hit.outputs[name], Budget())),
                len(allowed),
            )
        )
    return tuple(ranks)


def _aggregated(aggregation: str | None, values: list[Any]) -> Any:
    if aggregation is None:
        return values
    if aggregation == "COUNT":
        return len(values)
    if aggregation == "SUM":
        return whole(sum((Decimal(value) for value in values), Decimal(0)))
    return min(values) if aggregation == "MIN" else max(values)
