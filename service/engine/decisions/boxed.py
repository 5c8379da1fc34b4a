"""Boxed expressions (DMN 1.5, chapter 10.2) as closures, the same as those of FEEL: `(scope, run) -> value`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from lxml import etree

from service.domain.wording import Message
from service.engine import feel
from service.engine.decisions import tables
from service.engine.decisions.elements import InvalidDecision, child, children, name_of, tag, text, typed
from service.engine.decisions.item_types import ItemTypes
from service.engine.decisions.model import convert_or_null, placed
from service.engine.feel.compiler import fitted, item_at, item_scope
from service.engine.feel.iteration import Closure, items_of
from service.engine.feel.operators import is_number
from service.engine.feel.run import MAX_LIST, Run, Scope
from service.engine.feel.types import FunctionOf, Type

Compiled = TypeVar("Compiled")

Functions = Mapping[str, Callable[..., Any]]

BOXED = (
    "literalExpression",
    "decisionTable",
    "context",
    "invocation",
    "list",
    "relation",
    "functionDefinition",
    "conditional",
    "filter",
    "for",
    "every",
    "some",
)


class Boxes:
    """Compiles the boxed expressions of one file. `names` are the names that its expressions may use."""

    def __init__(self, names: Collection[str], types: ItemTypes, strict: bool, functions: Functions) -> None:
        self.names = names
        self.types = types
        self.strict = strict
        self.functions = functions
        self._readers: Mapping[str, Callable[[etree._Element, str], Closure]] = {
            "literalExpression": self.literal,
            "decisionTable": self._table,
            "context": self._context,
            "invocation": self._invocation,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self.function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "every": self._quantified,
            "some": self._quantified,
        }

    def read(self, element: etree._Element, owner: str) -> Closure:
        """The closure of a boxed expression; what goes wrong in it is said with its id, or its owner's."""
        return self._readers[tag(element)](element, element.get("id") or owner)

    def literal(self, element: etree._Element | None, owner: str) -> Closure:
        """The closure of an expression in FEEL; null when there is none."""
        source = text(element)
        return self.expression(source, owner) if source.strip() else nothing

    def expression(self, source: str, owner: str) -> Closure:
        """The closure of a FEEL text. Raises InvalidDecision when strict."""
        compiled = self._compiled(feel.compile_expression, source, owner)
        if compiled is None:
            return nothing
        closure = compiled.closure

        def evaluate(scope: Scope, run: Run) -> Any:
            try:
                return closure(scope, run)
            except feel.FeelError as error:
                raise placed(error, owner) from error

        return evaluate

    def tests(self, source: str, owner: str) -> feel.UnaryTests:
        """The compiled cell of a table. Raises InvalidDecision when strict."""
        compiled = self._compiled(feel.compile_unary_tests, source, owner)
        return feel.compile_unary_tests("not(-1, ?)", strict=False) if compiled is None else compiled

    def _compiled(self, compile_: Callable[..., Compiled], source: str, owner: str) -> Compiled | None:
        """None for what is not understood. Raises InvalidDecision when strict."""
        try:
            return compile_(
                source,
                names=self.names,
                functions=self.functions,
                types=self.types.shapes,
                strict=self.strict,
            )
        except feel.FeelSyntaxError as error:
            if self.strict:
                raise InvalidDecision(
                    Message("%(text)s: %(problem)s", text=repr(source.strip()), problem=error.located), owner
                ) from error
            return None

    def _inner(self, element: etree._Element | None, owner: str) -> Closure:
        boxed = child(element, *BOXED)
        return self.read(boxed, owner) if boxed is not None else nothing

    def _table(self, element: etree._Element, owner: str) -> Closure:
        return tables.compiled(self, element, owner)

    def _context(self, element: etree._Element, owner: str) -> Closure:
        entries = []
        for entry in children(element, "contextEntry"):
            variable = child(entry, "variable")
            name = name_of(variable) if variable is not None else None
            entries.append((name, self.types.of(typed(variable)), self._inner(entry, owner)))

        def evaluate(scope: Scope, run: Run) -> Any:
            run.budget.hold(128 + 160 * len(entries))
            made: dict[str, Any] = {}
            inside = Scope(made, scope)
            for name, kind, entry in entries:
                value = entry(inside, run)
                if name is None:
                    return value
                made[name] = convert_or_null(value, kind, run, name)
            return made

        return evaluate

    def _list(self, element: etree._Element, owner: str) -> Closure:
        items = [self.read(part, owner) for part in children(element, *BOXED)]
        return lambda scope, run: [item(scope, run) for item in items]

    def _relation(self, element: etree._Element, owner: str) -> Closure:
        columns = [name_of(column) for column in children(element, "column")]
        rows = [
            [self.read(cell, owner) for cell in children(row, *BOXED)] for row in children(element, "row")
        ]
        return lambda scope, run: [
            {name: cell(scope, run) for name, cell in zip(columns, row, strict=False)} for row in rows
        ]

    def function(
        self, element: etree._Element, owner: str, around: Callable[[Scope, Run], Scope] | None = None
    ) -> Closure:
        """The closure of a function; `around` gives the scope of its body when it is called."""
        if element.get("kind", "FEEL") != "FEEL":
            if self.strict:
                raise InvalidDecision(Message("only FEEL functions are run"), owner)
            return nothing
        parameters = list(children(element, "formalParameter"))
        names = tuple(name_of(parameter) for parameter in parameters)
        types = tuple(self.types.of(typed(parameter)) for parameter in parameters)
        result = self._result(element)
        body = self._inner(element, owner)

        def evaluate(scope: Scope, run: Run) -> feel.Function:
            def call(*arguments: Any) -> Any:
                run.budget.spend(5)
                given = dict(zip(names, fitted(arguments, types, run), strict=True))
                value = body(Scope(given, around(scope, run) if around else scope), run)
                return convert_or_null(value, result, run, owner)

            return feel.Function(call, names, name=owner, types=types, result=result)

        return evaluate

    def _result(self, element: etree._Element) -> Type | None:
        """What a function gives: its typeRef, or that of its model's variable, says the result or the whole function."""
        parent = element.getparent()
        reference = typed(element) or (typed(child(parent, "variable")) if parent is not None else None)
        kind = self.types.of(reference)
        return kind.result if isinstance(kind, FunctionOf) else kind

    def _invocation(self, element: etree._Element, owner: str) -> Closure:
        function = self.literal(child(element, "literalExpression"), owner)
        names: list[str] = []
        values: list[Closure] = []
        for binding in children(element, "binding"):
            parameter = child(binding, "parameter")
            names.append(name_of(parameter) if parameter is not None else "")
            values.append(self._inner(binding, owner))

        def evaluate(scope: Scope, run: Run) -> Any:
            target = function(scope, run)
            given = dict(zip(names, (value(scope, run) for value in values), strict=True))
            if isinstance(target, feel.Function) and target.parameters is not None:
                arguments = [given.get(name) for name in target.parameters]
                return feel.call(target, arguments, None, run, None)
            return feel.call(target, list(given.values()), list(given) or None, run, None)

        return evaluate

    def _conditional(self, element: etree._Element, owner: str) -> Closure:
        test, then, otherwise = (self._inner(child(element, part), owner) for part in ("if", "then", "else"))

        def evaluate(scope: Scope, run: Run) -> Any:
            verdict = test(scope, run)
            if verdict is not None and not isinstance(verdict, bool):
                return run.null(f"{owner}: the condition is not true or false")
            return then(scope, run) if verdict is True else otherwise(scope, run)

        return evaluate

    def _filter(self, element: etree._Element, owner: str) -> Closure:
        source, match = (self._inner(child(element, part), owner) for part in ("in", "match"))

        def evaluate(scope: Scope, run: Run) -> Any:
            items = list(_gone_through(source(scope, run), run, owner))
            kept = []
            for item in items:
                verdict = match(item_scope(item, scope), run)
                if is_number(verdict):
                    return item_at(items, verdict)
                if verdict is True:
                    kept.append(item)
            return kept

        return evaluate

    def _for(self, element: etree._Element, owner: str) -> Closure:
        name = element.get("iteratorVariable") or "item"
        source, result = (self._inner(child(element, part), owner) for part in ("in", "return"))

        def evaluate(scope: Scope, run: Run) -> list[Any]:
            results: list[Any] = []
            for item in _gone_through(source(scope, run), run, owner):
                results.append(result(Scope({name: item, "partial": results}, scope), run))
                if len(results) > MAX_LIST:
                    raise feel.BudgetExceeded(f"{owner}: makes a list of more than {MAX_LIST} items")
            return results

        return evaluate

    def _quantified(self, element: etree._Element, owner: str) -> Closure:
        name = element.get("iteratorVariable") or "item"
        source, satisfies = (self._inner(child(element, part), owner) for part in ("in", "satisfies"))
        decisive = tag(element) == "some"

        def evaluate(scope: Scope, run: Run) -> bool | None:
            unknown = False
            for item in _gone_through(source(scope, run), run, owner):
                verdict = satisfies(Scope({name: item}, scope), run)
                if verdict is decisive:
                    return decisive
                if not isinstance(verdict, bool):
                    unknown = True
                    run.null(f"{owner}: the condition is not true or false")
            return None if unknown else not decisive

        return evaluate


def _gone_through(value: Any, run: Run, owner: str) -> Any:
    try:
        for item in items_of(value, run, None):
            run.budget.spend()
            run.budget.hold(64)
            yield item
    except feel.FeelError as error:
        raise placed(error, owner) from error


def nothing(scope: Scope, run: Run) -> None:
    """The value of an expression that is not there."""
