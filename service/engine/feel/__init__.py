"""FEEL, the expression language of DMN (OMG DMN 1.5, chapter 10): parsed once, compiled to closures, bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from service.engine.feel.builtins import BUILTINS
from service.engine.feel.compiler import Closure, Compiler, call
from service.engine.feel.errors import BudgetExceeded, FeelError, FeelSyntaxError
from service.engine.feel.parser import Parser
from service.engine.feel.run import Budget, Run, Scope
from service.engine.feel.values import (
    Function,
    Months,
    Range,
    dump_value,
    from_python,
    load_value,
    text,
    to_json,
)

__all__ = [
    "Budget",
    "BudgetExceeded",
    "Expression",
    "FeelError",
    "FeelSyntaxError",
    "Function",
    "Months",
    "Range",
    "UnaryTests",
    "call",
    "compile_expression",
    "compile_unary_tests",
    "dump_value",
    "from_python",
    "load_value",
    "text",
    "to_json",
]


class Expression:
    """A compiled expression. `names` are the variables it reads that it does not bind itself."""

    def __init__(self, source: str, closure: Closure, names: frozenset[str], strict: bool) -> None:
        self.source = source
        self.names = names
        self._closure = closure
        self._strict = strict

    def evaluate(self, context: Mapping[str, Any], *, now: datetime, budget: Budget | None = None) -> Any:
        """The value over these variables. Raises FeelError."""
        run = Run(now, budget or Budget(), self._strict)
        try:
            return self._closure(Scope(context), run)
        except RecursionError as error:
            raise BudgetExceeded("nested too deeply") from error


class UnaryTests:
    """A compiled cell of a decision table."""

    def __init__(
        self, source: str, tests: list[Callable[..., bool]] | None, negated: bool, strict: bool
    ) -> None:
        self.source = source
        self._tests = tests
        self._negated = negated
        self._strict = strict

    def matches(
        self, value: Any, context: Mapping[str, Any], *, now: datetime, budget: Budget | None = None
    ) -> bool:
        """Whether an input value satisfies the cell."""
        if self._tests is None:
            return True
        run = Run(now, budget or Budget(), self._strict)
        scope = Scope(context)
        return any(test(value, scope, run) for test in self._tests) is not self._negated


def compile_expression(
    source: str,
    *,
    names: Iterable[str] = (),
    functions: Mapping[str, Callable[..., Any]] | None = None,
    strict: bool = True,
) -> Expression:
    """Compile an expression; a leading `=` is accepted. Raises FeelSyntaxError with its position.

    `names`: variables of several words. `functions`: further functions by their FEEL names.
    """
    return _expression(
        source, frozenset(name for name in names if not name.isidentifier()), _hashable(functions), strict
    )


def compile_unary_tests(
    source: str,
    *,
    names: Iterable[str] = (),
    functions: Mapping[str, Callable[..., Any]] | None = None,
    strict: bool = True,
) -> UnaryTests:
    """Compile a cell of a decision table. Raises FeelSyntaxError with its position."""
    return _tests(
        source, frozenset(name for name in names if not name.isidentifier()), _hashable(functions), strict
    )


def _hashable(
    functions: Mapping[str, Callable[..., Any]] | None,
) -> tuple[tuple[str, Callable[..., Any]], ...]:
    return tuple(sorted((functions or {}).items(), key=lambda item: item[0]))


def _known(functions: tuple[tuple[str, Callable[..., Any]], ...]) -> dict[str, Function]:
    own = {
        name: call if isinstance(call, Function) else Function(call, name=name) for name, call in functions
    }
    return BUILTINS | own


@lru_cache(maxsize=8192)
def _expression(
    source: str, names: frozenset[str], functions: tuple[tuple[str, Callable[..., Any]], ...], strict: bool
) -> Expression:
    bare = source.strip()
    shift = source.index(bare) if bare else 0
    if bare.startswith("="):
        bare, shift = bare[1:], shift + 1
    known = _known(functions)
    try:
        node = Parser(bare, [*known, *names]).expression_only()
        compiler = Compiler(known)
        closure = compiler.compile(node)
    except FeelSyntaxError as error:
        raise FeelSyntaxError(error.message, (error.position or 0) + shift) from None
    except RecursionError:
        raise FeelSyntaxError("nested too deeply", 0) from None
    return Expression(source, closure, frozenset(compiler.names - set(known)), strict)


@lru_cache(maxsize=8192)
def _tests(
    source: str, names: frozenset[str], functions: tuple[tuple[str, Callable[..., Any]], ...], strict: bool
) -> UnaryTests:
    known = _known(functions)
    try:
        node = Parser(source, [*known, *names]).unary_tests_only()
        if node[0] == "any":
            return UnaryTests(source, None, False, strict)
        compiler = Compiler(known)
        return UnaryTests(source, [compiler.test(test) for test in node[2]], node[3], strict)
    except RecursionError:
        raise FeelSyntaxError("nested too deeply", 0) from None
