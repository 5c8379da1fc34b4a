"""FEEL, the expression language of DMN (OMG DMN 1.5, chapter 10): parsed once, compiled to closures, bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from service.engine.feel.builtins import BUILTINS
from service.engine.feel.calling import call
from service.engine.feel.compiler import Compiler
from service.engine.feel.errors import NESTED, BudgetExceeded, FeelError, FeelSyntaxError
from service.engine.feel.iteration import Closure
from service.engine.feel.parser import Parser
from service.engine.feel.run import Budget, Run, Scope, check_size
from service.engine.feel.storage import dump_value, load_value, to_json
from service.engine.feel.text import text
from service.engine.feel.types import Type
from service.engine.feel.unary import Test
from service.engine.feel.values import Function, Months, Range, from_python

__all__ = [
    "BUILTINS",
    "Budget",
    "BudgetExceeded",
    "Expression",
    "FeelError",
    "FeelSyntaxError",
    "Function",
    "Months",
    "Range",
    "Run",
    "Scope",
    "UnaryTests",
    "bounded",
    "call",
    "compile_expression",
    "compile_unary_tests",
    "dump_value",
    "from_python",
    "load_value",
    "text",
    "to_json",
]

Functions = tuple[tuple[str, Callable[..., Any]], ...]


def bounded(work: Callable[[], Any]) -> Any:
    """The value of some work, itself of bounded size. Raises FeelError, and nothing else for want of room."""
    try:
        value = work()
        check_size(value)
    except RecursionError as error:
        raise BudgetExceeded(NESTED) from error
    except MemoryError as error:
        raise BudgetExceeded("needs more memory than an evaluation may") from error
    except (ArithmeticError, LookupError, TypeError, ValueError) as error:
        raise FeelError(f"cannot be evaluated: {error}") from error
    return value


class Expression:
    """A compiled expression. `names` are the variables it reads that it does not bind itself."""

    def __init__(self, source: str, closure: Closure, names: frozenset[str], strict: bool) -> None:
        self.source = source
        self.names = names
        self.closure = closure
        self._strict = strict

    def evaluate(self, context: Mapping[str, Any], *, now: datetime, budget: Budget | None = None) -> Any:
        """The value over these variables. Raises FeelError, BudgetExceeded when it costs too much."""
        run = Run(now, budget or Budget(), self._strict)
        return bounded(lambda: self.closure(Scope(context), run))


class UnaryTests:
    """A compiled cell of a decision table. `tests`: one of them must hold, None where anything will do."""

    def __init__(self, source: str, tests: tuple[Test, ...] | None, negated: bool, strict: bool) -> None:
        self.source = source
        self.tests = tests
        self.negated = negated
        self._strict = strict

    def matches(
        self, value: Any, context: Mapping[str, Any], *, now: datetime, budget: Budget | None = None
    ) -> bool:
        """Whether an input value satisfies the cell. Raises FeelError."""
        run, scope = Run(now, budget or Budget(), self._strict), Scope(context)
        return bool(bounded(lambda: self.closure(value, scope, run)))

    def closure(self, value: Any, scope: Scope, run: Run) -> bool:
        """The same within an evaluation."""
        if self.tests is None:
            return True
        for test in self.tests:
            if test(value, scope, run):
                return not self.negated
        return self.negated


def compile_expression(
    source: str,
    *,
    names: Iterable[str] = (),
    functions: Mapping[str, Callable[..., Any]] | None = None,
    types: Mapping[str, Type] | None = None,
    strict: bool = True,
) -> Expression:
    """Compile an expression; a leading `=` is accepted. Raises FeelSyntaxError with its position.

    `names`: variables of several words. `functions`: further functions by their FEEL names. `types`: further
    types by name. Not `strict`: what the standard turns into a silent null is null instead of an error.
    """
    compiled = _cached_expression if not types else _expression
    return compiled(source, _long(names), _hashable(functions), strict, types or None)


def compile_unary_tests(
    source: str,
    *,
    names: Iterable[str] = (),
    functions: Mapping[str, Callable[..., Any]] | None = None,
    types: Mapping[str, Type] | None = None,
    strict: bool = True,
) -> UnaryTests:
    """Compile a cell of a decision table. Raises FeelSyntaxError with its position."""
    compiled = _cached_tests if not types else _tests
    return compiled(source, _long(names), _hashable(functions), strict, types or None)


def _long(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name for name in names if not name.isidentifier())


def _hashable(functions: Mapping[str, Callable[..., Any]] | None) -> Functions:
    return tuple(sorted((functions or {}).items(), key=lambda item: item[0]))


def _known(functions: Functions) -> dict[str, Function]:
    own = {
        name: call if isinstance(call, Function) else Function(call, name=name) for name, call in functions
    }
    return BUILTINS | own


def _expression(
    source: str, names: frozenset[str], functions: Functions, strict: bool, types: Mapping[str, Type] | None
) -> Expression:
    bare = source.strip()
    shift = source.index(bare) if bare else 0
    if bare.startswith("="):
        bare, shift = bare[1:], shift + 1
    known = _known(functions)
    try:
        node = Parser(bare, [*known, *names], types or ()).expression_only()
        compiler = Compiler(known, types, strict)
        closure = compiler.compile(node)
    except FeelSyntaxError as error:
        raise FeelSyntaxError(error.message, (error.position or 0) + shift) from None
    except RecursionError:
        raise FeelSyntaxError(NESTED, 0) from None
    return Expression(source, closure, frozenset(compiler.names - set(known)), strict)


def _tests(
    source: str, names: frozenset[str], functions: Functions, strict: bool, types: Mapping[str, Type] | None
) -> UnaryTests:
    known = _known(functions)
    try:
        node = Parser(source, [*known, *names], types or ()).unary_tests_only()
        if node[0] == "any":
            return UnaryTests(source, None, False, strict)
        compiler = Compiler(known, types, strict)
        return UnaryTests(source, compiler.tests(node[2]), node[3], strict)
    except RecursionError:
        raise FeelSyntaxError(NESTED, 0) from None


_cached_expression = lru_cache(maxsize=8192)(_expression)
_cached_tests = lru_cache(maxsize=8192)(_tests)
