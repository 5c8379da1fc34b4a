"""FEEL's types (DMN 1.5, section 10.3.2.9): which values belong to one, and what is converted into one without a word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.engine.feel.run import Budget
from service.engine.feel.values import Function, Months, Range
from service.engine.feel.wide import WideDate, WideMoment, moment_of

MISMATCH = object()
"""What `convert` gives for a value that is not of the type and cannot be made so."""


class Type:
    """What a value can be an instance of."""

    def holds(self, value: Any, budget: Budget) -> bool:
        """Whether a value that is not null belongs to the type."""
        raise NotImplementedError

    def holds_or_null(self, value: Any, budget: Budget) -> bool:
        """The same of a part of a value, which may be null."""
        budget.spend()
        return value is None or self.holds(value, budget)


@dataclass(frozen=True)
class Simple(Type):
    """A type without parts, by its name."""

    name: str
    test: Callable[[Any], bool]

    def holds(self, value: Any, budget: Budget) -> bool:
        return self.test(value)


@dataclass(frozen=True)
class ListOf(Type):
    """A list whose items are of one type."""

    item: Type

    def holds(self, value: Any, budget: Budget) -> bool:
        return isinstance(value, list) and all(self.item.holds_or_null(item, budget) for item in value)


@dataclass(frozen=True)
class RangeOf(Type):
    """A range whose ends are of one type."""

    end: Type

    def holds(self, value: Any, budget: Budget) -> bool:
        return isinstance(value, Range) and all(
            self.end.holds_or_null(end, budget) for end in (value.start, value.end)
        )


@dataclass(frozen=True)
class ContextOf(Type):
    """A context that has these entries; it may have others."""

    entries: Mapping[str, Type]

    def holds(self, value: Any, budget: Budget) -> bool:
        return isinstance(value, Mapping) and all(
            name in value and kind.holds_or_null(value[name], budget) for name, kind in self.entries.items()
        )


@dataclass(frozen=True)
class FunctionOf(Type):
    """A function that takes what these parameters take and gives what the result is."""

    parameters: tuple[Type, ...]
    result: Type

    def holds(self, value: Any, budget: Budget) -> bool:
        if not isinstance(value, Function) or value.signatures:
            return False
        given = value.types or tuple(ANY for _ in value.parameters or ())
        return (
            len(given) == len(self.parameters)
            and all(
                own is None or conforms(wanted, own)
                for own, wanted in zip(given, self.parameters, strict=True)
            )
            and (value.result is None or conforms(value.result, self.result))
        )


@dataclass(frozen=True)
class Allowed(Type):
    """A type whose values must pass a test as well."""

    base: Type
    test: Callable[[Any, Budget], bool]

    def holds(self, value: Any, budget: Budget) -> bool:
        return self.base.holds(value, budget) and self.test(value, budget)


def conforms(narrow: Type, wide: Type) -> bool:
    """Whether every value of one type belongs to another (section 10.3.2.9.2)."""
    if wide is ANY or narrow == wide or narrow is NULL:
        return True
    if isinstance(narrow, Allowed):
        return conforms(narrow.base, wide)
    if isinstance(narrow, ListOf) and isinstance(wide, ListOf):
        return conforms(narrow.item, wide.item)
    if isinstance(narrow, RangeOf) and isinstance(wide, RangeOf):
        return conforms(narrow.end, wide.end)
    if isinstance(narrow, ContextOf) and isinstance(wide, ContextOf):
        return all(
            name in narrow.entries and conforms(narrow.entries[name], kind)
            for name, kind in wide.entries.items()
        )
    if isinstance(narrow, FunctionOf) and isinstance(wide, FunctionOf):
        return (
            len(narrow.parameters) == len(wide.parameters)
            and all(conforms(b, a) for a, b in zip(narrow.parameters, wide.parameters, strict=True))
            and conforms(narrow.result, wide.result)
        )
    return False


def convert(value: Any, wanted: Type | None, budget: Budget) -> Any:
    """The value as one of the type, converted as section 10.3.2.9.4 allows; MISMATCH when it cannot be."""
    if value is None or wanted is None or wanted.holds(value, budget):
        return value
    if isinstance(value, list) and len(value) == 1 and wanted.holds_or_null(value[0], budget):
        return value[0]
    base = wanted.base if isinstance(wanted, Allowed) else wanted
    if isinstance(base, ListOf) and not isinstance(value, list) and wanted.holds([value], budget):
        return [value]
    if wanted is NAMED["date and time"] and is_date(value):
        return midnight(value)
    return MISMATCH


def midnight(day: date | WideDate) -> datetime | WideMoment:
    """A date as a date and time."""
    return moment_of(day, time(tzinfo=UTC))


def is_date(value: Any) -> bool:
    return isinstance(value, date | WideDate) and not isinstance(value, datetime)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _of(kind: type | tuple[type, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


ANY = Simple("Any", lambda value: True)
NULL = Simple("Null", lambda value: False)

_DAYS = Simple("days and time duration", _of(timedelta))
_MONTHS = Simple("years and months duration", _of(Months))
_MOMENT = Simple("date and time", _of((datetime, WideMoment)))

NAMED: Mapping[str, Type] = {
    "Any": ANY,
    "Null": NULL,
    "number": Simple("number", _is_number),
    "string": Simple("string", _of(str)),
    "boolean": Simple("boolean", _of(bool)),
    "date": Simple("date", is_date),
    "time": Simple("time", _of(time)),
    "date and time": _MOMENT,
    "dateTime": _MOMENT,
    "days and time duration": _DAYS,
    "day time duration": _DAYS,
    "dayTimeDuration": _DAYS,
    "years and months duration": _MONTHS,
    "year month duration": _MONTHS,
    "yearMonthDuration": _MONTHS,
    "list": ListOf(ANY),
    "context": ContextOf({}),
    "range": RangeOf(ANY),
    "function": Simple("function", _of(Function)),
}
"""The types that have names, under all the names that FEEL and DMN give them."""
