"""DMN decisions (OMG DMN 1.1 to 1.5) evaluated on our FEEL: tables of all hit policies, boxed expressions, graphs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from lxml import etree

from service.engine import feel
from service.engine.hit_policies import Hit, apply

MAX_BYTES = 5 * 1024 * 1024
MAX_DEPTH = 40

Evaluate = Callable[["Evaluation", Mapping[str, Any]], Any]


class InvalidDecision(Exception):
    """A decision model that cannot be read; `element` is the id of what is wrong."""

    def __init__(self, message: str, element: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.element = element


@dataclass(frozen=True, slots=True)
class MatchedRule:
    """A row of a table that fired: its annotations (the legal basis), what was looked at, and what came out."""

    rule: str
    annotations: Mapping[str, str]
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    decision: str = ""


@dataclass(frozen=True, slots=True)
class DecisionResult:
    """The value of a decision, and every rule that fired on the way."""

    value: Any
    matched: tuple[MatchedRule, ...] = ()


@dataclass
class Evaluation:
    """One evaluation of a model: its data, the decisions already made, the budget they share."""

    model: DecisionModel
    data: Mapping[str, Any]
    now: datetime
    budget: feel.Budget
    made: dict[str, Any] = field(default_factory=dict)
    matched: list[MatchedRule] = field(default_factory=list)
    depth: int = 0

    def variables(self, node: _Node) -> dict[str, Any]:
        """What a decision may read: the data, and what it requires."""
        variables = dict(self.data)
        for required in node.requires:
            target = self.model.nodes.get(required)
            if target is not None and target.kind != "inputData":
                variables[target.name] = self.value(target)
        return variables

    def value(self, node: _Node) -> Any:
        if node.id not in self.made:
            self.depth += 1
            if self.depth > MAX_DEPTH:
                raise feel.FeelError(f"{node.name}: requires itself")
            self.made[node.id] = node.evaluate(self, self.variables(node))
            self.depth -= 1
        return self.made[node.id]


@dataclass
class _Node:
    """An input, decision, knowledge model or service of the graph."""

    id: str
    name: str
    kind: str
    requires: tuple[str, ...]
    evaluate: Evaluate


class DecisionModel:
    """A compiled model: immutable, shared by threads. `decisions` are the ids of its decisions."""

    def __init__(self, nodes: Mapping[str, _Node]) -> None:
        self.nodes = nodes
        self.by_name = {node.name: node for node in nodes.values()}
        self.decisions = tuple(node.id for node in nodes.values() if node.kind == "decision")
        self.inputs = tuple(node.name for node in nodes.values() if node.kind == "inputData")

    def evaluate(
        self, decision: str, data: Mapping[str, Any], *, now: datetime, budget: feel.Budget | None = None
    ) -> DecisionResult:
        """Make a decision, by id or name, from this data. Raises feel.FeelError with the place that failed."""
        node = self.nodes.get(decision) or self.by_name.get(decision)
        if node is None or node.kind not in ("decision", "decisionService"):
            raise feel.FeelError(f"there is no decision {decision}")
        values = {name: feel.from_python(value) for name, value in data.items()}
        evaluation = Evaluation(self, values, now, budget or feel.Budget())
        value = evaluation.value(node)
        if node.kind == "decisionService":
            names = [self.nodes[item].name for item in node.requires if item in self.nodes]
            value = value.call(*(values.get(name) for name in names))
        return DecisionResult(value, tuple(evaluation.matched))


def load(*files: bytes, strict: bool = True) -> DecisionModel:
    """Read the decisions of one or several files. Raises InvalidDecision with the element that is wrong."""
    roots = [_parse(content) for content in files]
    return _Reader(roots, strict).model()


def load_files(path: Path, *, strict: bool = True) -> DecisionModel:
    """Read a file and the models beside it that it imports. Raises InvalidDecision and OSError."""
    content = path.read_bytes()
    beside = {file: file.read_bytes() for file in sorted(path.parent.glob("*.dmn")) if file != path}
    return load(content, *imported(content, list(beside.values())), strict=strict)


def imported(content: bytes, others: Sequence[bytes]) -> list[bytes]:
    """Those of the other models that this one imports, directly or through others, by their namespaces."""
    available: dict[str | None, tuple[bytes, etree._Element]] = {}
    for other in others:
        with contextlib.suppress(InvalidDecision):
            root = _parse(other)
            available.setdefault(root.get("namespace"), (other, root))
    found: list[bytes] = []
    waiting = [_parse(content)]
    while waiting:
        for element in _children(waiting.pop(), "import"):
            model = available.pop(element.get("namespace"), None)
            if model is not None:
                found.append(model[0])
                waiting.append(model[1])
    return found


def check(content: bytes) -> list[tuple[str | None, str, str]]:
    """What is wrong with a model: (element id, message, mend). Empty when it can be evaluated."""
    try:
        load(content)
    except InvalidDecision as error:
        return [(error.element, error.message, "Mend the expression or the reference.")]
    return []


def _parse(content: bytes) -> etree._Element:
    if len(content) > MAX_BYTES:
        raise InvalidDecision(f"larger than {MAX_BYTES} bytes")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InvalidDecision(f"not well-formed XML: {error}") from error
    document: Any = root.getroottree()
    if document.docinfo.doctype:
        raise InvalidDecision("a document type declaration is not allowed")
    if _tag(root) != "definitions" or "DMN" not in root.tag:
        raise InvalidDecision("not a DMN model")
    return root


def _tag(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _children(element: etree._Element, *names: str) -> Iterator[etree._Element]:
    for child in element:
        if _tag(child) in names:
            yield child


def _child(element: etree._Element, *names: str) -> etree._Element | None:
    return next(_children(element, *names), None)


def _text(element: etree._Element | None) -> str:
    if element is None:
        return ""
    inner = _child(element, "text")
    return (inner.text if inner is not None else element.text) or ""


_BOXED = (
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


class _Reader:
    """Reads the elements of a model into nodes."""

    def __init__(self, roots: list[etree._Element], strict: bool) -> None:
        self.roots = roots
        self.strict = strict
        self.names = sorted(
            {
                name
                for root in roots
                for element in root.iter()
                if isinstance(element.tag, str)
                if (name := element.get("name"))
            }
        )

    def model(self) -> DecisionModel:
        nodes: dict[str, _Node] = {}
        for root in self.roots:
            for element in _children(
                root, "inputData", "decision", "businessKnowledgeModel", "decisionService"
            ):
                node = self._node(element)
                if node.id in nodes:
                    raise InvalidDecision(f"the id {node.id} stands twice", node.id)
                nodes[node.id] = node
        for node in nodes.values():
            for required in node.requires:
                if required not in nodes:
                    raise InvalidDecision(f"{node.name} requires {required}, which is not there", node.id)
        return DecisionModel(nodes)

    def _node(self, element: etree._Element) -> _Node:
        kind = _tag(element)
        name = element.get("name") or element.get("id") or ""
        identity = element.get("id") or name
        variable = _child(element, "variable")
        if variable is not None and variable.get("name"):
            name = variable.get("name") or name
        evaluate: Evaluate
        requires = tuple(self._requirements(element))
        if kind == "inputData":
            evaluate = lambda evaluation, variables: variables.get(name)  # noqa: E731 - one line says it
        elif kind == "businessKnowledgeModel":
            logic = _child(element, "encapsulatedLogic")
            evaluate = self._function(logic, identity) if logic is not None else _nothing
        elif kind == "decisionService":
            evaluate = self._service(element)
            requires = tuple(
                _reference(child)
                for child in _children(element, "inputDecision", "inputData")
                if _reference(child)
            )
        else:
            boxed = _child(element, *_BOXED)
            evaluate = self._boxed(boxed, identity) if boxed is not None else _nothing
        return _Node(identity, name, kind, requires, evaluate)

    def _requirements(self, element: etree._Element) -> Iterator[str]:
        for requirement in _children(element, "informationRequirement", "knowledgeRequirement"):
            for target in requirement:
                if reference := _reference(target):
                    yield reference

    def _service(self, element: etree._Element) -> Evaluate:
        outputs = [_reference(child) for child in _children(element, "outputDecision")]
        inputs = [_reference(child) for child in _children(element, "inputDecision", "inputData")]

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> feel.Function:
            def call(*arguments: Any) -> Any:
                names = [evaluation.model.nodes[item].name for item in inputs]
                data = {**evaluation.data, **dict(zip(names, arguments, strict=False))}
                inner = Evaluation(
                    evaluation.model, data, evaluation.now, evaluation.budget, depth=evaluation.depth + 1
                )
                inner.made.update(zip(inputs, arguments, strict=False))
                results = {
                    evaluation.model.nodes[item].name: inner.value(evaluation.model.nodes[item])
                    for item in outputs
                }
                return next(iter(results.values())) if len(results) == 1 else results

            return feel.Function(
                call, tuple(evaluation.model.nodes[item].name for item in inputs), name="service"
            )

        return evaluate

    # -- boxed expressions

    def _boxed(self, element: etree._Element, owner: str) -> Evaluate:
        identity = element.get("id") or owner
        readers: dict[str, Callable[[etree._Element, str], Evaluate]] = {
            "literalExpression": self._literal,
            "decisionTable": self._table,
            "context": self._context,
            "invocation": self._invocation,
            "list": self._list,
            "relation": self._relation,
            "functionDefinition": self._function,
            "conditional": self._conditional,
            "filter": self._filter,
            "for": self._for,
            "every": self._quantified,
            "some": self._quantified,
        }
        return readers[_tag(element)](element, identity)

    def _expression(self, source: str, element: str) -> feel.Expression:
        try:
            return feel.compile_expression(source, names=self.names, strict=self.strict)
        except feel.FeelSyntaxError as error:
            if not self.strict:
                return feel.compile_expression("null")
            raise InvalidDecision(f"{source.strip()!r}: {error}", element) from error

    def _literal(self, element: etree._Element, owner: str) -> Evaluate:
        source = _text(element)
        if not source.strip():
            return _nothing
        expression = self._expression(source, owner)

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> Any:
            try:
                return expression.evaluate(variables, now=evaluation.now, budget=evaluation.budget)
            except feel.FeelError as error:
                raise _placed(error, owner) from error

        return evaluate

    def _inner(self, element: etree._Element | None, owner: str) -> Evaluate:
        boxed = _child(element, *_BOXED) if element is not None else None
        return self._boxed(boxed, owner) if boxed is not None else _nothing

    def _context(self, element: etree._Element, owner: str) -> Evaluate:
        entries: list[tuple[str | None, Evaluate]] = []
        for entry in _children(element, "contextEntry"):
            variable = _child(entry, "variable")
            entries.append(
                (variable.get("name") if variable is not None else None, self._inner(entry, owner))
            )

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> Any:
            inside = dict(variables)
            made: dict[str, Any] = {}
            for name, entry in entries:
                value = entry(evaluation, inside)
                if name is None:
                    return value
                made[name] = inside[name] = value
            return made

        return evaluate

    def _list(self, element: etree._Element, owner: str) -> Evaluate:
        items = [self._boxed(child, owner) for child in _children(element, *_BOXED)]
        return lambda evaluation, variables: [item(evaluation, variables) for item in items]

    def _relation(self, element: etree._Element, owner: str) -> Evaluate:
        columns = [column.get("name") or "" for column in _children(element, "column")]
        rows = [
            [self._boxed(cell, owner) for cell in _children(row, *_BOXED)]
            for row in _children(element, "row")
        ]
        return lambda evaluation, variables: [
            {name: cell(evaluation, variables) for name, cell in zip(columns, row, strict=False)}
            for row in rows
        ]

    def _function(self, element: etree._Element, owner: str) -> Evaluate:
        if element.get("kind", "FEEL") != "FEEL":
            raise InvalidDecision("only FEEL functions are run", owner)
        parameters = tuple(parameter.get("name") or "" for parameter in _children(element, "formalParameter"))
        body = self._inner(element, owner)

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> feel.Function:
            def call(*arguments: Any) -> Any:
                evaluation.budget.spend(5)
                return body(evaluation, {**variables, **dict(zip(parameters, arguments, strict=False))})

            return feel.Function(call, parameters, name=owner)

        return evaluate

    def _invocation(self, element: etree._Element, owner: str) -> Evaluate:
        callee = _child(element, "literalExpression")
        function = self._literal(callee, owner) if callee is not None else _nothing
        bindings: list[tuple[str, Evaluate]] = []
        for binding in _children(element, "binding"):
            parameter = _child(binding, "parameter")
            name = (parameter.get("name") if parameter is not None else None) or ""
            bindings.append((name, self._inner(binding, owner)))

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> Any:
            target = function(evaluation, variables)
            values = {name: value(evaluation, variables) for name, value in bindings}
            if not isinstance(target, feel.Function):
                raise feel.FeelError(f"{owner}: what is invoked is not a function")
            return target.call(*(values.get(name) for name in target.parameters or tuple(values)))

        return evaluate

    def _conditional(self, element: etree._Element, owner: str) -> Evaluate:
        test, then, otherwise = (self._inner(_child(element, part), owner) for part in ("if", "then", "else"))
        return lambda evaluation, variables: (
            then(evaluation, variables)
            if test(evaluation, variables) is True
            else otherwise(evaluation, variables)
        )

    def _filter(self, element: etree._Element, owner: str) -> Evaluate:
        source, match = (self._inner(_child(element, part), owner) for part in ("in", "match"))

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> list[Any]:
            kept = []
            for item in _as_list(source(evaluation, variables)):
                evaluation.budget.spend()
                inside = {**variables, **(item if isinstance(item, Mapping) else {}), "item": item}
                if match(evaluation, inside) is True:
                    kept.append(item)
            return kept

        return evaluate

    def _for(self, element: etree._Element, owner: str) -> Evaluate:
        name = element.get("iteratorVariable") or "item"
        source, result = (self._inner(_child(element, part), owner) for part in ("in", "return"))

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> list[Any]:
            results: list[Any] = []
            for item in _as_list(source(evaluation, variables)):
                evaluation.budget.spend()
                results.append(result(evaluation, {**variables, name: item, "partial": results}))
            return results

        return evaluate

    def _quantified(self, element: etree._Element, owner: str) -> Evaluate:
        name = element.get("iteratorVariable") or "item"
        source, satisfies = (self._inner(_child(element, part), owner) for part in ("in", "satisfies"))
        decisive = _tag(element) == "some"

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> bool:
            for item in _as_list(source(evaluation, variables)):
                evaluation.budget.spend()
                if (satisfies(evaluation, {**variables, name: item}) is True) is decisive:
                    return decisive
            return not decisive

        return evaluate

    # -- decision tables

    def _table(self, element: etree._Element, owner: str) -> Evaluate:
        inputs = [self._input(child, owner) for child in _children(element, "input")]
        outputs = [
            self._output(child, owner, number) for number, child in enumerate(_children(element, "output"))
        ]
        notes = [
            child.get("name") or f"annotation {n}"
            for n, child in enumerate(_children(element, "annotation"), 1)
        ]
        rules = [
            self._rule(child, owner, len(inputs), outputs, notes) for child in _children(element, "rule")
        ]
        policy = element.get("hitPolicy", "UNIQUE")
        aggregation = element.get("aggregation")
        single = len(outputs) == 1

        def evaluate(evaluation: Evaluation, variables: Mapping[str, Any]) -> Any:
            values = [read(evaluation, variables) for _, read in inputs]
            hits: list[Hit] = []
            for rule in rules:
                evaluation.budget.spend()
                if rule.matches(values, variables, evaluation):
                    made = {name: output(evaluation, variables) for name, output in rule.outputs}
                    shown = {label: value for (label, _), value in zip(inputs, values, strict=True)}
                    evaluation.matched.append(MatchedRule(rule.id, rule.annotations, shown, made, owner))
                    hits.append(Hit(next(iter(made.values())) if single else made, made))
                    if policy == "FIRST":
                        break
            if not hits:
                defaults = {output.name: output.default(evaluation, variables) for output in outputs}
                if any(output.has_default for output in outputs):
                    return next(iter(defaults.values())) if single else defaults
                if policy in ("COLLECT", "RULE ORDER", "OUTPUT ORDER") and not aggregation:
                    return []
                return None
            orders = [output.order(evaluation, variables) for output in outputs]
            return apply(policy, aggregation, hits, [output.name for output in outputs], orders, owner)

        return evaluate

    def _input(self, element: etree._Element, owner: str) -> tuple[str, Evaluate]:
        expression = _child(element, "inputExpression")
        source = _text(expression)
        label = element.get("label") or source.strip()
        if expression is None or not source.strip():
            raise InvalidDecision("an input has no expression", element.get("id") or owner)
        return label, self._literal(expression, element.get("id") or owner)

    def _output(self, element: etree._Element, owner: str, number: int) -> _Output:
        name = element.get("name") or element.get("label") or f"output {number + 1}"
        default = _child(element, "defaultOutputEntry")
        allowed = _text(_child(element, "outputValues"))
        return _Output(
            name,
            self._literal(default, owner) if default is not None else _nothing,
            default is not None,
            self._literal_list(allowed, owner) if allowed.strip() else _nothing,
        )

    def _literal_list(self, source: str, owner: str) -> Evaluate:
        expression = self._expression(f"[{source}]", owner)
        return lambda evaluation, variables: expression.evaluate(variables, now=evaluation.now)

    def _rule(
        self, element: etree._Element, owner: str, width: int, outputs: list[_Output], notes: list[str]
    ) -> _Rule:
        identity = element.get("id") or owner
        cells = [_text(cell) for cell in _children(element, "inputEntry")]
        entries = list(_children(element, "outputEntry"))
        if len(cells) != width or len(entries) != len(outputs):
            raise InvalidDecision("the row has not as many cells as the table has columns", identity)
        tests = []
        for cell in cells:
            try:
                tests.append(
                    feel.compile_unary_tests(cell.strip() or "-", names=self.names, strict=self.strict)
                )
            except feel.FeelSyntaxError as error:
                raise InvalidDecision(f"{cell.strip()!r}: {error}", identity) from error
        texts = [_text(entry).strip() for entry in _children(element, "annotationEntry")]
        return _Rule(
            identity,
            tests,
            [
                (output.name, self._literal(entry, identity))
                for output, entry in zip(outputs, entries, strict=True)
            ],
            dict(zip(notes, texts, strict=False)),
        )


@dataclass
class _Output:
    name: str
    default: Evaluate
    has_default: bool
    order: Evaluate


@dataclass
class _Rule:
    id: str
    tests: list[feel.UnaryTests]
    outputs: list[tuple[str, Evaluate]]
    annotations: Mapping[str, str]

    def matches(self, values: list[Any], variables: Mapping[str, Any], evaluation: Evaluation) -> bool:
        try:
            return all(
                test.matches(value, variables, now=evaluation.now, budget=evaluation.budget)
                for test, value in zip(self.tests, values, strict=True)
            )
        except feel.FeelError as error:
            raise _placed(error, self.id) from error


def _nothing(evaluation: Evaluation, variables: Mapping[str, Any]) -> None:
    return None


def _placed(error: feel.FeelError, owner: str) -> feel.FeelError:
    """The error with the element it happened in; an inner place wins."""
    if getattr(error, "owner", None):
        return error
    placed = type(error)(f"{owner}: {error.message}", error.position)
    placed.owner = owner  # type: ignore[attr-defined]
    return placed


def _reference(element: etree._Element) -> str:
    return (element.get("href") or "").rpartition("#")[2]


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
