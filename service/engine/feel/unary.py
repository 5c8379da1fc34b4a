"""Unary tests: whether a value is what a cell of a decision table wants (DMN 1.5, section 10.3.2.8)."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from service.engine.feel.operators import compare, equal, is_number, within
from service.engine.feel.run import Run, Scope
from service.engine.feel.values import Range

PYTHON = {
    "=": python.eq,
    "!=": python.ne,
    "<": python.lt,
    "<=": python.le,
    ">": python.gt,
    ">=": python.ge,
}
"""What compares two values of the same plain type."""

Test = Callable[[Any, Scope, Run], bool | None]


def fits(subject: Any, wanted: Any, run: Run, position: int) -> bool | None:
    """Whether a value is what a cell wants: in the range, in the list, or equal; None when that cannot be said."""
    run.budget.spend()
    if isinstance(wanted, Range):
        if isinstance(subject, Range):
            return equal(subject, wanted, run.budget) is True
        if subject is None or (not wanted.unary and (wanted.start is None or wanted.end is None)):
            return None
        return within(subject, wanted, run, position)
    if isinstance(wanted, list):
        if isinstance(subject, list) and equal(subject, wanted, run.budget):
            return True
        return any(fits(subject, item, run, position) for item in wanted)
    return equal(subject, wanted, run.budget) is True


def compared(operator: str, subject: Any, wanted: Any, run: Run, position: int) -> bool | None:
    """Whether the input stands to a value as the cell says; nothing is less or more than null."""
    if subject is None and operator not in ("=", "!="):
        return False
    return compare(operator, subject, wanted, run, position)


def constant_test(operator: str | None, wanted: Any, position: int) -> Test:
    """The test against a value that is always the same."""
    plain = PYTHON[operator or "="]
    kind = type(wanted) if isinstance(wanted, str | int) else None

    def matches(subject: Any, scope: Scope, run: Run) -> bool | None:
        if type(subject) is kind:
            return bool(plain(subject, wanted))
        if operator is not None:
            return compared(operator, subject, wanted, run, position)
        return fits(subject, wanted, run, position)

    return matches


def range_test(wanted: Range, position: int) -> Test:
    """The test against a range that is always the same."""
    low, high = wanted.start, wanted.end
    if not (is_number(low) and is_number(high)):
        return lambda subject, scope, run: fits(subject, wanted, run, position)
    above = python.le if wanted.start_included else python.lt
    below = python.le if wanted.end_included else python.lt

    def matches(subject: Any, scope: Scope, run: Run) -> bool | None:
        kind = type(subject)
        if kind is int or kind is Decimal:
            return bool(above(low, subject) and below(subject, high))
        return fits(subject, wanted, run, position)

    return matches


def one_of(texts: frozenset[str], tests: tuple[Test, ...]) -> Test:
    """The test against several texts; what is no text goes through the tests one by one."""

    def matches(subject: Any, scope: Scope, run: Run) -> bool | None:
        if type(subject) is str:
            return subject in texts
        return any(test(subject, scope, run) for test in tests)

    return matches


def reads_input(node: Any) -> bool:
    """Whether a tree names the input as `?`."""
    if isinstance(node, tuple):
        return (len(node) == 3 and node[0] == "name" and node[2] == "?") or any(
            reads_input(part) for part in node
        )
    return isinstance(node, list) and any(reads_input(part) for part in node)
