"""What `for`, `some` and `every` go through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.operators import is_number
from service.engine.feel.run import Run, Scope
from service.engine.feel.values import Range

Closure = Callable[[Scope, Run], Any]
Source = tuple[str, Closure, Closure | None]
DAY = timedelta(days=1)


def scopes(sources: Sequence[Source], scope: Scope, run: Run, position: int) -> Iterator[Scope]:
    """Every combination of the iterators, each as a scope; a later iterator sees the earlier ones."""
    if not sources:
        yield scope
        return
    (name, start, end), *rest = sources
    first = start(scope, run)
    items = items_of(first, run, position) if end is None else counted(first, end(scope, run))
    for item in items:
        run.budget.spend()
        yield from scopes(rest, Scope({name: item}, scope), run, position)


def items_of(value: Any, run: Run, position: int | None) -> Iterable[Any]:
    """The items of a list or range; any other value stands for a list of it alone. Raises FeelError."""
    if isinstance(value, list):
        return value
    if isinstance(value, Range):
        return _of_range(value)
    if value is None:
        raise FeelError("null cannot be gone through", position)
    return [value]


def _of_range(interval: Range) -> Iterator[Any]:
    for item in counted(interval.start, interval.end):
        if (item == interval.start and not interval.start_included) or (
            item == interval.end and not interval.end_included
        ):
            continue
        yield item


def counted(first: Any, last: Any) -> Iterator[Any]:
    """The whole numbers, or the days, from one to the other, up or down. Raises FeelError."""
    if _is_day(first) and _is_day(last):
        for day in range(abs((last - first).days) + 1):
            yield first + DAY * (day if last >= first else -day)
    elif is_number(first) and is_number(last) and max(abs(first), abs(last)) < 10**15:
        low, high = int(first), int(last)
        yield from range(low, high + 1) if high >= low else range(low, high - 1, -1)
    else:
        raise FeelError("a loop counts numbers or dates")


def _is_day(value: Any) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)
