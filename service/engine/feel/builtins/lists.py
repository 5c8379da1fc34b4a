"""Functions of lists (DMN 1.5, section 10.3.4.4). What looks at every item is paid for by the item."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cmp_to_key
from typing import Any

from service.engine.feel.calling import call
from service.engine.feel.errors import FeelError
from service.engine.feel.operators import equal, instant, is_number, kind, ordered, whole
from service.engine.feel.registry import builtin
from service.engine.feel.run import MAX_LIST, MAX_NESTING, Run
from service.engine.feel.values import NUMBERS, Function

OfList = Callable[[Run, list[Any]], Any]


def _of_items(name: str) -> Callable[[OfList], OfList]:
    """Register a function that is called with one list, or with its items one by one."""

    def register(function: OfList) -> OfList:
        def of_list(run: Run, values: list[Any]) -> Any:
            run.budget.spend(len(values))
            return function(run, values)

        def of_items(run: Run, first: Any, *others: Any) -> Any:
            return of_list(run, [first, *others])

        builtin(f"{name}(list: list)")(of_list)
        builtin(f"{name}(c: Any, *cn: Any)")(of_items)
        return function

    return register


def _numeric(values: Iterable[Any]) -> list[Decimal]:
    items = list(values)
    for item in items:
        if not is_number(item):
            raise FeelError(f"{kind(item)} is not a number")
    return [Decimal(item) for item in items]


def _total(items: Iterable[Decimal]) -> Decimal:
    total = Decimal(0)
    for item in items:
        total = NUMBERS.add(total, item)
    return total


@builtin("count(list: list)")
def _count(values: list[Any]) -> int:
    return len(values)


@_of_items("min")
def _min(run: Run, values: list[Any]) -> Any:
    return min(_sortable(values), key=instant) if values else None


@_of_items("max")
def _max(run: Run, values: list[Any]) -> Any:
    return max(_sortable(values), key=instant) if values else None


def _sortable(values: list[Any]) -> list[Any]:
    for value in values:
        if not ordered(values[0], value):
            raise FeelError(f"{kind(values[0])} and {kind(value)} cannot be compared")
    return values


@_of_items("sum")
def _sum(run: Run, values: list[Any]) -> Any:
    return whole(_total(_numeric(values))) if values else None


@_of_items("mean")
def _mean(run: Run, values: list[Any]) -> Any:
    return whole(NUMBERS.divide(_total(_numeric(values)), Decimal(len(values)))) if values else None


@_of_items("median")
def _median(run: Run, values: list[Any]) -> Any:
    items = sorted(_numeric(values))
    if not items:
        return None
    middle = len(items) // 2
    if len(items) % 2:
        return whole(items[middle])
    return whole(NUMBERS.divide(NUMBERS.add(items[middle - 1], items[middle]), Decimal(2)))


@_of_items("stddev")
def _stddev(run: Run, values: list[Any]) -> Any:
    items = _numeric(values)
    if len(items) < 2:
        raise FeelError("takes at least two numbers")
    mean = NUMBERS.divide(_total(items), Decimal(len(items)))
    distances = [NUMBERS.subtract(item, mean) for item in items]
    squares = _total(NUMBERS.multiply(distance, distance) for distance in distances)
    return whole(NUMBERS.sqrt(NUMBERS.divide(squares, Decimal(len(items) - 1))))


@_of_items("mode")
def _mode(run: Run, values: list[Any]) -> list[Any]:
    return sorted(whole(item) for item in statistics.multimode(_numeric(values)))


@_of_items("product")
def _product(run: Run, values: list[Any]) -> Any:
    result = Decimal(1)
    for item in _numeric(values):
        result = NUMBERS.multiply(result, item)
    return whole(result) if values else None


@_of_items("all")
def _all(run: Run, values: list[Any]) -> bool | None:
    return _united(values, decisive=False)


@_of_items("any")
def _any(run: Run, values: list[Any]) -> bool | None:
    return _united(values, decisive=True)


def _united(values: list[Any], *, decisive: bool) -> bool | None:
    if any(value is not None and not isinstance(value, bool) for value in values):
        raise FeelError("not all items are true or false")
    if any(value is decisive for value in values):
        return decisive
    return None if None in values else not decisive


@builtin("list contains(list: list, element: Any)")
def _list_contains(run: Run, values: list[Any], element: Any) -> bool:
    run.budget.spend(len(values))
    return any(equal(value, element, run.budget) for value in values)


@builtin("append(list: list, *item: Any)")
def _append(values: list[Any], item: Any, *items: Any) -> list[Any]:
    return _bounded([*values, item, *items])


@builtin("concatenate(*list: list)")
def _concatenate(*lists: list[Any]) -> list[Any]:
    if sum(map(len, lists)) > MAX_LIST:
        raise FeelError(f"a list of more than {MAX_LIST} items")
    return [item for values in lists for item in values]


@builtin("union(*list: list)")
def _union(run: Run, *lists: list[Any]) -> list[Any]:
    return _distinct(run, _concatenate(*lists))


@builtin("distinct values(list: list)")
def _distinct(run: Run, values: list[Any]) -> list[Any]:
    kept: list[Any] = []
    seen: set[Any] = set()
    unhashed: list[Any] = []
    run.budget.spend(len(values))
    for value in values:
        key = _key(value)
        if key is not None:
            if key not in seen:
                seen.add(key)
                kept.append(value)
        elif not _contains(run, unhashed, value):
            unhashed.append(value)
            kept.append(value)
    return kept


def _key(value: Any) -> Any:
    """Something hashable that equal values share, for values that have it."""
    if value is None or isinstance(value, bool):
        return ("truth", value)
    if isinstance(value, str):
        return ("text", value)
    return ("number", value) if is_number(value) else None


def _contains(run: Run, values: list[Any], wanted: Any) -> bool:
    run.budget.spend(1 + len(values))
    return any(equal(value, wanted, run.budget) for value in values)


@builtin("flatten(list: list)")
def _flatten(run: Run, values: list[Any]) -> list[Any]:
    flat: list[Any] = []
    _collect(run, values, flat, 0)
    return flat


def _collect(run: Run, values: list[Any], flat: list[Any], depth: int) -> None:
    if depth > MAX_NESTING:
        raise FeelError("nested too deeply")
    run.budget.spend(1 + len(values))
    for value in values:
        if isinstance(value, list):
            _collect(run, value, flat, depth + 1)
        elif len(flat) >= MAX_LIST:
            raise FeelError(f"a list of more than {MAX_LIST} items")
        else:
            flat.append(value)


@builtin("reverse(list: list)")
def _reverse(values: list[Any]) -> list[Any]:
    return values[::-1]


@builtin("index of(list: list, match: Any)")
def _index_of(run: Run, values: list[Any], match: Any) -> list[int]:
    run.budget.spend(len(values))
    return [index for index, value in enumerate(values, start=1) if equal(value, match, run.budget)]


@builtin("insert before(list: list, position: number, newItem: Any)")
def _insert(values: list[Any], position: Any, item: Any) -> list[Any]:
    at = _place(values, position)
    return _bounded([*values[:at], item, *values[at:]])


@builtin("remove(list: list, position: number)")
def _remove(values: list[Any], position: Any) -> list[Any]:
    at = _place(values, position)
    return [*values[:at], *values[at + 1 :]]


@builtin("list replace(list: list, position: number, newItem: Any)")
def _replace(values: list[Any], position: Any, item: Any) -> list[Any]:
    at = _place(values, position)
    return [*values[:at], item, *values[at + 1 :]]


@builtin("list replace(list: list, match: function, newItem: Any)")
def _replace_where(run: Run, values: list[Any], match: Function, item: Any) -> list[Any]:
    replaced = []
    for value in values:
        run.budget.spend()
        verdict = call(match, [value, item], None, run, None)
        if not isinstance(verdict, bool):
            raise FeelError("the function does not say true or false")
        replaced.append(item if verdict else value)
    return replaced


def _place(values: list[Any], position: Any) -> int:
    place = int(position)
    if place == 0 or abs(place) > len(values):
        raise FeelError("the position is outside the list")
    return place - 1 if place > 0 else len(values) + place


def _bounded(values: list[Any]) -> list[Any]:
    if len(values) > MAX_LIST:
        raise FeelError(f"a list of more than {MAX_LIST} items")
    return values


@builtin("sublist(list: list, start position: number, length?: number?)")
def _sublist(values: list[Any], start: Any, length: Any = None) -> list[Any]:
    at = _place(values, start)
    if length is None:
        return values[at:]
    if length < 1 or at + int(length) > len(values):
        raise FeelError("the length is outside the list")
    return values[at : at + int(length)]


@builtin("sort(list: list, precedes?: function)")
def _sort(run: Run, values: list[Any], precedes: Function | None = None) -> list[Any]:
    run.budget.spend(len(values) * max(1, len(values).bit_length() // 2))
    if precedes is None:
        return sorted(_sortable(values), key=instant)

    def order(left: Any, right: Any) -> int:
        run.budget.spend()
        if call(precedes, [left, right], None, run, None) is True:
            return -1
        return 1 if call(precedes, [right, left], None, run, None) is True else 0

    return sorted(values, key=cmp_to_key(order))
