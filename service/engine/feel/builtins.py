"""FEEL's own functions (DMN 1.5, section 10.3.4)."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_DOWN, ROUND_HALF_UP, ROUND_UP, Decimal
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.operators import equal, is_number, kind, whole
from service.engine.feel.values import (
    NUMBERS,
    Function,
    Months,
    Range,
    parse_date,
    parse_datetime,
    parse_duration,
    parse_time,
    text,
)

BUILTINS: dict[str, Function] = {}


def builtin(
    name: str, *parameters: str, variadic: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function under its FEEL name."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        BUILTINS[name] = Function(function, tuple(parameters) or None, variadic, name)
        return function

    return register


def _needs_run(function: Callable[..., Any]) -> Callable[..., Any]:
    function.needs_run = True  # type: ignore[attr-defined]
    return function


def _items(values: tuple[Any, ...]) -> list[Any]:
    """The items of f(list) as well as of f(a, b, c)."""
    if len(values) == 1:
        return values[0] if isinstance(values[0], list) else [values[0]]
    return list(values)


def _numeric(values: tuple[Any, ...]) -> list[Decimal]:
    items = _items(values)
    for item in items:
        if not is_number(item):
            raise FeelError(f"{kind(item)} is not a number")
    return [Decimal(item) for item in items]


# -- conversion


@builtin("string", "from")
def _string(value: Any) -> str | None:
    return None if value is None else text(value)


@builtin("number", "from", "grouping separator", "decimal separator")
def _number(value: Any, grouping: str | None = None, point: str | None = None) -> Any:
    if is_number(value):
        return value
    if not isinstance(value, str) or len(value) > 100:
        raise FeelError(f"{kind(value)} is not the text of a number")
    if grouping:
        value = value.replace(grouping, "")
    if point:
        value = value.replace(point, ".")
    try:
        return whole(NUMBERS.create_decimal(value))
    except ArithmeticError as error:
        raise FeelError(f"{value!r} is not a number") from error


@builtin("date", "from", variadic=True)
def _date(*values: Any) -> date:
    if len(values) == 3:
        return date(*(int(value) for value in values))
    (value,) = values
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else parse_date(value)


@builtin("time", "from", variadic=True)
def _time(*values: Any) -> time:
    if len(values) >= 3:
        from datetime import timezone

        zone = timezone(values[3]) if len(values) > 3 and values[3] is not None else None
        seconds = Decimal(values[2])
        micro = int((seconds % 1) * 1_000_000)
        return time(int(values[0]), int(values[1]), int(seconds), micro, tzinfo=zone)
    (value,) = values
    if isinstance(value, datetime):
        return value.timetz()
    if isinstance(value, date):
        return time()
    return value if isinstance(value, time) else parse_time(value)


@builtin("date and time", "date", "time", variadic=True)
def _date_and_time(*values: Any) -> datetime:
    if len(values) == 2:
        day, clock = values
        return datetime.combine(day.date() if isinstance(day, datetime) else day, clock)
    (value,) = values
    if isinstance(value, datetime):
        return value
    return datetime.combine(value, time()) if isinstance(value, date) else parse_datetime(value)


@builtin("duration", "from")
def _duration(value: Any) -> timedelta | Months:
    return value if isinstance(value, timedelta | Months) else parse_duration(value)


@builtin("years and months duration", "from", "to")
def _between_months(start: date, end: date) -> Months:
    months = (end.year - start.year) * 12 + end.month - start.month
    if months > 0 and end.day < start.day:
        months -= 1
    elif months < 0 and end.day > start.day:
        months += 1
    return Months(months)


@builtin("now")
@_needs_run
def _now(run: Any) -> datetime:
    return run.now


@builtin("today")
@_needs_run
def _today(run: Any) -> date:
    return run.now.date()


@builtin("day of week", "date")
def _day_of_week(value: date) -> str:
    return ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")[value.weekday()]


@builtin("day of year", "date")
def _day_of_year(value: date) -> int:
    return value.timetuple().tm_yday


@builtin("month of year", "date")
def _month_of_year(value: date) -> str:
    names = "January February March April May June July August September October November December"
    return names.split()[value.month - 1]


@builtin("week of year", "date")
def _week_of_year(value: date) -> int:
    return value.isocalendar().week


# -- boolean and null


@builtin("not", "negand")
def _not(value: Any) -> bool | None:
    return (not value) if isinstance(value, bool) else None


@builtin("is", "value1", "value2")
def _is(left: Any, right: Any) -> bool:
    return kind(left) == kind(right) and bool(equal(left, right))


@builtin("is defined", "value")
def _is_defined(value: Any) -> bool:
    return True


@builtin("get or else", "value", "default")
def _get_or_else(value: Any, default: Any) -> Any:
    return default if value is None else value


# -- text


@builtin("substring", "string", "start position", "length")
def _substring(value: str, start: Any, length: Any = None) -> str:
    begin = int(start) - 1 if start > 0 else len(value) + int(start)
    return value[begin:] if length is None else value[begin : begin + int(length)]


@builtin("string length", "string")
def _string_length(value: str) -> int:
    return len(_is_text(value))


@builtin("upper case", "string")
def _upper(value: str) -> str:
    return _is_text(value).upper()


@builtin("lower case", "string")
def _lower(value: str) -> str:
    return _is_text(value).lower()


@builtin("substring before", "string", "match")
def _before(value: str, match: str) -> str:
    return value.partition(match)[0] if match and match in value else ""


@builtin("substring after", "string", "match")
def _after(value: str, match: str) -> str:
    return value.partition(match)[2] if match else value


@builtin("contains", "string", "match")
def _contains(value: str, match: str) -> bool:
    return _is_text(match) in _is_text(value)


@builtin("starts with", "string", "match")
def _starts(value: str, match: str) -> bool:
    return _is_text(value).startswith(match)


@builtin("ends with", "string", "match")
def _ends(value: str, match: str) -> bool:
    return _is_text(value).endswith(match)


@builtin("trim", "string")
def _trim(value: str) -> str:
    return _is_text(value).strip()


@builtin("string join", "list", "delimiter")
def _join(values: list[Any], delimiter: str | None = None) -> str:
    return (delimiter or "").join(_is_text(value) for value in values if value is not None)


def _is_text(value: Any) -> str:
    if not isinstance(value, str):
        raise FeelError(f"{kind(value)} is not a string")
    return value


# -- numbers


@builtin("decimal", "n", "scale")
def _decimal(value: Any, scale: Any) -> Any:
    return _rounded(value, scale, "ROUND_HALF_EVEN")


def _rounded(value: Any, scale: Any, mode: str) -> Any:
    if abs(scale) > 6176:
        raise FeelError("the scale is out of range")
    return whole(Decimal(value).quantize(Decimal(1).scaleb(-int(scale)), rounding=mode, context=NUMBERS))


for _name, _mode in {
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
    "round up": ROUND_UP,
    "round down": ROUND_DOWN,
    "round half up": ROUND_HALF_UP,
    "round half down": ROUND_HALF_DOWN,
}.items():
    BUILTINS[_name] = Function(
        lambda n, scale=0, mode=_mode: _rounded(n, scale, mode), ("n", "scale"), name=_name
    )


@builtin("abs", "n")
def _abs(value: Any) -> Any:
    return Months(abs(value.months)) if isinstance(value, Months) else abs(value)


@builtin("modulo", "dividend", "divisor")
def _modulo(dividend: Any, divisor: Any) -> Any:
    a, b = Decimal(dividend), Decimal(divisor)
    return whole(a - b * (a / b).to_integral_value(ROUND_FLOOR))


@builtin("sqrt", "number")
def _sqrt(value: Any) -> Any:
    return whole(NUMBERS.sqrt(Decimal(value)))


@builtin("log", "number")
def _log(value: Any) -> Any:
    return whole(NUMBERS.ln(Decimal(value)))


@builtin("exp", "number")
def _exp(value: Any) -> Any:
    return whole(NUMBERS.exp(Decimal(value)))


@builtin("odd", "number")
def _odd(value: Any) -> bool:
    return abs(value) % 2 == 1


@builtin("even", "number")
def _even(value: Any) -> bool:
    return value % 2 == 0


# -- lists


@builtin("count", "list", variadic=True)
def _count(*values: Any) -> int:
    return len(_items(values))


@builtin("min", "list", variadic=True)
def _min(*values: Any) -> Any:
    items = _items(values)
    return min(items) if items else None


@builtin("max", "list", variadic=True)
def _max(*values: Any) -> Any:
    items = _items(values)
    return max(items) if items else None


@builtin("sum", "list", variadic=True)
def _sum(*values: Any) -> Any:
    items = _numeric(values)
    return whole(sum(items, Decimal(0))) if items else None


@builtin("mean", "list", variadic=True)
def _mean(*values: Any) -> Any:
    items = _numeric(values)
    return whole(NUMBERS.divide(sum(items, Decimal(0)), Decimal(len(items)))) if items else None


@builtin("median", "list", variadic=True)
def _median(*values: Any) -> Any:
    items = _numeric(values)
    return whole(NUMBERS.plus(statistics.median(items))) if items else None


@builtin("stddev", "list", variadic=True)
def _stddev(*values: Any) -> Any:
    items = _numeric(values)
    if len(items) < 2:
        return None
    mean = sum(items, Decimal(0)) / len(items)
    return whole(NUMBERS.sqrt(sum(((item - mean) ** 2 for item in items), Decimal(0)) / (len(items) - 1)))


@builtin("mode", "list", variadic=True)
def _mode_of(*values: Any) -> list[Any]:
    items = _numeric(values)
    return sorted(whole(item) for item in statistics.multimode(items)) if items else []


@builtin("product", "list", variadic=True)
def _product(*values: Any) -> Any:
    items = _numeric(values)
    result = Decimal(1)
    for item in items:
        result = NUMBERS.multiply(result, item)
    return whole(result) if items else None


@builtin("all", "list", variadic=True)
def _all(*values: Any) -> bool | None:
    items = _items(values)
    return (
        False
        if any(item is False for item in items)
        else True
        if all(item is True for item in items)
        else None
    )


@builtin("any", "list", variadic=True)
def _any(*values: Any) -> bool | None:
    items = _items(values)
    return (
        True
        if any(item is True for item in items)
        else False
        if all(item is False for item in items)
        else None
    )


@builtin("list contains", "list", "element")
def _list_contains(values: list[Any], element: Any) -> bool:
    return any(equal(value, element) for value in values)


@builtin("append", "list", "item", variadic=True)
def _append(values: Any, *items: Any) -> list[Any]:
    return [*(values if isinstance(values, list) else [values]), *items]


@builtin("concatenate", variadic=True)
def _concatenate(*lists: Any) -> list[Any]:
    return [item for values in lists for item in (values if isinstance(values, list) else [values])]


@builtin("union", variadic=True)
def _union(*lists: Any) -> list[Any]:
    return _distinct(_concatenate(*lists))


@builtin("distinct values", "list")
def _distinct(values: list[Any]) -> list[Any]:
    kept: list[Any] = []
    for value in values:
        if not any(equal(value, other) for other in kept):
            kept.append(value)
    return kept


@builtin("flatten", "list")
def _flatten(values: list[Any]) -> list[Any]:
    return [leaf for value in values for leaf in (_flatten(value) if isinstance(value, list) else [value])]


@builtin("reverse", "list")
def _reverse(values: list[Any]) -> list[Any]:
    return values[::-1]


@builtin("index of", "list", "match")
def _index_of(values: list[Any], match: Any) -> list[int]:
    return [index for index, value in enumerate(values, start=1) if equal(value, match)]


@builtin("insert before", "list", "position", "newItem")
def _insert(values: list[Any], position: Any, item: Any) -> list[Any]:
    at = _place(values, position)
    return [*values[:at], item, *values[at:]]


@builtin("remove", "list", "position")
def _remove(values: list[Any], position: Any) -> list[Any]:
    at = _place(values, position)
    return [*values[:at], *values[at + 1 :]]


def _place(values: list[Any], position: Any) -> int:
    if position == 0 or abs(position) > len(values):
        raise FeelError("the position is outside the list")
    return int(position) - 1 if position > 0 else len(values) + int(position)


@builtin("sublist", "list", "start position", "length")
def _sublist(values: list[Any], start: Any, length: Any = None) -> list[Any]:
    at = _place(values, start)
    return values[at:] if length is None else values[at : at + int(length)]


@builtin("sort", "list", "precedes")
def _sort(values: list[Any], precedes: Function | None = None) -> list[Any]:
    from functools import cmp_to_key

    if precedes is None:
        return sorted(values)
    return sorted(values, key=cmp_to_key(lambda a, b: -1 if precedes.call(a, b) is True else 1))


# -- contexts and ranges


@builtin("get value", "m", "key")
def _get_value(context: Mapping[str, Any], key: str) -> Any:
    return context.get(key)


@builtin("get entries", "m")
def _get_entries(context: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries")
def _context(entries: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {entry["key"]: entry["value"] for entry in entries}


@builtin("context put", "context", "key", "value")
def _context_put(context: Mapping[str, Any], key: str, value: Any) -> dict[str, Any]:
    return {**context, key: value}


@builtin("context merge", "contexts")
def _context_merge(contexts: list[Mapping[str, Any]]) -> dict[str, Any]:
    return {key: value for context in contexts for key, value in context.items()}


def _bounds(value: Any) -> tuple[Any, Any, bool, bool]:
    if isinstance(value, Range):
        return value.start, value.end, value.start_included, value.end_included
    return value, value, True, True


@builtin("before", "a", "b")
def _range_before(a: Any, b: Any) -> bool:
    _, end, _, end_in = _bounds(a)
    start, _, start_in, _ = _bounds(b)
    return bool(end < start or (end == start and not (end_in and start_in)))


@builtin("after", "a", "b")
def _range_after(a: Any, b: Any) -> bool:
    return _range_before(b, a)


@builtin("includes", "range", "point")
def _includes(outer: Range, inner: Any) -> bool:
    start, end, start_in, end_in = _bounds(inner)
    low = outer.start < start or (outer.start == start and (outer.start_included or not start_in))
    high = outer.end > end or (outer.end == end and (outer.end_included or not end_in))
    return bool(low and high)


@builtin("during", "a", "b")
def _during(a: Any, b: Range) -> bool:
    return _includes(b, a)


@builtin("overlaps", "a", "b")
def _overlaps(a: Range, b: Range) -> bool:
    return not (_range_before(a, b) or _range_before(b, a))
