"""Functions of numbers and booleans (DMN 1.5, sections 10.3.4.2 and 10.3.4.5)."""

from __future__ import annotations

from decimal import (
    ROUND_CEILING,
    ROUND_DOWN,
    ROUND_FLOOR,
    ROUND_HALF_DOWN,
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    ROUND_UP,
    Decimal,
)
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.operators import whole
from service.engine.feel.registry import builtin
from service.engine.feel.values import NUMBERS, Months

LEAST_SCALE, MOST_SCALE = -6111, 6176


def _rounded(value: Any, scale: Any, mode: str) -> Any:
    if not LEAST_SCALE <= scale <= MOST_SCALE:
        raise FeelError("the scale is out of range")
    number, places = Decimal(value), int(scale)
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= places:
        return value
    if number.adjusted() + places + 1 > NUMBERS.prec:
        return value
    return whole(number.quantize(Decimal(1).scaleb(-places), rounding=mode, context=NUMBERS))


def _rounding(mode: str) -> Any:
    return lambda value, scale=0: _rounded(value, scale, mode)


builtin("decimal(n: number, scale: number)")(_rounding(ROUND_HALF_EVEN))
for _name, _mode in {
    "floor": ROUND_FLOOR,
    "ceiling": ROUND_CEILING,
    "round up": ROUND_UP,
    "round down": ROUND_DOWN,
    "round half up": ROUND_HALF_UP,
    "round half down": ROUND_HALF_DOWN,
}.items():
    builtin(f"{_name}(n: number, scale?: number)")(_rounding(_mode))


@builtin("abs(n: number or days and time duration or years and months duration)")
def _abs(value: Any) -> Any:
    return Months(abs(value.months)) if isinstance(value, Months) else abs(value)


@builtin("modulo(dividend: number, divisor: number)")
def _modulo(dividend: Any, divisor: Any) -> Any:
    a, b = Decimal(dividend), Decimal(divisor)
    if not b:
        raise FeelError("division by zero")
    quotient = NUMBERS.divide(a, b).to_integral_value(ROUND_FLOOR)
    return whole(NUMBERS.subtract(a, NUMBERS.multiply(b, quotient)))


@builtin("sqrt(number: number)")
def _sqrt(value: Any) -> Any:
    return whole(NUMBERS.sqrt(Decimal(value)))


@builtin("log(number: number)")
def _log(value: Any) -> Any:
    if value <= 0:
        raise FeelError("there is no logarithm of this number")
    return whole(NUMBERS.ln(Decimal(value)))


@builtin("exp(number: number)")
def _exp(value: Any) -> Any:
    return whole(NUMBERS.exp(Decimal(value)))


@builtin("odd(number: number)")
def _odd(value: Any) -> bool:
    return _remainder_by_two(value) == 1


@builtin("even(number: number)")
def _even(value: Any) -> bool:
    return _remainder_by_two(value) == 0


def _remainder_by_two(value: Any) -> Any:
    if isinstance(value, int):
        return value % 2
    return abs(value) % 2 if value.adjusted() < NUMBERS.prec else 0


@builtin("not(negand: Any)")
def _not(value: Any) -> bool | None:
    return (not value) if isinstance(value, bool) else None


@builtin("is defined(value: Any)")
def _is_defined(value: Any) -> bool:
    return True


@builtin("get or else(value: Any, default: Any)")
def _get_or_else(value: Any, default: Any) -> Any:
    return default if value is None else value
