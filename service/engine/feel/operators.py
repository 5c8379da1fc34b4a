"""Arithmetic, comparison and equality of FEEL values (DMN 1.5, section 10.3.2.4 and tables 42 to 54)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, DecimalException
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.run import MAX_TEXT, Budget, Run
from service.engine.feel.values import NUMBERS, Function, Months, Range
from service.engine.feel.wide import WideDate, WideMoment

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "boolean"),
    (int, "number"),
    (Decimal, "number"),
    (str, "string"),
    (datetime, "date and time"),
    (date, "date"),
    (time, "time"),
    (WideMoment, "date and time"),
    (WideDate, "date"),
    (timedelta, "days and time duration"),
    (Months, "years and months duration"),
    (list, "list"),
    (Mapping, "context"),
    (Range, "range"),
    (Function, "function"),
)
_KIND_OF: dict[type, str] = {python: name for python, name in _KINDS if python is not Mapping} | {
    dict: "context"
}
_MICROSECOND = timedelta(microseconds=1)
_SOME_DAY = date(2000, 1, 1)


def kind(value: Any) -> str:
    """The FEEL type of a value, as error messages name it."""
    known = _KIND_OF.get(type(value))
    if known is not None:
        return known
    if value is None:
        return "null"
    return next((name for python, name in _KINDS if isinstance(value, python)), type(value).__name__)


def is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def arithmetic(operator: str, left: Any, right: Any, run: Run, position: int) -> Any:
    """left operator right; a clash of types is an error when strict, null otherwise."""
    try:
        if is_number(left) and is_number(right):
            return _numbers(operator, left, right)
        result = _others(operator, left, right, run.budget)
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
    return whole(NUMBERS.power(a, b)) if a or b else 1


def whole(value: Decimal) -> int | Decimal:
    """An int when the value is a whole number of a size that ints carry cheaply."""
    return int(value) if abs(value) < 10**15 and value == value.to_integral_value() else value


def _others(operator: str, left: Any, right: Any, budget: Budget) -> Any:
    if operator == "+":
        return _add(left, right, budget)
    if operator == "-":
        return _subtract(left, right, budget)
    if operator == "*":
        return _multiply(left, right)
    return _divide(left, right) if operator == "/" else NotImplemented


def _add(left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        if len(left) + len(right) > MAX_TEXT:
            raise FeelError("the text grows too long")
        together = left + right
        budget.hold_value(together)
        return together
    if isinstance(left, Months) and isinstance(right, Months):
        return _months(left.months + right.months)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left + right
    if isinstance(right, date | time) and isinstance(left, Months | timedelta):
        left, right = right, left
    if isinstance(left, date) and isinstance(right, Months):
        return add_months(left, right.months)
    if isinstance(left, datetime) and isinstance(right, timedelta):
        return _later(left, right)
    if isinstance(left, date) and isinstance(right, timedelta):
        return (datetime.combine(left, time()) + right).date()
    if isinstance(left, time) and isinstance(right, timedelta):
        within_a_day = timedelta(microseconds=(right // _MICROSECOND) % (86_400 * 1_000_000))
        return (datetime.combine(_SOME_DAY, left) + within_a_day).timetz()
    return NotImplemented


def _later(moment: datetime, length: timedelta) -> datetime:
    """A moment later on the time line, whatever the clocks of its zone do in between."""
    if moment.tzinfo is None:
        return moment + length
    return (moment.astimezone(UTC) + length).astimezone(moment.tzinfo)


def _subtract(left: Any, right: Any, budget: Budget) -> Any:
    if isinstance(left, date) and isinstance(right, date):
        a, b = _moment(left), _moment(right)
        return instant(a) - instant(b) if _zoned(a) == _zoned(b) else NotImplemented
    if isinstance(left, time) and isinstance(right, time):
        return instant(left) - instant(right) if _zoned(left) == _zoned(right) else NotImplemented
    if isinstance(left, Months) and isinstance(right, Months):
        return _months(left.months - right.months)
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return left - right
    if isinstance(left, date | time) and isinstance(right, Months):
        return _add(left, Months(-right.months), budget)
    if isinstance(left, date | time) and isinstance(right, timedelta):
        return _add(left, -right, budget)
    return NotImplemented


def _months(count: int) -> Months:
    if abs(count) >= 10**15:
        raise OverflowError
    return Months(count)


def _multiply(left: Any, right: Any) -> Any:
    if is_number(left):
        left, right = right, left
    if not is_number(right):
        return NotImplemented
    if isinstance(left, Months):
        return _months(int(NUMBERS.multiply(Decimal(left.months), Decimal(right))))
    if isinstance(left, timedelta):
        length = Decimal(left // _MICROSECOND)
        return timedelta(microseconds=int(NUMBERS.multiply(length, Decimal(right))))
    return NotImplemented


def _divide(left: Any, right: Any) -> Any:
    if isinstance(left, Months) and isinstance(right, Months):
        return whole(NUMBERS.divide(Decimal(left.months), Decimal(right.months)))
    if isinstance(left, timedelta) and isinstance(right, timedelta):
        return whole(NUMBERS.divide(Decimal(left // _MICROSECOND), Decimal(right // _MICROSECOND)))
    if isinstance(left, Months) and is_number(right):
        return _months(int(NUMBERS.divide(Decimal(left.months), Decimal(right))))
    if isinstance(left, timedelta) and is_number(right):
        length = Decimal(left // _MICROSECOND)
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
    return value if isinstance(value, datetime) else datetime.combine(value, time(tzinfo=UTC))


def _zoned(value: Any) -> bool:
    return value.tzinfo is not None


def instant(value: Any) -> Any:
    """A time or moment in a form that Python orders; any other value as it is."""
    if isinstance(value, datetime):
        return (
            value if value.tzinfo is None else value.replace(tzinfo=None) - (value.utcoffset() or timedelta())
        )
    if isinstance(value, time):
        moment = datetime.combine(_SOME_DAY, value)
        return moment.replace(tzinfo=None) - (moment.utcoffset() or timedelta())
    return value


_SCALARS = (str, int, bool, Decimal)


def equal(left: Any, right: Any, budget: Budget) -> bool | None:
    """FEEL equality; None when the values cannot be compared. Every item of a list costs a step."""
    if left is None or right is None:
        return left is right
    if type(left) is type(right) and isinstance(left, _SCALARS):
        return bool(left == right)
    if isinstance(left, list) and isinstance(right, list):
        budget.spend(1 + len(left))
        return len(left) == len(right) and all(equal(a, b, budget) for a, b in zip(left, right, strict=True))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        budget.spend(1 + len(left))
        return left.keys() == right.keys() and all(equal(left[key], right[key], budget) for key in left)
    same_kind = kind(left)
    if same_kind != kind(right):
        return None
    if same_kind in ("date and time", "time"):
        try:
            return _zoned(left) == _zoned(right) and bool(instant(left) == instant(right))
        except OverflowError:
            return False
    if same_kind == "range":
        return (
            left.unary == right.unary
            and left.start_included == right.start_included
            and left.end_included == right.end_included
            and equal(left.start, right.start, budget) is True
            and equal(left.end, right.end, budget) is True
        )
    if same_kind == "function":
        return None
    return bool(left == right)


def compare(operator: str, left: Any, right: Any, run: Run, position: int) -> bool | None:
    """left operator right for =, !=, <, <=, > and >=."""
    if operator in ("=", "!="):
        same = equal(left, right, run.budget)
        if same is None:
            run.null(f"{kind(left)} {operator} {kind(right)} cannot be compared", position)
            return None
        return same if operator == "=" else not same
    if not (is_number(left) and is_number(right)) and not ordered(left, right):
        run.null(f"{kind(left)} {operator} {kind(right)} cannot be compared", position)
        return None
    try:
        a, b = instant(left), instant(right)
        if operator == "<":
            return bool(a < b)
        if operator == "<=":
            return bool(a <= b)
        return bool(a > b) if operator == ">" else bool(a >= b)
    except OverflowError:
        run.null(f"{kind(left)} {operator} {kind(right)}: out of range", position)
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


def ordered(left: Any, right: Any) -> bool:
    """Whether one of the values can be less than the other."""
    name = kind(left)
    if name != kind(right) or name not in _ORDERED:
        return False
    return not isinstance(left, datetime | time | WideMoment) or _zoned(left) == _zoned(right)


def within(value: Any, interval: Range, run: Run, position: int) -> bool | None:
    """Whether the value lies in the range."""
    if interval.start is not None:
        from_start = ">=" if interval.start_included else ">"
        above = compare(from_start, value, interval.start, run, position)
        if not above:
            return above
    if interval.end is not None:
        return compare("<=" if interval.end_included else "<", value, interval.end, run, position)
    return True
