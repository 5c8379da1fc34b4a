"""From the tree to closures `(scope, run) -> value`: parsed once, then microseconds per evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from service.domain.wording import Message
from service.engine.feel.calling import call
from service.engine.feel.cursor import Node
from service.engine.feel.errors import BudgetExceeded, FeelError
from service.engine.feel.iteration import Closure, Source, scopes
from service.engine.feel.operator_compiler import OperatorCompiler, is_constant, truth
from service.engine.feel.operators import is_number, kind
from service.engine.feel.properties import step_into
from service.engine.feel.run import MAX_LIST, Budget, Run, Scope
from service.engine.feel.types import MISMATCH, Type, convert
from service.engine.feel.unary import (
    Test,
    compared,
    constant_test,
    fits,
    one_of,
    range_test,
    reads_input,
)
from service.engine.feel.values import Function, Range


class Compiler(OperatorCompiler):
    """Compiles one tree: structures, loops, functions and unary tests on top of the operators."""

    # -- structures

    def _list(self, node: Node) -> Closure:
        items = [self.compile(item) for item in node[2]]
        size = 64 + 64 * len(items)

        def value(scope: Scope, run: Run) -> list[Any]:
            run.budget.hold(size)
            return [item(scope, run) for item in items]

        return value

    def _range(self, node: Node) -> Closure:
        _, _position, start_included, start, end, end_included = node
        low, high = self.compile(start), self.compile(end)
        return lambda scope, run: Range(low(scope, run), high(scope, run), start_included, end_included)

    def _unary_range(self, node: Node) -> Closure:
        _, position, operator, operand = node
        inner = self.compile(operand)

        def value(scope: Scope, run: Run) -> Any:
            end = inner(scope, run)
            if operator == "=":
                return Range(end, end, unary=True)
            if operator in ("<", "<="):
                return Range(None, end, False, operator == "<=", unary=True)
            if operator in (">", ">="):
                return Range(end, None, operator == ">=", False, unary=True)
            return run.null("!= is not a range", position)

        return value

    def _context(self, node: Node) -> Closure:
        bound: set[str] = set()
        self._bound.append(bound)
        entries = []
        for key, entry in node[2]:
            entries.append((key, self.compile(entry)))
            bound.add(key)
        self._bound.pop()
        if len(bound) < len(entries):
            return self.refused(Message("a key stands twice in the context"), node[1])
        size = 128 + 160 * len(entries)

        def value(scope: Scope, run: Run) -> dict[str, Any]:
            run.budget.hold(size)
            made: dict[str, Any] = {}
            inner = Scope(made, scope)
            for key, entry in entries:
                made[key] = entry(inner, run)
            return made

        return value

    def _path(self, node: Node) -> Closure:
        _, position, operand, name = node
        inner = self.compile(operand)
        return lambda scope, run: step_into(inner(scope, run), name, run, position)

    def _filter(self, node: Node) -> Closure:
        _, position, operand, condition = node
        inner = self.compile(operand)
        self._bound.append({"item"})
        names_before = set(self.names)
        test = self.compile(condition)
        self.names = names_before | {name for name in self.names - names_before if condition[0] == "name"}
        self._bound.pop()
        constant = is_constant(condition) and condition[0] != "literal"

        def value(scope: Scope, run: Run) -> Any:
            present = inner(scope, run)
            if present is None:
                return run.null("null cannot be filtered", position)
            items = present if isinstance(present, list) else [present]
            if constant:
                return item_at(items, test(scope, run))
            kept = []
            for item in items:
                run.budget.spend()
                verdict = test(item_scope(item, scope), run)
                if is_number(verdict):
                    return item_at(items, verdict)
                if verdict is True:
                    kept.append(item)
                elif verdict is not None and verdict is not False:
                    return run.null(f"{kind(verdict)} is no condition", position)
            run.budget.hold_value(kept)
            return kept

        return value

    def _if(self, node: Node) -> Closure:
        _, position, condition, then, otherwise = node
        test, first, second = (self.compile(part) for part in (condition, then, otherwise))

        def value(scope: Scope, run: Run) -> Any:
            verdict = test(scope, run)
            if verdict is not True and verdict is not False:
                run.null(f"the condition is {kind(verdict)}, not boolean", position)
            return first(scope, run) if verdict is True else second(scope, run)

        return value

    def _for(self, node: Node) -> Closure:
        _, position, iterators, body = node
        sources, inner = self._iterations(iterators, body, extra="partial")

        def value(scope: Scope, run: Run) -> list[Any] | None:
            results: list[Any] = []
            try:
                for inside in scopes(sources, Scope({"partial": results}, scope), run, position):
                    if len(results) >= MAX_LIST:
                        raise BudgetExceeded(f"makes a list of more than {MAX_LIST} items", position)
                    run.budget.hold(64)
                    results.append(inner(inside, run))
            except FeelError as error:
                _undone(error, run)
                return None
            return results

        return value

    def _quantified(self, node: Node) -> Closure:
        _, position, word, iterators, body = node
        sources, inner = self._iterations(iterators, body)
        decisive = word == "some"

        def value(scope: Scope, run: Run) -> bool | None:
            unknown = False
            try:
                for inside in scopes(sources, scope, run, position):
                    verdict = truth(inner(inside, run), run, position)
                    if verdict is decisive:
                        return decisive
                    unknown = unknown or verdict is None
            except FeelError as error:
                _undone(error, run)
                return None
            return None if unknown else not decisive

        return value

    def _iterations(
        self, iterators: list[tuple[str, Node, Node | None]], body: Node, extra: str | None = None
    ) -> tuple[list[Source], Closure]:
        bound = {extra} if extra else set()
        self._bound.append(bound)
        sources: list[Source] = []
        for name, start, end in iterators:
            sources.append((name, self.compile(start), self.compile(end) if end else None))
            bound.add(name)
        inner = self.compile(body)
        self._bound.pop()
        return sources, inner

    # -- functions

    def _function(self, node: Node) -> Closure:
        _, position, parameters, body, external = node
        if external:
            return self.refused(Message("external functions are not run"), position)
        names = tuple(name for name, _ in parameters)
        types = tuple(self.type_of(written) if written else None for _, written in parameters)
        typed = any(types)
        self._bound.append(set(names))
        inner = self.compile(body)
        self._bound.pop()

        def value(scope: Scope, run: Run) -> Function:
            def call(*arguments: Any) -> Any:
                run.budget.spend(5)
                given = fitted(arguments, types, run) if typed else arguments
                return inner(Scope(dict(zip(names, given, strict=True)), scope), run)

            return Function(call, names, types=types)

        return value

    def _call(self, node: Node) -> Closure:
        _, position, callee, arguments, names = node
        if callee[0] == "name" and callee[2] == "is defined" and len(arguments) == 1:
            return self._is_defined(arguments[0])
        if callee[0] == "name" and callee[2] == "get or else" and len(arguments) == 2:
            return self._get_or_else(arguments)
        target = self.compile(callee)
        given = [self.compile(argument) for argument in arguments]

        def value(scope: Scope, run: Run) -> Any:
            run.budget.spend()
            function = target(scope, run)
            return call(function, [argument(scope, run) for argument in given], names, run, position)

        return value

    def _is_defined(self, argument: Node) -> Closure:
        inner = self.compile(argument)

        def value(scope: Scope, run: Run) -> bool:
            if argument[0] == "name":
                return scope.find(argument[2])[0]
            try:
                return inner(scope, Run(run.now, run.budget, strict=True)) is not None
            except BudgetExceeded:
                raise
            except FeelError:
                return False

        return value

    def _get_or_else(self, arguments: list[Node]) -> Closure:
        first, second = (self.compile(argument) for argument in arguments)

        def value(scope: Scope, run: Run) -> Any:
            present = first(scope, Run(run.now, run.budget, strict=False))
            return second(scope, run) if present is None else present

        return value

    # -- unary tests

    def _in(self, node: Node) -> Closure:
        _, _position, operand, tests = node
        subject = self.compile(operand)
        checks = [self.test(test) for test in tests]

        def value(scope: Scope, run: Run) -> bool | None:
            looked_for = subject(scope, run)
            verdict: bool | None = False
            for check in checks:
                found = check(looked_for, scope, run)
                if found:
                    return True
                verdict = None if found is None else verdict
            return verdict

        return value

    def tests(self, nodes: list[Node]) -> tuple[Test, ...]:
        """The tests of a cell, of which one must hold; a choice of texts is one test."""
        tests = tuple(self.test(node) for node in nodes)
        texts = [node[3][2] for node in nodes if node[2] is None and node[3][0] == "literal"]
        if len(nodes) > 1 and len(texts) == len(nodes) and all(isinstance(text, str) for text in texts):
            return (one_of(frozenset(texts), tests),)
        return tests

    def test(self, node: Node) -> Test:
        """One unary test of a decision table's cell: does the input satisfy it?"""
        _, position, operator, operand = node
        self._bound.append({"?"})
        inner = self.compile(operand)
        self._bound.pop()
        if is_constant(operand):
            return constant_test(operator, inner(_NOWHERE, _NEVER), position)
        if operator is None and operand[0] == "range" and all(is_constant(operand[at]) for at in (3, 4)):
            return range_test(inner(_NOWHERE, _NEVER), position)
        asks = reads_input(operand)

        def matches(subject: Any, scope: Scope, run: Run) -> bool | None:
            wanted = inner(Scope({"?": subject}, scope), run)
            if operator is not None:
                return compared(operator, subject, wanted, run, position)
            if asks and isinstance(wanted, bool):
                return wanted
            return fits(subject, wanted, run, position)

        return matches


_NOWHERE = Scope({})
_NEVER = Run(
    datetime.min.replace(tzinfo=UTC), Budget(), strict=False
)  # constants need no evaluation of their own


def fitted(arguments: tuple[Any, ...], types: tuple[Type | None, ...], run: Run) -> list[Any]:
    """The arguments converted to the types of the parameters. Raises FeelError when one is not of its type."""
    given = [convert(value, wanted, run.budget) for value, wanted in zip(arguments, types, strict=True)]
    if any(value is MISMATCH for value in given):
        raise FeelError("an argument is not of its type")
    return given


def _undone(error: FeelError, run: Run) -> None:
    """A loop that cannot be gone through is null when not strict. Raises the error again otherwise."""
    if run.strict or type(error) is not FeelError:
        raise error


def item_scope(item: Any, scope: Scope) -> Scope:
    """What the condition of a filter sees: the entries of the item, then the item as such."""
    inside = Scope({"item": item}, scope)
    return Scope(item, inside) if isinstance(item, Mapping) else inside


def item_at(items: list[Any], place: Any) -> Any:
    """The item at a place counted from 1, or from the end when negative; null where there is none."""
    index = int(place)
    if index == 0 or abs(index) > len(items):
        return None
    return items[index - 1 if index > 0 else index]
