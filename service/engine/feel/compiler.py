"""From the tree to closures `(scope, run) -> value`: parsed once, then microseconds per evaluation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from service.engine.feel.errors import FeelError, FeelSyntaxError
from service.engine.feel.operators import arithmetic, compare, equal, is_number, kind, whole, within
from service.engine.feel.parser import Node
from service.engine.feel.run import MAX_LIST, Run, Scope
from service.engine.feel.values import Function, Months, Range, number, parse_at

Closure = Callable[[Scope, Run], Any]


class Compiler:
    """Compiles one tree. `functions` are the callable names that are not variables; `names` collects what is read."""

    def __init__(self, functions: Mapping[str, Function]) -> None:
        self.functions = functions
        self.names: set[str] = set()
        self._bound: list[set[str]] = []

    def compile(self, node: Node) -> Closure:
        method: Callable[[Node], Closure] = getattr(self, f"_{node[0]}")
        return method(node)

    # -- literals and names

    def _number(self, node: Node) -> Closure:
        value = whole(number(Decimal(node[2]))) if "." in node[2] or "e" in node[2].lower() else int(node[2])
        if isinstance(value, int) and abs(value) > 10**34:
            value = number(Decimal(node[2]))
        return lambda scope, run: value

    def _literal(self, node: Node) -> Closure:
        value = node[2]
        return lambda scope, run: value

    def _at(self, node: Node) -> Closure:
        try:
            value = parse_at(node[2])
        except FeelError as error:
            raise FeelSyntaxError(error.message, node[1]) from error
        return lambda scope, run: value

    def _group(self, node: Node) -> Closure:
        return self.compile(node[2])

    def _name(self, node: Node) -> Closure:
        _, position, name = node
        if not any(name in bound for bound in self._bound):
            self.names.add(name)
        function = self.functions.get(name)

        def value(scope: Scope, run: Run) -> Any:
            run.budget.steps -= 1
            if run.budget.steps < 0:
                run.budget.spend()
            found, result = scope.find(name)
            if found:
                return result
            if function is not None:
                return function
            return run.null(f"{name} is not known", position)

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
            a = _truth(first(scope, run), run, position)
            if a is decisive:
                return decisive
            b = _truth(second(scope, run), run, position)
            if b is decisive:
                return decisive
            return None if a is None or b is None else not decisive

        return value

    def _compare(self, node: Node) -> Closure:
        _, position, operator, left, right = node
        first, second = self.compile(left), self.compile(right)
        return lambda scope, run: compare(operator, first(scope, run), second(scope, run), run, position)

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
            if is_number(operand) or isinstance(operand, timedelta):
                return -operand
            return run.null(f"-{kind(operand)} is not defined", position)

        return value

    def _between(self, node: Node) -> Closure:
        _, position, operand, low, high = node
        parts = [self.compile(part) for part in (operand, low, high)]

        def value(scope: Scope, run: Run) -> bool | None:
            subject, lowest, highest = (part(scope, run) for part in parts)
            return within(subject, Range(lowest, highest), run, position)

        return value

    def _in(self, node: Node) -> Closure:
        _, _position, operand, tests = node
        subject = self.compile(operand)
        checks = [self.test(test) for test in tests]

        def value(scope: Scope, run: Run) -> bool:
            looked_for = subject(scope, run)
            return any(check(looked_for, scope, run) for check in checks)

        return value

    def _instance(self, node: Node) -> Closure:
        _, _position, operand, name = node
        inner = self.compile(operand)
        wanted = {
            "day time duration": "days and time duration",
            "year month duration": "years and months duration",
        }.get(name, name)

        def value(scope: Scope, run: Run) -> bool:
            present = inner(scope, run)
            return present is not None if wanted == "Any" else kind(present) == wanted

        return value

    # -- structures

    def _list(self, node: Node) -> Closure:
        items = [self.compile(item) for item in node[2]]
        return lambda scope, run: [item(scope, run) for item in items]

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
                return Range(end, end)
            if operator in ("<", "<="):
                return Range(None, end, False, operator == "<=")
            if operator in (">", ">="):
                return Range(end, None, operator == ">=", False)
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
        if len({key for key, _ in entries}) < len(entries):
            raise FeelSyntaxError("a key stands twice in the context", node[1])

        def value(scope: Scope, run: Run) -> dict[str, Any]:
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

        def value(scope: Scope, run: Run) -> Any:
            present = inner(scope, run)
            if present is None:
                return run.null("null cannot be filtered", position)
            items = present if isinstance(present, list) else [present]
            index = _constant_index(condition, test, scope, run)
            if index is not None:
                return _item_at(items, index)
            kept = []
            for item in items:
                run.budget.spend()
                variables = {**item, "item": item} if isinstance(item, Mapping) else {"item": item}
                verdict = test(Scope(variables, scope), run)
                if is_number(verdict):
                    return _item_at(items, int(verdict))
                if verdict is True:
                    kept.append(item)
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
            for inside in _scopes(sources, Scope({"partial": results}, scope), run, position):
                if len(results) >= MAX_LIST:
                    raise FeelError(f"a list of more than {MAX_LIST} items", position)
                results.append(inner(inside, run))
            return results

        return value

    def _quantified(self, node: Node) -> Closure:
        _, position, word, iterators, body = node
        sources, inner = self._iterations(iterators, body)
        decisive = word == "some"

        def value(scope: Scope, run: Run) -> bool:
            for inside in _scopes(sources, scope, run, position):
                if (_truth(inner(inside, run), run, position) is True) is decisive:
                    return decisive
            return not decisive

        return value

    def _iterations(
        self, iterators: list[tuple[str, Node, Node | None]], body: Node, extra: str | None = None
    ) -> tuple[list[tuple[str, Closure, Closure | None]], Closure]:
        bound = {extra} if extra else set()
        self._bound.append(bound)
        sources = []
        for name, start, end in iterators:
            sources.append((name, self.compile(start), self.compile(end) if end else None))
            bound.add(name)
        inner = self.compile(body)
        self._bound.pop()
        return sources, inner

    def _function(self, node: Node) -> Closure:
        _, _position, parameters, body = node
        self._bound.append(set(parameters))
        inner = self.compile(body)
        self._bound.pop()

        def value(scope: Scope, run: Run) -> Function:
            def call(*arguments: Any) -> Any:
                run.budget.spend(5)
                return inner(Scope(dict(zip(parameters, arguments, strict=True)), scope), run)

            return Function(call, tuple(parameters))

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
            values = [argument(scope, run) for argument in given]
            return call(function, values, names, run, position)

        return value

    def _is_defined(self, argument: Node) -> Closure:
        inner = self.compile(argument)

        def value(scope: Scope, run: Run) -> bool:
            if argument[0] == "name":
                return scope.find(argument[2])[0]
            try:
                return inner(scope, Run(run.now, run.budget, strict=True)) is not None
            except FeelError:
                return False

        return value

    def _get_or_else(self, arguments: list[Node]) -> Closure:
        first, second = (self.compile(argument) for argument in arguments)

        def value(scope: Scope, run: Run) -> Any:
            try:
                present = first(scope, Run(run.now, run.budget, strict=False))
            except FeelError:
                present = None
            return second(scope, run) if present is None else present

        return value

    # -- unary tests

    def test(self, node: Node) -> Callable[[Any, Scope, Run], bool]:
        """One unary test of a decision table's cell: does the input satisfy it?"""
        _, position, operator, operand = node
        self._bound.append({"?"})
        inner = self.compile(operand)
        self._bound.pop()
        reads_input = _reads_input(operand)

        def matches(subject: Any, scope: Scope, run: Run) -> bool:
            inside = Scope({"?": subject}, scope)
            if operator is not None:
                if subject is None and operator not in ("=", "!="):
                    return False
                return compare(operator, subject, inner(inside, run), run, position) is True
            wanted = inner(inside, run)
            if reads_input and isinstance(wanted, bool):
                return wanted
            return fits(subject, wanted, run, position)

        return matches


def fits(subject: Any, wanted: Any, run: Run, position: int) -> bool:
    """Whether a value is what a cell wants: in the range, in the list, or equal."""
    if isinstance(wanted, Range):
        return subject is not None and within(subject, wanted, run, position) is True
    if isinstance(wanted, list):
        if isinstance(subject, list) and equal(subject, wanted):
            return True
        return any(fits(subject, item, run, position) for item in wanted)
    return equal(subject, wanted) is True


def _reads_input(node: Any) -> bool:
    if isinstance(node, tuple):
        return (len(node) == 3 and node[0] == "name" and node[2] == "?") or any(
            _reads_input(part) for part in node
        )
    return isinstance(node, list) and any(_reads_input(part) for part in node)


def _truth(value: Any, run: Run, position: int) -> bool | None:
    if value is True or value is False:
        return value
    if value is not None:
        run.null(f"{kind(value)} is not boolean", position)
    return None


def _constant_index(condition: Node, test: Closure, scope: Scope, run: Run) -> int | None:
    if condition[0] == "number" or (condition[0] == "negate" and condition[2][0] == "number"):
        return int(test(scope, run))
    return None


def _item_at(items: list[Any], index: int) -> Any:
    if index == 0 or abs(index) > len(items):
        return None
    return items[index - 1 if index > 0 else index]


def _scopes(sources: list[tuple[str, Closure, Closure | None]], scope: Scope, run: Run, position: int) -> Any:
    """Every combination of the iterators, each as a scope; a later iterator sees the earlier ones."""
    if not sources:
        yield scope
        return
    (name, start, end), *rest = sources
    first = start(scope, run)
    if end is not None:
        items = _counted(first, end(scope, run), run, position)
    elif isinstance(first, Range):
        items = _counted(first.start, first.end, run, position)
    elif isinstance(first, list):
        items = first
    elif first is None:
        run.null("null cannot be gone through", position)
        return
    else:
        items = [first]
    for item in items:
        run.budget.spend()
        yield from _scopes(rest, Scope({name: item}, scope), run, position)


def _counted(first: Any, last: Any, run: Run, position: int) -> Any:
    if isinstance(first, date) and isinstance(last, date) and not isinstance(first, datetime):
        step = timedelta(days=1 if last >= first else -1)
        while first != last + step:
            yield first
            first += step
        return
    if not (is_number(first) and is_number(last)):
        run.null("a loop counts numbers or dates", position)
        return
    low, high = int(first), int(last)
    if abs(high - low) > 10_000_000:
        raise FeelError("a loop of more than 10,000,000 rounds", position)
    yield from range(low, high + 1) if high >= low else range(low, high - 1, -1)


def call(function: Any, values: list[Any], names: list[str] | None, run: Run, position: int) -> Any:
    """Call a function with positional or named arguments."""
    if not isinstance(function, Function):
        return run.null(f"{kind(function)} cannot be called", position)
    if names:
        if function.parameters is None or not set(names) <= set(function.parameters):
            return run.null(f"{function.name} has no parameter {', '.join(names)}", position)
        by_name = dict(zip(names, values, strict=True))
        values = [by_name.get(parameter) for parameter in function.parameters]
        while values and function.parameters[len(values) - 1] not in by_name:
            values.pop()
    elif function.parameters is not None and not function.variadic and len(values) > len(function.parameters):
        return run.null(f"{function.name} takes at most {len(function.parameters)} arguments", position)
    try:
        return (
            function.call(*values)
            if not getattr(function.call, "needs_run", False)
            else function.call(run, *values)
        )
    except FeelError as error:
        if error.position is not None or type(error) is not FeelError:
            raise
        return run.null(f"{function.name}: {error.message}", position)
    except (TypeError, ValueError, OverflowError, ArithmeticError, RecursionError, AttributeError) as error:
        return run.null(
            f"{function.name} cannot take {', '.join(kind(value) for value in values)}: {error}", position
        )


def step_into(value: Any, name: str, run: Run, position: int) -> Any:
    """value.name: an entry of a context, a property of a date or duration, or the same of each item of a list."""
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        return run.null(f"there is no {name}", position)
    if isinstance(value, list):
        return [step_into(item, name, run, position) for item in value]
    found = _property(value, name)
    return run.null(f"{kind(value)} has no {name}", position) if found is NotImplemented else found


def _property(value: Any, name: str) -> Any:
    if isinstance(value, date):
        if name in ("year", "month", "day"):
            return getattr(value, name)
        if name == "weekday":
            return value.isoweekday()
    if isinstance(value, datetime | time):
        if name in ("hour", "minute"):
            return getattr(value, name)
        if name == "second":
            return whole(Decimal(value.second) + Decimal(value.microsecond) / 1_000_000)
        if name == "time offset":
            return value.utcoffset()
        if name == "timezone":
            return getattr(value.tzinfo, "key", None)
    if isinstance(value, timedelta):
        sign, rest = (-1, -value) if value < timedelta() else (1, value)
        parts = {
            "days": rest.days,
            "hours": rest.seconds // 3600,
            "minutes": rest.seconds % 3600 // 60,
            "seconds": whole(Decimal(rest.seconds % 60) + Decimal(rest.microseconds) / 1_000_000),
        }
        if name in parts:
            return sign * parts[name]
    if isinstance(value, Months) and name in ("years", "months"):
        sign = -1 if value.months < 0 else 1
        years, months = divmod(abs(value.months), 12)
        return sign * (years if name == "years" else months)
    if isinstance(value, Range):
        return {
            "start": value.start,
            "end": value.end,
            "start included": value.start_included,
            "end included": value.end_included,
        }.get(name, NotImplemented)
    return NotImplemented
