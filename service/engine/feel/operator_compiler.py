"""Literals, names, operators and types as closures `(scope, run) -> value`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal, DecimalException
from typing import Any

from service.domain.wording import Message
from service.engine.feel.cursor import Node
from service.engine.feel.errors import FeelError, FeelSyntaxError
from service.engine.feel.iteration import Closure
from service.engine.feel.operators import arithmetic, compare, is_number, kind, whole, within
from service.engine.feel.run import Run, Scope
from service.engine.feel.temporal import parse_at
from service.engine.feel.types import NAMED, ContextOf, FunctionOf, ListOf, RangeOf, Type
from service.engine.feel.unary import PYTHON
from service.engine.feel.values import Function, Months, Range, from_python, number


class OperatorCompiler:
    """Compiles one tree. `functions` are the callable names that are not variables; `names` collects what is read."""

    def __init__(
        self, functions: Mapping[str, Function], types: Mapping[str, Type] | None = None, strict: bool = True
    ) -> None:
        self.functions = functions
        self.types = types or {}
        self.strict = strict
        self.names: set[str] = set()
        self._bound: list[set[str]] = []

    def compile(self, node: Node) -> Closure:
        method: Callable[[Node], Closure] = getattr(self, f"_{node[0]}")
        return method(node)

    # -- literals and names

    def _number(self, node: Node) -> Closure:
        try:
            value = whole(number(Decimal(node[2])))
        except DecimalException:
            return self.refused(Message("a number out of range"), node[1])
        return lambda scope, run: value

    def refused(self, message: Message, position: int) -> Closure:
        """What is wrong already: an error now when strict, null later otherwise."""
        if self.strict:
            raise FeelSyntaxError(message, position)
        return lambda scope, run: run.null(message, position)

    def _literal(self, node: Node) -> Closure:
        value = node[2]
        return lambda scope, run: value

    def _at(self, node: Node) -> Closure:
        try:
            value = parse_at(node[2])
        except FeelError as error:
            return self.refused(error.message, node[1])
        return lambda scope, run: value

    def _group(self, node: Node) -> Closure:
        return self.compile(node[2])

    def _name(self, node: Node) -> Closure:
        _, position, name = node
        if not any(name in bound for bound in self._bound):
            self.names.add(name)
        function = self.functions.get(name)

        def value(scope: Scope | None, run: Run) -> Any:
            budget = run.budget
            budget.fuel -= 1
            if budget.fuel < 0:
                budget.refill()
            while scope is not None:
                variables = scope.variables
                if name in variables:
                    found = variables[name]
                    return from_python(found) if type(found) is float else found
                scope = scope.parent
            return run.null(f"{name} is not known", position) if function is None else function

        return value

    # -- operators

    def _or(self, node: Node) -> Closure:
        return self._logic(node, decisive=True)

    def _and(self, node: Node) -> Closure:
        return self._logic(node, decisive=False)

    def _logic(self, node: Node, *, decisive: bool) -> Closure:
        _, position, left, right = node
        first, second = self.compile(left), self.compile(right)

        def value(scope: Scope, run: Run) -> bool | None:
            a = first(scope, run)
            if a is decisive:
                return decisive
            b = second(scope, run)
            if b is decisive:
                truth(a, run, position)
                return decisive
            if truth(a, run, position) is None or truth(b, run, position) is None:
                return None
            return not decisive

        return value

    def _compare(self, node: Node) -> Closure:
        _, position, operator, left, right = node
        first, second = self.compile(left), self.compile(right)
        plain = PYTHON[operator]

        def value(scope: Scope, run: Run) -> bool | None:
            a, b = first(scope, run), second(scope, run)
            kind_a = type(a)
            if kind_a is type(b) and (kind_a is int or kind_a is str):
                return bool(plain(a, b))
            return compare(operator, a, b, run, position)

        return value

    def _arithmetic(self, node: Node) -> Closure:
        _, position, operator, left, right = node
        first, second = self.compile(left), self.compile(right)
        return lambda scope, run: arithmetic(operator, first(scope, run), second(scope, run), run, position)

    def _negate(self, node: Node) -> Closure:
        _, position, operand = node
        inner = self.compile(operand)

        def value(scope: Scope, run: Run) -> Any:
            operand = inner(scope, run)
            if isinstance(operand, Months):
                return Months(-operand.months)
            if is_number(operand):
                return -operand
            if isinstance(operand, timedelta) and operand > timedelta.min:
                return -operand
            return run.null(f"-{kind(operand)} is not defined", position)

        return value

    def _between(self, node: Node) -> Closure:
        _, position, operand, low, high = node
        parts = [self.compile(part) for part in (operand, low, high)]

        def value(scope: Scope, run: Run) -> bool | None:
            subject, lowest, highest = (part(scope, run) for part in parts)
            if lowest is None or highest is None:
                run.null("between null cannot be said", position)
                return None
            return within(subject, Range(lowest, highest), run, position)

        return value

    def _instance(self, node: Node) -> Closure:
        _, position, operand, name = node
        inner = self.compile(operand)
        try:
            wanted = self.type_of(name)
        except FeelSyntaxError as error:
            return self.refused(error.message, position)

        def value(scope: Scope, run: Run) -> bool:
            present = inner(scope, run)
            if present is None:
                return wanted is NAMED["Null"]
            return wanted.holds(present, run.budget)

        return value

    def type_of(self, node: Node) -> Type:
        """The type that is written there. Raises FeelSyntaxError when its name is not known."""
        name, position, *parts = node
        if name == "list":
            return ListOf(self.type_of(parts[0]))
        if name == "range":
            return RangeOf(self.type_of(parts[0]))
        if name == "context":
            return ContextOf({entry: self.type_of(kind) for entry, kind in parts[0]})
        if name == "function":
            return FunctionOf(tuple(self.type_of(kind) for kind in parts[0]), self.type_of(parts[1]))
        known = self.types.get(parts[0]) or NAMED.get(parts[0])
        if known is None:
            raise FeelSyntaxError(Message("the type %(name)s is not known", name=parts[0]), position)
        return known


def is_constant(node: Node) -> bool:
    """Whether the value of a node is the same wherever it is evaluated."""
    return node[0] in ("number", "literal") or (node[0] == "negate" and node[2][0] == "number")


def truth(value: Any, run: Run, position: int) -> bool | None:
    """The value where true or false is wanted; anything else is null, or an error when strict."""
    if value is True or value is False:
        return value
    if value is not None:
        run.null(f"{kind(value)} is not boolean", position)
    return None
