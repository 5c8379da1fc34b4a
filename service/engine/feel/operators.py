"""Arithmetic, comparison and equality of FEEL values (DMN 1.5, section 10.3.2.4 and tables 42 to 54)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.run import MAX_TEXT, Run
from service.engine.feel.values import NUMBERS, Function, Months, Range


def kind(value: Any) -> str:
    """The FEEL type of a value, as error messages name it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | Decimal):
        return "number"
    for python, name in (
        (str, "string"),
        (datetime, "date and time"),
        (date, "date"),
        (time, "time"),
        (timedelta, "days and time duration"),
        (Months, "years and months duration"),
        (list, "list"),
        (Mapping, "context"),
        (Range, "range"),
        (Function, "function"),
    ):
        if isinstance(value, python):
            return name
    return type(value).__name__


def is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def arithmetic(operator: str, left: Any, right: Any, run: Run, position: int) -> Any:
    """left operator right; a clash of types is an error when strict, null otherwise."""
    try:
        if is_number(left) and is_number(right):
            return _numbers(operator, left, right)
        result = _others(operator, left, right)
    except (DecimalException, OverflowError, ValueError, ZeroDivisionError) as error:
        return run.null(f"{operator}: {_reason(error)}", position)
    if result is NotImplemented:
        return run.null(f"{kind(left)} {operator} {kind(right)} is not defined", position)
    return result


def _reason(error: Exception) -> str:
    return "division by zero" if "ivision" in f"{error}{type(error).__name__}" else "out of range"


def _numbers(operator: str, left: int | Decimal, right: int | Decimal) -> int | Decimal:
    if (
        isinstance(left, int)
        and isinstance(right, int)
        and operator in "+-*"
        and max(abs(left), abs(right)) < 10**15
    ):
        return left + right if operator == "+" else left - right if operator == "-" else left * right
    a, b = Decimal(left), Decimal(right)
    if operator == "+":
        return NUMBERS.add(a, b)
    if operator == "-":
        return NUMBERS.subtract(a, b)
    if operator == "*":
        return NUMBERS.multiply(a, b)
    if operator == "/":
        return whole(NUMBERS.divide(a, b))
    return whole(NUMBERS.power(a, b))


def whole(value: Decimal) -> int | Decimal:
    """An int when the value is a whole number of a size that ints carry cheaply."""
    return int(value) if value == value.to_integral_value() and abs(value) < 10**15 else value


def _others(operator: str, left: Any, right: Any) -> Any:
    if operator == "+":
        return _add(left, right)
    if operator == "-":
        return _subtract(left, right)
    if operator == "*":
        return _multiply(left, right)
    return _divide(left, right) if operator == "/" else NotImplemented


def _add(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_TEXT:
            raise FeelError("the text grows too long")
        return left + right
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.months + right.months)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right
    if isinstance(right, date | time) and isinstance(left, Months | timedelta):
        left, right = right, left
    if isinstance(left, date) and isinstance(right, Months):
        return add_months(left, right.months)
    if isinstance(left, datetime) and isinstance(right, timedelta):
        return left + right
    if isinstance(left, date) and isinstance(right, timedelta):
        return (datetime.combine(left, time()) + right).date()
    if isinstance(left, time) and isinstance(right, timedelta):
        return (datetime.combine(date(2000, 1, 1), left) + right).timetz()
    return NotImplemented


def _subtract(left: Any, right: Any) -> Any:
    if isinstance(left, date) and isinstance(right, date):
        a, b = _moment(left), _moment(right)
        if (a.tzinfo is None) != (b.tzinfo is None):
            return NotImplemented
        return a - b
    if isinstance(left, time) and isinstance(right, time):
        a, b = (datetime.combine(date(2000, 1, 1), value) for value in (left, right))
        return a - b if (a.tzinfo is None) == (b.tzinfo is None) else NotImplemented
    if isinstance(left, Months) and isinstance(right, Months):
        return Months(left.months - right.months)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left - right
    if isinstance(left, date | time) and isinstance(right, Months):
        return _add(left, Months(-right.months))
    if isinstance(left, date | time) and isinstance(right, timedelta):
        return _add(left, -right)
    return NotImplemented


def _multiply(left: Any, right: Any) -> Any:
    if is_number(left):
        left, right = right, left
    if not is_number(right):
        return NotImplemented
    if isinstance(left, Months):
        return Months(int(left.months * Decimal(right)))
    if isinstance(left, timedelta):
        return timedelta(microseconds=int(Decimal(left // timedelta(microseconds=1)) * Decimal(right)))
    return NotImplemented


def _divide(left: Any, right: Any) -> Any:
    if isinstance(left, Months) and isinstance(right, Months):
        return whole(NUMBERS.divide(Decimal(left.months), Decimal(right.months)))
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        micro = timedelta(microseconds=1)
        return whole(NUMBERS.divide(Decimal(left // micro), Decimal(right // micro)))
    if isinstance(left, Months) and is_number(right):
        return Months(int(NUMBERS.divide(Decimal(left.months), Decimal(right))))
    if isinstance(left, timedelta) and is_number(right):
        length = Decimal(left // timedelta(microseconds=1))
        return timedelta(microseconds=int(NUMBERS.divide(length, Decimal(right))))
    return NotImplemented


def add_months(day: date, months: int) -> date:
    """The same day of another month, or its last day when it has no such day."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return day.replace(year=year, month=month + 1, day=min(last, day.day))
        except ValueError:
            continue
    raise ValueError("out of range")


def _moment(value: date) -> datetime:
    return value if isinstance(value, datetime) else datetime.combine(value, time())


def equal(left: Any, right: Any) -> bool | None:
    """FEEL equality; None when the values cannot be compared."""
    if left is None or right is None:
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(equal(a, b) for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    a, b = kind(left), kind(right)
    if a != b:
        return None
    if a in ("date and time", "time"):
        return bool(_comparable(left) == _comparable(right)) if _zoned(left) == _zoned(right) else False
    return bool(left == right)


def _zoned(value: datetime | time) -> bool:
    return value.tzinfo is not None


def _comparable(value: Any) -> Any:
    """A time or moment in a form that Python orders."""
    if isinstance(value, time):
        moment = datetime.combine(date(2000, 1, 1), value)
        return moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())
    return value


def compare(operator: str, left: Any, right: Any, run: Run, position: int) -> bool | None:
    """left operator right for =, !=, <, <=, > and >=."""
    if operator in ("=", "!="):
        same = equal(left, right)
        if same is None:
            run.null(f"{kind(left)} {operator} {kind(right)} cannot be compared", position)
            return None
        return same if operator == "=" else not same
    if is_number(left) and is_number(right):
        a, b = left, right
    else:
        if kind(left) != kind(right) or kind(left) not in _ORDERED:
            run.null(f"{kind(left)} {operator} {kind(right)} cannot be compared", position)
            return None
        a, b = _comparable(left), _comparable(right)
    try:
        if operator == "<":
            return bool(a < b)
        if operator == "<=":
            return bool(a <= b)
        return bool(a > b) if operator == ">" else bool(a >= b)
    except TypeError:
        run.null(f"{kind(left)} {operator} {kind(right)} cannot be compared", position)
        return None


_ORDERED = {
    "number",
    "string",
    "date",
    "time",
    "date and time",
    "days and time duration",
    "years and months duration",
}


def within(value: Any, interval: Range, run: Run, position: int) -> bool | None:
    """Whether the value lies in the range."""
    from_start = ">=" if interval.start_included else ">"
    if interval.start is not None and not compare(from_start, value, interval.start, run, position):
        return False
    if interval.end is not None:
        return compare("<=" if interval.end_included else "<", value, interval.end, run, position)
    return True
