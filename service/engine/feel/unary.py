"""Unary tests: whether a value is what a cell of a decision table wants (DMN 1.5, section 10.3.2.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from service.engine.feel.operators import equal, within
from service.engine.feel.run import Run, Scope
from service.engine.feel.values import Range

Test = Callable[[Any, Scope, Run], bool | None]


def fits(subject: Any, wanted: Any, run: Run, position: int) -> bool | None:
    """Whether a value is what a cell wants: in the range, in the list, or equal; None when that cannot be said."""
    run.budget.spend()
    if isinstance(wanted, Range):
        if isinstance(subject, Range):
            return equal(subject, wanted, run.budget) is True
        if subject is None or (not wanted.endless and (wanted.start is None or wanted.end is None)):
            return None
        return within(subject, wanted, run, position)
    if isinstance(wanted, list):
        if isinstance(subject, list) and equal(subject, wanted, run.budget):
            return True
        return any(fits(subject, item, run, position) for item in wanted)
    return equal(subject, wanted, run.budget) is True


def reads_input(node: Any) -> bool:
    """Whether a tree names the input as `?`."""
    if isinstance(node, tuple):
        return (len(node) == 3 and node[0] == "name" and node[2] == "?") or any(
            reads_input(part) for part in node
        )
    return isinstance(node, list) and any(reads_input(part) for part in node)
