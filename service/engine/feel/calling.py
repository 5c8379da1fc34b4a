"""Calling a function, whatever it is: one of FEEL, one of a model, or one that was given from outside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.engine.feel.errors import FeelError
from service.engine.feel.operators import kind
from service.engine.feel.registry import call_builtin
from service.engine.feel.run import Run
from service.engine.feel.values import Function

_MISFITS = (TypeError, ValueError, OverflowError, ArithmeticError, AttributeError, LookupError)


def call(
    function: Any, values: Sequence[Any], names: Sequence[str] | None, run: Run, position: int | None
) -> Any:
    """Call with positional or named arguments; what does not fit is null, or an error when strict."""
    if not isinstance(function, Function):
        return run.null(f"{kind(function)} cannot be called", position)
    try:
        if function.signatures:
            return call_builtin(function, values, names, run)
        return function.call(*_ordered(function, values, names))
    except FeelError as error:
        if error.position is not None or type(error) is not FeelError:
            raise
        return run.null(f"{function.name}: {error.message}", position)
    except _MISFITS as error:
        given = ", ".join(kind(value) for value in values)
        return run.null(f"{function.name} cannot take {given}: {error}", position)


def _ordered(function: Function, values: Sequence[Any], names: Sequence[str] | None) -> Sequence[Any]:
    """The arguments in the order of the parameters. Raises FeelError when they are not the parameters'."""
    if function.parameters is None:
        if names:
            raise FeelError("takes no names")
        return values
    if names:
        if len(set(names)) < len(names) or set(names) != set(function.parameters):
            raise FeelError(f"takes {', '.join(function.parameters) or 'nothing'}")
        by_name = dict(zip(names, values, strict=True))
        return [by_name[parameter] for parameter in function.parameters]
    if len(values) != len(function.parameters):
        raise FeelError(f"takes {len(function.parameters)} arguments, not {len(values)}")
    return values
