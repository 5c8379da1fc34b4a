"""FEEL's values in Python: None, bool, int or Decimal, str, date, time, datetime, timedelta, Months, Range, list, dict."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from decimal import Context, Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.wide import WideDate, WideMoment

NUMBERS = Context(prec=34, Emin=-6143, Emax=6144, traps=[DivisionByZero, InvalidOperation, Overflow])
"""Decimal128, as DMN asks (section 10.3.2.3.1)."""


@dataclass(frozen=True, slots=True, order=True)
class Months:
    """A years-and-months duration, as months; negative when it goes back."""

    months: int

    def __str__(self) -> str:
        years, months = divmod(abs(self.months), 12)
        text = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
        return ("-" if self.months < 0 else "") + "P" + (text or "0M")


@dataclass(frozen=True, slots=True)
class Range:
    """An interval; `*_included` says whether an end belongs to it.

    `unary`: it was made by an operator, as in < 5, and its missing end (None) is meant.
    """

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True
    unary: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """Something that can be called: its parameter names (None: only by position) and the Python callable.

    `types` are what its parameters and its result must be, None where anything goes. A built-in function has
    `signatures` instead, and is called through them.
    """

    call: Callable[..., Any]
    parameters: tuple[str, ...] | None = None
    name: str = "function"
    types: tuple[Any, ...] | None = None
    result: Any = None
    signatures: tuple[Any, ...] = ()


def from_python(value: Any) -> Any:
    """A Python value as FEEL's: floats become exact decimals, tuples lists; whatever FEEL has no value for is refused."""
    if value is None or isinstance(
        value, bool | int | str | date | time | timedelta | WideDate | WideMoment | Months | Range | Function
    ):
        return value
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, float):
        return number(Decimal(repr(value)))
    if isinstance(value, Mapping):
        return {str(key): from_python(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [from_python(item) for item in value]
    raise FeelError(f"{type(value).__name__} is not a FEEL value")


def number(value: Decimal) -> Decimal:
    """A finite decimal of 34 digits; NaN and infinity are refused."""
    if not value.is_finite():
        raise FeelError("not a finite number")
    return NUMBERS.plus(value)
